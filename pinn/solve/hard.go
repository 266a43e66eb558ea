package solve

import (
	"errors"
	"fmt"

	"pinn/pde"
	"pinn/pinn/hard"
	"pinn/problems"
)

// Hard is what of a problem can hold by construction, and how: conditions, and
// mirror symmetries.
type Hard struct {
	Lifts   []hard.Lift   // of every field
	Soft    []int         // the conditions that stay terms of the loss
	Notes   []hard.Note   // why those that might have been hard are soft
	Mirrors []hard.Mirror // every mirror symmetry of the statement
}

// Harden builds the hard conditions of a problem into lifts and finds its mirror
// symmetries. A condition that cannot be hard but has to is an error at its
// enforce; so is an axis of mirror that has no symmetry.
func Harden(spec *problems.Spec, p *pde.Problem) (Hard, problems.Diagnostics) {
	var h Hard
	var err error
	if h.Lifts, h.Soft, h.Notes, err = hard.Lifts(p); err != nil {
		return Hard{}, hardFaults(spec, err)
	}
	h.Mirrors = hard.Mirrors(p, h.Lifts, h.Soft)
	return h, mirrorFaults(spec, p, h)
}

// hardFaults says of every condition that cannot be hard where it asks to be; an
// error of another kind is one of the whole file.
func hardFaults(spec *problems.Spec, err error) problems.Diagnostics {
	var all hard.Errors
	if !errors.As(err, &all) {
		return problems.Diagnostics{{File: spec.File, Message: err.Error()}}
	}
	var list problems.Diagnostics
	for _, e := range all {
		k := fmt.Sprintf("condition[%d].enforce", e.Condition)
		list = append(list, problems.Diagnostic{File: spec.File, Pos: spec.Where(k), Key: k, Message: "cannot be hard: " + e.Reason})
	}
	return list
}
