package optimtest

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"pinn/optim"
)

// The wrappers below are least squares, or give rows, if what they wrap is and does;
// otherwise the methods for these panic.

func rowsOf(f optim.Objective) optim.Rows {
	s, ok := f.(optim.Rows)
	if !ok {
		panic("optimtest: the objective wrapped is no optim.Rows")
	}
	return s
}

func leastSquares(f optim.Objective) optim.LeastSquares {
	s, ok := f.(optim.LeastSquares)
	if !ok {
		panic("optimtest: the objective wrapped is no optim.LeastSquares")
	}
	return s
}

// Counted counts the calls of an objective, and the losses and gradients among them:
// NormalEquations and Triangle count as one of each.
type Counted struct {
	optim.Objective
	Calls, Losses, Grads int
}

// count counts a call for the loss, and as many gradients.
func (c *Counted) count(grads int) {
	c.Calls++
	c.Losses++
	c.Grads += grads
}

// ValueGrad calls the objective.
func (c *Counted) ValueGrad(grad, theta []float64) float64 {
	c.count(1)
	return c.Objective.ValueGrad(grad, theta)
}

// Value calls the objective.
func (c *Counted) Value(theta []float64) float64 {
	c.count(0)
	return leastSquares(c.Objective).Value(theta)
}

// NormalEquations calls the objective.
func (c *Counted) NormalEquations(a, g, theta []float64) float64 {
	c.count(1)
	return leastSquares(c.Objective).NormalEquations(a, g, theta)
}

// Triangle calls the objective.
func (c *Counted) Triangle(r, q, theta []float64) float64 {
	c.count(1)
	return leastSquares(c.Objective).Triangle(r, q, theta)
}

// Rows calls the objective.
func (c *Counted) Rows(theta []float64) (float64, optim.RowBlock) {
	c.count(1)
	return rowsOf(c.Objective).Rows(theta)
}

// Scaled is an objective times Factor.
type Scaled struct {
	optim.Objective
	Factor float64
}

// ValueGrad returns Factor·f(θ) and stores its gradient.
func (s Scaled) ValueGrad(grad, theta []float64) float64 {
	v := s.Objective.ValueGrad(grad, theta)
	floats.Scale(s.Factor, grad)
	return s.Factor * v
}

// Value returns Factor·f(θ).
func (s Scaled) Value(theta []float64) float64 {
	return s.Factor * leastSquares(s.Objective).Value(theta)
}

// NormalEquations returns Factor·f(θ) with the equations of √Factor·r.
func (s Scaled) NormalEquations(a, g, theta []float64) float64 {
	v := leastSquares(s.Objective).NormalEquations(a, g, theta)
	scaleModel(a, g, s.Factor)
	return s.Factor * v
}

// Triangle returns Factor·f(θ) with the triangle of √Factor·r.
func (s Scaled) Triangle(r, c, theta []float64) float64 {
	v := leastSquares(s.Objective).Triangle(r, c, theta)
	scaleModel(r, c, math.Sqrt(s.Factor))
	return s.Factor * v
}

// scaleModel multiplies the upper triangle of a and g by factor.
func scaleModel(a, g []float64, factor float64) {
	for i := range g {
		g[i] *= factor
		floats.Scale(factor, a[i*len(g)+i:(i+1)*len(g)])
	}
}

// Walled is an objective that has no value where Outside holds: it returns Wall
// there (NaN or an infinity) and fills the gradient with it.
type Walled struct {
	optim.Objective
	Outside func(theta []float64) bool
	Wall    float64
}

// ValueGrad calls the objective inside the wall.
func (w Walled) ValueGrad(grad, theta []float64) float64 {
	if !w.Outside(theta) {
		return w.Objective.ValueGrad(grad, theta)
	}
	for i := range grad {
		grad[i] = w.Wall
	}
	return w.Wall
}

// Value calls the objective inside the wall.
func (w Walled) Value(theta []float64) float64 {
	if w.Outside(theta) {
		return w.Wall
	}
	return leastSquares(w.Objective).Value(theta)
}

// NormalEquations calls the objective inside the wall.
func (w Walled) NormalEquations(a, g, theta []float64) float64 {
	if !w.Outside(theta) {
		return leastSquares(w.Objective).NormalEquations(a, g, theta)
	}
	return w.fill(a, g)
}

// Triangle calls the objective inside the wall.
func (w Walled) Triangle(r, c, theta []float64) float64 {
	if !w.Outside(theta) {
		return leastSquares(w.Objective).Triangle(r, c, theta)
	}
	return w.fill(r, c)
}

// fill puts the wall into g and on the diagonal of a.
func (w Walled) fill(a, g []float64) float64 {
	for i := range g {
		g[i], a[i*len(g)+i] = w.Wall, w.Wall
	}
	return w.Wall
}

// Rows calls the objective inside the wall.
func (w Walled) Rows(theta []float64) (float64, optim.RowBlock) {
	v, b := rowsOf(w.Objective).Rows(theta)
	if w.Outside(theta) {
		v = w.Wall
		for i := range b.R {
			b.R[i] = w.Wall
		}
	}
	return v, b
}

// Planted is an objective with a fault in its calls From, From+1, …, To−1,
// counted from 0.
type Planted struct {
	optim.Objective
	From, To int
	Fault    Fault

	calls, spoilt int // spoilt: those that returned something else than the truth
}

// Fault says what a call returns instead of the truth.
type Fault struct {
	Name      string
	Loss      bool    // the value is Value
	Component int     // this component of the gradient is Value; −1: none
	Diagonal  bool    // the last element of JᵀJ is Value, in NormalEquations, or of R
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
		{Name: "matrix NaN", Component: -1, Diagonal: true, Value: nan},
		{Name: "matrix +Inf", Component: -1, Diagonal: true, Value: inf},
		{Name: "matrix huge", Component: -1, Diagonal: true, Value: 1e300},
	}
}

// ValueGrad calls the objective and plants the fault.
func (p *Planted) ValueGrad(grad, theta []float64) float64 {
	return p.plant(p.Objective.ValueGrad(grad, theta), grad, nil)
}

// Value calls the objective and plants the fault.
func (p *Planted) Value(theta []float64) float64 {
	return p.plant(leastSquares(p.Objective).Value(theta), nil, nil)
}

// NormalEquations calls the objective and plants the fault.
func (p *Planted) NormalEquations(a, g, theta []float64) float64 {
	return p.plant(leastSquares(p.Objective).NormalEquations(a, g, theta), g, a)
}

// Triangle calls the objective and plants the fault: in c instead of the gradient and
// in R instead of JᵀJ.
func (p *Planted) Triangle(r, c, theta []float64) float64 {
	return p.plant(leastSquares(p.Objective).Triangle(r, c, theta), c, r)
}

// Rows calls the objective and plants the fault: in r instead of the gradient and in J
// instead of JᵀJ.
func (p *Planted) Rows(theta []float64) (float64, optim.RowBlock) {
	v, b := rowsOf(p.Objective).Rows(theta)
	return p.plant(v, b.R, b.JT), b
}

// plant spoils what a call gave, if it is one of those to be spoilt.
func (p *Planted) plant(v float64, g, a []float64) float64 {
	p.calls++
	if p.calls <= p.From || p.calls > p.To {
		return v
	}
	gradient, diagonal := p.Fault.Component >= 0 && g != nil && p.Fault.Component < len(g), p.Fault.Diagonal && a != nil
	if gradient {
		g[p.Fault.Component] = p.Fault.Value
	}
	if diagonal {
		a[len(a)-1] = p.Fault.Value
	}
	if gradient || diagonal || p.Fault.Loss {
		p.spoilt++
	}
	if p.Fault.Loss {
		return p.Fault.Value
	}
	return v
}

// permuted is an objective with its coordinates renamed: coordinate i of the
// caller is order[i] of the objective.
type permuted struct {
	optim.Objective
	order       []int
	theta, g, a []float64
	asked       bool // for Rows
}

func permute(f optim.Objective, order []int) *permuted {
	n := f.Dim()
	return &permuted{Objective: f, order: order, theta: make([]float64, n), g: make([]float64, n), a: make([]float64, n*n)}
}

// inner returns θ in the order of the objective.
func (p *permuted) inner(theta []float64) []float64 {
	for i, o := range p.order {
		p.theta[o] = theta[i]
	}
	return p.theta
}

func (p *permuted) ValueGrad(grad, theta []float64) float64 {
	v := p.Objective.ValueGrad(p.g, p.inner(theta))
	for i, o := range p.order {
		grad[i] = p.g[o]
	}
	return v
}

func (p *permuted) Value(theta []float64) float64 {
	return leastSquares(p.Objective).Value(p.inner(theta))
}

func (p *permuted) NormalEquations(a, g, theta []float64) float64 {
	n := len(theta)
	v := leastSquares(p.Objective).NormalEquations(p.a, p.g, p.inner(theta))
	for i, o := range p.order {
		g[i] = p.g[o]
		for k := i; k < n; k++ {
			q := p.order[k]
			a[i*n+k] = p.a[min(o, q)*n+max(o, q)]
		}
	}
	return v
}

func (p *permuted) Triangle(r, c, theta []float64) float64 {
	n := len(theta)
	v := leastSquares(p.Objective).Triangle(p.a, p.g, p.inner(theta))
	clear(c)
	for i := range n {
		clear(r[i*n+i : (i+1)*n])
	}
	row := make([]float64, n)
	for i, y := range p.g {
		for k, o := range p.order {
			row[k] = 0
			if o >= i {
				row[k] = p.a[i*n+o]
			}
		}
		optim.FoldRow(r, c, row, y)
	}
	return v
}

func (p *permuted) Rows(theta []float64) (float64, optim.RowBlock) {
	p.asked = true
	v, b := rowsOf(p.Objective).Rows(p.inner(theta))
	jt := make([]float64, len(b.JT))
	for i, o := range p.order {
		copy(jt[i*b.Stride:(i+1)*b.Stride], b.JT[o*b.Stride:])
	}
	b.JT = jt
	return v, b
}
