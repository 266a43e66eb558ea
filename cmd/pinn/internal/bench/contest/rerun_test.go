package contest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/bench/accuracy"
)

// all chooses every row of the two problems.
func all() Choice {
	return Choice{Count: 99, Seed: 4, Problems: []string{"bar", "dir/rod.toml"}, Threads: 1}
}

func repeated(t *testing.T, b Bench, c Choice) Report {
	t.Helper()
	var told []Repetition
	report, err := b.Rerun(context.Background(), c, 2, func(r Repetition) { told = append(told, r) })
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != len(report.Repetitions) {
		t.Errorf("%d of %d repetitions are told", len(told), len(report.Repetitions))
	}
	return report
}

// TestRerunRepeats finds the bits of the rows again, and writes nothing.
func TestRerunRepeats(t *testing.T) {
	b, s := newBench(t)
	w := wanted()
	w.Set, w.Passes = []string{"points.interior=77"}, 30
	made(t, b, w)
	before, err := b.Store.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.runs = nil
	report := repeated(t, b, all())
	if report.Differences() != 0 || report.From != 12 || !strings.Contains(report.Summary(), "12 of 12 rows repeated, chosen with --seed 4: 12 same bits, 0 differs, 0 bits not compared\n") {
		t.Errorf("the report is\n%s", report.Summary())
	}
	slices.Sort(s.runs)
	if got := s.runs[0]; len(s.runs) != 12 || got != "bar 1 1 30" {
		t.Errorf("the runs are %q", s.runs)
	}
	after, err := b.Store.Load()
	if err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the rows have changed, %v", err)
	}
}

// TestRerunFindsADifference alters one number of a row by one bit.
func TestRerunFindsADifference(t *testing.T) {
	for name, change := range map[string]func(r *accuracy.Row){
		"rel_l2":      func(r *accuracy.Row) { r.RelL2 = math.Nextafter(r.RelL2, 1) },
		"loss":        func(r *accuracy.Row) { r.Loss = math.Nextafter(r.Loss, 1) },
		"heldout":     func(r *accuracy.Row) { r.HeldOut = math.NaN() },
		"rel_l2 of u": func(r *accuracy.Row) { r.Fields.Set("u", 2) },
	} {
		b, _ := newBench(t)
		made(t, b, wanted())
		rows, err := b.Store.Rows("rod")
		if err != nil {
			t.Fatal(err)
		}
		r := rows[4]
		change(&r)
		r.Go, r.Commit = "go0", "0123456789abcdef"
		if err := b.Store.Put(r, accuracy.Course{}); err != nil {
			t.Fatal(err)
		}
		report := repeated(t, b, all())
		if report.Differences() != 1 {
			t.Errorf("%s: %d differences, want 1", name, report.Differences())
		}
		i := slices.IndexFunc(report.Repetitions, func(r Repetition) bool { return r.Outcome == Different })
		line := report.Repetitions[max(i, 0)].String()
		if !strings.HasPrefix(line, "differs: rod by snr, seed 2: "+name+" ") || !strings.HasSuffix(line, "; built by go0 v1 0123456789ab there, by go1 v1 here") {
			t.Errorf("%s: %s", name, line)
		}
	}
}

// TestRerunNamesStaleRows changes the digest of a row and the statement of a method.
func TestRerunNamesStaleRows(t *testing.T) {
	b, _ := newBench(t)
	made(t, b, wanted())
	rows, err := b.Store.Rows("rod")
	if err != nil {
		t.Fatal(err)
	}
	r := rows[0]
	today := r.Statement
	r.Statement = "older"
	if err := b.Store.Put(r, accuracy.Course{}); err != nil {
		t.Fatal(err)
	}
	report := repeated(t, b, all())
	want := Stale{"rod", "default", 1, "older", today}
	if len(report.Stale) != 1 || report.Stale[0] != want || report.From != 11 || report.Differences() != 0 {
		t.Errorf("stale are %+v of %d", report.Stale, report.From)
	}
	for _, words := range []string{"stale: rod by default, seed 1: is of the statement older, and the problem file is now " + today, "passed over: 1 row stale\n", "11 of 11 rows"} {
		if !strings.Contains(report.Summary(), words) {
			t.Errorf("the summary lacks %q:\n%s", words, report.Summary())
		}
	}
}

// TestRerunElsewhere compares no bits between kernels or platforms, and says so.
func TestRerunElsewhere(t *testing.T) {
	b, s := newBench(t)
	made(t, b, wanted())
	s.kernel = "avx512"
	report := repeated(t, b, all())
	if !strings.Contains(report.Summary(), "0 same bits, 0 differs, 12 bits not compared") {
		t.Errorf("on other kernels:\n%s", report.Summary())
	}
	line := report.Repetitions[0].String()
	if !strings.HasPrefix(line, "bits not compared: ") || !strings.Contains(line, "the row is of avx2 kernels on "+platform()+", this run of avx512 on ") {
		t.Errorf("on other kernels: %s", line)
	}
	row := accuracy.Row{Kernel: "go", Platform: "linux/arm64"}
	if r := compare(row, accuracy.Row{Kernel: "go", Platform: "linux/amd64"}); r.Outcome != NotCompared {
		t.Errorf("on another platform: %s", r)
	}
}

// TestChoice narrows the rows to choose from, counts the others and says why they are
// passed over.
func TestChoice(t *testing.T) {
	b, _ := newBench(t)
	made(t, b, wanted())
	odd := accuracy.Row{Problem: "rod", Method: "sorcery", Seed: 1}
	if err := b.Store.Put(odd, accuracy.Course{}); err != nil {
		t.Fatal(err)
	}
	w := wanted()
	w.Set, w.Methods, w.Problems = []string{`train.time="5s"`}, []string{"lbfgs"}, []string{"bar"}
	made(t, b, w)
	for name, c := range map[string]struct {
		change func(*Choice)
		from   int
		why    string
	}{
		"all":        {func(c *Choice) {}, 12, "1 row by a method that this program does not have"},
		"the clock":  {func(c *Choice) {}, 12, "3 rows with a limit of wall-clock time"},
		"a method":   {func(c *Choice) { c.Methods = []string{"snr"} }, 6, "10 rows by another method"},
		"a problem":  {func(c *Choice) { c.Problems = []string{"x/rod.toml"} }, 6, "9 rows of another problem"},
		"no problem": {func(c *Choice) { c.Problems = nil }, 0, "16 rows of another problem"},
		"seconds":    {func(c *Choice) { c.Longest = 2 }, 8, "5 rows longer than 2 s"}, // a run takes as many seconds as its seed tells
	} {
		choice := all()
		choice.Count = 1
		c.change(&choice)
		report := repeated(t, b, choice)
		if report.From != c.from || len(report.Repetitions) != min(1, c.from) || !strings.Contains(report.Summary(), "passed over: "+c.why+"\n") {
			t.Errorf("%s: from %d, want %d and %q:\n%s", name, report.From, c.from, c.why, report.Summary())
		}
	}
}

// TestChoiceRepeats draws equal rows for equal seeds, other rows for another, and no
// row twice.
func TestChoiceRepeats(t *testing.T) {
	b, _ := newBench(t)
	made(t, b, wanted())
	drawn := func(seed uint64) []string {
		c := all()
		c.Count, c.Seed = 4, seed
		d, err := b.choose(c)
		if err != nil || len(d.chosen) != 4 {
			t.Fatalf("%d rows are chosen, %v, want 4", len(d.chosen), err)
		}
		var out []string
		for _, r := range d.chosen {
			out = append(out, fmt.Sprint(r.row.Problem, r.row.Method, r.row.Seed))
		}
		return out
	}
	first := drawn(1)
	if !slices.Equal(drawn(1), first) {
		t.Error("two choices with one seed differ")
	}
	others := 0
	for seed := range uint64(8) {
		if !slices.Equal(drawn(seed+2), first) {
			others++
		}
	}
	if others != 8 {
		t.Errorf("%d of 8 other seeds choose other rows", others)
	}
	slices.Sort(first)
	if len(slices.Compact(first)) != 4 {
		t.Errorf("a row is drawn twice: %q", first)
	}
}

// TestRerunStops ends with what is repeated when it is cut off, and at a fault.
func TestRerunStops(t *testing.T) {
	b, s := newBench(t)
	made(t, b, wanted())
	ctx, cancel := context.WithCancel(context.Background())
	report, err := b.Rerun(ctx, all(), 1, func(Repetition) { cancel() })
	if err != nil || len(report.Repetitions) != 1 {
		t.Errorf("cut off after one: %d, %v", len(report.Repetitions), err)
	}
	fault := errors.New("no memory")
	s.broken = map[uint64]error{1: fault, 2: fault, 3: fault}
	if _, err := b.Rerun(context.Background(), all(), 1, func(Repetition) {}); !errors.Is(err, fault) {
		t.Errorf("a run that cannot be made: %v", err)
	}
	s.fault = errors.New("unreadable")
	if _, err := b.Rerun(context.Background(), all(), 1, func(Repetition) {}); !errors.Is(err, s.fault) {
		t.Errorf("a problem that cannot be read: %v", err)
	}
}

// TestReportJSON names what was found in keys.
func TestReportJSON(t *testing.T) {
	b, _ := newBench(t)
	made(t, b, wanted())
	c := all()
	c.Methods = []string{"snr"}
	text, err := json.Marshal(repeated(t, b, c))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Seed        uint64
		From        int
		Repetitions []struct {
			Outcome  string
			Row, Now map[string]any
		}
		Skipped []Skip
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Seed != 4 || got.From != 6 || len(got.Repetitions) != 6 || got.Repetitions[0].Outcome != "same bits" || got.Repetitions[0].Row["loss"] != got.Repetitions[0].Now["loss"] {
		t.Errorf("the report is %s", text)
	}
	if len(got.Skipped) != 1 || got.Skipped[0] != (Skip{"by another method", 6}) {
		t.Errorf("passed over: %+v", got.Skipped)
	}
}
