package rundir

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is a CSV file in memory: named columns of equal length, each of numbers
// or of words. NaN stands for a blank cell. The zero Table is empty.
type Table struct {
	Columns []Column
}

// Column is one column; exactly one of Numbers and Words is in use.
type Column struct {
	Name    string
	Numbers []float64
	Words   []string
}

// Len returns the number of cells below the header.
func (c Column) Len() int { return max(len(c.Numbers), len(c.Words)) }

// Add appends a column of numbers, which the table then shares.
func (t *Table) Add(name string, values []float64) {
	t.Columns = append(t.Columns, Column{Name: name, Numbers: values})
}

// AddWords appends a column of words, which the table then shares.
func (t *Table) AddWords(name string, words []string) {
	t.Columns = append(t.Columns, Column{Name: name, Words: words})
}

// Rows returns the number of rows below the header. A nil table has none.
func (t *Table) Rows() int {
	if t == nil || len(t.Columns) == 0 {
		return 0
	}
	return t.Columns[0].Len()
}

// Numbers returns the column of numbers called name, or nil.
func (t *Table) Numbers(name string) []float64 { return t.column(name).Numbers }

// Words returns the column of words called name, or nil.
func (t *Table) Words(name string) []string { return t.column(name).Words }

func (t *Table) column(name string) Column {
	if t != nil {
		for _, c := range t.Columns {
			if c.Name == name {
				return c
			}
		}
	}
	return Column{}
}

// check refuses what could not be read back.
func (t *Table) check() error {
	seen := map[string]bool{}
	for _, c := range t.Columns {
		switch {
		case c.Name == "":
			return errors.New("a column has no name")
		case c.Name != tidy(c.Name) || strings.HasPrefix(c.Name, mark):
			return fmt.Errorf("column %q: a name must not hold a carriage return or begin with a byte order mark", c.Name)
		case seen[c.Name]:
			return fmt.Errorf("column %q: there are two of this name", c.Name)
		case c.Len() != t.Rows():
			return fmt.Errorf("column %q: must have %d rows, got %d", c.Name, t.Rows(), c.Len())
		case len(t.Columns) == 1 && slices.Contains(c.Words, ""):
			return fmt.Errorf("column %q: the only column must not hold blank words", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// Encode writes the table as CSV (RFC 4180 with line feeds): a header row,
// numbers as the shortest decimal that reads back as the same value, NaN as a
// blank cell. Line ends inside words become line feeds.
func (t *Table) Encode(w io.Writer) error {
	if t == nil {
		t = &Table{}
	}
	if err := t.check(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = c.Name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for r := range t.Rows() {
		for i, c := range t.Columns {
			row[i] = c.cell(r, len(row) == 1)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cell returns the text of one cell. In a table of one column a blank cell
// would be a blank line, which readers skip: there it is written NaN.
func (c Column) cell(row int, alone bool) string {
	if c.Words != nil {
		return tidy(c.Words[row])
	}
	v := c.Numbers[row]
	if math.IsNaN(v) && !alone {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// tidy makes line ends plain line feeds, as readers of CSV do.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

// DecodeTable reads a CSV file with a header row. The columns named in words
// are words, all others numbers, where a blank cell is NaN. Errors name the
// line and the column.
func DecodeTable(r io.Reader, words ...string) (*Table, error) {
	in := csv.NewReader(skipMark(r))
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the header row is missing: the file is empty")
	}
	if err != nil {
		return nil, err
	}
	t := &Table{}
	for _, name := range header {
		c := Column{Name: tidy(name)}
		if slices.Contains(words, c.Name) {
			c.Words = []string{}
		} else {
			c.Numbers = []float64{}
		}
		t.Columns = append(t.Columns, c)
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		for i, cell := range row {
			if err := t.Columns[i].push(cell); err != nil {
				line, _ := in.FieldPos(i)
				return nil, fmt.Errorf("line %d, column %s: %w", line, t.Columns[i].Name, err)
			}
		}
	}
}

// push appends the cell's value to the column.
func (c *Column) push(cell string) error {
	if c.Words != nil {
		c.Words = append(c.Words, tidy(cell))
		return nil
	}
	v := math.NaN()
	if cell = strings.TrimSpace(cell); cell != "" {
		var err error
		if v, err = strconv.ParseFloat(cell, 64); err != nil {
			return fmt.Errorf("must be a number or blank, got %q", cell)
		}
	}
	c.Numbers = append(c.Numbers, v)
	return nil
}

// mark is the byte order mark that spreadsheets put before UTF-8 text.
const mark = "\ufeff"

// skipMark drops a byte order mark from the beginning of r.
func skipMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(len(mark)); string(head) == mark {
		_, _ = b.Discard(len(mark)) // the bytes are buffered
	}
	return b
}

// Event is one row of events.csv: a decision of the run and its reason.
type Event struct {
	Number  int     // from 1, in order
	Step    int     // parameter updates before it, all phases
	Seconds float64 // since the start
	Phase   int     // index of the phase it happened in, from 0
	Kind    string  // switch, resample, restart, stop, warning
	Reason  string  // snr, plateau, budget, converged, line-search, …
	Why     string  // one sentence with the numbers
}

// EncodeEvents writes events.csv.
func EncodeEvents(w io.Writer, events []Event) error {
	n := len(events)
	number, step, wall, phase := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	kind, reason, why := make([]string, n), make([]string, n), make([]string, n)
	for i, e := range events {
		number[i], step[i], wall[i], phase[i] = float64(e.Number), float64(e.Step), e.Seconds, float64(e.Phase)
		kind[i], reason[i], why[i] = e.Kind, e.Reason, e.Why
	}
	var t Table
	t.Add("event", number)
	t.Add("step", step)
	t.Add("wall_s", wall)
	t.Add("phase", phase)
	t.AddWords("kind", kind)
	t.AddWords("reason", reason)
	t.AddWords("why", why)
	return t.Encode(w)
}

// DecodeEvents reads events.csv; every column must be there.
func DecodeEvents(r io.Reader) ([]Event, error) {
	t, err := DecodeTable(r, "kind", "reason", "why")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"event", "step", "wall_s", "phase", "kind", "reason", "why"} {
		if c := t.column(name); c.Name == "" {
			return nil, fmt.Errorf("column %s is missing", name)
		}
	}
	events := make([]Event, t.Rows())
	for i := range events {
		e := Event{
			Seconds: t.Numbers("wall_s")[i],
			Kind:    t.Words("kind")[i], Reason: t.Words("reason")[i], Why: t.Words("why")[i],
		}
		for _, c := range []struct {
			name string
			dst  *int
		}{{"event", &e.Number}, {"step", &e.Step}, {"phase", &e.Phase}} {
			if *c.dst, err = whole(t.Numbers(c.name)[i]); err != nil {
				return nil, fmt.Errorf("row %d, column %s: %w", i+1, c.name, err)
			}
		}
		events[i] = e
	}
	return events, nil
}

// whole returns v as an int; 2⁵³ bounds the whole numbers that a float64 counts
// without gaps.
func whole(v float64) (int, error) {
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, fmt.Errorf("must be a whole number, got %g", v)
	}
	return int(v), nil
}
