package build

import (
	"pinn/pinn"
	"pinn/problems"
)

// Slabs is how many slabs of time the Spec asks for.
func Slabs(spec *problems.Spec) int { return orElse(spec.Train.Slabs, 1) }

// slabs refuses marching in time where the problem cannot be solved so.
func (c *compiler) slabs() {
	n := Slabs(c.spec)
	if n == 1 || !c.sound() {
		return
	}
	if _, err := pinn.Evolution(c.problem); err != nil {
		c.fault(c.spec.Where("train.slabs"), "train.slabs", "must be 1, since %v, got %d", err, n)
	}
}
