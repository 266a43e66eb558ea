package problems

import "strconv"

// training writes [network], [points], [train] and the phases.
func (p *printer) training(s *Spec) {
	p.section("network")
	p.entry("hidden", list(s.Network.Hidden, strconv.Itoa))
	p.entry("activation", quoteUnlessEmpty(s.Network.Activation))
	if s.Network.NoFourier {
		p.entry("fourier", quote("none"))
	}
	p.entry("fourier", table(field{"modes", list(s.Network.Modes, strconv.Itoa)}, field{"axes", list(s.Network.ModeAxes, quote)}))
	p.entry("separate", truth(s.Network.Separate))
	if s.Network.NoMirror {
		p.entry("mirror", quote("none"))
	}
	p.entry("mirror", list(s.Network.Mirror, quote))
	p.section("points")
	p.entry("interior", count(s.Points.Interior))
	p.entry("sampler", quoteUnlessEmpty(s.Points.Sampler))
	p.entry("resample", resample(s.Points.Resample))
	p.section("train")
	if s.Train.Seed != nil {
		p.entry("seed", strconv.FormatUint(*s.Train.Seed, 10))
	}
	p.entry("time", formatDuration(s.Train.Time))
	p.entry("fall_back", count(s.Train.FallBack))
	p.entry("stages", count(s.Train.Stages))
	p.entry("slabs", count(s.Train.Slabs))
	for i := range s.Phases {
		p.phase(&s.Phases[i])
	}
}

func (p *printer) phase(ph *Phase) {
	p.element("phase")
	p.entry("method", quoteUnlessEmpty(ph.Method))
	p.entry("stage", count(ph.Stage))
	p.entry("steps", count(ph.Steps))
	p.entry("batch", count(ph.Batch))
	p.entry("points", count(ph.Points))
	p.entry("time", formatDuration(ph.Time))
	p.entry("learning_rate", learningRate(ph.LearningRate))
	for _, f := range phaseKeys.fields(ph) {
		p.entry(f.key, f.value)
	}
	p.entry("switch", rules(ph.Switch))
	p.entry("resample", resample(ph.Resample))
}

// resample writes the table, whatever it holds.
func resample(r *Resample) string {
	if r == nil {
		return ""
	}
	return table(field{"method", quote(r.Method)}, field{"every", count(r.Every)}, field{"noise", real(r.Noise)}, field{"k", real(r.K)}, field{"c", real(r.C)})
}

// learningRate writes a number if that is all there is.
func learningRate(l *LearningRate) string {
	if l == nil {
		return ""
	}
	fields := learningRateKeys.fields(l)
	if l.Kind != "" {
		fields = append([]field{{"kind", quote(l.Kind)}}, fields...)
	} else if len(fields) == 1 && l.Start != nil {
		return fields[0].value
	}
	if len(fields) == 0 {
		return "{}"
	}
	return table(fields...)
}

// rules writes one rule as a table and several as a list, one per line.
func rules(l []Rule) string {
	if len(l) == 0 {
		return ""
	}
	if len(l) == 1 {
		return rule(&l[0])
	}
	out := "[\n"
	for i := range l {
		out += "  " + rule(&l[i]) + ",\n"
	}
	return out + "]"
}

func rule(r *Rule) string {
	fields := []field{{"rule", quote(r.Rule)}, {"of", quoteUnlessEmpty(r.Of)}, {"metric", quoteUnlessEmpty(r.Metric)}, {"time", formatDuration(r.Time)}}
	return table(append(fields, ruleKeys.fields(r)...)...)
}

// fields returns the values of a table's optional keys that are set.
func (k keys[T]) fields(t *T) []field {
	var out []field
	add := func(key, value string) {
		if value != "" {
			out = append(out, field{key, value})
		}
	}
	for _, n := range k.integers {
		add(n.key, count(*n.field(t)))
	}
	for _, n := range k.numbers {
		add(n.key, real(*n.field(t)))
	}
	for _, f := range k.flags {
		add(f.key, truth(*f.field(t)))
	}
	return out
}
