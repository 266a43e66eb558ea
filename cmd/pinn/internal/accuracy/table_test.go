package accuracy

import (
	"flag"
	"math"
	"os"
	"path/filepath"
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
