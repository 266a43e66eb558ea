package pinn

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"

	"pinn/internal/kernel/qr"
	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pinn/hard"
)

// LossOptions are the choices of NewLoss. The zero value takes every default.
type LossOptions struct {
	Interior   int    // points of the equations; 0 for 1000 in one dimension, 4000 in two, 8000 in more
	Sampler    string // a name that cube.New knows; "" for sobol
	HeldOut    int    // points of the held-out equations; 0 for 2000
	Threads    int    // 0 for GOMAXPROCS; results do not depend on it, to the last bit
	Seed       uint64 // of the points
	CacheBytes int    // memory in which the blocks of a tile should fit; 0 for 1 MiB
	Base       *Base  // a frozen solution that is added to g + φN; nil for none

	// Terms and Own are given for the loss of a slab of time, which may have fewer terms
	// than the whole problem: Terms names the terms of the whole problem, and Own has for
	// each term of this loss its index among them. nil: the loss has all terms.
	Terms []string
	Own   []int
}

// Loss is the function that training makes small,
//
//	L(θ) = Σ_m w_m·mean_i r_m(x_i)²,
//
// with a term m for each equation, each soft condition and each data set. θ is
// the weights of the networks (see MLP) followed by one element for each unknown
// parameter of the problem. There is no factor ½: with the residuals scaled by
// √(w_m/N_m), L = |r|² and ∇L = 2Jᵀr.
//
// Results depend on θ, the points and the kernel tier only, to the last bit, and
// not on the number of threads. In the steady state evaluations allocate
// nothing. A Loss is not safe for concurrent use.
type Loss struct {
	problem  *pde.Problem
	net      *MLP
	lifts    []hard.Lift
	soft     []int // indices of the conditions that are terms
	options  LossOptions
	sampler  cube.Sampler
	unknowns []unknown

	names   []string
	weights []float64 // per term
	groups  []*group
	places  []place     // per group
	sets    []*pointSet // per group: the points of training
	full    *selection  // all points of sets
	held    []*pointSet // per group: points of their own, never trained on
	heldOut *selection  // all points of held
	engine  *engine
	sums    *sums
	summed  float64    // factor from the sums of the chunks to ∇L over all points; 0 if they hold something else
	mean    []float64  // scratch of ChunkStats
	panel   *panel     // of the Jacobian, made at its first use
	normal  normal     // the job of NormalEquations
	folder  *qr.Folder // of Triangle, made at its first use
	params  []float64  // the unknown parameters at the θ of the present evaluation
	slopes  []float64  // their derivatives by their elements of θ
	terms   []float64  // mean squares at the last evaluation over all points
	spare   []float64  // mean squares at other evaluations
}

// The purposes for which a seed has random streams.
const (
	streamPoints uint64 = iota + 1
	streamHeldOut
	streamDeal
	streamProbe
	streamOrder
)

// stream returns the random stream of a purpose and a group.
func stream(seed, purpose uint64, group int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, purpose<<32|uint64(group)))
}

// NewLoss returns the loss of a problem. soft are the indices of the conditions that are
// terms; the lifts, one per field in their order, meet the others. hard.Lifts gives both. It
// is an error if there is nothing to train, the domain or the place of a condition has no
// points, a residual reads a normal where there is none, or a statement does not fit into
// the problem's graph. NewLoss panics if the network has another number of fields, or on an
// unknown sampler.
func NewLoss(p *pde.Problem, net *MLP, lifts []hard.Lift, soft []int, o LossOptions) (*Loss, error) {
	if net.fields() != len(p.Fields) {
		panic("pinn: network and problem differ in their fields")
	}
	o = o.filled(p.Box.Dim())
	sampler, ok := cube.New(o.Sampler)
	if !ok {
		panic("pinn: unknown sampler")
	}
	l := &Loss{problem: p, net: net, lifts: lifts, soft: soft, options: o, sampler: sampler}
	for _, u := range p.Params {
		l.unknowns = append(l.unknowns, newUnknown(u))
	}
	f := form{net: net, lifts: lifts, base: o.Base, graph: p.Graph, axes: p.Box.Dim(), fields: len(p.Fields)}
	if err := l.compile(f, soft); err != nil {
		return nil, err
	}
	if len(l.groups) == 0 {
		return nil, errors.New("nothing to train: no equation, soft condition or data")
	}
	if err := l.draw(); err != nil {
		return nil, err
	}
	l.engine = newEngine(l.groups, o.Threads, len(p.Params))
	l.sums = newSums(len(l.names), l.Dim())
	l.params, l.slopes = make([]float64, len(p.Params)), make([]float64, len(p.Params))
	l.terms, l.spare = make([]float64, len(l.names)), make([]float64, len(l.names))
	for i := range l.terms {
		l.terms[i] = math.NaN()
	}
	return l, nil
}

// filled returns the options with every default in its place.
func (o LossOptions) filled(dim int) LossOptions {
	if o.Interior == 0 {
		o.Interior = [...]int{1000, 4000, 8000}[min(dim, 3)-1]
	}
	if o.Sampler == "" {
		o.Sampler = "sobol"
	}
	if o.HeldOut == 0 {
		o.HeldOut = 2000
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return o
}

// Dim returns the length of θ.
func (l *Loss) Dim() int { return l.net.size + len(l.unknowns) }

// Start stores a random start in θ: MLP.Init, and the start values of the unknown
// parameters.
func (l *Loss) Start(theta []float64, rng *rand.Rand) {
	l.net.Init(theta, rng)
	for k, u := range l.unknowns {
		theta[l.net.size+k] = u.begin()
	}
}

// Parameters returns the values of the unknown parameters at θ.
func (l *Loss) Parameters(theta []float64) []float64 {
	ks := make([]float64, len(l.unknowns))
	for k, u := range l.unknowns {
		ks[k], _ = u.value(theta[l.net.size+k])
	}
	return ks
}

// Decays reports for each element of θ whether weight decay may act on it: on the
// weights, not on biases and unknown parameters.
func (l *Loss) Decays() []bool {
	return append(l.net.Decays(), make([]bool, len(l.unknowns))...)
}

// Value returns L(θ) over all points. It costs about a third of ValueGrad.
func (l *Loss) Value(theta []float64) float64 { return l.evaluate(l.full, nil, theta, l.terms) }

// ValueGrad returns L(θ) over all points and stores ∇L(θ) in grad.
func (l *Loss) ValueGrad(grad, theta []float64) float64 {
	return l.evaluate(l.full, grad, theta, l.terms)
}

// HeldOut returns the loss over uniformly drawn points that training never uses. Data sets,
// which cannot be drawn anew, are the same as in training.
func (l *Loss) HeldOut(theta []float64) float64 {
	return l.evaluate(l.heldOut, nil, theta, l.spare)
}

// TermNames returns the names of the terms: the equations, the soft conditions,
// the data sets, each in their order in the problem; LossOptions.Terms if it is given.
func (l *Loss) TermNames() []string {
	if l.options.Terms != nil {
		return l.options.Terms
	}
	return l.names
}

// Weights returns w_m of the loss's own terms, in their order.
func (l *Loss) Weights() []float64 { return l.weights }

// Terms stores in dst the mean squares of the terms of TermNames, without their weights, at
// the last evaluation over all points. It stores NaN if there was none, and for terms of the
// whole problem that this loss does not have.
func (l *Loss) Terms(dst []float64) {
	if l.options.Own == nil {
		copy(dst, l.terms)
		return
	}
	for k := range dst {
		dst[k] = math.NaN()
	}
	for i, k := range l.options.Own {
		dst[k] = l.terms[i]
	}
}

// evaluate returns the loss over a selection of points. It stores the mean squares of the
// terms and, unless grad is nil, the gradient.
func (l *Loss) evaluate(s *selection, grad, theta, terms []float64) float64 {
	if grad != nil && len(grad) != l.Dim() {
		panic("pinn: bad length of the gradient")
	}
	l.at(theta)
	l.sums.selection, l.sums.gradient = s, grad != nil
	l.sums.theta, l.sums.params, l.sums.slopes = theta, l.params, l.slopes
	if l.summed = 0; s == l.full && grad != nil {
		l.summed = 1
	}
	l.engine.run(l.sums, l.sums.units())
	if grad != nil {
		l.sums.grad(grad)
	}
	return l.sums.means(terms, l.weights)
}

// at sets the unknown parameters and their slopes to those of θ.
func (l *Loss) at(theta []float64) {
	if len(theta) != l.Dim() {
		panic("pinn: bad length of theta")
	}
	for k, u := range l.unknowns {
		l.params[k], l.slopes[k] = u.value(theta[l.net.size+k])
	}
}

// unknown maps an element q of θ, which may be any number, to an unknown parameter k of the
// equations inside its bounds:
//
//	k = q                                   no bound
//	k = min + log(1+e^q)                    a lower bound
//	k = max − log(1+e^q)                    an upper bound
//	k = min + (max−min)(1+tanh q)/2         both
type unknown struct {
	start, min, max float64
	below, above    bool
}

// newUnknown returns the map for a parameter with its bounds and its start value.
func newUnknown(p pde.Param) unknown {
	u := unknown{start: p.Start, min: p.Min, max: p.Max}
	u.below, u.above = p.Bounded()
	return u
}

// value returns k and dk/dq.
func (u unknown) value(q float64) (k, slope float64) {
	switch {
	case u.below && u.above:
		h := math.Tanh(q)
		half := (u.max - u.min) / 2
		return u.min + half*(1+h), half * (1 - h*h)
	case u.below:
		return u.min + softplusAt(q), logisticAt(q)
	case u.above:
		return u.max - softplusAt(q), -logisticAt(q)
	}
	return q, 1
}

// begin returns the q of the start value. On a bound q would be infinite and dk/dq = 0:
// such a start, or one that is nearly there, is moved inside, to a hundredth of the interval
// or, with one bound only, of max(1, |bound|).
func (u unknown) begin() float64 {
	switch {
	case u.below && u.above:
		s := (u.start - u.min) / (u.max - u.min)
		return math.Atanh(2*min(max(s, 0.01), 0.99) - 1)
	case u.below:
		return inverseSoftplus(max(u.start-u.min, 0.01*max(1, math.Abs(u.min))))
	case u.above:
		return inverseSoftplus(max(u.max-u.start, 0.01*max(1, math.Abs(u.max))))
	}
	return u.start
}

// softplusAt returns log(1+e^q), without overflow.
func softplusAt(q float64) float64 { return max(q, 0) + math.Log1p(math.Exp(-math.Abs(q))) }

// logisticAt returns 1/(1+e^{−q}), the derivative of softplusAt.
func logisticAt(q float64) float64 { return 1 / (1 + math.Exp(-q)) }

// inverseSoftplus returns q with log(1+e^q) = y, y > 0.
func inverseSoftplus(y float64) float64 { return y + math.Log(-math.Expm1(-y)) }
