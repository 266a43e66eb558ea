package pinn

import (
	"fmt"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
)

// Slab is a problem on one slab of its time; marching in time solves one slab after the
// other. It has the conditions that fall into the slab, hard or soft as they are on the whole
// domain, and instead of initial conditions the solution of the slab before.
type Slab struct {
	Problem *pde.Problem
	Lifts   []hard.Lift
	Base    *Base // the solution of the slab before, continued; nil for the first slab
	Soft    []int // indices of Problem.Conditions
	Whole   []int // of each condition, its index in the whole problem
}

// NewSlab returns the slab of a problem from time t₀ to t₁. soft are the conditions that
// hard.Lifts found soft on the whole domain. before is the solution of the slab before, nil
// for the first slab. With the continuation T of before (see Base) and the function G that
// meets the boundary conditions of the slab,
//
//	u = T + G − Σ_{k<m} (t−t₀)^k/k! ∂_t^k G(·, t₀) + φ·((t−t₀)/(t₁−t₀))^m·N,
//
// m being the order of the field's evolution in time (see hard.Lift.Started). At t₀ u and its
// first m − 1 derivatives by time equal those of before. On the boundary u meets the hard
// conditions, because before meets them at t₀. The error says why the problem cannot be
// marched.
func NewSlab(p *pde.Problem, soft []int, from, to float64, before *Solution) (Slab, error) {
	part, which := p.During(from, to)
	for i, whole := range which {
		part.Conditions[i].Enforce = pde.Hard
		if slices.Contains(soft, whole) {
			part.Conditions[i].Enforce = pde.Soft
		}
	}
	s := Slab{Problem: part, Whole: which}
	var err error
	if s.Lifts, s.Soft, _, err = hard.Lifts(part); err != nil || before == nil {
		return s, err
	}
	orders, err := Evolution(p)
	if err != nil {
		return s, err
	}
	s.Base = &Base{before, &Start{p.Box.Time(), from, orders}}
	for f, l := range s.Lifts {
		if s.Lifts[f], err = l.Started(part.Graph, part.Box, orders[f]); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Evolution returns for each field the order of its evolution in time, which is the highest
// order of its derivatives by time in the equations and conditions. The error says why the
// problem cannot be solved by marching in time: it has no axis t or a periodic one, it has
// data or unknown parameters, a field evolves in a higher order than 2, or a condition holds
// at a time after the first.
func Evolution(p *pde.Problem) ([]int, error) {
	time := p.Box.Time()
	switch {
	case time < 0:
		return nil, fmt.Errorf("no axis is t")
	case p.Box.Axes[time].Periodic:
		return nil, fmt.Errorf("t is periodic")
	case len(p.Data) > 0:
		return nil, fmt.Errorf("its data belong to all times at once")
	case len(p.Params) > 0:
		return nil, fmt.Errorf("its unknown parameters belong to all times at once")
	}
	orders := make([]int, len(p.Fields))
	var residuals []*expr.Expr
	for _, e := range p.Equations {
		residuals = append(residuals, e.Residual)
	}
	for _, c := range p.Conditions { // such as u_t + dn(u) = 0
		residuals = append(residuals, c.Residual)
	}
	for _, r := range residuals {
		for _, q := range r.Partials() {
			if m := int(q.Order[time]); m > orders[q.Field] {
				if orders[q.Field] = m; m > 2 {
					return nil, fmt.Errorf("%s is of order %d in time; marching goes up to 2", p.Graph.Partial(q), m)
				}
			}
		}
	}
	for _, c := range p.Conditions {
		for _, q := range c.Pieces {
			for _, f := range q.Fixed {
				if f.Axis == time && p.Box.Axes[time].End(f.Value) >= 0 {
					return nil, fmt.Errorf("the condition %s holds later than the start, at %g", c.Name, f.Value)
				}
			}
		}
	}
	return orders, nil
}
