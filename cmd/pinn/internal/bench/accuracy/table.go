package accuracy

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"pinn/internal/words"
)

// Table is a table of a document. The first Keys cells of a row name it.
type Table struct {
	Name   string // of its markers
	Keys   int
	Header []string
	Rows   [][]string
	From   []string // per row: the runs that it follows from
	Note   string   // one sentence below, "" for none
}

// Markdown returns the table as it stands between its markers.
func (t Table) Markdown() string {
	var b strings.Builder
	line := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.Header)
	fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(t.Header)))
	for _, row := range t.Rows {
		line(row)
	}
	if t.Note != "" {
		fmt.Fprintf(&b, "\n%s\n", t.Note)
	}
	return b.String()
}

func (t *Table) add(from string, cells ...string) {
	t.Rows, t.From = append(t.Rows, cells), append(t.From, from)
}

// Problem is a problem that tables and figures show.
type Problem struct {
	Name   string
	Title  string  // "" for the name
	Target float64 // the error that it is held to, 0 for none
}

// Tables returns all tables that follow from the runs; dir is the folder of the runs as
// messages name it.
func Tables(dir string, gallery []Problem, rows []Row) []Table {
	return []Table{Gallery(dir, gallery, rows), Ablation(dir, rows), Fit(dir, rows), Estimates(dir, gallery, rows), Full(dir, gallery, rows)}
}

// Gallery is the table of the default plan, one row per problem. The row of a problem
// without a run says so.
func Gallery(dir string, gallery []Problem, rows []Row) Table {
	t := Table{Name: "gallery", Keys: 1, Header: []string{
		"problem", "target", "met", "relative L2 error, median [least, largest]", "AdamW ended by", "seconds, median",
	}}
	var all []Row
	for _, p := range gallery {
		runs := of(rows, p.Name, Default)
		from := files(dir, p.Name, Default)
		if len(runs) == 0 {
			t.add(from, p.Name, level(p.Target), "not run", "–", "–", "–")
			continue
		}
		all = append(all, runs...)
		met := 0
		var ended []string
		for _, r := range runs {
			if p.Target == 0 || r.RelL2 <= p.Target {
				met++
			}
			if len(r.Phases) > 0 {
				ended = append(ended, r.Phases[0].Ended)
			}
		}
		slices.Sort(ended)
		t.add(from, p.Name, level(p.Target), fmt.Sprintf("%d/%d", met, len(runs)), spreadOf(values(runs, relL2)),
			strings.Join(slices.Compact(ended), ", "), three(median(values(runs, seconds))))
	}
	t.Note = machines(all)
	return t
}

// Full is the table of every method on every problem: how many of the seeds reached
// each target, after how many passes and seconds, and the final error.
func Full(dir string, gallery []Problem, rows []Row) Table {
	t := Table{Name: "accuracy", Keys: 2, Header: []string{"problem", "method"}}
	for _, target := range Targets {
		t.Header = append(t.Header, "to "+level(target))
	}
	t.Header = append(t.Header, "final error, median [least, largest]")
	for _, p := range withOthers(gallery, rows) {
		for _, m := range Methods {
			runs := of(rows, p.Name, m.Name)
			if len(runs) == 0 {
				continue
			}
			cells := []string{p.Name, m.Name}
			for _, target := range Targets {
				cells = append(cells, reachCell(runs, target))
			}
			t.add(files(dir, p.Name, m.Name), append(cells, spreadOf(values(runs, relL2)))...)
		}
	}
	t.Note = machines(rows)
	return t
}

// withOthers adds the problems that have runs and are not of the gallery.
func withOthers(gallery []Problem, rows []Row) []Problem {
	out := slices.Clone(gallery)
	for _, r := range rows {
		if name := r.Problem; !slices.ContainsFunc(out, func(p Problem) bool { return p.Name == name }) {
			out = append(out, Problem{Name: name})
		}
	}
	return out
}

// reachCell says how many runs reached a target, and after how many passes and
// seconds: the median over all runs, a miss counting as never.
func reachCell(runs []Row, target float64) string {
	reached := 0
	for _, r := range runs {
		if !math.IsNaN(r.to(target).Passes) {
			reached++
		}
	}
	cell := fmt.Sprintf("%d/%d", reached, len(runs))
	passes := median(values(runs, func(r Row) float64 { return r.to(target).Passes }))
	if math.IsInf(passes, 1) {
		return cell
	}
	return fmt.Sprintf("%s: %s, %s s", cell, three(passes), three(median(values(runs, func(r Row) float64 { return r.to(target).Seconds }))))
}

// machines tells what runs ran on.
func machines(rows []Row) string {
	var seen []string
	for _, r := range rows {
		s := fmt.Sprintf("%s, %s kernels, %s", r.CPU, r.Kernel, words.Count(r.Threads, "thread"))
		if !slices.Contains(seen, s) {
			seen = append(seen, s)
		}
	}
	if seen == nil {
		return ""
	}
	slices.Sort(seen)
	return fmt.Sprintf("%d runs, on %s.", len(rows), strings.Join(seen, "; "))
}

// files names what a row of a table follows from; the problem "*" stands for all.
func files(dir, problem, method string) string {
	return fmt.Sprintf("%s/%s.csv, method %s", strings.TrimSuffix(dir, "/"), problem, method)
}

// spreadOf is a median with its range, or the one value.
func spreadOf(v []float64) string {
	if len(v) == 1 {
		return two(v[0])
	}
	return fmt.Sprintf("%s [%s, %s]", two(median(v)), two(slices.Min(v)), two(slices.Max(v)))
}

// two prints an error, level a target, three a count or a time.
func two(v float64) string { return strconv.FormatFloat(v, 'e', 1, 64) }

func level(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0e", v)
}

func three(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// median returns the middle of the values, of an even number the geometric mean of
// the two in the middle: errors and times differ by factors, and this is the median of
// their logarithms. NaN, a target that is never reached, counts as +Inf; of no values
// the median is NaN. stat.Quantile takes neither NaN nor the geometric mean.
func median(values []float64) float64 {
	v := slices.Clone(values)
	for i := range v {
		if math.IsNaN(v[i]) {
			v[i] = math.Inf(1)
		}
	}
	slices.Sort(v)
	switch n := len(v); {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return v[n/2]
	default:
		return math.Sqrt(v[n/2-1]) * math.Sqrt(v[n/2])
	}
}

// geometric is the geometric mean, NaN of nothing.
func geometric(ratios []float64) float64 { return stat.GeometricMean(ratios, nil) }
