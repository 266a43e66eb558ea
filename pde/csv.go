package pde

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// CSV is a table of finite numbers under a header row that names the columns.
type CSV struct {
	Names []string  // of the columns, trimmed, all different
	Rows  int       // without the header
	X     []float64 // Rows × len(Names), row-major
	Lines []int     // the line of the file, from 1, that each row starts on
	Head  int       // the line of the header
}

// CSVFault is one mistake in a CSV file. Line and Column count from 1, columns
// in bytes.
type CSVFault struct {
	Line, Column int
	Message      string
}

// CSVFaults lists the mistakes of a CSV file in the order of its lines. It is
// cut after maxCSVFaults.
type CSVFaults []CSVFault

const maxCSVFaults = 20

// Error returns one line per fault, "line:column: message".
func (fs CSVFaults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Message)
	}
	return strings.Join(lines, "\n")
}

// ReadCSV reads a table of numbers from the bytes of a file. The first row names
// the columns, commas separate, spaces around a cell, empty lines and a byte
// order mark are ignored. Every number must be finite and every row complete.
// The error is a CSVFaults that lists what is wrong, at most 20 of it.
func ReadCSV(src []byte) (*CSV, error) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(src))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.ReuseRecord = -1, true, true
	c := &CSV{}
	var faults CSVFaults
	for len(faults) < maxCSVFaults {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, csvSyntax(err))
			break
		}
		if c.Names == nil {
			faults = append(faults, c.header(r, record)...)
		} else {
			faults = append(faults, c.row(r, record)...)
		}
	}
	switch {
	case len(faults) > 0:
		return nil, faults[:min(len(faults), maxCSVFaults)]
	case c.Names == nil:
		return nil, CSVFaults{{1, 1, "the file is empty: a header row must name the columns"}}
	case c.Rows == 0:
		return nil, CSVFaults{{c.Head, 1, "no rows follow the header"}}
	}
	return c, nil
}

// csvSyntax turns an error of encoding/csv into a fault.
func csvSyntax(err error) CSVFault {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return CSVFault{max(syntax.Line, 1), max(syntax.Column, 1), syntax.Err.Error()}
	}
	return CSVFault{1, 1, err.Error()}
}

// header takes the names of the columns.
func (c *CSV) header(r *csv.Reader, record []string) (faults CSVFaults) {
	c.Head, _ = r.FieldPos(0)
	seen := map[string]bool{}
	for i, cell := range record {
		name := strings.TrimSpace(cell)
		line, column := r.FieldPos(i)
		switch {
		case name == "":
			faults = append(faults, CSVFault{line, column, fmt.Sprintf("column %d has no name", i+1)})
		case seen[name]:
			faults = append(faults, CSVFault{line, column, fmt.Sprintf("column %s appears twice", name)})
		}
		seen[name] = true
		c.Names = append(c.Names, name)
	}
	return faults
}

// row takes one row of numbers.
func (c *CSV) row(r *csv.Reader, record []string) (faults CSVFaults) {
	line, _ := r.FieldPos(0)
	if len(record) != len(c.Names) {
		return CSVFaults{{line, 1, fmt.Sprintf("must have %d columns as the header, got %d", len(c.Names), len(record))}}
	}
	for i, cell := range record {
		v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			at, column := r.FieldPos(i)
			faults = append(faults, CSVFault{at, column, fmt.Sprintf("%s must be a finite number, got %.40q", c.Names[i], cell)})
		}
		c.X = append(c.X, v)
	}
	c.Lines = append(c.Lines, line)
	c.Rows++
	return faults
}

// Column returns a copy of the named column, or nil if there is none.
func (c *CSV) Column(name string) []float64 {
	for j, n := range c.Names {
		if n != name {
			continue
		}
		v := make([]float64, c.Rows)
		for i := range v {
			v[i] = c.X[i*len(c.Names)+j]
		}
		return v
	}
	return nil
}

// Places splits the columns into the coordinates of points and the rest, in the
// order of the file. Every axis of the box must have its column. The points are
// taken as they are, inside the domain or not.
func (c *CSV) Places(b Box) (pts Points, names []string, columns [][]float64, err error) {
	pts = Points{N: c.Rows, D: b.Dim(), X: make([]float64, c.Rows*b.Dim())}
	var faults CSVFaults
	for i, a := range b.Axes {
		v := c.Column(a.Name)
		if v == nil {
			faults = append(faults, CSVFault{c.Head, 1, fmt.Sprintf("no column for the axis %s", a.Name)})
			continue
		}
		for k := range v {
			pts.X[k*pts.D+i] = v[k]
		}
	}
	if faults != nil {
		return Points{}, nil, nil, faults
	}
	for _, name := range c.Names {
		if b.Index(name) < 0 {
			names, columns = append(names, name), append(columns, c.Column(name))
		}
	}
	return pts, names, columns, nil
}
