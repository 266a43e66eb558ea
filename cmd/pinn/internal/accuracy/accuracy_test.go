package accuracy

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

var update = flag.Bool("update", false, "rewrite the golden tables")

// run makes the record of a run that ended at err after 100 passes and 2 s, the
// error falling by ten every 20 passes.
func run(problem, method string, seed uint64, err float64, phases ...rundir.Phase) (Record, Course) {
	var c Course
	for e, p := 1.0, 1.0; e > err; e, p = e/10, p+20 {
		c.Passes, c.Seconds, c.RelL2 = append(c.Passes, p), append(c.Seconds, p/50), append(c.RelL2, e)
	}
	c.Passes, c.Seconds, c.RelL2 = append(c.Passes, 100), append(c.Seconds, 2), append(c.RelL2, err)
	r := Record{
		Method: method, Settings: Settings{Statement: "abc", Passes: 100}, Passes: 100, Reached: ReachedOf(c),
		Run: rundir.Run{Problem: problem, Status: rundir.Solved, Seed: seed, Seconds: 2, Phases: phases, CPU: "a machine", Kernel: "go", Threads: 1},
	}
	r.Run.RelL2.Set("u", err)
	r.Run.RelL2.Set("all", err)
	return r, c
}

// samples are three seeds of every method on two problems; a factor per method tells
// them apart, and on heat the rule plateau never fires.
func samples() []Record {
	var out []Record
	factors := map[string]float64{"default": 1e-3, "snr": 1, "noise-floor": 5, "grow": 6, "snr-1": 1, "snr-1.4": 1.4, "snr-2": 2, "snr-2.8": 2.8, "plateau": 2, "fixed-300": 0.5, "fixed-1000": 1.5, "fixed-5000": 30, "lbfgs": 4, "adamw": 300}
	for i, problem := range []string{"burgers", "heat"} {
		for _, m := range All() {
			for seed := range uint64(3) {
				phases := []rundir.Phase{{Method: "adamw", Steps: 500 + 100*int(seed), Ended: "snr"}, {Method: "lbfgs"}}
				if m.Name == "adamw" || m.Name == "lbfgs" || m.Name == "plateau" && problem == "heat" {
					phases = phases[:1]
				}
				r, _ := run(problem, m.Name, seed+1, factors[m.Name]*1e-5*math.Pow(10, -float64(i))*math.Pow(3, float64(seed)-1), phases...)
				if m.Name == Default {
					r.Run.Stages = stages(problem, r.RelL2())
				}
				out = append(out, r)
			}
		}
	}
	return out
}

// stages makes the stages of a run that ended at err and took that for twice as much;
// on heat it had nothing to say.
func stages(problem string, err float64) []rundir.Stage {
	var s [2]rundir.Stage
	for i, e := range []float64{100 * err, err} {
		s[i].RelL2.Set("all", e)
		if problem == "heat" {
			s[i].ErrorEstimate.Set("all", math.NaN())
		} else {
			s[i].ErrorEstimate.Set("all", 2*e)
		}
	}
	s[1].Fall = 0.01
	return s[:]
}

var gallery = []Problem{{"burgers", 1e-4}, {"heat", 1e-9}, {"wave", 1e-3}}

// TestTables compares all tables with testdata/tables.md.
func TestTables(t *testing.T) {
	var b strings.Builder
	for _, table := range Tables("results/accuracy", gallery, samples()) {
		b.WriteString("# " + table.Name + "\n\n" + table.Markdown() + "\n")
		if len(table.Rows) != len(table.From) {
			t.Errorf("%s: %d rows from %d files", table.Name, len(table.Rows), len(table.From))
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

// TestReachedOf checks the first places, misses, and that an error that rises again
// does not take a target back.
func TestReachedOf(t *testing.T) {
	c := Course{Passes: []float64{1, 2, 3, 4}, Seconds: []float64{.1, .2, .3, .4}, RelL2: []float64{1, 9e-4, 2e-3, 1e-5}}
	var r Record
	r.Reached = ReachedOf(c)
	for _, want := range []struct{ target, passes, seconds float64 }{{1e-3, 2, .2}, {1e-4, 4, .4}, {1e-5, 4, .4}} {
		if p, s := r.to(want.target); p != want.passes || s != want.seconds {
			t.Errorf("%g reached after %v passes and %v s, want %v and %v", want.target, p, s, want.passes, want.seconds)
		}
	}
	if p, _ := r.to(1e-6); !math.IsNaN(p) {
		t.Errorf("1e-6 reached after %v passes, want never", p)
	}
}

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

// TestStore writes runs and reads them back, refuses one in a wrong place, and takes
// runs of different settings for what they are.
func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "accuracy")}
	if got, err := s.Load(); got != nil || err != nil {
		t.Errorf("a store that is not there: %v, %v", got, err)
	}
	var want []Record
	for _, seed := range []uint64{2, 10, 1} {
		r, c := run("heat", "snr", seed, 1e-5)
		if err := s.Put(r, c); err != nil {
			t.Fatal(err)
		}
		want = append(want, r)
	}
	want = []Record{want[2], want[0], want[1]}
	got, err := s.Load()
	if err != nil || len(got) != 3 {
		t.Fatalf("%d runs, %v", len(got), err)
	}
	for i := range want {
		a, _ := want[i].Encode()
		b, _ := got[i].Encode()
		if !bytes.Equal(a, b) {
			t.Errorf("run %d is\n%s\nwant\n%s", i, b, a)
		}
	}
	if m := Mixed(got); m != nil {
		t.Errorf("runs of equal settings are called mixed: %q", m)
	}
	got[2].Settings.Passes = 7
	if m := Mixed(got); len(m) != 1 || m[0] != "heat, snr: seeds 1 and 10 ran with different settings" {
		t.Errorf("mixed runs: %q", m)
	}
	if got[0].Settings.Same(got[2].Settings) || !got[0].Settings.Same(got[1].Settings) || (Settings{}).Same(Settings{}) {
		t.Error("settings compare wrongly")
	}
	path := s.path("heat", "snr", 1) + ".json"
	if err := os.Rename(path, s.path("heat", "snr", 3)+".json"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "seed-3.json: holds a run of heat by snr with seed 1") {
		t.Errorf("a run in a wrong place: %v", err)
	}
}

// TestCourse thins on disk but keeps the ends, and joins seeds.
func TestCourse(t *testing.T) {
	var c Course
	for i := range 5000 {
		c.Passes, c.Seconds, c.RelL2 = append(c.Passes, float64(i+1)), append(c.Seconds, float64(i)/7), append(c.RelL2, 1/float64(i+1))
	}
	var b bytes.Buffer
	if err := c.Encode(&b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 3000 {
		t.Errorf("a course of 5000 rows takes %d bytes, want at most 3000", b.Len())
	}
	thin, err := DecodeCourse(&b)
	if err != nil {
		t.Fatal(err)
	}
	n := len(thin.Passes)
	if thin.Passes[0] != 1 || thin.Passes[n-1] != 5000 || thin.RelL2[n-1] != 2e-4 || !slices.IsSorted(thin.Passes) {
		t.Errorf("the ends of a thinned course: %v … %v at %v", thin.Passes[0], thin.Passes[n-1], thin.RelL2[n-1])
	}
	_, one := run("p", "m", 1, 1e-5)
	_, two := run("p", "m", 2, 1e-4)
	_, three := run("p", "m", 3, 1e-3)
	band := BandOf([]Course{one, two, three}, func(c Course) []float64 { return c.Passes })
	last := len(band.X) - 1
	if band.X[0] != 1 || math.Abs(band.X[last]-100) > 1e-9 || band.Median[last] != 1e-4 || band.Lo[last] != 1e-5 || band.Hi[last] != 1e-3 {
		t.Errorf("the band ends at %v with %v in [%v, %v]", band.X[last], band.Median[last], band.Lo[last], band.Hi[last])
	}
	if late := one.Until(300, 9); late.Passes[len(late.Passes)-1] != 300 || late.RelL2[len(late.RelL2)-1] != 1e-5 || len(one.Until(100, 2).Passes) != len(one.Passes) {
		t.Errorf("a course until 300 passes: %+v", late)
	}
	if !reflect.DeepEqual(BandOf(nil, nil), Band{}) {
		t.Error("a band of nothing holds something")
	}
}

// document holds all tables as they follow from the records.
func document(records []Record) Document {
	d := Document{Path: "results/README.md", Text: "words\n\n"}
	for _, t := range Tables("results/accuracy", gallery, records) {
		begin, end := markers(t.Name)
		d.Text += begin + end + "\n\nwords\n"
		d = d.With(t)
	}
	return d
}

// TestDrift alters a document and its runs in every way that the check must name.
func TestDrift(t *testing.T) {
	records := samples()
	drift := func(d Document) string {
		var all []string
		for _, table := range Tables("results/accuracy", gallery, records) {
			all = append(all, d.Drift(table)...)
		}
		return strings.Join(all, "\n")
	}
	sound := document(records)
	if got := drift(sound); got != "" || sound.With(Gallery("results/accuracy", gallery, records)) != sound {
		t.Errorf("a sound document drifts: %s", got)
	}
	altered := func(from, to string) Document {
		if !strings.Contains(sound.Text, from) {
			t.Fatalf("the document lacks %q", from)
		}
		return Document{sound.Path, strings.Replace(sound.Text, from, to, 1)}
	}
	for name, c := range map[string]struct {
		d    Document
		want string
	}{
		"a cell": {altered("1.0e-08 [3.3e-09, 3.0e-08]", "1.0e-09 [3.3e-09, 3.0e-08]"),
			`results/README.md, table gallery: burgers, "relative L2 error, median [least, largest]": 1.0e-09 [3.3e-09, 3.0e-08] stands there, 1.0e-08 [3.3e-09, 3.0e-08] follows from results/accuracy/burgers/default/seed-*.json`},
		"a row that is gone": {altered("| heat | adamw |", "| heat2 | adamw |"), "table accuracy: heat2, adamw: no run is behind this row"},
		"a row too few":      {altered("| heat | adamw |", "| heat2 | adamw |"), "table accuracy: heat, adamw: the row is missing; it follows from results/accuracy/heat/adamw/seed-*.json"},
		"a column":           {altered("| to 1e-03 |", "| to 1e-02 |"), "table accuracy: the columns are not those that follow from the runs"},
		"the note":           {altered("on a machine", "on another machine"), `table gallery: the sentence below the table is not "6 runs, on a machine`},
		"the layout":         {altered("| plateau |", "|  plateau |"), "the rows are those that follow, but not as they would be written"},
		"a broken row":       {altered("| plateau |", "plateau |"), "plateau: the row is missing"},
	} {
		if got := drift(c.d); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q in it", name, got, c.want)
		}
	}
	r, _ := run("burgers", "snr", 2, 7e-7)
	records[slices.IndexFunc(records, func(o Record) bool { return o.Method == "snr" && o.Run.Seed == 2 })] = r
	if got := drift(sound); !strings.Contains(got, `burgers, snr, "final error, median [least, largest]": 1.0e-05 [3.3e-06, 3.0e-05] stands there, 3.3e-06 [7.0e-07, 3.0e-05] follows from results/accuracy/burgers/snr/seed-*.json`) {
		t.Errorf("an altered run: %q", got)
	}
	if got := (Document{Text: "no markers"}).Drift(Gallery("", gallery, records)); got != nil {
		t.Errorf("a document without markers: %q", got)
	}
}
