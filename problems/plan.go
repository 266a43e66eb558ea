package problems

import (
	"slices"
	"strings"
)

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
