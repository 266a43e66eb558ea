package problems

import (
	"slices"

	"pinn/internal/suggest"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// truth compiles what the answer is judged by; nil if the file gives nothing.
func (c *compiler) truth() judging.Truth {
	if len(c.spec.Exact) > 0 {
		return c.exact()
	}
	ref := c.spec.Reference
	switch {
	case ref == nil || !c.box || c.refused("reference"):
		return nil
	case ref.Builtin.Set():
		if !c.sound() && slices.Contains(judging.Builtins(), ref.Builtin.Value) {
			return nil // what it lacks may be among the faults
		}
		t, err := judging.NewBuiltin(ref.Builtin.Value, c.problem.Box, c.problem.Fields, c.problem.Constants)
		if err != nil {
			c.fault(ref.Builtin.Pos(), "reference.builtin", "%v%s", err, suggest.DidYouMean(ref.Builtin.Value, judging.Builtins()))
			return nil
		}
		return t
	}
	return c.reference(ref.File)
}

// exact compiles the closed forms of fields.
func (c *compiler) exact() judging.Truth {
	fields := make([]*expr.Expr, len(c.problem.Fields))
	for _, e := range c.spec.Exact {
		k := "exact." + e.Name.Value
		f := slices.Index(c.problem.Fields, e.Name.Value)
		if f < 0 {
			continue // the name has a fault of its own
		}
		formula, faults := c.scope.Function(e.Value.Value)
		c.faults(e.Value, k, faults)
		fields[f] = formula
	}
	if !c.sound() || !slices.ContainsFunc(fields, func(e *expr.Expr) bool { return e != nil }) {
		return nil
	}
	return judging.NewExact(c.problem.Box, fields)
}

// reference reads a table of the solution.
func (c *compiler) reference(file Text) judging.Truth {
	src, err := c.read(file.Value)
	if err != nil {
		c.fault(file.Pos(), "reference.file", "%v", err)
		return nil
	}
	t, err := judging.ReadTable(src, c.problem.Box, c.problem.Fields)
	if err != nil {
		c.csvFaults(file, "reference.file", err)
		return nil
	}
	if n := t.Outside(); n > 0 {
		c.warn(file.Pos(), "reference.file", "%d points of %s lie outside the domain and are left out", n, file.Value)
	}
	return t
}
