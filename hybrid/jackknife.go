package hybrid

import "math"

// jackknife returns the standard error of ℓ = ln R from leaving out one
// gradient at a time,
//
//	se(ℓ) = √((K−1)/K · Σ_k (ℓ₍k₎ − mean ℓ₍·₎)²).
//
// It is NaN for K = 2, since one gradient has no spread, 0 if no gradient
// differs from another, and +Inf if leaving one out removes all noise.
//
// Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993),
// eq. (11.5). R is bounded (maxR), so ℓ is finite where there is noise.
func jackknife(m sums, a, rows []float64) float64 {
	if m.k < 3 {
		return math.NaN()
	}
	if m.noise2() == 0 {
		return 0
	}
	var mean float64
	for i := range m.k {
		mean += m.leftOut(i, a, rows)
	}
	mean /= float64(m.k)
	var squares float64
	for i := range m.k {
		d := m.leftOut(i, a, rows) - mean
		squares += d * d
	}
	se := math.Sqrt(squares * float64(m.k-1) / float64(m.k))
	if math.IsNaN(se) {
		return math.Inf(1)
	}
	return se
}

// leftOut is ℓ₍i₎ = ln R of all gradients but i.
func (m sums) leftOut(i int, a, rows []float64) float64 {
	return math.Log(m.without(a[i*m.k+i], rows[i]).noiseToSignal())
}
