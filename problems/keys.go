package problems

import (
	"slices"
)

// Methods are the values of method in [[phase]].
var Methods = names(methods)

// Schedules are the kinds of learning rate.
var Schedules = []string{"constant", "cosine", "exponential"}

// method is a row of the table of methods: its name, whether it works on all
// points at once, and the hyperparameters it has.
type method struct {
	name      string
	fullBatch bool
	keys      []string
}

var methods = []method{
	{"sgd", false, withFirst("momentum", "dampening", "nesterov")},
	{"momentum", false, withFirst("momentum", "dampening", "nesterov")},
	{"nesterov", false, withFirst("momentum", "dampening", "nesterov")},
	{"adagrad", false, withFirst("rate_decay", "accumulator", "epsilon")},
	{"rmsprop", false, withFirst("alpha", "epsilon", "momentum", "centred")},
	{"adam", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"amsgrad", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"adamw", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"nadam", false, withFirst("beta1", "beta2", "epsilon", "momentum_decay")},
	{"lbfgs", true, withSearch("history")},
	{"bfgs", true, withSearch()},
	{"ssbroyden", true, withSearch()},
	{"lm", true, []string{"damping", "target", "final_target", "stop_step", "stop_gradient", "stop_change", "stop_value"}},
	{"spring", false, []string{"learning_rate", "momentum", "damping", "norm_constraint"}},
}

// withFirst adds what all first-order methods have.
func withFirst(own ...string) []string {
	return append([]string{"learning_rate", "weight_decay", "clip_norm", "clip_median"}, own...)
}

// withSearch adds what all methods with a line search have.
func withSearch(own ...string) []string {
	return append([]string{"decrease", "curvature", "max_search_evals", "first_step", "stop_gradient", "stop_change", "stop_value"}, own...)
}

func names(list []method) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.name)
	}
	return out
}

// has tells whether the method has the key of a phase.
func (m method) has(key string) bool {
	if key == "batch" {
		return !m.fullBatch
	}
	return slices.Contains(m.keys, key)
}

// The optional keys of [[phase]] and of the tables inside it, as rows that
// Decode, Encode and the tests share: the key, the range, and the field.

type numberKey[T any] struct {
	key   string
	in    span
	field func(*T) **float64
}

type integerKey[T any] struct {
	key         string
	least, most int
	field       func(*T) **int
}

type flagKey[T any] struct {
	key   string
	field func(*T) **bool
}

// keys are all optional numbers, integers and flags of one type of table, in
// the order in which Encode writes them.
type keys[T any] struct {
	integers []integerKey[T]
	numbers  []numberKey[T]
	flags    []flagKey[T]
}

var phaseKeys = keys[Phase]{
	integers: []integerKey[Phase]{
		{"history", 1, maxHistory, func(p *Phase) **int { return &p.History }},
		{"max_search_evals", 2, maxSteps, func(p *Phase) **int { return &p.MaxSearchEvals }},
	},
	numbers: []numberKey[Phase]{
		{"weight_decay", notNegative, func(p *Phase) **float64 { return &p.WeightDecay }},
		{"clip_norm", notNegative, func(p *Phase) **float64 { return &p.ClipNorm }},
		{"clip_median", notNegative, func(p *Phase) **float64 { return &p.ClipMedian }},
		{"momentum", belowOne, func(p *Phase) **float64 { return &p.Momentum }},
		{"dampening", fraction, func(p *Phase) **float64 { return &p.Dampening }},
		{"beta1", belowOne, func(p *Phase) **float64 { return &p.Beta1 }},
		{"beta2", belowOne, func(p *Phase) **float64 { return &p.Beta2 }},
		{"epsilon", positive, func(p *Phase) **float64 { return &p.Epsilon }},
		{"momentum_decay", notNegative, func(p *Phase) **float64 { return &p.MomentumDecay }},
		{"alpha", belowOne, func(p *Phase) **float64 { return &p.Alpha }},
		{"rate_decay", notNegative, func(p *Phase) **float64 { return &p.RateDecay }},
		{"accumulator", notNegative, func(p *Phase) **float64 { return &p.Accumulator }},
		{"decrease", insideOne, func(p *Phase) **float64 { return &p.Decrease }},
		{"curvature", insideOne, func(p *Phase) **float64 { return &p.Curvature }},
		{"first_step", positive, func(p *Phase) **float64 { return &p.FirstStep }},
		{"stop_gradient", notNegative, func(p *Phase) **float64 { return &p.StopGradient }},
		{"stop_change", notNegative, func(p *Phase) **float64 { return &p.StopChange }},
		{"stop_value", anyNumber, func(p *Phase) **float64 { return &p.StopValue }},
		{"damping", positive, func(p *Phase) **float64 { return &p.Damping }},
		{"norm_constraint", positive, func(p *Phase) **float64 { return &p.Constraint }},
		{"target", insideOne, func(p *Phase) **float64 { return &p.Target }},
		{"final_target", insideOne, func(p *Phase) **float64 { return &p.FinalTarget }},
		{"stop_step", notNegative, func(p *Phase) **float64 { return &p.StopStep }},
	},
	flags: []flagKey[Phase]{
		{"nesterov", func(p *Phase) **bool { return &p.Nesterov }},
		{"amsgrad", func(p *Phase) **bool { return &p.AMSGrad }},
		{"centred", func(p *Phase) **bool { return &p.Centred }},
	},
}

var learningRateKeys = keys[LearningRate]{
	integers: []integerKey[LearningRate]{
		{"every", 1, maxSteps, func(l *LearningRate) **int { return &l.Every }},
		{"warmup", 0, maxSteps, func(l *LearningRate) **int { return &l.Warmup }},
	},
	numbers: []numberKey[LearningRate]{
		{"start", positive, func(l *LearningRate) **float64 { return &l.Start }},
		{"decay", upToOne, func(l *LearningRate) **float64 { return &l.Decay }},
		{"end", notNegative, func(l *LearningRate) **float64 { return &l.End }},
	},
}

var ruleKeys = keys[Rule]{
	integers: []integerKey[Rule]{
		{"batches", 2, maxChecks, func(r *Rule) **int { return &r.Batches }},
		{"every", 1, maxSteps, func(r *Rule) **int { return &r.Every }},
		{"window", 1, maxChecks, func(r *Rule) **int { return &r.Window }},
		{"votes", 1, maxChecks, func(r *Rule) **int { return &r.Votes }},
		{"min_steps", 0, maxSteps, func(r *Rule) **int { return &r.MinSteps }},
		{"steps", 1, maxSteps, func(r *Rule) **int { return &r.Steps }},
	},
	numbers: []numberKey[Rule]{
		{"threshold", positive, func(r *Rule) **float64 { return &r.Threshold }},
		{"fall", insideOne, func(r *Rule) **float64 { return &r.Fall }},
		{"exhausted", positive, func(r *Rule) **float64 { return &r.Exhausted }},
		{"noise_floor", positive, func(r *Rule) **float64 { return &r.NoiseFloor }},
		{"plateau", insideOne, func(r *Rule) **float64 { return &r.Plateau }},
	},
	flags: []flagKey[Rule]{
		{"grow", func(r *Rule) **bool { return &r.Grow }},
		{"confidence", func(r *Rule) **bool { return &r.Confidence }},
	},
}

// read fills dst from a table.
func (k keys[T]) read(r *reader, dst *T) {
	for _, n := range k.integers {
		*n.field(dst) = r.integer(n.key, n.least, n.most)
	}
	for _, n := range k.numbers {
		*n.field(dst) = r.number(n.key, n.in)
	}
	for _, f := range k.flags {
		*f.field(dst) = r.flag(f.key)
	}
}
