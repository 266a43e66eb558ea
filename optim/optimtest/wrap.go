package optimtest

import (
	"math"

	"pinn/optim"
)

// Counted counts the calls of an objective.
type Counted struct {
	optim.Objective
	Calls int
}

// ValueGrad calls the objective.
func (c *Counted) ValueGrad(grad, theta []float64) float64 {
	c.Calls++
	return c.Objective.ValueGrad(grad, theta)
}

// Scaled is an objective times Factor.
type Scaled struct {
	optim.Objective
	Factor float64
}

// ValueGrad returns Factor·f(θ) and stores its gradient.
func (s Scaled) ValueGrad(grad, theta []float64) float64 {
	v := s.Objective.ValueGrad(grad, theta)
	for i := range grad {
		grad[i] *= s.Factor
	}
	return s.Factor * v
}

// Walled is an objective that has no value where Outside holds: it returns Value
// there (NaN or an infinity) and fills the gradient with it.
type Walled struct {
	optim.Objective
	Outside func(theta []float64) bool
	Value   float64
}

// ValueGrad calls the objective inside the wall.
func (w Walled) ValueGrad(grad, theta []float64) float64 {
	if !w.Outside(theta) {
		return w.Objective.ValueGrad(grad, theta)
	}
	for i := range grad {
		grad[i] = w.Value
	}
	return w.Value
}

// Planted is an objective with a fault in its calls From, From+1, …, To−1,
// counted from 0.
type Planted struct {
	optim.Objective
	From, To int
	Fault    Fault
	calls    int
}

// Fault says what a call returns instead of the truth.
type Fault struct {
	Name      string
	Loss      bool    // the value is Value
	Component int     // this component of the gradient is Value; −1: none
	Value     float64 // NaN or an infinity
}

// Faults returns the faults that every method must survive, for dimension dim.
func Faults(dim int) []Fault {
	nan, inf := math.NaN(), math.Inf(1)
	return []Fault{
		{Name: "loss NaN", Loss: true, Component: -1, Value: nan},
		{Name: "loss +Inf", Loss: true, Component: -1, Value: inf},
		{Name: "loss -Inf", Loss: true, Component: -1, Value: -inf},
		{Name: "gradient NaN", Component: dim - 1, Value: nan},
		{Name: "gradient +Inf", Component: 0, Value: inf},
		{Name: "gradient -Inf", Component: dim / 2, Value: -inf},
		{Name: "gradient huge", Component: 0, Value: 1e200},
		{Name: "both NaN", Loss: true, Component: 0, Value: nan},
	}
}

// ValueGrad calls the objective and plants the fault.
func (p *Planted) ValueGrad(grad, theta []float64) float64 {
	v := p.Objective.ValueGrad(grad, theta)
	if p.calls >= p.From && p.calls < p.To {
		if p.Fault.Component >= 0 {
			grad[p.Fault.Component] = p.Fault.Value
		}
		if p.Fault.Loss {
			v = p.Fault.Value
		}
	}
	p.calls++
	return v
}

// permuted is an objective with its coordinates renamed: coordinate i of the
// caller is order[i] of the objective.
type permuted struct {
	optim.Objective
	order    []int
	theta, g []float64
}

func permute(f optim.Objective, order []int) *permuted {
	return &permuted{f, order, make([]float64, f.Dim()), make([]float64, f.Dim())}
}

func (p *permuted) ValueGrad(grad, theta []float64) float64 {
	for i, o := range p.order {
		p.theta[o] = theta[i]
	}
	v := p.Objective.ValueGrad(p.g, p.theta)
	for i, o := range p.order {
		grad[i] = p.g[o]
	}
	return v
}
