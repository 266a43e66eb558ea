package problems

import (
	"math"
	"math/rand/v2"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// statements compiles everything that training may see and returns, apart from
// it, the truth that the answer is judged by, nil if the file gives none.
func (c *compiler) statements() (truth judging.Truth) {
	c.unsupported()
	c.names()
	c.box = c.domain()
	c.equations()
	c.conditions()
	c.observations()
	truth = c.truth()
	c.orderInTime()
	return truth
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
}

// names declares every name of the file in one scope. A name that the scope
// refuses has its fault from the decoder.
func (c *compiler) names() {
	var axes, fields []string
	for _, a := range c.spec.Axes {
		axes = append(axes, a.Name.Value)
	}
	for _, f := range c.spec.Fields {
		fields = append(fields, f.Value)
	}
	c.scope = pde.NewScope(c.problem.Graph, axes, fields)
	c.problem.Fields = fields
	tables := map[string]map[string]Text{"constant": {}, "definition": {}}
	for _, n := range c.spec.Constants {
		tables["constant"][n.Name.Value] = n.Value
		_ = c.scope.Constant(n.Name.Value, n.Value.Value)
	}
	for _, p := range c.spec.Parameters {
		_ = c.scope.Parameter(p.Name.Value)
		c.problem.Params = append(c.problem.Params, unknown(p))
	}
	for _, n := range c.spec.Definitions {
		tables["definition"][n.Name.Value] = n.Value
		_ = c.scope.Define(n.Name.Value, n.Value.Value)
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
}

// unknown returns an unknown parameter with its bounds. If the file does not say
// where it starts, that is the middle of its bounds, one beyond its only bound,
// or 1.
func unknown(p Parameter) pde.Param {
	out := pde.Param{Name: p.Name.Value, Start: 1, Min: math.Inf(-1), Max: math.Inf(1)}
	if p.Min != nil {
		out.Min, out.Start = *p.Min, *p.Min+1
	}
	if p.Max != nil {
		out.Max, out.Start = *p.Max, *p.Max-1
	}
	if p.Min != nil && p.Max != nil {
		out.Start = (*p.Min + *p.Max) / 2
	}
	if p.Start != nil {
		out.Start = *p.Start
	}
	return out
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

// equations compiles what holds in the domain.
func (c *compiler) equations() {
	for i, e := range c.spec.Equations {
		r, faults := c.scope.Residual(e.Is.Value, pde.Context{})
		c.faults(e.Is, key("equation[%d].is", i), faults)
		c.problem.Equations = append(c.problem.Equations, pde.Equation{
			Name: label(e.Name, "equation", i, len(c.spec.Equations)), Residual: r, Weight: e.Weight,
		})
	}
}

// conditions compiles what holds at places; their points are tried where the file
// is sound so far.
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
func label(name Text, kind string, i, n int) string {
	switch {
	case name.Set():
		return name.Value
	case n == 1:
		return kind
	}
	return key("%s %d", kind, i)
}

// orderInTime compares, for every field, the order of the equations in time with
// the number of conditions at fixed times. Too few conditions leave the solution
// open, which is an error unless there are data; too many are a warning.
func (c *compiler) orderInTime() {
	t := c.problem.Box.Time()
	if t < 0 || c.problem.Box.Axes[t].Periodic || !c.sound() {
		return
	}
	for f, field := range c.problem.Fields {
		order, where := 0, 0
		for i, e := range c.problem.Equations {
			for _, p := range e.Residual.Partials() {
				if p.Field == f && int(p.Order[t]) > order {
					order, where = int(p.Order[t]), i
				}
			}
		}
		given := c.timeConditions(f, t)
		k := key("equation[%d].is", where)
		switch {
		case given < order && len(c.problem.Data) == 0:
			c.fault(c.spec.Equations[where].Is.At(0), k,
				"is of order %d in t for %s, so %s must have %d conditions at fixed t, got %d", order, field, field, order, given)
		case given < order:
			c.warn(c.spec.Equations[where].Is.At(0), k,
				"is of order %d in t for %s, which has %d conditions at fixed t: the data must make up for the rest", order, field, given)
		case given > order && len(c.problem.Equations) > 0:
			c.warn(c.spec.Where("condition"), "condition",
				"%s has %d conditions on all of a fixed t, but its equations are of order %d in t", field, given, order)
		}
	}
}

// timeConditions counts the conditions with field f at fixed times. Conditions on
// parts of the same instant count once.
func (c *compiler) timeConditions(f, t int) int {
	whole, parts := 0, 0
	for _, cond := range c.problem.Conditions {
		if !mentions(cond.Residual, f) {
			continue
		}
		for _, p := range cond.Pieces {
			if len(p.Fixed) != 1 || p.Fixed[0].Axis != t {
				continue
			}
			if p.Keep == nil {
				whole++
			} else {
				parts = 1
			}
		}
	}
	return whole + parts
}

func mentions(e *expr.Expr, f int) bool {
	for _, p := range e.Partials() {
		if p.Field == f {
			return true
		}
	}
	return false
}
