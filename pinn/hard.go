package pinn

import (
	"fmt"
	"strings"

	"pinn/pde"
)

// Note tells why a condition that was left to the program's choice stays soft.
type Note struct {
	Condition int // index in Problem.Conditions
	Message   string
}

// HardError says that a condition cannot be enforced as its statement demands.
type HardError struct {
	Condition int // index in Problem.Conditions
	Reason    string
}

func (e HardError) Error() string {
	return fmt.Sprintf("condition[%d].enforce: cannot be hard: %s", e.Condition, e.Reason)
}

// HardErrors are all the conditions that cannot be hard but have to, in order.
type HardErrors []HardError

func (es HardErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// BuildLifts decides which conditions of the problem are built into the network
// and returns one Lift per field, the indices of the conditions that stay soft,
// and a note for each of these whose enforcement was left open.
//
// A condition can be hard if it says field = expression of the axes, perhaps
// multiplied by a number, with smooth data on whole faces of the box, or so for
// the velocity u_t at the initial time where u is given too; and if its data
// agree, to 1e-8 of their scale, with the other data of the field where faces
// meet, and in value and slope across the period of each periodic axis. Where
// data of two conditions disagree the earlier one is kept, except that one that
// has to be hard goes before one that may be.
//
// The error is a HardErrors, or says that the graph of the problem is full.
func BuildLifts(p *pde.Problem) (lifts []Lift, soft []int, notes []Note, err error) {
	pl := &planner{p: p, kept: make([][]datum, len(p.Fields)), soft: make([]string, len(p.Conditions))}
	pl.choose()
	var impossible HardErrors
	for i, c := range p.Conditions {
		switch {
		case c.Enforce == pde.Soft:
			soft = append(soft, i)
		case pl.soft[i] == "":
		case c.Enforce == pde.Hard:
			impossible = append(impossible, HardError{i, pl.soft[i]})
		default:
			soft = append(soft, i)
			notes = append(notes, Note{i, "stays soft: " + pl.soft[i]})
		}
	}
	if impossible != nil {
		return nil, nil, nil, impossible
	}
	for f, data := range pl.kept {
		l, err := blend(p.Graph, p.Box, f, data)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("hard conditions of %s: %w", p.Fields[f], err)
		}
		lifts = append(lifts, l)
	}
	return lifts, soft, notes, nil
}

// planner decides which conditions are hard.
type planner struct {
	p    *pde.Problem
	kept [][]datum // per field, the data that lifts will meet
	soft []string  // per condition, why it is soft; "" if it is hard
}

// choose goes through the conditions in the order of their claims: values before
// velocities, which need them, and demands before choices.
func (pl *planner) choose() {
	parts := make([]claim, len(pl.p.Conditions))
	for i, c := range pl.p.Conditions {
		if c.Enforce != pde.Soft {
			parts[i], pl.soft[i] = pl.claim(c)
		}
	}
	for _, velocity := range []bool{false, true} {
		for _, enforce := range []pde.Enforce{pde.Hard, pde.Auto} {
			for i, c := range pl.p.Conditions {
				if pl.soft[i] == "" && c.Enforce == enforce && parts[i].velocity == velocity {
					pl.soft[i] = pl.admit(i, parts[i])
				}
			}
		}
	}
}

// admit keeps the data of condition i unless something speaks against it.
func (pl *planner) admit(i int, c claim) (why string) {
	kept := pl.kept[c.field]
	for _, d := range c.data {
		d.condition = i
		if why := pl.against(d, kept); why != "" {
			return why
		}
		if !given(kept, d) {
			kept = append(kept, d)
		}
	}
	pl.kept[c.field] = kept
	return ""
}

// given reports whether the data of a face are there already.
func given(kept []datum, d datum) bool {
	for _, k := range kept {
		if k.axis == d.axis && k.end == d.end && k.velocity == d.velocity {
			return true
		}
	}
	return false
}
