package optim

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/kernel/qr"
	"pinn/internal/kernel/triangle"
)

// Shares of tr(A) in λ.
const (
	// fineShare·tr(A) is the λ below which a Step works with the triangle: the
	// normal equations know A to ε·tr(A), and that must not matter beside λ.
	fineShare = 1e-10
	// coarseLeast·tr(A) is the least λ with the normal equations.
	coarseLeast = 1e-13
	// fineLeast·tr(A) is the least λ with the triangle, which knows the singular
	// values of J to ε·√tr(A).
	fineLeast = 1e-31
)

// lmModel is the Gauss-Newton model |r + Jp|² at the accepted point. It is coarse,
//
//	A = JᵀJ, g = Jᵀr;   (A + λI)p = −g by Cholesky's method,
//
// or fine, where λ is so small that rounding of A would drown it,
//
//	|r + Jp|² = |Rp + c|² + rest;   p minimises |Rp + c|² + λ|p|² by reflections.
type lmModel struct {
	dim      int
	fine     bool
	a        []float64          // A or R, upper triangle
	g        []float64          // Jᵀr = ½∇L
	diagonal []float64          // of A
	trace    float64            // of A
	factor   *triangle.Cholesky // of A + λI; when fine its U holds the triangle of [R; √λI]

	// fine only
	c, d, y, z []float64
	work       []float64 // dim × dim
	folder     *qr.Folder
}

func newLMModel(dim, threads int) lmModel {
	vector := func() []float64 { return make([]float64, dim) }
	return lmModel{dim: dim, a: make([]float64, dim*dim), factor: triangle.NewCholesky(dim, threads),
		g: vector(), diagonal: vector(), c: vector(), d: vector(), y: vector(), z: vector(),
		work: make([]float64, dim*dim), folder: qr.New(dim, threads)}
}

// evaluate makes it the model at theta and returns L(θ).
func (q *lmModel) evaluate(theta []float64, f LeastSquares, fine bool) (value float64) {
	q.fine = fine
	if fine {
		value = f.Triangle(q.a, q.c, theta)
		q.applyTransposed()
	} else {
		value = f.NormalEquations(q.a, q.g, theta)
		for i := range q.dim {
			q.diagonal[i] = q.a[i*q.dim+i]
		}
	}
	q.trace = kernel.Sum(q.diagonal)
	return value
}

// applyTransposed computes g = Rᵀc and the diagonal of RᵀR.
func (q *lmModel) applyTransposed() {
	clear(q.g)
	clear(q.diagonal)
	for i, c := range q.c {
		row := q.a[i*q.dim+i : (i+1)*q.dim]
		kernel.Axpy(q.g[i:], c, row)
		kernel.MulAdd(q.diagonal[i:], row, row)
	}
}

// least is the smallest λ that the model is good for.
func (q *lmModel) least() float64 {
	if q.fine {
		return fineLeast * q.trace
	}
	return coarseLeast * q.trace
}

// step stores in p the step for λ and returns the decrease that it predicts,
// L − |r + Jp|². ok is false if the step cannot be computed.
func (q *lmModel) step(p []float64, lambda float64) (promise float64, ok bool) {
	if q.fine {
		return q.fineStep(p, lambda), true
	}
	if !q.factor.Factor(q.a, lambda) {
		return 0, false
	}
	kernel.Scale(p, -1, q.g)
	q.factor.Solve(p)
	// (A + λI)p = −g
	return lambda*kernel.Dot(p, p) - kernel.Dot(q.g, p), true
}

// fineStep is step with the triangle of [R; √λI], and z = Rp:
//
//	L − |r + Jp|² = |c|² − |z + c|² = −z·(2c + z), for any p.
func (q *lmModel) fineStep(p []float64, lambda float64) (promise float64) {
	n, u := q.dim, q.factor.U
	for i := range n {
		copy(u[i*n+i:(i+1)*n], q.a[i*n+i:])
	}
	copy(q.d, q.c)
	q.folder.FoldDiagonal(u, q.d, math.Sqrt(lambda), q.work, q.y)
	for i := n - 1; i >= 0; i-- {
		row := u[i*n : (i+1)*n]
		p[i] = (-q.d[i] - kernel.Dot(row[i+1:], p[i+1:])) / row[i]
	}
	for i := range n {
		q.z[i] = kernel.Dot(q.a[i*n+i:(i+1)*n], p[i:])
		promise -= q.z[i] * (2*q.c[i] + q.z[i])
	}
	return promise
}

// The search for λ.
const (
	ladder     = 4.0   // factor between neighbouring λ
	lowerings  = 4     // times that λ may fall at first
	raisings   = 14    // times that it may rise
	bisections = 4     // refinements in ln λ
	rejection  = 100.0 // factor after a search in vain
	longest    = 10.0  // ‖p‖ ≤ longest·(1 + ‖θ‖)
)

// lmTrials is the scratch of one search for λ.
type lmTrials struct {
	p, at []float64 // the step in hand, θ + p

	best    lmTrial // the smallest λ that passed, or else the first that lowered L
	passed  bool    // best passed
	lowered bool    // best lowered L

	value, size float64 // L(θ), ‖θ‖
	least       float64 // smallest λ allowed
	rounding    float64 // Σ A_ii·θ_i²
	tried       float64 // newest λ
	promise     float64 // predicted decrease of the first step that could be computed
	length      float64 // of that step
	noise       float64 // see measureNoise
	finite      bool    // L was finite at some trial
	notFinite   float64 // the newest L that was not finite
	exhausted   bool    // the predicted decrease has sunk below the last digit of L
}

// lmTrial is one λ and what came of it.
type lmTrial struct {
	p                           []float64
	lambda, value, gain, length float64 // length = ‖p‖₂
}

func (t *lmTrials) init(dim int) {
	*t = lmTrials{p: make([]float64, dim), at: make([]float64, dim), best: lmTrial{p: make([]float64, dim)}}
}

// begin prepares for a search at θ with L = value, ‖θ‖ = size.
func (t *lmTrials) begin(value, size, least, rounding float64) {
	*t = lmTrials{p: t.p, at: t.at, best: t.best,
		value: value, size: size, rounding: rounding, least: least}
}

// search looks for the smallest λ that passes; see LM. It reports whether best
// lowers L.
func (m *LM) search(f LeastSquares, info *StepInfo) bool {
	t := &m.trials
	lambda := math.Max(m.scalars[damping], t.least)
	if m.try(lambda, f, info) {
		m.lower(f, info)
	} else {
		m.raise(lambda, f, info)
	}
	if t.passed {
		m.refine(f, info)
	}
	return t.lowered
}

// lower divides λ by 4 while the step passes, up to four times.
func (m *LM) lower(f LeastSquares, info *StepInfo) {
	for range lowerings {
		lambda := m.trials.best.lambda / ladder
		if lambda < m.trials.least || !m.try(lambda, f, info) {
			return
		}
	}
}

// raise multiplies λ by 4 until a step passes, up to fourteen times. It gives up
// early where no longer λ could matter.
func (m *LM) raise(lambda float64, f LeastSquares, info *StepInfo) {
	for range raisings {
		if lambda *= ladder; m.trials.exhausted || m.try(lambda, f, info) {
			return
		}
	}
}

// refine halves the interval from a quarter of the best λ to it, in ln λ.
func (m *LM) refine(f LeastSquares, info *StepInfo) {
	low, high := math.Max(m.trials.best.lambda/ladder, m.trials.least), m.trials.best.lambda
	for range bisections {
		middle := math.Sqrt(low * high)
		if !(low < middle && middle < high) {
			return
		}
		if m.try(middle, f, info) {
			high = middle
		} else {
			low = middle
		}
	}
}

// try computes the step for λ and its gain ratio, and keeps it if it passes, or if
// it is the first that lowers L. A step that cannot be computed or is too long does
// not pass, nor does one to a loss that is not finite.
func (m *LM) try(lambda float64, f LeastSquares, info *StepInfo) (passes bool) {
	t := &m.trials
	t.tried = lambda
	info.Trials++
	promise, ok := m.model.step(t.p, lambda)
	if !ok {
		return false
	}
	length := math.Sqrt(kernel.Dot(t.p, t.p))
	if !(length <= longest*(1+t.size)) || !(promise > 0) || !finite(promise) {
		return false
	}
	kernel.Add(t.at, m.x, t.p)
	v := f.Value(t.at)
	info.LossEvals++
	t.measureNoise(v, promise, length)
	gain := -1.0
	if finite(v) {
		gain = (t.value - v) / promise
	}
	passes = gain >= m.target()
	if passes || gain > 0 && !t.lowered {
		t.keep(lmTrial{lambda: lambda, value: v, gain: gain, length: length})
		t.passed, t.lowered = passes, true
	}
	return passes
}

// keep makes the step in hand the best.
func (t *lmTrials) keep(trial lmTrial) {
	trial.p = t.p
	t.p = t.best.p
	t.best = trial
}

// measureNoise notes what a trial tells about rounding: where p is a hundred times
// shorter than the first step, L should do as predicted, and what it does otherwise
// is noise.
func (t *lmTrials) measureNoise(v, promise, length float64) {
	if t.length == 0 {
		t.length, t.promise = length, promise
	}
	t.exhausted = t.value-promise == t.value
	if !finite(v) {
		t.notFinite = v
		return
	}
	t.finite = true
	if length <= 0.01*t.length {
		t.noise = math.Max(t.noise, math.Abs(v-(t.value-promise)))
	}
}

// leastValue is what rounding of θ alone can make of L where r should be zero,
// u²·Σ A_ii·θ_i² with u = 2⁻⁵³.
func (t *lmTrials) leastValue() float64 { return 0x1p-106 * t.rounding }

// atFloor reports whether a search in vain had nothing to find: L is no more than
// rounding in its evaluation can account for, taken as a hundred times that of θ, or
// the decrease that the first step promised is below the noise of L. Noise above a
// thousandth of a larger L is not rounding: L jumps, or g is wrong.
func (t *lmTrials) atFloor() bool {
	const epsilon = 0x1p-52
	if t.value <= 1e4*t.leastValue() {
		return true
	}
	return t.noise <= 1e-3*t.value && t.promise <= 4*math.Max(t.noise, epsilon*t.value)
}
