package accuracy

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden tables")

// sample makes a run that ends at err after 100 passes and 2 s, the error falling by
// ten every 20 passes.
func sample(problem, method string, seed uint64, err float64, phases ...Phase) (Row, Course) {
	var c Course
	for e, p := 1.0, 1.0; e > err; e, p = e/10, p+20 {
		c = c.and(p, p/50, e)
	}
	c = c.and(100, 2, err)
	nan := math.NaN()
	r := Row{
		Problem: problem, Method: method, Seed: seed, Limit: 100, Statement: "abc", Status: "solved",
		RelL2: err, MaxAbs: 2 * err, Loss: err * err, HeldOut: err * err / 3, Estimate: nan, FirstRelL2: nan, FirstEstimate: nan, Fall: nan,
		Passes: 100, Seconds: 2, Phases: phases, CPU: "a machine", Kernel: "go", Platform: "linux/amd64", Threads: 1,
	}
	r.Fields.Set("u", err)
	r.Reached(c)
	return r, c
}

// samples are three seeds of every method on two problems; a factor per method tells
// them apart, and on heat the rule plateau never fires.
func samples() []Row {
	var out []Row
	factors := map[string]float64{"default": 1e-3, "snr": 1, "noise-floor": 5, "grow": 6, "snr-1": 1, "snr-1.4": 1.4, "snr-2": 2, "snr-2.8": 2.8, "plateau": 2, "fixed-300": 0.5, "fixed-1000": 1.5, "fixed-5000": 30, "lbfgs": 4, "adamw": 300}
	for i, problem := range []string{"burgers", "heat"} {
		for _, m := range All() {
			for seed := range uint64(3) {
				phases := []Phase{{"adamw", 500 + 100*int(seed), "snr"}, {"lbfgs", 10, "budget"}}
				if m.Name == "adamw" || m.Name == "lbfgs" || m.Name == "plateau" && problem == "heat" {
					phases = phases[:1]
				}
				r, _ := sample(problem, m.Name, seed+1, factors[m.Name]*1e-5*math.Pow(10, -float64(i))*math.Pow(3, float64(seed)-1), phases...)
				if m.Name == Default {
					r = staging(r)
				}
				out = append(out, r)
			}
		}
	}
	return out
}

// staging gives a run two stages, which take the error for twice as much; on heat the
// estimate says nothing.
func staging(r Row) Row {
	r.FirstRelL2, r.FirstEstimate, r.Estimate, r.Fall = 100*r.RelL2, 200*r.RelL2, 2*r.RelL2, 0.01
	if r.Problem == "heat" {
		r.FirstEstimate, r.Estimate = math.NaN(), math.NaN()
	}
	return r
}

var theGallery = []Problem{{"burgers", "Burgers", 1e-4}, {"heat", "", 1e-9}, {"wave", "", 1e-3}}

// TestTables compares all tables with testdata/tables.md.
func TestTables(t *testing.T) {
	var b strings.Builder
	for _, table := range Tables("results/accuracy", theGallery, samples()) {
		b.WriteString("# " + table.Name + "\n\n" + table.Markdown() + "\n")
		if len(table.Rows) != len(table.From) {
			t.Errorf("%s: %d rows from %d sources", table.Name, len(table.Rows), len(table.From))
		}
	}
	golden := filepath.Join("testdata", "tables.md")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the tables are\n%s\nwant\n%s", b.String(), want)
	}
}

// TestGallery says what is met and what is not run.
func TestGallery(t *testing.T) {
	one, _ := sample("burgers", Default, 1, 1e-5, Phase{"adamw", 10, "snr"})
	two, _ := sample("burgers", Default, 2, 1e-3, Phase{"adamw", 10, "budget"})
	two.Seconds = 8
	for name, c := range map[string]struct {
		rows []Row
		want []string
	}{
		"no run":   {nil, []string{"burgers", "1e-04", "not run", "–", "–", "–"}},
		"one run":  {[]Row{one}, []string{"burgers", "1e-04", "1/1", "1.0e-05", "snr", "2"}},
		"two runs": {[]Row{one, two}, []string{"burgers", "1e-04", "1/2", "1.0e-04 [1.0e-05, 1.0e-03]", "budget, snr", "4"}},
	} {
		table := Gallery("results/accuracy", []Problem{{Name: "burgers", Target: 1e-4}}, c.rows)
		if !slices.Equal(table.Rows[0], c.want) {
			t.Errorf("%s: %q, want %q", name, table.Rows[0], c.want)
		}
	}
}

// TestReachCell counts runs that reached a target, and tells the median where more
// than half did.
func TestReachCell(t *testing.T) {
	var rows []Row
	for i, err := range []float64{1e-5, 1e-4, 1e-2} {
		r, _ := sample("heat", "snr", uint64(i), err)
		rows = append(rows, r)
	}
	for target, want := range map[float64]string{1e-3: "2/3: 61, 1.22 s", 1e-5: "1/3", 1e-6: "0/3"} {
		if got := reachCell(rows, target); got != want {
			t.Errorf("to %g: %q, want %q", target, got, want)
		}
	}
}

// TestMachines tells each machine once.
func TestMachines(t *testing.T) {
	one, _ := sample("heat", "snr", 1, 1e-5)
	two := one
	two.Threads = 2
	if got := machines([]Row{two, one, two}); got != "3 runs, on a machine, go kernels, 1 thread; a machine, go kernels, 2 threads." {
		t.Errorf("the machines are %q", got)
	}
	if got := machines(nil); got != "" {
		t.Errorf("the machines of no run are %q", got)
	}
}

// TestAblation has no row until every method has run on a problem, tells how many
// seeds there are, and calls no difference clear between fewer than three.
func TestAblation(t *testing.T) {
	rows := samples()
	short := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Method == "grow" })
	if table := Ablation("dir", short); len(table.Rows) != 0 {
		t.Errorf("without the method grow there are rows: %q", table.Rows)
	}
	for seeds, want := range map[uint64]string{1: "Over 2 problems with one seed each", 2: "Over 2 problems with 2 seeds each"} {
		few := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Seed > seeds })
		table := Ablation("dir", few)
		if !strings.HasPrefix(table.Note, want) {
			t.Errorf("%d seeds: %q", seeds, table.Note)
		}
		for _, row := range table.Rows {
			if row[0] != reference && row[4] != "0 / 0" {
				t.Errorf("%d seeds: a difference is clear: %q", seeds, row)
			}
		}
	}
	uneven := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Seed > 1 && r.Method == "lbfgs" })
	if table := Ablation("dir", uneven); !strings.HasPrefix(table.Note, "Over 2 problems with 1 to 3 seeds each") {
		t.Errorf("uneven seeds: %q", table.Note)
	}
	never := slices.Clone(rows)
	for i := range never {
		never[i].Phases = never[i].Phases[:1]
	}
	if cells := switches(never, []string{"heat"}, "snr"); !slices.Equal(cells, []string{"–", "3 of 3"}) {
		t.Errorf("runs that never switch: %q", cells)
	}
}

// TestFit needs two problems: one to choose on, one to report.
func TestFit(t *testing.T) {
	alone := slices.DeleteFunc(samples(), func(r Row) bool { return r.Problem == "heat" })
	if table := Fit("dir", alone); len(table.Rows) != 0 || table.Note != "" {
		t.Errorf("on one problem: %q, %q", table.Rows, table.Note)
	}
}

// TestOf picks rows of some problems by some methods.
func TestOf(t *testing.T) {
	got := Of(samples(), []Problem{{Name: "heat"}}, []string{"snr", "lbfgs"})
	if len(got) != 6 {
		t.Errorf("%d rows, want 6", len(got))
	}
	for _, r := range got {
		if r.Problem != "heat" || r.Method != "snr" && r.Method != "lbfgs" {
			t.Errorf("a row of %s by %s", r.Problem, r.Method)
		}
	}
	if got := Of(nil, nil, nil); got == nil {
		t.Error("no rows are nil, which JSON shows as null")
	}
}

// TestMedian checks odd and even numbers of values, and misses.
func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3}, {[]float64{9, 1, 4}, 4}, {[]float64{1, 4}, 2}, {[]float64{math.NaN(), 1, 2}, 2}, {[]float64{math.NaN(), math.NaN(), 1}, math.Inf(1)},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v = %v, want %v", c.values, got, c.want)
		}
	}
}

// TestGeometric checks the mean of factors, of one and of none.
func TestGeometric(t *testing.T) {
	if got := geometric([]float64{0.5, 8}); math.Abs(got-2) > 4e-16 { // exp and log round once each
		t.Errorf("geometric mean of 1/2 and 8 = %v, want 2", got)
	}
	if got := geometric(nil); !math.IsNaN(got) {
		t.Errorf("geometric mean of nothing = %v, want NaN", got)
	}
}
