package problems

import (
	"errors"
	"slices"

	"pinn/pde"
)

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
