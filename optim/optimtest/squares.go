package optimtest

import "pinn/optim"

// squares is r: Rᵖ → Rᴺ with its Jacobian, dense, and scratch for both.
type squares struct {
	p         int
	residuals func(r []float64, j jacobian, theta []float64)
	r         []float64
	j         jacobian
	grad, row []float64
	jt        []float64 // Jᵀ
}

// jacobian is ∂r/∂θ, row-major.
type jacobian struct {
	p      int
	values []float64
}

func (j jacobian) set(row, column int, v float64) { j.values[row*j.p+column] = v }

// newSquares returns the sum of n squares of p variables. residuals stores r(θ), and
// all elements of J that are not zero for every θ.
func newSquares(p, n int, residuals func(r []float64, j jacobian, theta []float64)) *squares {
	return &squares{p: p, residuals: residuals, grad: make([]float64, p), row: make([]float64, p),
		r: make([]float64, n), j: jacobian{p, make([]float64, n*p)}}
}

// Sum returns a Function of its residuals alone: r is a function of θ with values in
// Rⁿ that also stores its Jacobian, n×p row-major, of which it must set all elements.
// It has no known minimum.
func Sum(name string, start []float64, n int, r func(r, jac, theta []float64)) Function {
	s := newSquares(len(start), n, func(dst []float64, j jacobian, theta []float64) { r(dst, j.values, theta) })
	return Function{Name: name, Start: start, squares: s, f: s.valueGrad}
}

// begin computes r and J at θ and clears the upper triangle of a, p×p, and g.
func (s *squares) begin(a, g, theta []float64) {
	if len(a) != s.p*s.p || len(g) != s.p || len(theta) != s.p {
		panic("optimtest: vector of the wrong length")
	}
	s.residuals(s.r, s.j, theta)
	clear(g)
	for i := range s.p {
		clear(a[i*s.p+i : (i+1)*s.p])
	}
}

// valueGrad returns |r|² and stores 2Jᵀr.
func (s *squares) valueGrad(grad, theta []float64) (sum float64) {
	s.residuals(s.r, s.j, theta)
	clear(grad)
	for i, ri := range s.r {
		sum += ri * ri
		for k, v := range s.j.values[i*s.p : (i+1)*s.p] {
			grad[k] += 2 * ri * v
		}
	}
	return sum
}

// Value returns f(θ), the bits of ValueGrad.
func (f Function) Value(theta []float64) float64 { return f.ValueGrad(f.squares.grad, theta) }

// Rows returns f(θ), r and J.
func (f Function) Rows(theta []float64) (value float64, b optim.RowBlock) {
	s := f.squares
	s.residuals(s.r, s.j, theta)
	n := len(s.r)
	if s.jt == nil {
		s.jt = make([]float64, n*s.p)
	}
	for i, y := range s.r {
		value += y * y
		for k := range s.p {
			s.jt[k*n+i] = s.j.values[i*s.p+k]
		}
	}
	return value, optim.RowBlock{R: s.r, JT: s.jt, Stride: n}
}

// Triangle returns f(θ) and stores the triangle of J and r, row by row.
func (f Function) Triangle(r, c, theta []float64) (sum float64) {
	s := f.squares
	s.begin(r, c, theta)
	for n, y := range s.r {
		sum += y * y
		copy(s.row, s.j.values[n*s.p:])
		optim.FoldRow(r, c, s.row, y)
	}
	return sum
}

// NormalEquations returns f(θ) and stores JᵀJ in the upper triangle of a and Jᵀr in
// g.
func (f Function) NormalEquations(a, g, theta []float64) (sum float64) {
	s := f.squares
	s.begin(a, g, theta)
	for n, r := range s.r {
		row := s.j.values[n*s.p : (n+1)*s.p]
		sum += r * r
		for i, v := range row {
			if v == 0 {
				continue
			}
			g[i] += v * r
			for k := i; k < s.p; k++ {
				a[i*s.p+k] += v * row[k]
			}
		}
	}
	return sum
}

// trace returns tr(JᵀJ) at θ, the sum of the squares of J.
func (f Function) trace(theta []float64) (sum float64) {
	f.squares.residuals(f.squares.r, f.squares.j, theta)
	for _, v := range f.squares.j.values {
		sum += v * v
	}
	return sum
}
