package expr

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/rows"
)

// The banks of a program.
const (
	bankValue    rows.Bank = iota + 1 // results of instructions, kept for the adjoint sweep
	bankStatic                        // parts that depend on the place only
	bankPartial                       // fields and their derivatives
	bankCoord                         // coordinates, normals, data columns
	bankSeed                          // adjoints of the outputs
	bankAdjoint                       // adjoints on their way down
	bankDPartial                      // adjoints of the partials
	bankDParam                        // adjoints of the unknown parameters
)

// applied returns the function of rows that computes op(a, b, c). Sine, cosine, tanh
// and exp are vector kernels, all others go point by point.
func applied(op Op) rows.Func {
	switch op {
	case OpSin:
		return rows.Unary(kernel.Sin)
	case OpCos:
		return rows.Unary(kernel.Cos)
	case OpTanh:
		return rows.Unary(kernel.Tanh)
	case OpExp:
		return rows.Unary(kernel.Exp)
	}
	return func(dst, a, b, c []float64) {
		switch {
		case b == nil:
			for j, v := range a {
				dst[j] = apply(op, v, 0, 0)
			}
		case c == nil:
			for j, v := range a {
				dst[j] = apply(op, v, b[j], 0)
			}
		default:
			for j, v := range a {
				dst[j] = apply(op, v, b[j], c[j])
			}
		}
	}
}

// sloped returns the function of rows that computes the derivative of op(a, b) by a,
// or by b if second, given c = op(a, b).
func sloped(op Op, second bool) rows.Func {
	if op == OpTanh {
		return func(dst, _, _, c []float64) {
			for j, v := range c {
				dst[j] = 1 - v*v
			}
		}
	}
	return func(dst, a, b, c []float64) {
		if b == nil {
			for j, x := range a {
				dst[j] = slope(op, x, c[j])
			}
			return
		}
		for j, x := range a {
			p, q := slope2(op, x, b[j], c[j])
			if second {
				p = q
			}
			dst[j] = p
		}
	}
}

// slope returns f'(a) for a function of one argument with the value v = f(a).
// Sine, cosine and exp have no need of it.
func slope(op Op, a, v float64) float64 {
	switch op {
	case OpTan:
		return 1 + v*v
	case OpAsin:
		return 1 / math.Sqrt(1-a*a)
	case OpAcos:
		return -1 / math.Sqrt(1-a*a)
	case OpAtan:
		return 1 / (1 + a*a)
	case OpSinh:
		return math.Cosh(a)
	case OpCosh:
		return math.Sinh(a)
	case OpLog:
		return 1 / a
	case OpSqrt:
		return 0.5 / v
	case OpAbs:
		return sign(a)
	case OpErf:
		return 2 / math.SqrtPi * math.Exp(-a*a)
	}
	panic("expr: no slope for this operation")
}

// slope2 returns the derivatives of v = op(a, b) by a and by b.
func slope2(op Op, a, b, v float64) (da, db float64) {
	switch op {
	case OpPow:
		if a != 0 {
			db = v * math.Log(a)
		}
		return b * math.Pow(a, b-1), db
	case OpMin:
		da = truth(a <= b)
		return da, 1 - da
	case OpMax:
		da = truth(b <= a)
		return da, 1 - da
	case OpAtan2:
		r := b*b + a*a
		return b / r, -a / r
	}
	panic("expr: no slope for this operation")
}
