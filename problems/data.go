package problems

import (
	"errors"
	"slices"

	"pinn/internal/suggest"
	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pde/judging"
)

// What a problem file brings beside its equations: the observations, which training
// sees, and the truth, which only judges. Both may stand in tables beside the file.

// observations reads the data and compiles their statements.
func (c *compiler) observations() {
	for i, d := range c.spec.Data {
		k := key("data[%d]", i)
		if c.refused(k) {
			continue
		}
		table := c.table(d, k)
		if table == nil {
			continue
		}
		points, names, columns, err := table.Places(c.problem.Box)
		if err != nil { // of a file: the decoder looks for the axes among the columns of points
			c.csvFaults(d.File, k+".file", err)
			continue
		}
		r, faults := c.scope.Residual(d.Is.Value, pde.Context{DataColumns: names})
		c.faults(d.Is, k+".is", faults)
		c.problem.Data = append(c.problem.Data, pde.Data{
			Name: label(d.Name, "data", i, len(c.spec.Data)), Points: points, Columns: columns, Residual: r, Weight: d.Weight,
		})
	}
}

// table returns the observations of one data set; nil if they cannot be read,
// which it has reported.
func (c *compiler) table(d Data, k string) *pde.CSV {
	if d.File.Set() {
		src, err := c.read(d.File.Value)
		if err != nil {
			c.fault(d.File.Pos(), k+".file", "%v", err)
			return nil
		}
		table, err := pde.ReadCSV(src)
		if err != nil {
			c.csvFaults(d.File, k+".file", err)
			return nil
		}
		return table
	}
	table := &pde.CSV{Rows: len(d.Points), Lines: make([]int, len(d.Points))}
	for _, name := range d.Columns {
		table.Names = append(table.Names, name.Value)
	}
	table.X = slices.Concat(d.Points...)
	return table
}

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

// csvFaults reports each mistake of a table at its own line, beside the place
// that names the file.
func (c *compiler) csvFaults(file Text, k string, err error) {
	var faults pde.CSVFaults
	if !errors.As(err, &faults) {
		c.fault(file.Pos(), k, "%v", err)
		return
	}
	for _, f := range faults {
		c.fault(file.Pos(), k, "%s:%d:%d: %s", file.Value, f.Line, f.Column, f.Message)
	}
}
