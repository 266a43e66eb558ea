package optim

import "math"

// moments are the moving averages that Adam, AMSGrad and AdamW share:
//
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	AMSGrad: w = max(w, v), else w = v
//	θ −= α/(1−β₁ᵗ)·m/(√w/√(1−β₂ᵗ) + ε)
//
// with t = 1, 2, … counted from the last restart. ε stands outside the root and
// after the bias correction. AMSGrad takes the maximum of the raw v, as PyTorch
// does: over the bias-corrected one (optax) the first gradient would never be
// forgotten.
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
