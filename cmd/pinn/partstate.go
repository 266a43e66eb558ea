package main

import (
	"fmt"

	"pinn/hybrid"
)

// resumed returns the training that a snapshot is of: t, or a part that follows it.
func resumed(st *statement, t *training, s *hybrid.Snapshot, threads int) (*training, error) {
	var d *done
	p := t.part
	for i, leg := range s.Legs {
		if len(leg.Theta) != p.dim() || leg.Phases < 1 {
			return nil, fmt.Errorf("part %d must have %s and a phase at least, got %d and %d", i, counted(p.dim(), "parameter"), len(leg.Theta), leg.Phases)
		}
		recipe := s.Recipe
		if i+1 < len(s.Legs) {
			recipe = s.Legs[i+1].Recipe
		}
		d = &done{p, leg.Theta, leg.Phases, leg.Loss, leg.HeldOut}
		var err error
		if p, err = d.successor(st, taker("", recipe)); err != nil {
			return nil, err
		}
	}
	if d == nil {
		return t, nil
	}
	return d.upon(st, p, t, threads)
}
