package optim

import "fmt"

// Vector is one named part of a method's state. Counters are vectors of length
// one: float64 holds integers exactly up to 2⁵³.
type Vector struct {
	Name   string
	Values []float64
}

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
	counts bool // a vector of non-negative integers
}

func saveParts(parts []part) []Vector {
	state := make([]Vector, len(parts))
	for i, p := range parts {
		state[i] = Vector{Name: p.name, Values: append([]float64(nil), p.values...)}
	}
	return state
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
		copy(p.values, state[i].Values)
	}
	return nil
}

func (p part) accepts(v Vector) error {
	if v.Name != p.name {
		return fmt.Errorf("state: must have %q next, got %q", p.name, v.Name)
	}
	if len(v.Values) != len(p.values) {
		return fmt.Errorf("state: %s: must have length %d, got %d", p.name, len(p.values), len(v.Values))
	}
	if p.counts {
		return checkCounts(v)
	}
	return nil
}

func checkCounts(v Vector) error {
	for _, x := range v.Values {
		if !(x >= 0 && x < 1<<53 && x == float64(int64(x))) {
			return fmt.Errorf("state: %s: must be a count, got %g", v.Name, x)
		}
	}
	return nil
}
