package hybrid

import "math"

// jackknife returns the standard error of a statistic f of K gradients from
// leaving out one at a time,
//
//	se(f) = √((K−1)/K · Σ_k (f₍k₎ − mean f₍·₎)²),
//
// NaN for K = 2, since one gradient has no spread.
//
// Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993),
// eq. (11.5).
func jackknife(m sums, a, rows []float64, f func(sums) float64) float64 {
	if m.k < 3 {
		return math.NaN()
	}
	leftOut := func(i int) float64 { return f(m.without(a[i*m.k+i], rows[i])) }
	var mean float64
	for i := range m.k {
		mean += leftOut(i)
	}
	mean /= float64(m.k)
	var squares float64
	for i := range m.k {
		d := leftOut(i) - mean
		squares += d * d
	}
	return math.Sqrt(squares * float64(m.k-1) / float64(m.k))
}

// errorOfLogR is the standard error of ln R: 0 if no gradient differs from
// another, +Inf if leaving one out removes all noise. R is bounded (maxR), so
// ln R is finite where there is noise.
func errorOfLogR(m sums, a, rows []float64) float64 {
	if m.k > 2 && m.noise2() == 0 {
		return 0
	}
	se := jackknife(m, a, rows, func(m sums) float64 { return math.Log(m.noiseToSignal()) })
	if m.k > 2 && math.IsNaN(se) {
		return math.Inf(1)
	}
	return se
}

// errorOfPower is the standard error of G2.
func errorOfPower(m sums, a, rows []float64) float64 { return jackknife(m, a, rows, sums.power) }
