package problems

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Encode returns the Spec as canonical TOML: the same Spec gives the same bytes,
// and Decode reads them back to an equal Spec, places aside. Everything that is
// set is written, in the order of the contract; absent values are left out.
// Numbers keep their full precision.
func (s *Spec) Encode() []byte {
	var p printer
	p.entry("title", quoteUnlessEmpty(s.Title))
	p.entry("source", quoteUnlessEmpty(s.Source))
	p.entry("fields", list(s.Fields, statement))
	p.domain(s)
	p.named("constants", s.Constants)
	p.parameters(s.Parameters)
	p.named("define", s.Definitions)
	p.statements(s)
	p.named("exact", s.Exact)
	p.judging(s)
	p.training(s)
	return p.out.Bytes()
}

// printer writes sections and their entries. A section without entries is left
// out, except in an array of tables.
type printer struct {
	out     bytes.Buffer
	pending string // header that waits for its first entry
}

// section begins [name].
func (p *printer) section(name string) { p.pending = "[" + name + "]" }

// element begins [[name]], which stands even if it is empty.
func (p *printer) element(name string) {
	p.pending = "[[" + name + "]]"
	p.begin()
}

// begin writes the header that waits, after an empty line.
func (p *printer) begin() {
	if p.pending == "" {
		return
	}
	if p.out.Len() > 0 {
		p.out.WriteByte('\n')
	}
	p.out.WriteString(p.pending + "\n")
	p.pending = ""
}

// entry writes key = value, or nothing for an empty value.
func (p *printer) entry(key, value string) {
	if value == "" {
		return
	}
	p.begin()
	p.out.WriteString(quoteKey(key) + " = " + value + "\n")
}

func (p *printer) domain(s *Spec) {
	p.section("domain")
	for _, a := range s.Axes {
		p.entry(a.Name.Value, axis(a))
	}
	p.entry("inside", statement(s.Inside))
	p.entry("polygon", list(s.Polygon, func(v [2]Text) string { return pair(v[0], v[1]) }))
	for _, b := range s.Boundaries {
		p.element("boundary")
		p.entry("name", statement(b.Name))
		p.entry("curve", curve(b.Curve))
		p.entry("s", interval(b.S))
		p.entry("q", interval(b.Q))
	}
}

// axis returns the pair of an axis, or a table if there is more to say.
func axis(a Axis) string {
	if !a.Periodic {
		return pair(a.From, a.To)
	}
	return table(field{"from", expression(a.From)}, field{"to", expression(a.To)}, field{"periodic", "true"})
}

func interval(i *Interval) string {
	if i == nil {
		return ""
	}
	return pair(i.From, i.To)
}

func pair(a, b Text) string { return "[" + expression(a) + ", " + expression(b) + "]" }

func curve(coordinates []Named) string {
	var fields []field
	for _, c := range coordinates {
		fields = append(fields, field{c.Name.Value, expression(c.Value)})
	}
	return table(fields...)
}

func (p *printer) named(section string, list []Named) {
	p.section(section)
	for _, n := range list {
		p.entry(n.Name.Value, expression(n.Value))
	}
}

func (p *printer) parameters(list []Parameter) {
	p.section("parameters")
	for _, q := range list {
		value := table(field{"start", real(q.Start)}, field{"min", real(q.Min)}, field{"max", real(q.Max)}, field{"truth", real(q.Truth)})
		if value == "" {
			value = "{}"
		}
		p.entry(q.Name.Value, value)
	}
}

// statements writes the equations, conditions and data.
func (p *printer) statements(s *Spec) {
	for _, e := range s.Equations {
		p.element("equation")
		p.entry("name", statement(e.Name))
		p.entry("is", statement(e.Is))
		p.entry("weight", formatFloat(e.Weight))
	}
	for _, c := range s.Conditions {
		p.element("condition")
		p.entry("name", statement(c.Name))
		p.entry("at", statement(c.At))
		p.entry("is", statement(c.Is))
		p.entry("enforce", quoteUnlessEmpty(c.Enforce))
		p.entry("weight", formatFloat(c.Weight))
		p.entry("points", positiveInteger(c.Points))
	}
	for _, d := range s.Data {
		p.element("data")
		p.entry("name", statement(d.Name))
		p.entry("file", statement(d.File))
		p.entry("columns", list(d.Columns, statement))
		p.entry("points", rows(d.Points))
		p.entry("is", statement(d.Is))
		p.entry("weight", formatFloat(d.Weight))
	}
}

// rows writes a matrix, one row per line.
func rows(points [][]float64) string {
	if len(points) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("[\n")
	for _, row := range points {
		b.WriteString("  " + list(row, formatFloat) + ",\n")
	}
	b.WriteString("]")
	return b.String()
}

func (p *printer) judging(s *Spec) {
	if r := s.Reference; r != nil {
		p.section("reference")
		p.entry("file", statement(r.File))
		p.entry("builtin", statement(r.Builtin))
	}
	t := s.Target
	if t == nil {
		return
	}
	var bounds []field
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		bounds = append(bounds, field{name, formatFloat(t.Parameters[name])})
	}
	p.section("target")
	p.entry("rel_l2", real(t.RelL2))
	p.entry("max_abs", real(t.MaxAbs))
	p.entry("parameters", table(bounds...))
}

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
