package problems

import (
	"math"
	"slices"

	"pinn/pde/expr"
)

// The words of [network] and [points].
var (
	Activations     = []string{"tanh", "sin", "swish", "gelu", "softplus"}
	Samplers        = []string{"sobol", "halton", "hammersley", "latin-hypercube", "uniform", "grid"}
	ResampleMethods = []string{"none", "uniform", "rad", "rar"}
)

// Bounds on the size of a network and of a run. They keep slips and hostile
// files from exhausting the machine; nothing sensible comes near them.
const (
	maxWidth   = 4096
	maxLayers  = 64
	maxModes   = 256
	maxMode    = 1_000_000
	maxSteps   = 1_000_000_000
	maxStages  = 16
	maxSlabs   = 10_000
	maxHistory = 10_000
	maxChecks  = 10_000
)

// network reads [network].
func (d *decoder) network(s *Spec, root *reader) {
	r := root.table("network", "a table")
	s.Network = Network{
		Hidden:     r.integers("hidden", "a list of widths such as [20, 20, 20]", maxLayers, maxWidth),
		Activation: r.word("activation", Activations),
		Separate:   r.flag("separate"),
	}
	r.fourier(s)
	r.mirror(s)
	r.close()
}

// fourier reads the Fourier features: a table, or the word "none".
func (r *reader) fourier(s *Spec) {
	if v := r.get("fourier"); v != nil && v.kind == stringValue {
		s.Network.NoFourier = r.asWord(v, "fourier", []string{"none"}) != ""
		return
	}
	f := r.table("fourier", `a table such as { modes = [1, 2, 4] }, or "none"`)
	if s.Network.Modes = f.integers("modes", "a list of modes such as [1, 2, 4]", maxModes, maxMode); f.v != nil {
		f.modes(s.Network.Modes)
	}
	s.Network.ModeAxes = f.axes(s, "axes")
	f.close()
}

// mirror reads the axes whose mirror symmetry is built in: a list, or the word
// "none".
func (r *reader) mirror(s *Spec) {
	if v := r.get("mirror"); v != nil && v.kind == stringValue {
		s.Network.NoMirror = r.asWord(v, "mirror", []string{"none"}) != ""
		return
	}
	s.Network.Mirror = r.axes(s, "mirror")
}

// axes reads a list of axes.
func (r *reader) axes(s *Spec, key string) []string {
	var known, list []string
	for _, a := range s.Axes {
		known = append(known, a.Name.Value)
	}
	for i, v := range r.array(key, `a list of axes such as ["x"]`, expr.MaxAxes) {
		if known == nil {
			break // the domain has a fault of its own
		}
		name := r.asWord(v, index(key, i), known)
		if slices.Contains(list, name) {
			r.report(v.place(), r.key(index(key, i)), "must differ from the axes before it, got %s again", name)
		} else if name != "" {
			list = append(list, name)
		}
	}
	return list
}

// modes checks that the Fourier modes are there and differ.
func (r *reader) modes(modes []int) {
	e := r.v.find("modes")
	if e == nil {
		r.missing("modes", "a list of modes such as [1, 2, 4]")
		return
	}
	if e.value.kind != arrayValue || len(modes) != len(e.value.items) {
		return // faults of their own
	}
	seen := map[int]bool{}
	for i, m := range modes {
		if seen[m] {
			r.report(e.value.items[i].place(), r.key(index("modes", i)), "must differ from the modes before it, got %d again", m)
		}
		seen[m] = true
	}
}

// integers reads a list of integers from 1 to largest.
func (r *reader) integers(key, must string, most, largest int) []int {
	var list []int
	for i, v := range r.array(key, must, most) {
		if n, ok := r.asInteger(v, index(key, i), 1, largest); ok {
			list = append(list, n)
		}
	}
	return list
}

// points reads [points].
func (d *decoder) points(s *Spec, root *reader) {
	r := root.table("points", "a table")
	s.Points = Points{
		Interior: r.integer("interior", 1, maxPoints),
		Sampler:  r.word("sampler", Samplers),
		Resample: r.resample(),
	}
	r.close()
}

// resample reads how points are redrawn: a table, or its method alone.
func (r *reader) resample() *Resample {
	const key = "resample"
	v := r.get(key)
	switch {
	case v == nil:
		return nil
	case v.kind == stringValue:
		return &Resample{Method: r.asWord(v, key, ResampleMethods)}
	case v.kind != tableValue:
		r.wrong(v, key, `a table such as { method = "rad", every = 500 }`)
		return nil
	}
	t := r.decoder.reader(v)
	if v.find("method") == nil {
		t.missing("method", `a word such as "rad"`)
	}
	p := &Resample{
		Method: t.word("method", ResampleMethods),
		Every:  t.integer("every", 1, maxSteps),
		Noise:  t.number("noise", positive),
		K:      t.number("k", notNegative),
		C:      t.number("c", notNegative),
	}
	t.close()
	return p
}

// train reads [train].
func (d *decoder) train(s *Spec, root *reader) {
	r := root.table("train", "a table")
	s.Train = Train{
		Time:     r.duration("time"),
		FallBack: r.integer("fall_back", 0, maxStages),
		Stages:   r.integer("stages", 1, maxStages),
		Slabs:    r.integer("slabs", 1, maxSlabs),
	}
	if seed := r.integer("seed", 0, math.MaxInt); seed != nil {
		n := uint64(*seed)
		s.Train.Seed = &n
	}
	r.close()
}
