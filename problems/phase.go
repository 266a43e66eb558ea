package problems

import (
	"slices"
	"strings"
	"time"
)

// Phase is one step of the training plan: a method, its budget and its
// hyperparameters. Absent values are nil, or 0 for Time; 0 behind a pointer is
// a value. Those that the method does not have are kept, with a warning.
type Phase struct {
	Method   string        // one of Methods; "" only if faulty
	Stage    *int          // the network that it trains, at most that of [train] stages; nil for the first
	Steps    *int          // at most so many parameter updates
	Batch    *int          // points per minibatch
	Points   *int          // interior points drawn when the phase begins, and kept unless its Resample has Every
	Time     time.Duration // wall-clock limit of the phase
	Switch   []Rule        // ways to leave the phase early; nil if absent
	Resample *Resample     // instead of that of [points]

	// Hyperparameters, under their keys in the file; see Float, Int and Bool.
	LearningRate  *LearningRate
	WeightDecay   *float64 // weight_decay: decoupled in adamw, L2 in the others
	ClipNorm      *float64 // clip_norm: largest gradient norm; 0 for none
	ClipMedian    *float64 // clip_median: the same in running medians; 0 for none
	Momentum      *float64 // momentum
	Dampening     *float64 // dampening of the momentum buffer
	Nesterov      *bool    // nesterov: look ahead
	Beta1, Beta2  *float64 // beta1, beta2
	Epsilon       *float64 // epsilon
	AMSGrad       *bool    // amsgrad: never-decreasing denominators
	MomentumDecay *float64 // momentum_decay of nadam
	Alpha         *float64 // alpha of rmsprop: memory of the squared gradient
	Centred       *bool    // centred rmsprop: subtract the squared mean
	RateDecay     *float64 // rate_decay of adagrad: α/(1 + (t−1)·d)
	Accumulator   *float64 // accumulator of adagrad: s₀

	History        *int     // history: curvature pairs kept
	Decrease       *float64 // decrease: c₁ of the line search
	Curvature      *float64 // curvature: c₂ of the line search
	MaxSearchEvals *int     // max_search_evals: evaluations per line search
	FirstStep      *float64 // first_step: length of the very first trial
	StopGradient   *float64 // stop_gradient: converged at so small a gradient
	StopChange     *float64 // stop_change: converged at so small a relative decrease
	StopValue      *float64 // stop_value: converged at so small a loss

	Damping     *float64 // damping of lm and spring: λ
	Constraint  *float64 // norm_constraint of spring: C, the square of its longest step
	Target      *float64 // target of lm: least gain ratio of a step
	FinalTarget *float64 // final_target of lm: the same once λ sinks no further
	StopStep    *float64 // stop_step of lm: converged at so short a step, relative to θ

	Pos Pos // of the table
}

// Float returns the field of a numeric hyperparameter by its key in the file,
// nil if there is no such key: *p.Float("beta1") is p.Beta1.
func (p *Phase) Float(key string) **float64 {
	for _, n := range phaseKeys.numbers {
		if n.key == key {
			return n.field(p)
		}
	}
	return nil
}

// Int is Float for the integer hyperparameters.
func (p *Phase) Int(key string) **int {
	for _, n := range phaseKeys.integers {
		if n.key == key {
			return n.field(p)
		}
	}
	return nil
}

// Bool is Float for the hyperparameters that are true or false.
func (p *Phase) Bool(key string) **bool {
	for _, f := range phaseKeys.flags {
		if f.key == key {
			return f.field(p)
		}
	}
	return nil
}

// LearningRate is a learning rate α over the steps t = 0, 1, … of a phase:
//
//	constant     α = Start
//	exponential  α = max(Start·Decay^(t/Every), End)
//	cosine       α = End + (Start − End)·(1 + cos(π t/T))/2, T the steps of the phase
//
// after a linear rise over the first Warmup steps, from which on t counts. In
// the file it is the number Start, or a table with these keys. Absent: nil, and
// "" for Kind.
type LearningRate struct {
	Start  *float64 // > 0
	Kind   string   // one of Schedules
	Decay  *float64 // in (0, 1]
	Every  *int     // ≥ 1
	End    *float64 // ≥ 0
	Warmup *int     // ≥ 0
}

// Rule is one way to leave a phase before its budget ends. In the file it is a
// table, or its name alone; a list of them is a list of alternatives.
type Rule struct {
	Rule string // one of SwitchRules; "" only if faulty

	// the gradient's signal-to-noise ratio: snr and noise-floor
	Threshold  *float64 // snr: least SNR of the full set; loss: the loss to reach
	Fall       *float64 // loss: the same as a part of the held-out loss at the start
	Exhausted  *float64 // snr: largest median SNR of a minibatch
	Of         string   // one of SwitchSets: which SNR; "" if absent
	Metric     string   // one of Metrics: how the length of a gradient is measured; "" if absent
	Confidence *bool    // a check votes only if its whole error band does
	Grow       *bool    // enlarge the batch instead of leaving
	NoiseFloor *float64 // noise-floor: SNR below which a signal is drowned
	Batches    *int     // minibatch gradients per check, at least 2

	// checks and votes: snr, noise-floor and plateau
	Every    *int     // steps between two checks; of loss, too
	Window   *int     // checks looked back on
	Votes    *int     // snr and noise-floor: votes needed in the window, at most Window
	MinSteps *int     // snr and plateau: steps before the rule may fire
	Plateau  *float64 // noise-floor and plateau: relative gain of the held-out loss that counts as none

	Steps *int          // steps: leave after so many
	Time  time.Duration // time: leave after so long; 0 if absent

	Pos Pos // of the rule
}

// The words of switch in [[phase]], and what each rule needs and understands.
var (
	SwitchRules = []string{"snr", "noise-floor", "plateau", "loss", "steps", "time"}
	SwitchSets  = []string{"full", "batch"}

	Metrics = []string{"plain", "adam"}

	votes   = []string{"metric", "every", "batches", "window", "votes", "confidence", "grow"}
	ruleHas = map[string][]string{
		"snr":         append([]string{"threshold", "exhausted", "of", "min_steps"}, votes...),
		"noise-floor": append([]string{"noise_floor", "plateau"}, votes...),
		"plateau":     {"every", "window", "plateau", "min_steps"},
		"loss":        {"threshold", "fall", "every"},
		"steps":       {"steps"},
		"time":        {"time"},
	}
	ruleNeeds = map[string][]string{"loss": {"threshold", "fall"}, "steps": {"steps"}, "time": {"time"}} // one of them
)

// phases reads [[phase]].
func (d *decoder) phases(s *Spec, root *reader) {
	for _, r := range root.tables("phase") {
		s.Phases = append(s.Phases, r.phase())
	}
}

// phase reads one phase and warns of hyperparameters that its method lacks.
func (r *reader) phase() Phase {
	if r.v.find("method") == nil {
		r.missing("method", "one of "+strings.Join(Methods, ", "))
	}
	p := Phase{
		Method:       r.word("method", Methods),
		Stage:        r.integer("stage", 1, maxStages),
		Steps:        r.integer("steps", 1, maxSteps),
		Time:         r.duration("time"),
		Batch:        r.integer("batch", 1, maxPoints),
		Points:       r.integer("points", 1, maxPoints),
		Switch:       r.rules("switch"),
		Resample:     r.resample(),
		LearningRate: r.learningRate("learning_rate"),
		Pos:          r.v.place().pos(),
	}
	phaseKeys.read(r, &p)
	r.close()
	if i := slices.Index(Methods, p.Method); i >= 0 {
		r.ignored(methods[i])
	}
	return p
}

// ignored warns of the keys of a phase that belong to other methods.
func (r *reader) ignored(m method) {
	always := []string{"method", "stage", "steps", "time", "switch", "resample", "points"}
	for _, e := range r.v.entries {
		if !slices.Contains(r.asked, e.key) || slices.Contains(always, e.key) || m.has(e.key) {
			continue
		}
		if e.key == "batch" {
			r.warn(e.place(), r.key(e.key), "has no effect: %s uses all points at once", m.name)
		} else {
			r.warn(e.place(), r.key(e.key), "has no effect on %s", m.name)
		}
	}
}

// learningRate reads a number or a schedule.
func (r *reader) learningRate(key string) *LearningRate {
	v := r.get(key)
	if v == nil {
		return nil
	}
	switch v.kind {
	case integerValue, floatValue:
		x, ok := r.asNumber(v, key, positive)
		if !ok {
			return nil
		}
		return &LearningRate{Start: &x}
	case tableValue:
	default:
		r.wrong(v, key, `a number above 0 or a table such as { start = 1e-3, kind = "cosine" }`)
		return nil
	}
	t := r.decoder.reader(v)
	l := &LearningRate{Kind: t.word("kind", Schedules)}
	learningRateKeys.read(t, l)
	t.close()
	if l.Start != nil && l.End != nil && *l.End > *l.Start {
		t.wrong(v.find("end").value, "end", "at most start")
	}
	return l
}

// rules reads one rule or a list of them.
func (r *reader) rules(key string) []Rule {
	v := r.get(key)
	if v == nil {
		return nil
	}
	if v.kind != arrayValue {
		return []Rule{r.rule(v, key)}
	}
	if len(v.items) == 0 || len(v.items) > maxTables {
		r.wrong(v, key, "a rule or a list of rules")
	}
	var list []Rule
	for i, item := range v.items {
		list = append(list, r.rule(item, index(key, i)))
	}
	return list
}

// rule reads a rule: a table, or its name alone.
func (r *reader) rule(v *value, key string) Rule {
	rule := Rule{Pos: v.place().pos()}
	if v.kind != tableValue {
		rule.Rule = r.asWord(v, key, SwitchRules)
		if need := ruleNeeds[rule.Rule]; need != nil {
			r.wrong(v, key, "a table with "+strings.Join(need, " or "))
		}
		return rule
	}
	t := r.decoder.reader(v)
	if v.find("rule") == nil {
		t.missing("rule", "one of "+strings.Join(SwitchRules, ", "))
	}
	rule.Rule = t.word("rule", SwitchRules)
	rule.Of = t.word("of", SwitchSets)
	rule.Metric = t.word("metric", Metrics)
	rule.Time = t.duration("time")
	ruleKeys.read(t, &rule)
	t.close()
	t.consistent(rule)
	return rule
}

// consistent checks the keys of a rule against each other.
func (r *reader) consistent(rule Rule) {
	if rule.Rule == "" {
		return
	}
	given := func(key string) bool { return r.v.find(key) != nil }
	if need := ruleNeeds[rule.Rule]; need != nil && !slices.ContainsFunc(need, given) {
		r.missing(need[0], "given for the rule "+rule.Rule)
	}
	for _, e := range r.v.entries {
		if e.key != "rule" && slices.Contains(r.asked, e.key) && !slices.Contains(ruleHas[rule.Rule], e.key) {
			r.warn(e.place(), r.key(e.key), "has no effect on the rule %s", rule.Rule)
		}
	}
	if rule.Votes != nil && rule.Window != nil && *rule.Votes > *rule.Window {
		r.wrong(r.v.find("votes").value, "votes", "at most window")
	}
}
