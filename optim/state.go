package optim

import (
	"fmt"

	"pinn/internal/seam"
)

// Vector is one named part of a method's state. Counters are vectors of length
// one: float64 holds integers exactly up to 2⁵³.
type Vector = seam.Vector

// Stateful is a Method whose whole state can be saved and restored bit for bit:
// a run that continues from a restored state takes the same steps as one that
// was never interrupted. Hyperparameters are not state.
//
// State returns copies. SetState takes copies; call it after Init with the same
// dimension and hyperparameters. It returns an error and changes nothing if the
// vectors are not those of State: one missing, too many, a wrong length, a
// counter that is no count.
type Stateful interface {
	Method
	State() []Vector
	SetState(state []Vector) error
}

// part is one vector of a method's state and where it lives.
type part struct {
	name   string
	values []float64
	counts bool    // a vector of non-negative integers
	most   float64 // of them; 0: no bound
	order  int     // values is a matrix of this order whose upper triangle is saved; 0: all of values
}

func saveParts(parts []part) []Vector {
	state := make([]Vector, len(parts))
	for i, p := range parts {
		saved := make([]float64, 0, p.length())
		p.rows(func(row []float64) { saved = append(saved, row...) })
		state[i] = Vector{Name: p.name, Values: saved}
	}
	return state
}

// length is that of the saved vector.
func (p part) length() int {
	if p.order > 0 {
		return p.order * (p.order + 1) / 2
	}
	return len(p.values)
}

// rows visits what is saved of values, in order.
func (p part) rows(visit func(row []float64)) {
	if p.order == 0 {
		visit(p.values)
		return
	}
	for i := range p.order {
		visit(p.values[i*p.order+i : (i+1)*p.order])
	}
}

// loadParts copies state into parts after it has checked all of it.
func loadParts(parts []part, state []Vector) error {
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

func (p part) accepts(v Vector) error {
	if v.Name != p.name {
		return fmt.Errorf("state: must have %q next, got %q", p.name, v.Name)
	}
	if len(v.Values) != p.length() {
		return fmt.Errorf("state: %s: must have length %d, got %d", p.name, p.length(), len(v.Values))
	}
	if p.counts {
		return p.checkCounts(v)
	}
	return nil
}

func (p part) checkCounts(v Vector) error {
	for _, x := range v.Values {
		if !(x >= 0 && x < 1<<53 && x == float64(int64(x))) {
			return fmt.Errorf("state: %s: must be a count, got %g", v.Name, x)
		}
		if p.most > 0 && x > p.most {
			return fmt.Errorf("state: %s: must be at most %g, got %g", v.Name, p.most, x)
		}
	}
	return nil
}
