package accuracy

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
)

// Row is one run of one method on one problem. Numbers that do not apply are NaN.
type Row struct {
	Problem string // the name of the file

	// What was asked for.
	Method    string
	Seed      uint64
	Set       []string // key=value, as with --set
	Limit     float64  // of passes, 0 for none
	Statement string   // a digest of the problem file with every default filled in

	// What it ran on.
	Version, Commit, Go string
	Platform            string // linux/amd64
	Kernel              string
	Threads             int
	CPU                 string

	// What was reached.
	Status         string
	RelL2          float64        // over all fields with a truth
	Fields         rundir.Figures // RelL2 of each field
	MaxAbs         float64        // over all fields with a truth
	Loss           float64        // on the training points
	HeldOut        float64        // on points that training does not see
	Estimate       float64        // of RelL2, made without the truth
	Parameters     rundir.Figures // identified values
	ParameterError rundir.Figures // |k − k*|/|k*|

	// With two stages: what the first network reached alone.
	FirstRelL2    float64
	FirstEstimate float64
	Fall          float64 // the factor by which the second lowered the residuals

	// How it went.
	Passes  float64 // over all points
	Seconds float64 // training, set-up included
	To      [len(Targets)]Reach
	Phases  []Phase
}

// Phase is one phase of a run: its method, its steps, and the rule that ended it.
type Phase struct {
	Method string
	Steps  int
	Ended  string
}

// Reach says after how many passes and seconds a run first reaches an error; both are
// NaN if it never does.
type Reach struct{ Passes, Seconds float64 }

// Targets are the errors of which a row tells when they are first reached.
var Targets = [...]float64{1e-3, 1e-4, 1e-5, 1e-6}

// NewRow returns the row of a run: what run.json says, as far as a table, a figure or
// a repetition needs it. The caller adds what was asked for, the passes, and To.
func NewRow(run rundir.Run) Row {
	nan := math.NaN()
	r := Row{
		Problem: run.Problem, Seed: run.Seed,
		Version: run.Version, Commit: run.Commit, Go: run.Go, Kernel: run.Kernel, Threads: run.Threads, CPU: run.CPU,
		Status: string(run.Status), RelL2: total(run.RelL2), MaxAbs: total(run.MaxAbs),
		Loss: float64(run.Loss), HeldOut: float64(run.HeldOut), Estimate: total(run.ErrorEstimate),
		Parameters: run.Parameters, ParameterError: run.ParameterErrors,
		FirstRelL2: nan, FirstEstimate: nan, Fall: nan,
		Passes: nan, Seconds: float64(run.Seconds),
	}
	for _, f := range run.RelL2 {
		if f.Name != "all" {
			r.Fields = append(r.Fields, f)
		}
	}
	if len(run.Stages) == 2 {
		first := run.Stages[0]
		r.FirstRelL2, r.FirstEstimate, r.Fall = total(first.RelL2), total(first.ErrorEstimate), float64(run.Stages[1].Fall)
	}
	for _, p := range run.Phases {
		r.Phases = append(r.Phases, Phase{p.Method, p.Steps, p.Ended})
	}
	r.Reached(Course{})
	return r
}

// Reached sets To: where a course first reaches each of Targets.
func (r *Row) Reached(c Course) {
	for k, target := range Targets {
		r.To[k] = Reach{math.NaN(), math.NaN()}
		if i := slices.IndexFunc(c.RelL2, func(e float64) bool { return e <= target }); i >= 0 {
			r.To[k] = Reach{c.Passes[i], c.Seconds[i]}
		}
	}
}

// total is the figure of all fields together, NaN if there is none.
func total(f rundir.Figures) float64 {
	v, _ := f.Get("all")
	return v
}

// Same reports whether two rows ask for the same run.
func (r Row) Same(o Row) bool {
	return r.Problem == o.Problem && r.Method == o.Method && r.Seed == o.Seed && r.Statement != "" && r.alike(o)
}

// alike reports whether two runs of a method differ in nothing but their seed.
func (r Row) alike(o Row) bool { return r.Statement == o.Statement && r.Limit == o.Limit }

// to returns where the run reached one of Targets, NaN if it did not.
func (r Row) to(target float64) Reach {
	if i := slices.Index(Targets[:], target); i >= 0 {
		return r.To[i]
	}
	return Reach{math.NaN(), math.NaN()}
}

// of returns the runs of a problem by a method.
func of(rows []Row, problem, method string) []Row {
	var out []Row
	for _, r := range rows {
		if r.Problem == problem && r.Method == method {
			out = append(out, r)
		}
	}
	return out
}

// Of returns the rows of some problems by some methods.
func Of(rows []Row, problems []Problem, methods []string) []Row {
	out := []Row{}
	for _, r := range rows {
		if slices.Contains(methods, r.Method) && slices.ContainsFunc(problems, func(p Problem) bool { return p.Name == r.Problem }) {
			out = append(out, r)
		}
	}
	return out
}

func relL2(r Row) float64   { return r.RelL2 }
func seconds(r Row) float64 { return r.Seconds }

// values returns one number of every row.
func values(rows []Row, of func(Row) float64) []float64 {
	var out []float64
	for _, r := range rows {
		out = append(out, of(r))
	}
	return out
}

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
