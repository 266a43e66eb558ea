package pinn

import (
	"math"
	"math/rand/v2"
	"testing"

	"pinn/pde"
)

// chunked builds a problem of several parts of points, with more tiles than there
// are chunks.
func chunked(t *testing.T, o LossOptions) *built {
	t.Helper()
	inf := math.Inf(1)
	s := state(t, []pde.Axis{span("x", -1, 1), span("t", 0, 1)}, "u").
		Parameter(pde.Param{Name: "k", Start: 0.5, Min: 0, Max: inf}).
		Equation("u_t + u*u_x = k*u_xx").
		Equation("u_x = sin(3*x*t)").
		Condition("u = sin(3*x)", on(1, 0), soft)
	o.CacheBytes = 1 << 14 // small tiles
	return build(s, small("tanh"), o)
}

// pointGradients returns, for each part, the gradient that each of its points adds to
// the mean of the part, from the rows of the Jacobian.
func pointGradients(b *built) [][][]float64 {
	out := make([][][]float64, len(b.sets))
	at := make([]int, len(b.names)) // rows of a term so far
	b.Jacobian(b.theta, func(k JacobianBlock) {
		part := 0
		for i, s := range b.sets {
			for _, m := range s.terms {
				if m == k.Term {
					part = i
				}
			}
		}
		n := b.sets[part].pts.N
		for len(out[part]) < n {
			out[part] = append(out[part], make([]float64, b.Dim()))
		}
		for j := range k.N {
			g := out[part][at[k.Term]+j]
			for i := range g {
				g[i] += 2 * float64(n) * k.JT[i*k.Stride+j] * k.R[j]
			}
		}
		at[k.Term] += k.N
	})
	return out
}

// tolChunk bounds the relative difference of the statistics from their definition:
// a few thousand additions of one sign. Worst of the cases here 3e-14; margin 300.
const tolChunk = 1e-11

// The statistics of the chunks are those of their definition, whether the gradient
// came alone or with the normal equations.
func TestChunkStats(t *testing.T) {
	b := chunked(t, LossOptions{Interior: 3000, Seed: 3})
	if n := len(b.full.chunks); n > maxChunks || n < maxChunks-2 || len(b.full.parts) != 2 {
		t.Fatalf("%d chunks of %d tiles in %d parts", n, b.full.tiles, len(b.full.parts))
	}
	var want2, wantNoise float64
	chunks := 0
	whole := make([]float64, b.Dim())
	for k, points := range pointGradients(b) {
		mean := make([]float64, b.Dim())
		for _, g := range points {
			for i := range g {
				mean[i] += g[i] / float64(len(points))
				whole[i] += g[i] / float64(len(points))
			}
		}
		spread, compared, p := 0.0, 0, b.full.parts[k]
		for _, c := range b.full.chunks {
			if c.part != k {
				continue
			}
			from, to := (c.from-p.first)*p.cut, min((c.to-p.first)*p.cut, p.points)
			for i := range mean {
				d := -mean[i]
				for _, g := range points[from:to] {
					d += g[i] / float64(to-from)
				}
				spread += float64(to-from) * d * d
			}
			compared++
		}
		chunks += compared
		wantNoise += spread / float64(compared-1) / float64(len(points))
	}
	for _, g := range whole {
		want2 += g * g
	}
	grad := make([]float64, b.Dim())
	for name, evaluate := range map[string]func(){
		"gradient":         func() { b.ValueGrad(grad, b.theta) },
		"normal equations": func() { b.NormalEquations(make([]float64, b.Dim()*b.Dim()), grad, b.theta) },
		"triangle": func() {
			b.Triangle(make([]float64, b.Dim()*b.Dim()), make([]float64, b.Dim()), b.theta)
		},
	} {
		evaluate()
		got2, noise, n := b.ChunkStats()
		if n != chunks || math.Abs(got2-want2) > tolChunk*want2 || math.Abs(noise-wantNoise) > tolChunk*wantNoise {
			t.Errorf("%s: |g|² = %v, variance %v from %d chunks, want %v, %v from %d (tol %g)", name, got2, noise, n, want2, wantNoise, chunks, tolChunk)
		}
	}
	if n := testing.AllocsPerRun(10, func() { b.ChunkStats() }); n != 0 {
		t.Errorf("allocates %v times, want 0", n)
	}
}

// Nothing is known after another evaluation, of points that are all in one chunk
// each, or of data.
func TestChunkStatsUnknown(t *testing.T) {
	b := chunked(t, LossOptions{Interior: 300, Seed: 3})
	grad := make([]float64, b.Dim())
	unknown := func(name string, b *built) {
		t.Helper()
		if s, v, n := b.ChunkStats(); n != 0 || !math.IsNaN(s) || !math.IsNaN(v) {
			t.Errorf("%s: %v, %v from %d chunks, want nothing", name, s, v, n)
		}
	}
	unknown("at first", b)
	for name, evaluate := range map[string]func(){
		"value":     func() { b.Value(b.theta) },
		"held out":  func() { b.HeldOut(b.theta) },
		"minibatch": func() { b.deal(50).ValueGrad(0, grad, b.theta) },
		"profile":   func() { b.Profile(b.theta) },
	} {
		b.ValueGrad(grad, b.theta)
		if _, _, n := b.ChunkStats(); n < 2 {
			t.Fatalf("%d chunks", n)
		}
		evaluate()
		unknown(name, b)
	}
	s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u")
	var rows [][]float64
	for i := range 200 {
		rows = append(rows, []float64{float64(i) / 200, 0.5, 1})
	}
	data := build(s.Observe("u = f", []string{"f"}, rows), small("tanh"), few)
	data.ValueGrad(make([]float64, data.Dim()), data.theta)
	unknown("data", data)
}

// The variance is that of the gradient over fresh points, and as large for points
// that a sampler spreads evenly: their chunks are alike by chance only, since the
// points were shuffled.
func TestChunkStatsOfFreshPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: a quarter of a second")
	}
	const draws = 300
	estimate := func(sampler string) (mean, actual float64) {
		b := chunked(t, LossOptions{Interior: 400, Seed: 3, Sampler: sampler})
		rng := rand.New(rand.NewPCG(1, 2))
		sum, squares := make([]float64, b.Dim()), 0.0
		grad := make([]float64, b.Dim())
		for range draws {
			b.Resample("uniform", 0, 1, 1, b.theta, rng)
			b.ValueGrad(grad, b.theta)
			_, noise, _ := b.ChunkStats()
			mean += noise / draws
			for i, g := range grad {
				sum[i] += g
				squares += g * g
			}
		}
		for _, s := range sum {
			squares -= s * s / draws
		}
		return mean, squares / (draws - 1)
	}
	// The standard error of a variance from n draws of about ν components that matter
	// is √(2/(nν)) ≤ 8 %, the bound being that of one component; the tolerance is three of
	// these, rounded up.
	mean, actual := estimate("uniform")
	if math.Abs(mean/actual-1) > 0.3 {
		t.Errorf("uniform points: estimated variance %v, of the draws %v (tol 30 %%)", mean, actual)
	}
	even, less := estimate("sobol")
	if math.Abs(even/mean-1) > 0.3 || less > actual/2 {
		t.Errorf("sobol points: estimated variance %v, want that of uniform points %v (tol 30 %%); of the draws %v, want far less", even, mean, less)
	}
}
