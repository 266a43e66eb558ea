package pinn

import (
	"fmt"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
)

// Slab is a problem on a slab of its time, as marching in time solves it: with the
// conditions that fall into it, hard or soft as they are on the whole domain, and
// with the solution of the slab before as its initial value.
type Slab struct {
	Problem *pde.Problem
	Lifts   []Lift
	Soft    []int // indices of Problem.Conditions
	Whole   []int // of each condition, its index in the whole problem
}

// NewSlab returns the slab of a problem from one time to another. soft are the
// conditions that BuildLifts found soft on the whole domain. before is the solution
// of the slab before, nil for the first. With its continuation T (see Base) and the
// function G that meets the boundary conditions of the slab,
//
//	u = T + G − Σ_{k<m} (t−t₀)^k/k! ∂_t^k G(·, t₀) + φ·((t−t₀)/(t₁−t₀))^m·N,
//
// m being the order of the field's evolution in time. So u and its first m − 1
// derivatives by time go on from those of before, and since that meets the boundary
// conditions, u does. The error says what stands against marching.
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
	if s.Lifts, s.Soft, _, err = BuildLifts(part); err != nil || before == nil {
		return s, err
	}
	orders, err := Evolution(p)
	if err != nil {
		return s, err
	}
	base := &Base{before, &Start{p.Box.Time(), from, orders}}
	for f := range s.Lifts {
		if err := goOn(part, &s.Lifts[f], base); err != nil {
			return s, err
		}
	}
	return s, nil
}

// goOn turns the lift of a field on a slab without initial values into one that
// begins at the base.
func goOn(p *pde.Problem, l *Lift, base *Base) error {
	g, time := p.Graph, p.Box.Time()
	b := blender{g: g, axis: time, on: p.Box.Axes[time]}
	m := base.Start.Orders[l.Field]
	l.Base = base
	if l.Phi == nil {
		l.Phi = g.Const(1)
	}
	for range m {
		l.Phi = g.Mul(l.Phi, b.done())
	}
	if l.G == nil {
		return nil
	}
	slope, start := l.G, g.Const(0)
	factor := g.Const(1)
	for k := range m {
		start = g.Add(start, g.Mul(factor, b.at(slope, b.on.From)))
		factor = g.Div(g.Mul(factor, b.past()), g.Const(float64(k+1)))
		var err error
		if slope, err = g.Diff(slope, time); err != nil {
			return err
		}
	}
	l.G = g.Sub(l.G, start)
	return nil
}

// Evolution returns for each field the order in which it evolves in time: the highest
// order of its derivatives by time in the equations and conditions. The error tells why
// the problem cannot be solved by marching in time: it has no time, it has data or
// unknown parameters, a field evolves in a higher order than 2, or a condition holds at a
// later time than the initial one.
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

// Marched is a solution in slabs of time: part k holds up to the time Ends[k], and the
// last part beyond its end too.
type Marched struct {
	Time  int // index of the axis
	Ends  []float64
	Parts []*Solution
}

// Eval returns the values of the fields, indexed by field and then by point.
func (m Marched) Eval(pts pde.Points) [][]float64 {
	u, err := m.each(pts, m.Parts[0].form.fields, func(s *Solution, pts pde.Points) ([][]float64, error) { return s.Eval(pts), nil })
	if err != nil {
		panic("pinn: values cannot fail")
	}
	return u
}

// EvalPartials returns the given derivatives of the fields, indexed as ps and then by
// point. The error is that of Solution.EvalPartials.
func (m Marched) EvalPartials(pts pde.Points, ps []expr.Partial) ([][]float64, error) {
	return m.each(pts, len(ps), func(s *Solution, pts pde.Points) ([][]float64, error) { return s.EvalPartials(pts, ps) })
}

// each evaluates n columns, each part at the points of its slab.
func (m Marched) each(pts pde.Points, n int, eval func(s *Solution, pts pde.Points) ([][]float64, error)) ([][]float64, error) {
	if len(m.Parts) == 1 {
		return eval(m.Parts[0], pts)
	}
	where := make([][]int, len(m.Parts)) // the points of each part
	for i := range pts.N {
		k := 0
		for t := pts.At(i)[m.Time]; k < len(m.Parts)-1 && t > m.Ends[k]; {
			k++
		}
		where[k] = append(where[k], i)
	}
	u := make([][]float64, n)
	for f := range u {
		u[f] = make([]float64, pts.N)
	}
	for k, part := range m.Parts {
		if len(where[k]) == 0 {
			continue
		}
		some := pde.Points{N: len(where[k]), D: pts.D}
		for _, i := range where[k] {
			some.X = append(some.X, pts.At(i)...)
		}
		columns, err := eval(part, some)
		if err != nil {
			return nil, err
		}
		for f, column := range columns {
			for j, i := range where[k] {
				u[f][i] = column[j]
			}
		}
	}
	return u, nil
}
