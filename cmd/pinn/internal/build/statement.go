package build

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/judging"
	"pinn/problems"
)

// Statement compiles the mathematics of a file that problems.Decode has read,
// with the diagnostics known: everything that training may see (the Problem) and,
// apart from it, the truth that the answer is judged by, nil if the file gives
// none. It returns the diagnostics of both, sorted: all faults of the file at
// once. The results are only good if these have no errors.
func Statement(spec *problems.Spec, known problems.Diagnostics, read ReadFile) (*pde.Problem, judging.Truth, problems.Diagnostics) {
	if spec == nil || known.HasErrors() && (len(spec.Axes) == 0 || len(spec.Fields) == 0) {
		return nil, nil, known
	}
	c := &compiler{spec: spec, read: read, known: known, problem: &pde.Problem{Graph: pde.NewGraph()}}
	c.unsupported()
	var truth judging.Truth
	if c.names() {
		c.box = c.domain()
		c.equations()
		c.conditions()
		c.data()
		truth = c.truth()
		c.orderInTime()
		c.slabs()
	}
	all := append(slices.Clone(known), c.diagnostics...)
	all.Sort()
	return c.problem, truth, all
}

// sound reports whether neither the decoder nor the compiler has found an error.
func (c *compiler) sound() bool { return !c.known.HasErrors() && !c.diagnostics.HasErrors() }

// unsupported refuses what the language knows and this version cannot train.
func (c *compiler) unsupported() {
	for i, b := range c.spec.Boundaries {
		c.fault(b.Pos, key("boundary[%d]", i), "curved boundaries are not in this version; describe the domain by its box and inside")
	}
	if c.spec.Polygon != nil {
		c.fault(c.spec.Where("domain.polygon"), "domain.polygon", "polygons are not in this version; describe the domain by its box and inside")
	}
	if n := Stages(c.spec); n > MaxStages {
		c.fault(c.spec.Where("train.stages"), "train.stages", "must be 1 or %d in this version, got %d", MaxStages, n)
	}
	c.rules()
	for i, ph := range c.spec.Phases {
		c.method(i, ph, nil)
	}
}

// names declares every name of the file in one scope; it reports whether there is
// a scope to go on with.
func (c *compiler) names() bool {
	var axes, fields []string
	for _, a := range c.spec.Axes {
		axes = append(axes, a.Name.Value)
	}
	for _, f := range c.spec.Fields {
		fields = append(fields, f.Value)
	}
	if len(axes) > pde.MaxAxes {
		c.fault(c.spec.Where("domain"), "domain", "must have at most %d axes, got %d", pde.MaxAxes, len(axes))
		return false
	}
	c.scope = pde.NewScope(c.problem.Graph, axes, fields)
	c.problem.Fields = fields
	tables := map[string]map[string]problems.Text{"constant": {}, "definition": {}}
	for _, n := range c.spec.Constants {
		tables["constant"][n.Name.Value] = n.Value
		c.declared(n.Name, "constants", c.scope.Constant(n.Name.Value, n.Value.Value))
	}
	for _, p := range c.spec.Parameters {
		c.declared(p.Name, "parameters", c.scope.Parameter(p.Name.Value))
		c.problem.Params = append(c.problem.Params, pde.Param{
			Name: p.Name.Value, Start: orElse(p.Start, start(p)), Min: orElse(p.Min, math.Inf(-1)), Max: orElse(p.Max, math.Inf(1)),
		})
	}
	for _, n := range c.spec.Definitions {
		tables["definition"][n.Name.Value] = n.Value
		c.declared(n.Name, "define", c.scope.Define(n.Name.Value, n.Value.Value))
	}
	sections := map[string]string{"constant": "constants", "definition": "define"}
	for _, m := range c.scope.Check() {
		c.faults(tables[m.Kind][m.Name], sections[m.Kind]+"."+m.Name, m.Faults)
	}
	c.problem.Constants = map[string]float64{}
	for _, n := range c.spec.Constants {
		if v, ok := c.scope.Value(n.Name.Value); ok {
			c.problem.Constants[n.Name.Value] = v
		}
	}
	return true
}

func (c *compiler) declared(name problems.Text, section string, err error) {
	if err != nil {
		c.fault(name.Pos(), section+"."+name.Value, "%v", err)
	}
}

// start is where an unknown parameter begins if the file does not say: the
// middle of its bounds, one beyond its only bound, or 1.
func start(p problems.Parameter) float64 {
	switch {
	case p.Min != nil && p.Max != nil:
		return (*p.Min + *p.Max) / 2
	case p.Min != nil:
		return *p.Min + 1
	case p.Max != nil:
		return *p.Max - 1
	}
	return 1
}

// domain evaluates the ends of the axes and compiles inside; it reports whether
// there is a box to go on with.
func (c *compiler) domain() bool {
	ok := true
	for _, a := range c.spec.Axes {
		k := "domain." + a.Name.Value
		axis := pde.Axis{Name: a.Name.Value, Periodic: a.Periodic}
		var from, to bool
		axis.From, from = c.number(a.From, k)
		axis.To, to = c.number(a.To, k)
		if from && to && !(axis.From < axis.To) {
			c.fault(a.Pos, k, "must run from a smaller to a larger number, got %g to %g", axis.From, axis.To)
			to = false
		}
		ok = ok && from && to
		c.problem.Box.Axes = append(c.problem.Box.Axes, axis)
	}
	if c.spec.Inside.Set() {
		p, faults := c.scope.Predicate(c.spec.Inside.Value)
		c.faults(c.spec.Inside, "domain.inside", faults)
		c.problem.Box.Inside = p
		ok = ok && len(faults) == 0
	}
	if ok && c.problem.Box.Inside != nil {
		_, err := c.problem.Box.Sample(cube.Sobol{}, 1, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			c.fault(c.spec.Inside.At(0), "domain.inside", "%v", err)
			ok = false
		}
	}
	return ok
}

func (c *compiler) equations() {
	for i, e := range c.spec.Equations {
		r, faults := c.scope.Residual(e.Is.Value, pde.Context{})
		c.faults(e.Is, key("equation[%d].is", i), faults)
		c.problem.Equations = append(c.problem.Equations, pde.Equation{
			Name: label(e.Name, "equation", i, len(c.spec.Equations)), Residual: r, Weight: e.Weight,
		})
	}
}

func (c *compiler) conditions() {
	for i, cond := range c.spec.Conditions {
		var pieces []pde.Piece
		if c.box {
			var faults pde.Faults
			pieces, faults = c.scope.Place(cond.At.Value, c.problem.Box, nil)
			c.faults(cond.At, key("condition[%d].at", i), faults)
		}
		r, faults := c.scope.Residual(cond.Is.Value, pde.Context{Normals: true})
		c.faults(cond.Is, key("condition[%d].is", i), faults)
		enforce, _ := pde.ParseEnforce(cond.Enforce)
		name := cond.At.Value
		if cond.Name.Set() {
			name = cond.Name.Value
		}
		c.problem.Conditions = append(c.problem.Conditions, pde.Condition{
			Name: name, At: cond.At.Value, Pieces: pieces, Residual: r, Enforce: enforce, Weight: cond.Weight,
			Points: cond.Points,
		})
	}
	if c.sound() {
		c.places()
	}
}

// places draws a few points of every condition: a place without points, or
// without the normals that its statement uses, is a fault of the file.
func (c *compiler) places() {
	sobol, _ := cube.New("sobol")
	for i, cond := range c.problem.Conditions {
		points, err := c.problem.Box.SampleOn(cond.Pieces, sobol, 16, rand.New(rand.NewPCG(1, 1)))
		k := key("condition[%d].at", i)
		switch {
		case err != nil:
			c.fault(c.spec.Conditions[i].At.At(0), k, "%v", err)
		case cond.NeedsNormal() && points.MissingNormal() >= 0:
			c.fault(c.spec.Conditions[i].At.At(0), k, "must be a boundary with a normal, because the statement uses one; there is none at %v", points.At(points.MissingNormal()))
		}
	}
}

// label is the name of a statement in reports.
func label(name problems.Text, kind string, i, n int) string {
	switch {
	case name.Set():
		return name.Value
	case n == 1:
		return kind
	}
	return key("%s %d", kind, i)
}
