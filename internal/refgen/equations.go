package main

import "math"

// allenCahn is u_t = 1e-4·u_xx + 5(u − u³) from u = x²·cos(πx) (Raissi,
// Perdikaris and Karniadakis, J. Comput. Phys. 378 (2019) 686, sec. 3.2).
//
// The initial value is continuous across the period, but its slope jumps from
// −2 to 2 at x = ±1. The solution meant is the one of the periodic problem: the
// heat flow rounds the kink off at once, to a width √(4·1e-4·t), and u is smooth
// for t > 0. Its coefficients at t = 0 fall only as k^−2, so they are taken from
// the integrals in closed form, not from a grid that would fold the tail back;
// what is cut off beyond keep dies out by t = 5e-4·(1000/keep)².
func allenCahn(n, keep int) equation {
	return equation{
		n: n, keep: keep,
		linear: func(k float64) complex128 { return complex(-1e-4*k*k, 0) },
		outer:  func(float64) complex128 { return 1 },
		g:      func(u float64) float64 { return 5 * (u - u*u*u) },
		// v_k = ½∫ x²cos(πx)·e^{−iκ(x+1)} dx = (−1)^k·(M(k+1) + M(k−1))/4
		initial: func(k int) complex128 {
			c := (squareMoment(k+1) + squareMoment(k-1)) / 4
			if k%2 == 1 {
				c = -c
			}
			return complex(c, 0)
		},
	}
}

// squareMoment returns M(m) = ∫_{−1}^{1} x²·cos(mπx) dx = 4(−1)^m/(mπ)², and 2/3
// for m = 0.
func squareMoment(m int) float64 {
	if m == 0 {
		return 2.0 / 3
	}
	w := math.Pi * float64(m)
	if m%2 != 0 {
		return -4 / (w * w)
	}
	return 4 / (w * w)
}

// initialAllenCahn is u at t = 0.
func initialAllenCahn(x float64) float64 { return x * x * math.Cos(math.Pi*x) }

// kdv is u_t + u·u_x + μ²·u_xxx = 0 from u = cos(πx), μ = 0.022 (Zabusky and
// Kruskal, Phys. Rev. Lett. 15 (1965) 240), in the form
// u_t = −μ²·u_xxx + (−u²/2)_x.
func kdv(n, keep int) equation {
	const mu = 0.022
	return equation{
		n: n, keep: keep,
		linear: func(k float64) complex128 { return complex(0, mu*mu*k*k*k) }, // −μ²(iκ)³
		outer:  func(k float64) complex128 { return complex(0, k) },
		g:      func(u float64) float64 { return -u * u / 2 },
		initial: func(k int) complex128 { // cos(πx) = −cos(π(x+1))
			if k == 1 {
				return -0.5
			}
			return 0
		},
	}
}

// initialKdV is u at t = 0.
func initialKdV(x float64) float64 { return math.Cos(math.Pi * x) }
