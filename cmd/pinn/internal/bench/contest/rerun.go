package contest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/internal/words"
)

// Outcome says how a repeated run compares with its row.
type Outcome string

// The outcomes of a repetition.
const (
	Equal       Outcome = "same bits"
	Different   Outcome = "differs"
	NotCompared Outcome = "bits not compared"
)

// Repetition is a row that was repeated.
type Repetition struct {
	Outcome Outcome      `json:"outcome"`
	Why     string       `json:"why,omitempty"` // unless the bits are the same
	Row     accuracy.Row `json:"row"`
	Now     accuracy.Row `json:"now"`
}

// Report is what Rerun found.
type Report struct {
	Seed        uint64       `json:"seed"` // of the choice
	From        int          `json:"from"` // rows to choose from
	Repetitions []Repetition `json:"repetitions"`
	Stale       []Stale      `json:"stale"`
	Skipped     []Skip       `json:"skipped"`
}

// Rerun repeats rows chosen at random, jobs at a time, and compares: a run of the same
// statement must end at the same errors and losses to the last bit, where kernels and
// platform are those of the row. It calls tell with each as it ends; nothing is kept. If
// ctx ends, the report holds what was repeated until then.
func (b Bench) Rerun(ctx context.Context, c Choice, jobs int, tell func(Repetition)) (Report, error) {
	d, err := b.choose(c)
	report := Report{Seed: c.Seed, From: d.from, Stale: d.stale, Skipped: d.skipped}
	if err != nil {
		return report, err
	}
	var mu sync.Mutex // of report, and one call of tell at a time
	err = parallel(ctx, jobs, d.chosen, func(ctx context.Context, r repeat) error {
		now, _, err := r.task.run(ctx, b.Read)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		rep := compare(r.row, now)
		report.Repetitions = append(report.Repetitions, rep)
		tell(rep)
		return nil
	})
	return report, err
}

// Differences counts the repetitions that differ.
func (r Report) Differences() (n int) {
	for _, p := range r.Repetitions {
		if p.Outcome == Different {
			n++
		}
	}
	return n
}

// compare holds a run to its row.
func compare(row, now accuracy.Row) Repetition {
	r := Repetition{Row: row, Now: now}
	if row.Kernel != now.Kernel || row.Platform != now.Platform {
		r.Outcome = NotCompared
		r.Why = fmt.Sprintf("the row is of %s kernels on %s, this run of %s on %s; error %v there, %v here",
			row.Kernel, row.Platform, now.Kernel, now.Platform, row.RelL2, now.RelL2)
		return r
	}
	if r.Why = difference(row, now); r.Why == "" {
		r.Outcome = Equal
		return r
	}
	r.Outcome = Different
	if row.Go != now.Go || row.Commit != now.Commit || row.Version != now.Version {
		r.Why += fmt.Sprintf("; built by %s there, by %s here", buildWords(row), buildWords(now))
	}
	return r
}

// difference names the first figure whose bits differ, "" if none does.
func difference(row, now accuracy.Row) string {
	type figure struct {
		name      string
		row, here float64
	}
	list := []figure{{"rel_l2", row.RelL2, now.RelL2}, {"loss", row.Loss, now.Loss}, {"heldout", row.HeldOut, now.HeldOut}}
	for _, f := range now.Fields {
		there, _ := row.Fields.Get(f.Name)
		list = append(list, figure{"rel_l2 of " + f.Name, there, float64(f.Value)})
	}
	for _, f := range list {
		if math.Float64bits(f.row) != math.Float64bits(f.here) && !(math.IsNaN(f.row) && math.IsNaN(f.here)) {
			return fmt.Sprintf("%s %v there, %v here", f.name, f.row, f.here)
		}
	}
	return ""
}

// buildWords name a build in a few words.
func buildWords(r accuracy.Row) string {
	s := r.Go + " " + r.Version
	if r.Commit != "" {
		s += fmt.Sprintf(" %.12s", r.Commit)
	}
	return s
}

// String is the repetition in one line.
func (r Repetition) String() string {
	s := fmt.Sprintf("%s: %s by %s, seed %d", r.Outcome, r.Row.Problem, r.Row.Method, r.Row.Seed)
	if r.Why != "" {
		return s + ": " + r.Why
	}
	return s + fmt.Sprintf(": error %v, %.3g s", r.Now.RelL2, r.Now.Seconds)
}

// String is the stale row in one line.
func (s Stale) String() string {
	return fmt.Sprintf("stale: %s by %s, seed %d: is of the statement %s, and the problem file is now %s; pinn bench accuracy %s --methods %s runs it anew",
		s.Problem, s.Method, s.Seed, s.Statement, s.Today, s.Problem, s.Method)
}

// Summary counts what was found, what was chosen from, and what was passed over and
// why, in a few lines.
func (r Report) Summary() string {
	var b strings.Builder
	for _, s := range r.Stale {
		fmt.Fprintln(&b, s)
	}
	count := map[Outcome]int{}
	for _, p := range r.Repetitions {
		count[p.Outcome]++
	}
	fmt.Fprintf(&b, "%d of %s repeated, chosen with --seed %d:", len(r.Repetitions), words.Count(r.From, "row"), r.Seed)
	sep := " "
	for _, o := range []Outcome{Equal, Different, NotCompared} {
		fmt.Fprintf(&b, "%s%d %s", sep, count[o], o)
		sep = ", "
	}
	fmt.Fprintln(&b)
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "passed over: %s %s\n", words.Count(s.Rows, "row"), s.Why)
	}
	return b.String()
}
