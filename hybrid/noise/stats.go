// Package noise measures how far a gradient stands above its own noise: Measure for the
// gradients of minibatches, ToSignal for the gradient over all points. It knows numbers
// only, no loss and no method.
package noise

import "math"

// Stats summarises K minibatch gradients g_1 … g_K at one θ, taken from
// disjoint minibatches of Batch points each. With the Gram matrix
// A_kl = ⟨g_k, W g_l⟩, T = Σ A_kk and S = Σ A_kl:
//
//	signal² = S/K²                     |ḡ|², ḡ the mean of the K gradients
//	noise²  = V = (T − S/K)/(K−1)      spread of ONE minibatch gradient, tr(WΣ)/b
//	G2      = (S − T)/(K(K−1))         unbiased for |G|², = signal² − V/K
//
// The zero value means that nothing was measured. Gradients that are not finite
// give NaN everywhere (Finite reports it). Gradients that are all zero have
// neither signal nor noise: Signal and Noise are 0, every ratio is NaN. If all
// gradients are equal and not zero, the ratios are those of zero noise: SNR is
// +Inf. With K = 2 there is no error estimate: SE is NaN.
//
// Source: the norm test of Byrd, Chin, Nocedal and Wu (2012), the inner-product
// and orthogonality tests of Bollapragada, Byrd and Nocedal (2017) and the noise
// scale of McCandlish et al. (2018), all written as functions of A. Unlike the
// latter two, the bias tr Σ/b of |ḡ|² is removed before a ratio is formed.
type Stats struct {
	K      int    // gradients compared
	Batch  int    // points of each minibatch, b
	Metric string // the metric W: "plain" for W = I, or the method's own name for it

	Signal float64 // |ḡ|, loss per unit of θ
	Noise  float64 // σ = √V, same unit
	G2     float64 // unbiased estimate of |G|²; may be negative
	SE     float64 // jackknife standard error of ln R
	G2SE   float64 // jackknife standard error of G2

	InnerVar float64 // Var_k⟨g_k, ḡ⟩/|ḡ|⁴, of the inner-product test
	OrthVar  float64 // spread orthogonal to ḡ, over |ḡ|², of the orthogonality test
}

// Plain is the metric W = I.
const Plain = "plain"

// Measure returns the statistics of K ≥ 2 gradients of batch points each. W is
// the diagonal of the metric and metric its name; nil means W = I. It panics if
// there are fewer than two gradients or their lengths differ.
func Measure(grads [][]float64, batch int, w []float64, metric string) Stats {
	return NewMeter(len(grads)).Measure(grads, batch, w, metric)
}

// Meter measures K gradients again and again without allocating.
type Meter struct {
	gram []float64 // K×K, row-major
	rows []float64 // the K sums of its rows
}

// NewMeter returns a meter for K gradients. It panics if they are fewer than two.
func NewMeter(k int) *Meter {
	if k < 2 {
		panic("noise: a spread needs two gradients")
	}
	return &Meter{gram: make([]float64, k*k), rows: make([]float64, k)}
}

// Measure is the function Measure for as many gradients as the meter is for; it panics
// for another number of them.
func (m *Meter) Measure(grads [][]float64, batch int, w []float64, metric string) Stats {
	if len(grads) != len(m.rows) {
		panic("noise: another number of gradients than the meter is for")
	}
	for _, g := range grads {
		if len(g) != len(grads[0]) || (w != nil && len(w) != len(g)) {
			panic("noise: gradients of different lengths")
		}
	}
	gram(m.gram, grads, w)
	return statsOf(m.gram, m.rows, Stats{K: len(grads), Batch: batch, Metric: metric})
}

// statsOf completes s with what follows from the Gram matrix a; rows, of length K, is
// scratch.
func statsOf(a, rows []float64, s Stats) Stats {
	m := sumsOf(a, rows)
	if nan := math.NaN(); math.IsNaN(m.t-m.s) || math.IsInf(m.t, 0) || math.IsInf(m.s, 0) {
		s.Signal, s.Noise, s.G2, s.SE, s.G2SE, s.InnerVar, s.OrthVar = nan, nan, nan, nan, nan, nan, nan
		return s
	}
	s.Signal, s.Noise, s.G2 = math.Sqrt(m.signal2()), math.Sqrt(m.noise2()), m.power()
	s.SE, s.G2SE = errorOfLogR(m, a, rows), errorOfPower(m, a, rows)
	s.InnerVar, s.OrthVar = projections(m, rows)
	return s
}

// projections returns, with p_k = row_k/K = ⟨g_k, ḡ⟩,
//
//	Var_k(p_k)/signal⁴   and   (T − Σ_k p_k²/signal²)/(K−1)/signal²,
//
// the left sides of the inner-product and the orthogonality test, each for one
// minibatch gradient. Both are NaN where ḡ is zero.
func projections(m sums, rows []float64) (innerVar, orthVar float64) {
	k, s2 := float64(m.k), m.signal2()
	mean := m.s / (k * k)
	var spread, squares float64
	for _, r := range rows {
		p := r / k
		spread += (p - mean) * (p - mean)
		squares += p * p
	}
	if s2 == 0 {
		return math.NaN(), math.NaN()
	}
	return spread / (k - 1) / (s2 * s2), max(m.t-squares/s2, 0) / (k - 1) / s2
}

// Finite reports whether there are statistics and every gradient was finite.
func (s Stats) Finite() bool { return s.K > 0 && !math.IsNaN(s.Noise) }

// Resolved reports whether the signal can be told from the noise,
// G2 > V/50. Where it cannot, SNR is a floor, not a value.
func (s Stats) Resolved() bool { return s.G2 > s.Noise*s.Noise/MaxR }

// RawSNR returns the gradient signal-to-noise ratio ‖ḡ‖/σ, a pure number; it is
// +Inf if all batches agree. Where the true gradient is zero RawSNR does not
// tend to 0 but to the floor 1/√K, so a threshold means nothing without K.
// Rules use SNR, which removes that bias.
func (s Stats) RawSNR() float64 { return s.Signal / s.Noise }

// Floor returns 1/√K, the value that RawSNR tends to where there is only noise.
func (s Stats) Floor() float64 { return 1 / math.Sqrt(float64(s.K)) }

// SNR returns the bias-corrected signal-to-noise ratio of one minibatch
// gradient, SNR_b = √(max(G2, V/50)/V), a pure number and at least 0.141, which
// means "not resolved". RawSNR² = SNR² + 1/K where resolved.
func (s Stats) SNR() float64 { return 1 / math.Sqrt(s.R()) }

// R returns the noise-to-signal power 1/SNR², at most 50.
func (s Stats) R() float64 {
	v := s.Noise * s.Noise
	return v / max(s.G2, v/MaxR)
}

// BNoise returns the noise scale b·R, in points: the batch at which SNR would
// be 1.
func (s Stats) BNoise() float64 { return float64(s.Batch) * s.R() }

// Agreement returns SNR²/(1+SNR²) in [0, 1]: the mean inner product of two
// minibatch gradients over their mean square.
func (s Stats) Agreement() float64 { return 1 / (1 + s.R()) }

// SNRAt returns what SNR would be with points in place of Batch points:
// SNR·√(points/b). With the full set it is SNR_N, what a full-batch method would
// work with. The floor 0.141 is scaled too: ask Resolved first.
func (s Stats) SNRAt(points int) float64 {
	return s.SNR() * math.Sqrt(float64(points)/float64(s.Batch))
}

// Band returns the limits of SNR by ±2 standard errors. Where the signal is
// resolved they are those of ln R = −2·ln SNR, so SNR·e^{∓SE}; where it is not,
// those of G2, so 0 and √(max(G2 + 2·G2SE, V/50)/V).
func (s Stats) Band() (lo, hi float64) {
	if s.Resolved() || !s.Finite() {
		snr := s.SNR()
		return snr * math.Exp(-s.SE), snr * math.Exp(s.SE)
	}
	v := s.Noise * s.Noise
	return 0, math.Sqrt(max(s.G2+2*s.G2SE, v/MaxR) / v)
}

// BandAt returns the limits of SNRAt(points).
func (s Stats) BandAt(points int) (lo, hi float64) {
	lo, hi = s.Band()
	scale := math.Sqrt(float64(points) / float64(s.Batch))
	return scale * lo, scale * hi
}
