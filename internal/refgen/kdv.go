package main

import "math"

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
