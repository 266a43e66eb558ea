package build

import (
	"errors"

	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// Hard is which conditions of a problem hold by construction, and how.
type Hard struct {
	Lifts []pinn.Lift // of every field
	Soft  []int       // the conditions that stay terms of the loss
	Notes []pinn.Note // why those that might have been hard are soft
}

// Harden builds the hard conditions of a problem into lifts. A condition that
// cannot be hard but has to is an error at its enforce.
func Harden(spec *problems.Spec, p *pde.Problem) (Hard, problems.Diagnostics) {
	var h Hard
	var err error
	if h.Lifts, h.Soft, h.Notes, err = pinn.BuildLifts(p); err != nil {
		return Hard{}, hardFaults(spec, err)
	}
	return h, nil
}

// hardFaults says of every condition that cannot be hard where it asks to be; an
// error of another kind is one of the whole file.
func hardFaults(spec *problems.Spec, err error) problems.Diagnostics {
	var all pinn.HardErrors
	if !errors.As(err, &all) {
		return problems.Diagnostics{{File: spec.File, Message: err.Error()}}
	}
	var list problems.Diagnostics
	for _, e := range all {
		k := key("condition[%d].enforce", e.Condition)
		list = append(list, problems.Diagnostic{File: spec.File, Pos: spec.Where(k), Key: k, Message: "cannot be hard: " + e.Reason})
	}
	return list
}
