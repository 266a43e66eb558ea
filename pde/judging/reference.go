package judging

import (
	"fmt"
	"slices"

	"pinn/pde"
)

// Table is a reference solution u* at the points of a file, for judging only.
type Table struct {
	points  pde.Points
	values  [][]float64 // by field, then by point; nil for a field not in the file
	outside int
}

var _ Truth = (*Table)(nil)

// ReadTable reads a reference solution from the bytes of a CSV file. Its header
// names every axis of the box and one or more of the fields, in any order, and
// nothing else. Points within 1e-9 of the domain count as inside and are moved
// onto the box, others are dropped; see Outside. The error is a CSVFaults.
func ReadTable(src []byte, b pde.Box, fields []string) (*Table, error) {
	c, err := pde.ReadCSV(src)
	if err != nil {
		return nil, err
	}
	pts, names, columns, err := c.Places(b)
	if err != nil {
		return nil, err
	}
	t := &Table{points: pde.Points{D: b.Dim()}, values: make([][]float64, len(fields))}
	var faults pde.CSVFaults
	known := map[int][]float64{}
	for k, name := range names {
		if f := slices.Index(fields, name); f >= 0 {
			known[f] = columns[k]
			t.values[f] = []float64{}
		} else {
			faults = append(faults, pde.CSVFault{Line: c.Head, Column: 1, Message: fmt.Sprintf("column %s is neither an axis nor a field", name)})
		}
	}
	if len(known) == 0 {
		faults = append(faults, pde.CSVFault{Line: c.Head, Column: 1, Message: "no column for any field"})
	}
	if faults != nil {
		return nil, faults
	}
	for i := range pts.N {
		if !b.Near(pts.At(i)) {
			t.outside++
			continue
		}
		t.points.N++
		t.points.X = append(t.points.X, pts.At(i)...)
		for f, v := range known {
			t.values[f] = append(t.values[f], v[i])
		}
	}
	if t.points.N == 0 {
		return nil, pde.CSVFaults{{Line: c.Lines[0], Column: 1, Message: "no point of the file lies in the domain"}}
	}
	return t, nil
}

// Outside returns how many points of the file were dropped because they lie
// outside the domain.
func (t *Table) Outside() int { return t.outside }

// Known implements Truth.
func (t *Table) Known() []bool {
	known := make([]bool, len(t.values))
	for f, v := range t.values {
		known[f] = v != nil
	}
	return known
}

// Where implements Truth: the points of the file that lie in the domain.
func (t *Table) Where() pde.Points { return t.points }

// Free implements Truth: a table knows only its own points.
func (t *Table) Free() bool { return false }

// At implements Truth. It panics if p are not the points of Where. The rows are
// those of the table: do not write to them.
func (t *Table) At(p pde.Points) [][]float64 {
	if p.N != t.points.N || !slices.Equal(p.X, t.points.X) {
		panic("judging: Table.At: a table knows only its own points")
	}
	return t.values
}
