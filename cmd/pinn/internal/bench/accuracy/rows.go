package accuracy

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// EncodeRows writes the rows of one problem as CSV, by method and seed.
func EncodeRows(w io.Writer, rows []Row) error {
	columns := expand(rows)
	out := csv.NewWriter(w)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.name
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	for _, r := range rows {
		for i, c := range columns {
			cells[i] = spell(c.place(&r))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// DecodeRows reads what EncodeRows wrote of a problem. Every column of the schema must
// be there, in any order, and no other; a method has each seed once. Errors name the
// line and the column.
func DecodeRows(r io.Reader, problem string) ([]Row, error) {
	in := csv.NewReader(r)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("line 1: must name the columns, but the file is empty")
	}
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(header)
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	var rows []Row
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		row := Row{Problem: problem}
		for i, c := range columns {
			if err := parse(c.place(&row), cells[i]); err != nil {
				line, _ := in.FieldPos(i)
				return nil, fmt.Errorf("line %d, column %s: %w", line, c.name, err)
			}
		}
		line, _ := in.FieldPos(0)
		if row.Method == "" {
			return nil, fmt.Errorf("line %d, column method: must name the method, got nothing", line)
		}
		if place(rows, row.Method, row.Seed) >= 0 {
			return nil, fmt.Errorf("line %d: is a second run by %s with seed %d; remove one", line, row.Method, row.Seed)
		}
		rows = append(rows, row)
	}
}

// columnsOf returns the columns of a header.
func columnsOf(header []string) ([]column, error) {
	var columns []column
	for i, name := range header {
		c, err := named(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(header[:i], name) {
			return nil, fmt.Errorf("column %s: stands there twice", name)
		}
		columns = append(columns, c)
	}
	var missing []string
	for _, c := range expand(nil) {
		if !slices.Contains(header, c.name) {
			missing = append(missing, c.name)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("must have the columns %s too", strings.Join(missing, ", "))
	}
	return columns, nil
}

// place returns the index of the run by a method with a seed, −1 if there is none.
func place(rows []Row, method string, seed uint64) int {
	return slices.IndexFunc(rows, func(r Row) bool { return r.Method == method && r.Seed == seed })
}
