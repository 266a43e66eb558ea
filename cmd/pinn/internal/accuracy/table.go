package accuracy

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is a table of a document. The first Keys cells of a row name it.
type Table struct {
	Name   string // of its markers
	Keys   int
	Header []string
	Rows   [][]string
	From   []string // per row: the files that it follows from
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

// Problem is a row of the gallery: its name and the error that it is held to, 0 for
// none.
type Problem struct {
	Name   string
	Target float64
}

// Tables returns all tables that follow from the runs, those of dir in messages.
func Tables(dir string, gallery []Problem, records []Record) []Table {
	return []Table{Gallery(dir, gallery, records), Ablation(dir, records), Fit(dir, records), Estimates(dir, gallery, records), Full(dir, gallery, records)}
}

// Gallery is the table of the default plan, one row per problem; one without a run
// says so.
func Gallery(dir string, gallery []Problem, records []Record) Table {
	t := Table{Name: "gallery", Keys: 1, Header: []string{
		"problem", "target", "met", "relative L2 error, median [least, largest]", "AdamW ended by", "seconds, median",
	}}
	var all []Record
	for _, p := range gallery {
		runs := of(records, p.Name, Default)
		from := files(dir, p.Name, Default)
		if len(runs) == 0 {
			t.add(from, p.Name, level(p.Target), "not run", "–", "–", "–")
			continue
		}
		all = append(all, runs...)
		met := 0
		var ended []string
		for _, r := range runs {
			if p.Target == 0 || r.RelL2() <= p.Target {
				met++
			}
			if len(r.Run.Phases) > 0 {
				ended = append(ended, r.Run.Phases[0].Ended)
			}
		}
		slices.Sort(ended)
		t.add(from, p.Name, level(p.Target), fmt.Sprintf("%d/%d", met, len(runs)), spreadOf(column(runs, Record.RelL2)),
			strings.Join(slices.Compact(ended), ", "), three(median(column(runs, seconds))))
	}
	t.Note = machines(all)
	return t
}

// Full is the table of every method on every problem: how many of the seeds reached
// each target, after how many passes and seconds, and the final error.
func Full(dir string, gallery []Problem, records []Record) Table {
	t := Table{Name: "accuracy", Keys: 2, Header: []string{"problem", "method"}}
	for _, target := range Targets {
		t.Header = append(t.Header, "to "+level(target))
	}
	t.Header = append(t.Header, "final error, median [least, largest]")
	for _, p := range withOthers(gallery, records) {
		for _, m := range Methods {
			runs := of(records, p.Name, m.Name)
			if len(runs) == 0 {
				continue
			}
			cells := []string{p.Name, m.Name}
			for _, target := range Targets {
				cells = append(cells, reachCell(runs, target))
			}
			t.add(files(dir, p.Name, m.Name), append(cells, spreadOf(column(runs, Record.RelL2)))...)
		}
	}
	t.Note = machines(records)
	return t
}

// withOthers adds the problems that have runs and are not of the gallery.
func withOthers(gallery []Problem, records []Record) []Problem {
	out := slices.Clone(gallery)
	for _, r := range records {
		if name := r.Run.Problem; !slices.ContainsFunc(out, func(p Problem) bool { return p.Name == name }) {
			out = append(out, Problem{Name: name})
		}
	}
	return out
}

// reachCell says how many runs reached a target, and after how many passes and
// seconds: the median over all runs, a miss counting as never.
func reachCell(runs []Record, target float64) string {
	var passes, seconds []float64
	reached, measured := 0, 0
	for _, r := range runs {
		if r.Reached != nil {
			measured++
		}
		n, s := r.to(target)
		passes, seconds = append(passes, n), append(seconds, s)
		if !math.IsNaN(n) {
			reached++
		}
	}
	cell := fmt.Sprintf("%d/%d", reached, len(runs))
	switch n := median(passes); {
	case measured < len(runs):
		return "?"
	case math.IsInf(n, 1):
		return cell
	default:
		return fmt.Sprintf("%s: %s, %s s", cell, three(n), three(median(seconds)))
	}
}

// machines tells what runs ran on.
func machines(records []Record) string {
	var seen []string
	for _, r := range records {
		s := fmt.Sprintf("%s, %s kernels, %d threads", r.Run.CPU, r.Run.Kernel, r.Run.Threads)
		if r.Run.Threads == 1 {
			s = strings.TrimSuffix(s, "s")
		}
		if !slices.Contains(seen, s) {
			seen = append(seen, s)
		}
	}
	if seen == nil {
		return ""
	}
	slices.Sort(seen)
	return fmt.Sprintf("%d runs, on %s.", len(records), strings.Join(seen, "; "))
}

func files(dir, problem, method string) string {
	return fmt.Sprintf("%s/%s/%s/seed-*.json", strings.TrimSuffix(dir, "/"), problem, method)
}

func seconds(r Record) float64 { return float64(r.Run.Seconds) }

func column(runs []Record, of func(Record) float64) []float64 {
	var out []float64
	for _, r := range runs {
		out = append(out, of(r))
	}
	return out
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
