package accuracy

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

// full is a row in which every column says something, with numbers that need all of
// their digits.
func full() Row {
	rng := rand.New(rand.NewPCG(1, 2))
	r, _ := sample("burgers", "snr", 1<<63-1, 1e-5, Phase{"adamw", 450, "snr"}, Phase{"lbfgs", 912, ""})
	r.Set = []string{"network.hidden=[4, 4]", `train.time="1s"`, "a\nb"}
	for _, f := range schema {
		switch p := f.place(&r).(type) {
		case *float64:
			*p = math.Float64frombits(rng.Uint64()&^(0x7ff<<52) | uint64(1+rng.IntN(2045))<<52)
		case *rundir.Figures:
			*p = rundir.Figures{{Name: "u", Value: rundir.Number(rng.Float64())}, {Name: "v", Value: rundir.Number(-rng.Float64())}}
		case *string:
			if *p == "" {
				*p = f.name + `, "quoted"`
			}
		}
	}
	return r
}

// equal reports whether two rows agree to the last bit, NaN with NaN.
func equal(a, b Row) bool {
	for _, f := range expand([]Row{a, b}) {
		if spell(f.place(&a)) != spell(f.place(&b)) {
			return false
		}
	}
	return a.Problem == b.Problem
}

// TestRowsRoundTrip writes rows and reads the same bits back: full ones, one with
// blanks, and infinities.
func TestRowsRoundTrip(t *testing.T) {
	bare, _ := sample("burgers", "adamw", 0, math.Inf(1))
	bare.Fields = nil
	want := []Row{full(), bare}
	var b bytes.Buffer
	if err := EncodeRows(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := DecodeRows(&b, "burgers")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got[0], want[0]) {
		t.Errorf("a full row is\n%+v\nwant\n%+v", got[0], want[0])
	}
	if len(got) != 2 || !equal(got[1], want[1]) {
		t.Errorf("a bare row is\n%+v\nwant\n%+v", got[1:], want[1])
	}
}

// TestSchema checks that every column is found by its name, and that none stands for
// two places of a row.
func TestSchema(t *testing.T) {
	r := full()
	places := map[any]string{}
	for _, f := range expand([]Row{r}) {
		g, err := named(f.name)
		if err != nil || g.place(&r) != f.place(&r) {
			t.Errorf("named(%q) finds another place, %v", f.name, err)
		}
		if other, ok := places[f.place(&r)]; ok {
			t.Errorf("%s and %s are the same place", f.name, other)
		}
		places[f.place(&r)] = f.name
	}
}

// TestDecodeRowsRefuses checks what the reader says of tables that were written by
// hand: line, column, what must stand there and what does.
func TestDecodeRowsRefuses(t *testing.T) {
	var b bytes.Buffer
	r, _ := sample("heat", "snr", 7, 1e-5, Phase{"adamw", 450, "snr"})
	if err := EncodeRows(&b, []Row{r}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	line := text[strings.Index(text, "\n")+1:]
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "line 1: must name the columns, but the file is empty"},
		"a column":         {strings.Replace(text, "max_abs", "maxabs", 1), "line 1: column maxabs: a table of runs has none of this name"},
		"figures":          {strings.Replace(text, "rel_l2:u", "loss:u", 1), "line 1: column loss:u"},
		"a missing one":    {strings.Replace(strings.Replace(text, ",commit\n", "\n", 1), ",\n", "\n", 1), "line 1: must have the columns commit too"},
		"one twice":        {strings.Replace(text, "max_abs", "loss", 1), "line 1: column loss: stands there twice"},
		"a number":         {strings.Replace(text, ",2,", ",two,", 1), `line 2, column wall_s: must be a number or blank, got "two"`},
		"a seed":           {strings.Replace(text, "snr,7,", "snr,-7,", 1), `line 2, column seed: must be a whole number, 0 or more, got "-7"`},
		"settings":         {strings.Replace(text, "snr,7,,", "snr,7,a=1,", 1), `line 2, column set: must be a list of words in quotation marks, or blank, got "a=1"`},
		"phases":           {strings.Replace(text, "adamw 450 snr", "adamw snr", 1), `line 2, column phases: must be phases as in "adamw 450 snr; lbfgs 912 passes", got "adamw snr"`},
		"steps":            {strings.Replace(text, "adamw 450 snr", "adamw x snr", 1), `line 2, column phases: must have a whole number of steps in each phase, got "x"`},
		"a method":         {strings.Replace(text, "\nsnr,", "\n,", 1), "line 2, column method: must name the method, got nothing"},
		"a run twice":      {text + line, "line 3: is a second run by snr with seed 7; remove one"},
		"a broken line":    {text + "snr,8\n", "record on line 3: wrong number of fields"},
		"a number of runs": {strings.Replace(text, "linux/amd64,1,", "linux/amd64,1.5,", 1), `line 2, column threads: must be a whole number, got "1.5"`},
	} {
		if _, err := DecodeRows(strings.NewReader(c.text), "heat"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
}

// TestRowJSON checks that a row is one object with the names of the columns, and that
// numbers that are not finite are null.
func TestRowJSON(t *testing.T) {
	r, _ := sample("heat", "snr", 7, 1e-5, Phase{"adamw", 450, "snr"})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"problem": "heat", "method": "snr", "seed": 7., "rel_l2": 1e-5, "rel_l2:u": 1e-5, "threads": 1.,
		"error_estimate": nil, "phases": "adamw 450 snr", "to_1e-03_passes": 61., "to_1e-06_s": nil,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, %v, want %v", name, v, ok, want)
		}
	}
	if list, ok := got["set"].([]any); !ok || len(list) != 0 {
		t.Errorf("set is %v, want an empty list", got["set"])
	}
}

// TestNewRow takes what a table needs from run.json.
func TestNewRow(t *testing.T) {
	run := rundir.Run{
		Problem: "p", Status: rundir.Solved, Seed: 3, Threads: 2, Loss: 1, HeldOut: 2, Seconds: 4,
		RelL2: rundir.Figures{{Name: "u", Value: 5}, {Name: "all", Value: 6}}, MaxAbs: rundir.Figures{{Name: "u", Value: 7}, {Name: "all", Value: 8}},
		Phases: []rundir.Phase{{Method: "adamw", Steps: 9, Ended: "snr", Why: "because"}},
	}
	r := NewRow(run)
	if r.RelL2 != 6 || r.MaxAbs != 8 || len(r.Fields) != 1 || r.Fields[0].Value != 5 || r.Phases[0] != (Phase{"adamw", 9, "snr"}) {
		t.Errorf("the row is %+v", r)
	}
	if !math.IsNaN(r.Estimate) || !math.IsNaN(r.FirstRelL2) || !math.IsNaN(r.Fall) || !math.IsNaN(r.To[0].Passes) {
		t.Errorf("a run of one stage has an estimate of %v, a first stage of %v and %v", r.Estimate, r.FirstRelL2, r.Fall)
	}
	run.ErrorEstimate.Set("all", 10)
	run.Stages = []rundir.Stage{{RelL2: rundir.Figures{{Name: "all", Value: 11}}, ErrorEstimate: rundir.Figures{{Name: "all", Value: 12}}}, {Fall: 13}}
	if r = NewRow(run); r.Estimate != 10 || r.FirstRelL2 != 11 || r.FirstEstimate != 12 || r.Fall != 13 {
		t.Errorf("a run of two stages: %v, %v, %v, %v", r.Estimate, r.FirstRelL2, r.FirstEstimate, r.Fall)
	}
}

// TestReached checks the first places, misses, and that an error that rises again
// does not take a target back.
func TestReached(t *testing.T) {
	var r Row
	r.Reached(Course{Passes: []float64{1, 2, 3, 4}, Seconds: []float64{.1, .2, .3, .4}, RelL2: []float64{1, 9e-4, 2e-3, 1e-5}})
	for target, want := range map[float64]Reach{1e-3: {2, .2}, 1e-4: {4, .4}, 1e-5: {4, .4}} {
		if got := r.to(target); got != want {
			t.Errorf("%g reached at %v, want %v", target, got, want)
		}
	}
	for _, target := range []float64{1e-6, 0.5} { // missed, and not a target
		if got := r.to(target); !math.IsNaN(got.Passes) || !math.IsNaN(got.Seconds) {
			t.Errorf("%g reached at %v, want never", target, got)
		}
	}
}

// TestSame tells runs apart by all that was asked for.
func TestSame(t *testing.T) {
	r, _ := sample("heat", "snr", 1, 1e-5)
	other := r
	other.RelL2, other.Set = 3, []string{"the statement tells these"}
	if !r.Same(other) {
		t.Error("a run that ends elsewhere was not asked for the same")
	}
	for name, change := range map[string]func(*Row){
		"problem": func(r *Row) { r.Problem = "x" }, "method": func(r *Row) { r.Method = "x" }, "seed": func(r *Row) { r.Seed++ },
		"statement": func(r *Row) { r.Statement = "x" }, "limit": func(r *Row) { r.Limit++ },
	} {
		other := r
		if change(&other); r.Same(other) {
			t.Errorf("runs of another %s are the same", name)
		}
	}
	r.Statement = ""
	if r.Same(r) {
		t.Error("a run without a statement is the same as another")
	}
}

// FuzzDecodeRows checks that what can be read can be written and read again, to the
// same bytes.
func FuzzDecodeRows(f *testing.F) {
	var b bytes.Buffer
	if err := EncodeRows(&b, []Row{full()}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(bytes.Replace(b.Bytes(), []byte("450"), []byte("-1"), 1))
	f.Add(bytes.ReplaceAll(b.Bytes(), []byte("e-"), []byte("e+")))
	f.Fuzz(func(t *testing.T, src []byte) {
		rows, err := DecodeRows(bytes.NewReader(src), "p")
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if err := EncodeRows(&first, rows); err != nil {
			t.Fatal(err)
		}
		again, err := DecodeRows(bytes.NewReader(first.Bytes()), "p")
		if err != nil {
			t.Fatalf("%v in\n%s", err, first.Bytes())
		}
		if err := EncodeRows(&second, again); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("the rows\n%s\nare read as\n%s", first.Bytes(), second.Bytes())
		}
	})
}
