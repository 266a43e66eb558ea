package noise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// gradients draws k gradients of length p with mean of norm signal and
// independent normal noise of root mean square norm 1: SNR is signal.
func gradients(rng *rand.Rand, k, p int, signal float64) [][]float64 {
	g := make([][]float64, k)
	scale := 1 / math.Sqrt(float64(p))
	for i := range g {
		g[i] = make([]float64, p)
		for j := range g[i] {
			g[i][j] = scale * rng.NormFloat64()
		}
		g[i][0] += signal
	}
	return g
}

// plainStats is the twin of Measure: the definitions, written out.
func plainStats(g [][]float64, w []float64) (signal, noise, g2, innerVar, orthVar float64) {
	k, p := len(g), len(g[0])
	weight := func(j int) float64 {
		if w == nil {
			return 1
		}
		return w[j]
	}
	mean := make([]float64, p)
	for j := range p {
		for i := range k {
			mean[j] += g[i][j] / float64(k)
		}
	}
	dot := func(a, b []float64) (s float64) {
		for j := range p {
			s += weight(j) * a[j] * b[j]
		}
		return s
	}
	minus := func(a, b []float64, c float64) []float64 {
		d := make([]float64, p)
		for j := range p {
			d[j] = a[j] - c*b[j]
		}
		return d
	}
	s2 := dot(mean, mean)
	for i := range k {
		d := minus(g[i], mean, 1)
		noise += dot(d, d) / float64(k-1)
		along := dot(g[i], mean)/s2 - 1
		innerVar += along * along / float64(k-1)
		o := minus(g[i], mean, dot(g[i], mean)/s2)
		orthVar += dot(o, o) / s2 / float64(k-1)
		for l := range k {
			if l != i {
				g2 += dot(g[i], g[l]) / float64(k*(k-1))
			}
		}
	}
	return math.Sqrt(s2), math.Sqrt(noise), g2, innerVar, orthVar
}

// tolTwin bounds the relative difference of the Gram form from the definitions.
// Both are sums of K²·P products: about K·√P·ε ≈ 4e-14 of the largest term. Worst
// of 200 draws: 4e-15. Margin 25.
const tolTwin = 1e-13

func TestMeasureAgreesWithDefinitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for draw := range 50 {
		k, p := 2+draw%9, 1+draw*3
		g := gradients(rng, k, p, float64(draw%5))
		var w []float64
		if draw%2 == 1 {
			for range p {
				w = append(w, rng.ExpFloat64())
			}
		}
		s := Measure(g, 64, w, Plain)
		signal, noise, g2, innerVar, orthVar := plainStats(g, w)
		scale := signal*signal + noise*noise
		for _, c := range []struct {
			name             string
			got, want, scale float64
		}{
			{"signal", s.Signal, signal, math.Sqrt(scale)},
			{"noise", s.Noise, noise, math.Sqrt(scale)},
			{"G2", s.G2, g2, scale},
			{"inner-product variance", s.InnerVar, innerVar, scale * scale / math.Pow(signal, 4)},
			{"orthogonal variance", s.OrthVar, orthVar, scale / (signal * signal)},
		} {
			if math.Abs(c.got-c.want) > tolTwin*c.scale {
				t.Errorf("draw %d (K %d, P %d): %s = %v, want %v (tol %g)", draw, k, p, c.name, c.got, c.want, tolTwin*c.scale)
			}
		}
	}
}

func TestJackknifeAgreesWithLeavingOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, k := range []int{3, 4, 8, 16} {
		g := gradients(rng, k, 40, 1)
		var logs []float64
		var mean float64
		for i := range k {
			rest := append(append([][]float64{}, g[:i]...), g[i+1:]...)
			logs = append(logs, math.Log(Measure(rest, 1, nil, Plain).R()))
			mean += logs[i] / float64(k)
		}
		var want float64
		for _, l := range logs {
			want += (l - mean) * (l - mean)
		}
		want = math.Sqrt(want * float64(k-1) / float64(k))
		if got := Measure(g, 1, nil, Plain).SE; math.Abs(got-want) > 1e-12*want { // cancellation in T₍k₎: a few ε; worst 3e-15
			t.Errorf("K = %d: SE = %v, want %v", k, got, want)
		}
	}
}

// Pure noise has the raw ratio 1/√K on average, whatever its dimension; the
// corrected one reads "not resolved" in about three quarters of the checks.
func TestFloor(t *testing.T) {
	for _, c := range []struct {
		k    int
		want float64
	}{{4, 0.499}, {16, 0.250}, {64, 0.125}} {
		t.Run(fmt.Sprint("K=", c.k), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, uint64(c.k)))
			const p, repeats = 100, 100
			var raw float64
			unresolved := 0
			for range repeats {
				s := Measure(gradients(rng, c.k, p, 0), 1, nil, Plain)
				raw += s.RawSNR() / repeats
				if !s.Resolved() {
					unresolved++
					if got := s.SNR(); math.Abs(got-math.Sqrt(1.0/50)) > 1e-15 {
						t.Errorf("SNR = %v of an unresolved signal, want √(1/50)", got)
					}
				}
			}
			// raw² = (1/K)·χ²_P/P about: the ratio of one check scatters by
			// 1/√(2PK) ≤ 0.035, its mean over the repeats by ≤ 0.0035.
			if math.Abs(raw-c.want) > 0.01 {
				t.Errorf("mean RawSNR of pure noise = %.4f, want %.3f (tol 0.01)", raw, c.want)
			}
			if got := Measure(gradients(rng, c.k, 5, 0), 1, nil, Plain).Floor(); got != 1/math.Sqrt(float64(c.k)) {
				t.Errorf("Floor = %v, want 1/√%d", got, c.k)
			}
			if unresolved < repeats/2 {
				t.Errorf("%d of %d checks of pure noise were not resolved, want more than half", unresolved, repeats)
			}
		})
	}
}

// The band of ±2 standard errors covers the truth in 92 to 97 % of synthetic
// checks (P = 300, K = 8, 600 repeats each), below what can be resolved too, and
// the median of SNR lies within 4 % of it where it can.
func TestBandCoversTruth(t *testing.T) {
	repeats := 600
	if testing.Short() {
		repeats = 150
	}
	for _, truth := range []float64{0, 0.1, 0.3, 0.6, 1, 2, 4} {
		t.Run(fmt.Sprint("snr=", truth), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, uint64(100*truth)))
			covered := 0
			var values []float64
			for range repeats {
				s := Measure(gradients(rng, 8, 300, truth), 100, nil, Plain)
				if lo, hi := s.Band(); lo <= truth && truth <= hi {
					covered++
				}
				values = append(values, s.SNR())
			}
			share := float64(covered) / float64(repeats)
			if share < 0.87 || share > 0.99 { // three standard deviations of a binomial share of 0.92 … 0.97
				t.Errorf("band covers the truth in %.3f of checks, want 0.87 … 0.99", share)
			}
			if m := Median(values); truth > 0.2 && math.Abs(m-truth) > 0.04*truth {
				t.Errorf("median SNR = %.3f, want %g ± 4 %%", m, truth)
			}
		})
	}
}

func TestRelations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	s := Measure(gradients(rng, 8, 50, 1.5), 128, nil, Plain)
	snr := s.SNR()
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"RawSNR² = SNR² + 1/K", s.RawSNR() * s.RawSNR(), snr*snr + 1.0/8},
		{"R = 1/SNR²", s.R(), 1 / (snr * snr)},
		{"BNoise = b·R", s.BNoise(), 128 / (snr * snr)},
		{"SNR is 1 at BNoise", snr * math.Sqrt(s.BNoise()/128), 1},
		{"agreement", s.Agreement(), snr * snr / (1 + snr*snr)},
		{"SNR_N = SNR_b·√(N/b)", s.SNRAt(128 * 9), 3 * snr},
	} {
		if math.Abs(c.got-c.want) > 1e-13*math.Abs(c.want) { // a handful of roundings
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
	lo, hi := s.BandAt(128 * 9)
	if l, h := s.Band(); math.Abs(lo-3*l) > 1e-12 || math.Abs(hi-3*h) > 1e-12 || !(lo < 3*snr && 3*snr < hi) {
		t.Errorf("BandAt(9b) = [%v, %v], want three times Band = [%v, %v] around %v", lo, hi, l, h, 3*snr)
	}
}

// Means over four times the points have twice the ratio.
func TestRatioGrowsAsRootOfBatch(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	var small, large []float64
	for range 300 {
		g := gradients(rng, 32, 60, 0.5)
		small = append(small, Measure(g[:8], 1, nil, Plain).SNRAt(4))
		means := make([][]float64, 8)
		for i := range means {
			means[i] = make([]float64, 60)
			for j := range means[i] {
				means[i][j] = (g[4*i][j] + g[4*i+1][j] + g[4*i+2][j] + g[4*i+3][j]) / 4
			}
		}
		large = append(large, Measure(means, 4, nil, Plain).SNR())
	}
	if a, b := Median(small), Median(large); math.Abs(a/b-1) > 0.05 { // medians of 300 scatter by 2 %
		t.Errorf("median SNR scaled from b to 4b = %.3f, measured at 4b = %.3f", a, b)
	}
}

func TestScalingByPowerOfTwo(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	g := gradients(rng, 8, 30, 1)
	a := Measure(g, 10, nil, Plain)
	for _, gi := range g {
		for j := range gi {
			gi[j] *= 1 << 10
		}
	}
	b := Measure(g, 10, nil, Plain)
	if a.SNR() != b.SNR() || a.SE != b.SE || a.RawSNR() != b.RawSNR() || a.InnerVar != b.InnerVar || a.OrthVar != b.OrthVar {
		t.Errorf("ratios change when every gradient is scaled by 2¹⁰: %+v, %+v", a, b)
	}
	if b.Signal != a.Signal*(1<<10) {
		t.Errorf("signal = %v, want %v", b.Signal, a.Signal*(1<<10))
	}
}

func TestEdges(t *testing.T) {
	inf := math.Inf(1)
	same := []float64{3, 4}
	for _, c := range []struct {
		name            string
		grads           [][]float64
		signal, noise   float64
		raw, snr, se    float64
		finite, resolve bool
	}{
		{"all zero", [][]float64{{0, 0}, {0, 0}, {0, 0}}, 0, 0, math.NaN(), math.NaN(), 0, true, false},
		{"all equal", [][]float64{same, same, same, same}, 5, 0, inf, inf, 0, true, true},
		{"two gradients", [][]float64{{2, 0}, {0, 0}}, 1, math.Sqrt2, 1 / math.Sqrt2, math.Sqrt(1.0 / 50), math.NaN(), true, false},
		{"two opposite", [][]float64{{1, 0}, {-1, 0}}, 0, math.Sqrt2, 0, math.Sqrt(1.0 / 50), math.NaN(), true, false},
		{"NaN", [][]float64{{1, 2}, {math.NaN(), 1}, {1, 1}}, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), false, false},
		{"infinite", [][]float64{{1, 2}, {inf, 1}, {1, 1}}, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), false, false},
		{"square overflows", [][]float64{{1e200, 0}, {1e200, 1}, {1, 1}}, math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), false, false},
		{"one outlier is all noise", [][]float64{{1, 0}, {1, 0}, {2, 0}}, 4.0 / 3, math.Sqrt(1.0 / 3), 4 / math.Sqrt(3), math.Sqrt(5), inf, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Measure(c.grads, 10, nil, Plain)
			for _, v := range []struct {
				name      string
				got, want float64
			}{{"signal", s.Signal, c.signal}, {"noise", s.Noise, c.noise}, {"raw", s.RawSNR(), c.raw}, {"snr", s.SNR(), c.snr}, {"se", s.SE, c.se}} {
				if !close(v.got, v.want) {
					t.Errorf("%s = %v, want %v", v.name, v.got, v.want)
				}
			}
			if s.Finite() != c.finite || s.Resolved() != c.resolve {
				t.Errorf("finite, resolved = %v, %v, want %v, %v", s.Finite(), s.Resolved(), c.finite, c.resolve)
			}
		})
	}
}

// close is equality to a few roundings, NaN equal to NaN.
func close(got, want float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) || want == 0 {
		return math.IsNaN(got) == math.IsNaN(want) && (math.IsNaN(want) || got == want)
	}
	return math.Abs(got-want) <= 1e-14*math.Abs(want)
}

func TestMeasurePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"one gradient":      func() { Measure([][]float64{{1}}, 1, nil, Plain) },
		"different lengths": func() { Measure([][]float64{{1}, {1, 2}}, 1, nil, Plain) },
		"metric too short":  func() { Measure([][]float64{{1, 2}, {1, 2}}, 1, []float64{1}, Plain) },
		"another meter":     func() { NewMeter(3).Measure([][]float64{{1}, {2}}, 1, nil, Plain) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("want a panic")
				}
			}()
			f()
		})
	}
}

// A meter forgets what it measured before, and allocates nothing.
func TestMeter(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	a, b := gradients(rng, 8, 50, 0.5), gradients(rng, 8, 50, 2)
	m := NewMeter(8)
	for _, g := range [][][]float64{a, b, a} {
		if got, want := m.Measure(g, 16, nil, Plain), Measure(g, 16, nil, Plain); got != want {
			t.Errorf("the meter gives %+v, want %+v", got, want)
		}
	}
	if n := testing.AllocsPerRun(20, func() { m.Measure(a, 16, nil, Plain) }); n != 0 {
		t.Errorf("a measurement allocates %v times, want 0", n)
	}
}

// Adam's metric changes the length of every gradient and not what a ratio means:
// noise of equal relative size in every coordinate gives the same SNR.
func TestMetricOfRatio(t *testing.T) {
	plain := [][]float64{{1, 200}, {3, 600}, {2, 400}}
	w := []float64{1, 1e-2}
	a, b := Measure(plain, 8, nil, Plain), Measure(plain, 8, w, "adam")
	if math.Abs(a.SNR()-b.SNR()) > 1e-12*a.SNR() || a.Signal == b.Signal {
		t.Errorf("SNR %v and %v, signals %v and %v", a.SNR(), b.SNR(), a.Signal, b.Signal)
	}
}

func BenchmarkMeasure(b *testing.B) {
	g := gradients(rand.New(rand.NewPCG(1, 1)), 8, 921, 1)
	m := NewMeter(8)
	b.ReportAllocs()
	for b.Loop() {
		m.Measure(g, 512, nil, Plain)
	}
}
