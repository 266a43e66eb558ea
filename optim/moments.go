package optim

import "math"

// moments are the moving averages of Adam in all its forms, with t = 1, 2, … counted
// from the last restart. AMSGrad takes the maximum of the raw v, as PyTorch does: over
// the bias-corrected one (optax) the first gradient would never be forgotten.
type moments struct {
	m, v, vmax []float64 // vmax is nil without AMSGrad
	t          []float64 // one value
}

func newMoments(dim int, amsgrad bool) moments {
	s := moments{m: make([]float64, dim), v: make([]float64, dim), t: make([]float64, 1)}
	if amsgrad {
		s.vmax = make([]float64, dim)
	}
	return s
}

func (s *moments) parts() []part {
	p := []part{{name: "m", values: s.m}, {name: "v", values: s.v}}
	if s.vmax != nil {
		p = append(p, part{name: "vmax", values: s.vmax})
	}
	return append(p, part{name: "t", values: s.t, counts: true})
}

// restart begins the bias correction anew and keeps the averages. The next steps
// are shorter by √(1−β₂ᵗ)/(1−β₁ᵗ), t small (0.32 at the defaults): a warm-up that
// meets the larger gradients of redrawn points with care.
func (s *moments) restart() {
	if s.t != nil {
		s.t[0] = 0
	}
}

// metric stores 1/(√w/√(1−β₂ᵗ) + ε) in dst and reports whether a step has been made
// since the last restart.
func (s *moments) metric(dst []float64, beta2, epsilon float64) bool {
	if s.t == nil || s.t[0] == 0 {
		return false
	}
	w, root := s.v, math.Sqrt(1-math.Pow(beta2, s.t[0]))
	if s.vmax != nil {
		w = s.vmax
	}
	for i := range dst {
		dst[i] = 1 / (math.Sqrt(w[i])/root + epsilon)
	}
	return true
}

func (s *moments) update(theta, g []float64, lr, beta1, beta2, epsilon float64) {
	s.t[0]++
	rate := lr / (1 - math.Pow(beta1, s.t[0]))
	root := math.Sqrt(1 - math.Pow(beta2, s.t[0]))
	m, v := s.m[:len(g)], s.v[:len(g)]
	theta = theta[:len(g)]
	if s.vmax != nil {
		s.updateMax(theta, g, rate, root, beta1, beta2, epsilon)
		return
	}
	for i, gi := range g {
		m[i] = beta1*m[i] + (1-beta1)*gi
		v[i] = beta2*v[i] + (1-beta2)*gi*gi
		theta[i] -= rate * m[i] / (math.Sqrt(v[i])/root + epsilon)
	}
}

func (s *moments) updateMax(theta, g []float64, rate, root, beta1, beta2, epsilon float64) {
	for i, gi := range g {
		s.m[i] = beta1*s.m[i] + (1-beta1)*gi
		s.v[i] = beta2*s.v[i] + (1-beta2)*gi*gi
		s.vmax[i] = max(s.vmax[i], s.v[i])
		theta[i] -= rate * s.m[i] / (math.Sqrt(s.vmax[i])/root + epsilon)
	}
}
