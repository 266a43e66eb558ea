package optim

import (
	"math"
	"slices"

	"pinn/internal/kernel"
	"pinn/optim/internal/memory"
)

// FirstOrder is what all first-order methods have in common beside their rule.
type FirstOrder struct {
	// LearningRate is the schedule α(k) of the update, in units of θ (Adam and its
	// kin) or θ² per loss (sgd and its kin).
	LearningRate Schedule
	// WeightDecay is wd. AdamW (Adam with Decoupled) multiplies θ by 1 − α·wd before the
	// update; all other methods add wd·θ to the clipped gradient, which is L2
	// regularisation. Any wd > 0 puts a floor under the loss, and decay is no part of
	// the L that a later phase minimises.
	WeightDecay float64
	// Decay masks the decay: it acts on θ_i where Decay[i] is true, everywhere if
	// Decay is nil. Biases and unknown parameters of the equation should be false.
	// len(Decay) = p.
	Decay []bool
	// Clip bounds the gradient norm; the zero Clip does not.
	Clip Clip
}

// Shared returns the part of the method that all first-order methods have.
func (o *FirstOrder) Shared() *FirstOrder { return o }

// Rate returns the learning rate; see RateOf.
func (o *FirstOrder) Rate() *Schedule { return &o.LearningRate }

func (o *FirstOrder) settings(own ...Setting) []Setting {
	own = append(own, Setting{Key: "weight_decay", Float: &o.WeightDecay, Range: notNegative})
	return append(own, o.Clip.settings()...)
}

func (o *FirstOrder) decays(i int) bool { return o.Decay == nil || o.Decay[i] }

// rule is one update rule: it moves θ along the gradient g with learning rate lr
// and advances its own moments. Both slices have length p. g is scratch.
type rule interface {
	update(theta, g []float64, lr float64)
}

// descent is the step that first-order methods share. Its state is the count of
// steps, which drives the schedule, and the norms that clipping looks back on.
type descent struct {
	count  []float64 // one value: updates made since Init
	grad   []float64
	before []float64 // θ before the update
	norms  norms
}

func (d *descent) init(dim int, o *FirstOrder) {
	if o.Decay != nil && len(o.Decay) != dim {
		panic("optim: the decay mask has the wrong length")
	}
	*d = descent{
		count:  make([]float64, 1),
		grad:   make([]float64, dim),
		before: make([]float64, dim),
	}
	d.norms.init()
}

func (d *descent) parts(own ...memory.Part) []memory.Part {
	return append(own,
		memory.Part{Name: "count", Values: d.count, Counts: true},
		memory.Part{Name: "clip", Values: d.norms.ring},
		memory.Part{Name: "clip_count", Values: d.norms.count, Counts: true})
}

// step makes one update: evaluate, refuse what is not finite, clip, decay, rule.
// Until the gradient has been found finite it changes nothing but scratch.
func (d *descent) step(theta []float64, f Objective, o *FirstOrder, r rule) (StepInfo, error) {
	mustFit(theta, f, len(d.grad))
	k := int(d.count[0])
	info := StepInfo{Clip: 1, LossEvals: 1, GradEvals: 1}
	info.Value = f.ValueGrad(d.grad, theta)
	norm, bad := checkFinite(k, info.Value, d.grad)
	info.GradNorm = norm
	if bad != nil {
		return refuse(info, bad)
	}
	info.LearningRate = o.LearningRate.At(k)
	if info.Clip = o.Clip.factor(norm, &d.norms); info.Clip != 1 {
		kernel.Scale(d.grad, info.Clip, d.grad)
	}
	copy(d.before, theta)
	o.addDecay(d.grad, theta, r)
	o.shrink(theta, info.LearningRate, r)
	r.update(theta, d.grad, info.LearningRate)
	d.count[0]++
	square := distance2(theta, d.before)
	if !finite(square) {
		bad = firstNotFinite(k, Parameter, theta, square)
		copy(theta, d.before)
		return refuse(info, bad)
	}
	info.StepNorm = math.Sqrt(square)
	return info, nil
}

// decoupled reports whether decay acts on θ itself and not through the gradient.
func decoupled(r rule) bool {
	d, ok := r.(interface{ decoupled() bool })
	return ok && d.decoupled()
}

// addDecay computes g ← g + wd·θ where decay acts (L2 regularisation).
func (o *FirstOrder) addDecay(g, theta []float64, r rule) {
	if decoupled(r) || o.WeightDecay == 0 {
		return
	}
	for i := range g {
		if o.decays(i) {
			g[i] += o.WeightDecay * theta[i]
		}
	}
}

// shrink computes θ ← (1 − lr·wd)·θ where decay acts (decoupled decay).
func (o *FirstOrder) shrink(theta []float64, lr float64, r rule) {
	if !decoupled(r) || o.WeightDecay == 0 {
		return
	}
	for i := range theta {
		if o.decays(i) {
			theta[i] *= 1 - lr*o.WeightDecay
		}
	}
}

// refuse reports bad as a status and an error.
func refuse(info StepInfo, bad *NotFiniteError) (StepInfo, error) {
	info.Status = NotFinite
	info.Note = bad.Error()
	return info, bad
}

// distance2 returns ‖a − b‖₂², summed in index order.
func distance2(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for i := range a {
		d := a[i] - b[i]
		sum += d * d
	}
	return sum
}

func mustFit(theta []float64, f Objective, dim int) {
	if dim == 0 {
		panic("optim: Step before Init")
	}
	if len(theta) != dim || f.Dim() != dim {
		panic("optim: dimensions of theta, objective and Init differ")
	}
}

// Clip bounds the global norm of the gradient. A gradient longer than the bound is
// scaled down to it,
//
//	g ← g·min(1, bound/‖g‖₂),   bound = min(Norm, Median·median(last 100 ‖g‖₂)),
//
// before any decay is added. The median is of the norms before clipping, and
// counts only once ten of them are known. A zero field sets no bound: Clip{}
// leaves gradients alone. A spike that meets a decayed second moment moves every
// coordinate by up to 3.16 learning rates; Median 5 softens that.
type Clip struct {
	Norm   float64 // in units of the gradient
	Median float64 // a pure number
}

const (
	clipWindow = 100 // norms that the median looks back on
	clipLeast  = 10  // norms before the median counts
)

// norms is a ring of the newest gradient norms.
type norms struct {
	ring   []float64 // clipWindow values
	count  []float64 // one value: norms seen so far
	sorted []float64 // scratch
}

func (n *norms) init() {
	n.ring = make([]float64, clipWindow)
	n.count = make([]float64, 1)
	n.sorted = make([]float64, clipWindow)
}

func (n *norms) push(norm float64) {
	n.ring[int(n.count[0])%clipWindow] = norm
	n.count[0]++
}

func (n *norms) median() (float64, bool) {
	held := min(int(n.count[0]), clipWindow)
	if held < clipLeast {
		return 0, false
	}
	copy(n.sorted, n.ring[:held])
	return median(n.sorted[:held]), true
}

// median sorts values, at least one, and returns the middle one, or the mean of the
// middle two. Unlike gonum's stat.Quantile, which gives the lower of these two.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return 0.5 * (values[(n-1)/2] + values[n/2])
}

// factor returns what to multiply a gradient of the given norm by, and then
// remembers the norm.
func (c Clip) factor(norm float64, n *norms) float64 {
	bound := math.Inf(1)
	if c.Norm > 0 {
		bound = c.Norm
	}
	if c.Median > 0 {
		if m, ok := n.median(); ok {
			bound = math.Min(bound, c.Median*m)
		}
		n.push(norm)
	}
	if norm <= bound {
		return 1
	}
	return bound / norm
}

func (c *Clip) settings() []Setting {
	return []Setting{
		{Key: "clip_norm", Float: &c.Norm, Range: notNegative},
		{Key: "clip_median", Float: &c.Median, Range: notNegative},
	}
}
