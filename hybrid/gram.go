package hybrid

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

// noiseToSignal is R = V/max(G2, V/maxR): noise power over signal power. It is
// 0 if all gradients agree and NaN if all are zero.
func (m sums) noiseToSignal() float64 {
	v := m.noise2()
	return v / max(m.power(), v/maxR)
}

// maxR bounds R: a signal below a fiftieth of the noise power is reported as
// not resolved, not as a value.
const maxR = 50
