package optim

import (
	"errors"
	"math"

	"pinn/internal/seam"
)

// Objective is a smooth function L: Rᵖ → R with its gradient.
type Objective interface {
	// Dim returns p, the length of θ.
	Dim() int
	// ValueGrad returns L(θ) and stores ∇L(θ) in all of grad. It keeps neither
	// slice and does not change theta; len(grad) = len(theta) = Dim(). Equal θ
	// give equal bits until the caller changes the objective and says so by
	// Method.Restart. A value or gradient that is not finite is legal: methods
	// survive it.
	ValueGrad(grad, theta []float64) float64
}

// LeastSquares is an Objective that is a sum of squares, L = |r(θ)|², r: Rᵖ → Rᴺ,
// with J = ∂r/∂θ. Constant weights are part of r. There is no factor ½.
type LeastSquares interface {
	Objective
	// Value returns L(θ) alone, to rounding that of ValueGrad.
	Value(theta []float64) float64
	// NormalEquations returns L(θ) and stores the matrix and the gradient of the
	// Gauss-Newton model |r + Jp|² = L + 2g·p + p·Ap:
	//
	//	A = JᵀJ   in the upper triangle of a, p×p row-major; the rest is left alone
	//	g = Jᵀr = ½∇L
	//
	// len(a) = p², len(g) = len(theta) = p. As ValueGrad it keeps no slice, changes
	// no θ, repeats itself bit for bit, and may give what is not finite.
	NormalEquations(a, g, theta []float64) float64
	// Triangle is NormalEquations without the square: it returns L(θ) and stores
	//
	//	R   in the upper triangle of r, p×p row-major; the rest is left alone
	//	c   of length p
	//
	// with |r + Jp|² = |Rp + c|² + (L − |c|²) for every p, so that RᵀR = JᵀJ and
	// Rᵀc = Jᵀr. The diagonal of R may have any sign, and zeros. It is computed by
	// reflections or rotations of J and so keeps the small singular values of J,
	// which rounding of JᵀJ loses.
	Triangle(r, c, theta []float64) float64
}

// ErrNotLeastSquares is the error of a method that needs a LeastSquares objective
// and was given another.
var ErrNotLeastSquares = errors.New("the objective is no sum of squares with normal equations")

// FoldRow takes one more row of J, with its residual y, into the triangle R of r and
// into c, one rotation per column: the plain way to a Triangle, which begins with zeros
// and folds all rows. It overwrites row; len(c) = len(row) = p. The cost is 3p²
// multiplications.
//
// Golub and Van Loan, Matrix Computations, 4th ed. (2013), section 5.1.8.
func FoldRow(r, c, row []float64, y float64) {
	n := len(row)
	for k := range row {
		x := row[k]
		if x == 0 {
			continue
		}
		to := r[k*n : (k+1)*n]
		h := math.Hypot(to[k], x)
		cos, sin := to[k]/h, x/h
		for l := k; l < n; l++ {
			to[l], row[l] = cos*to[l]+sin*row[l], cos*row[l]-sin*to[l]
		}
		c[k], y = cos*c[k]+sin*y, cos*y-sin*c[k]
	}
}

// Rows is an Objective that is a sum of squares, L = |r(θ)|², of few residuals, such as
// those of one minibatch: all rows of its Jacobian can be held at a time. Constant
// weights are part of r.
type Rows interface {
	Objective
	// Rows returns L(θ), r and J = ∂r/∂θ. The block is the objective's own; it is
	// good until the next call, and its numbers may be overwritten. As ValueGrad
	// it repeats itself bit for bit, and may give what is not finite.
	Rows(theta []float64) (value float64, b RowBlock)
}

// RowBlock is n residuals with their rows of the Jacobian. Rows of zeros may fill it up.
type RowBlock = seam.RowBlock

// ErrNoRows is the error of a method that needs a Rows objective and was given
// another.
var ErrNoRows = errors.New("the objective does not give the rows of its Jacobian")
