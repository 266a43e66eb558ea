package noise

import "math"

// gram stores in dst the K×K matrix of inner products of K gradients,
//
//	A_kl = ⟨g_k, W g_l⟩ = Σ_j w_j g_kj g_lj,
//
// row-major, len(dst) = K². A nil w means W = I. Sums run in index order, so
// equal gradients give equal bits.
func gram(dst []float64, grads [][]float64, w []float64) {
	k := len(grads)
	for i, gi := range grads {
		for j := range i + 1 {
			a := inner(gi, grads[j], w)
			dst[i*k+j] = a
			dst[j*k+i] = a
		}
	}
}

func inner(a, b, w []float64) float64 {
	var sum float64
	if w == nil {
		for j, x := range a {
			sum += x * b[j]
		}
		return sum
	}
	for j, x := range a {
		sum += w[j] * x * b[j]
	}
	return sum
}

// sums holds what every statistic of K gradients is a function of:
// T = Σ_k A_kk and S = Σ_kl A_kl.
type sums struct {
	k    int
	t, s float64
}

// sumsOf stores row_k = Σ_l A_kl in rows and returns T and S of the K×K
// matrix a, K = len(rows).
func sumsOf(a, rows []float64) sums {
	k := len(rows)
	m := sums{k: k}
	for i := range k {
		rows[i] = 0
		for j := range k {
			rows[i] += a[i*k+j]
		}
		m.t += a[i*k+i]
		m.s += rows[i]
	}
	return m
}

// without returns the sums of the K−1 gradients that remain when the one with
// diagonal entry akk and row sum row is left out:
//
//	T₍k₎ = T − A_kk,   S₍k₎ = S − 2·row_k + A_kk.
func (m sums) without(akk, row float64) sums {
	return sums{k: m.k - 1, t: m.t - akk, s: m.s - 2*row + akk}
}

// signal2 is |ḡ|² = S/K², the square of the mean gradient's norm. Rounding can
// push S below zero when the gradients cancel; the norm is 0 then.
func (m sums) signal2() float64 {
	k := float64(m.k)
	return max(m.s/(k*k), 0)
}

// noise2 is V = (T − S/K)/(K−1), the unbiased variance tr(WΣ)/b of one
// minibatch gradient, kept from falling below 0 by rounding.
func (m sums) noise2() float64 {
	k := float64(m.k)
	return max((m.t-m.s/k)/(k-1), 0)
}

// power is G2 = (S − T)/(K(K−1)) = |ḡ|² − V/K, the unbiased estimate of |G|²:
// the mean of the inner products of different gradients. It may be negative.
func (m sums) power() float64 {
	k := float64(m.k)
	return (m.s - m.t) / (k * (k - 1))
}

// noiseToSignal is R = V/max(G2, V/MaxR): noise power over signal power. It is
// 0 if all gradients agree and NaN if all are zero.
func (m sums) noiseToSignal() float64 {
	v := m.noise2()
	return v / max(m.power(), v/MaxR)
}

// MaxR bounds R: a signal below a fiftieth of the noise power is reported as
// not resolved, not as a value.
const MaxR = 50

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
// another, +Inf if leaving one out removes all noise. R is bounded (MaxR), so
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
