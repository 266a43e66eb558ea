// Package memory saves and restores what a method of optimisation remembers: vectors
// under names, checked before any of them is taken.
package memory

import (
	"fmt"

	"pinn/internal/seam"
)

// Part is one vector of a method's state and where it lives.
type Part struct {
	Name   string
	Values []float64
	Counts bool    // a vector of non-negative integers
	Most   float64 // of them; 0: no bound
	Order  int     // Values is a matrix of this order whose upper triangle is saved; 0: all of Values
}

// Save returns copies of the parts.
func Save(parts []Part) []seam.Vector {
	state := make([]seam.Vector, len(parts))
	for i, p := range parts {
		saved := make([]float64, 0, p.length())
		p.rows(func(row []float64) { saved = append(saved, row...) })
		state[i] = seam.Vector{Name: p.Name, Values: saved}
	}
	return state
}

// length is that of the saved vector.
func (p Part) length() int {
	if p.Order > 0 {
		return p.Order * (p.Order + 1) / 2
	}
	return len(p.Values)
}

// rows visits what is saved of values, in order.
func (p Part) rows(visit func(row []float64)) {
	if p.Order == 0 {
		visit(p.Values)
		return
	}
	for i := range p.Order {
		visit(p.Values[i*p.Order+i : (i+1)*p.Order])
	}
}

// Load copies state into the parts after it has checked all of it. It returns an error and
// changes nothing if the vectors are not those of Save: one missing, too many, another
// name or length, a counter that is no count or too large.
func Load(parts []Part, state []seam.Vector) error {
	if len(state) != len(parts) {
		return fmt.Errorf("state: must have %d vectors, got %d", len(parts), len(state))
	}
	for i, p := range parts {
		if err := p.accepts(state[i]); err != nil {
			return err
		}
	}
	for i, p := range parts {
		from := state[i].Values
		p.rows(func(row []float64) { from = from[copy(row, from):] })
	}
	return nil
}

func (p Part) accepts(v seam.Vector) error {
	if v.Name != p.Name {
		return fmt.Errorf("state: must have %q next, got %q", p.Name, v.Name)
	}
	if len(v.Values) != p.length() {
		return fmt.Errorf("state: %s: must have length %d, got %d", p.Name, p.length(), len(v.Values))
	}
	if p.Counts {
		return p.checkCounts(v)
	}
	return nil
}

func (p Part) checkCounts(v seam.Vector) error {
	for _, x := range v.Values {
		if !(x >= 0 && x < 1<<53 && x == float64(int64(x))) {
			return fmt.Errorf("state: %s: must be a count, got %g", v.Name, x)
		}
		if p.Most > 0 && x > p.Most {
			return fmt.Errorf("state: %s: must be at most %g, got %g", v.Name, p.Most, x)
		}
	}
	return nil
}
