package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/noise"
)

// stats has the given SNR_b exactly; 0 means a signal that is not resolved.
func stats(snr float64) noise.Stats {
	g2 := snr * snr
	if snr == 0 {
		g2 = -0.01
	}
	return noise.Stats{K: 8, Batch: 512, Metric: noise.Plain, Noise: 1, Signal: math.Sqrt(max(g2, 0) + 1.0/8), G2: g2, SE: 0.5}
}

// checks scripts one check every 50 steps with N/b = 16, so that SNR_N is four
// times SNR_b. Held-out losses start at 1 and are multiplied by fall each time.
func checks(fall float64, snr ...float64) []Check {
	out := make([]Check, len(snr))
	heldOut := 1.0
	for i, s := range snr {
		out[i] = Check{Step: 50 * (i + 1), Points: 8192, Stats: stats(s), Loss: heldOut, HeldOut: heldOut,
			SinceClip: Never, SinceRestart: Never}
		heldOut *= fall
	}
	return out
}

func repeat(n int, snr float64) []float64 { return slices.Repeat([]float64{snr}, n) }

// fires feeds the checks to a rule and returns the index of the first that makes
// it leave, −1 if none does, and that decision.
func fires(r Rule, cs []Check) (int, Decision) {
	r.Reset()
	for i, c := range cs {
		if d := r.Observe(c); d.Leave {
			return i, d
		}
	}
	return -1, Decision{}
}

// Each rule fires on its own sequence, at the check named, and on no other.
func TestEachRuleFiresOnItsSequenceOnly(t *testing.T) {
	rules := []struct {
		name string
		rule Rule
	}{
		{"snr", atTwo()},
		{"noise-floor", DefaultNoiseFloor()},
		{"plateau", DefaultPlateau()},
		{"loss", &LossLevel{Below: 5e-7}},
		{"budget", &Budget{Steps: 5000}},
		{"time", &Budget{Time: 12 * time.Second, Run: time.Minute}},
	}
	late := checks(0.9, repeat(4, 0.6)...)
	late[3].Step = 5000
	slow := checks(0.9, repeat(4, 0.6)...)
	slow[3].Elapsed = 13 * time.Second
	for _, c := range []struct {
		name string
		at   int
		why  string
		seq  []Check
	}{
		{"snr", 8, "snr: in 9 of 9 checks the full-set signal stood ≥ 2 times its noise (median 2.6 for N = 8192) while a batch of 512 carried 0.65, at step 450",
			checks(0.9, repeat(12, 0.65)...)},
		{"noise-floor", 8, "noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise (median 0.3, 0 not resolved) and the held-out loss improved by 9.2 % over them, less than 10 %, at step 450",
			checks(0.988, repeat(12, 0.3)...)},
		{"plateau", 10, "plateau: the held-out loss improved by 0.0 % over 10 checks, less than 10 %, and stands at 1 at best, at step 550",
			checks(1, repeat(12, 1.2)...)},
		{"loss", 3, "loss: the held-out loss 1e-09 has come down to 5e-07, at step 200",
			checks(1e-3, repeat(12, 1.2)...)[:4]},
		{"budget", 3, "budget: all 5000 steps of the phase are done", late},
		{"time", 3, "budget: the phase has used its 12 s, 20 % of 60 s, at step 200", slow},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range rules {
				at, d := fires(r.rule, c.seq)
				want := -1
				if r.name == c.name {
					want = c.at
				}
				if at != want {
					t.Errorf("rule %s fires at check %d of the %s sequence, want %d", r.name, at, c.name, want)
				}
				if at >= 0 && at == want && d.Why != c.why {
					t.Errorf("why = %q\nwant  %q", d.Why, c.why)
				}
			}
		})
	}
}

// A phase that is entered again starts with an empty window and counts its
// steps anew.
func TestReset(t *testing.T) {
	for _, r := range []Rule{atTwo(), DefaultNoiseFloor(), DefaultPlateau()} {
		snr, fall := 0.65, 0.9
		if _, ok := r.(*NoiseFloor); ok {
			snr, fall = 0.3, 0.999
		}
		if _, ok := r.(*Plateau); ok {
			fall = 1
		}
		first, _ := fires(r, checks(fall, repeat(20, snr)...))
		again, _ := fires(r, checks(fall, repeat(20, snr)...))
		if first < 0 || first != again {
			t.Errorf("%T fires at check %d, after Reset at %d", r, first, again)
		}
	}
}

func TestPlateau(t *testing.T) {
	spiky := checks(0.98, repeat(12, 1)...)
	for i := range spiky {
		if i%2 == 1 {
			spiky[i].HeldOut *= 50
		}
	}
	unmeasured := checks(1, repeat(30, 1)...)
	for i := range unmeasured {
		if i%2 == 1 {
			unmeasured[i].HeldOut = math.NaN()
		}
	}
	redrawn := checks(1, repeat(12, 1)...)
	for i := range redrawn {
		redrawn[i].SinceRestart = 5
	}
	for _, c := range []struct {
		name string
		seq  []Check
		want int
	}{
		{"still", checks(1, repeat(12, 1)...), 10},
		{"rising", checks(1.5, repeat(12, 1)...), 10},
		{"falling 2 % a check", checks(0.98, repeat(40, 1)...), -1},
		{"falling 1 % a check", checks(0.99, repeat(12, 1)...), 10},
		{"spikes do not hide progress", spiky, -1},
		{"only measured losses count", unmeasured, 20},
		{"a redraw does not matter", redrawn, 10},
		{"losses that reach zero", checks(0, repeat(12, 1)...), 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			if at, d := fires(DefaultPlateau(), c.seq); at != c.want {
				t.Errorf("fires at check %d, want %d: %s", at, c.want, d.Why)
			}
		})
	}
}

func TestLossLevelFallsBackOnTrainingLoss(t *testing.T) {
	c := Check{Step: 7, Loss: 1e-7, HeldOut: math.NaN()}
	d := (&LossLevel{Below: 1e-6}).Observe(c)
	if !d.Leave || !strings.Contains(d.Why, "training loss 1e-07") {
		t.Errorf("decision = %+v, want to leave by the training loss", d)
	}
	c.HeldOut, c.First = 1e-9, 1e3
	for fall, leaves := range map[float64]bool{1e-11: true, 1e-12: true, 9e-13: false} {
		if d := (&LossLevel{Fall: fall}).Observe(c); d.Leave != leaves {
			t.Errorf("fall %g from 1e3 to 1e-9: leaves = %v, want %v: %s", fall, d.Leave, leaves, d.Why)
		}
	}
	c.HeldOut = 1
	if d := (&LossLevel{Below: 1e-6}).Observe(c); d.Leave {
		t.Errorf("leaves although the held-out loss is 1: %s", d.Why)
	}
}

func TestFit(t *testing.T) {
	with := func(f func(*SNR)) *SNR { r := atTwo(); f(r); return r }
	room := Shape{Points: 4096, Batch: 512, Every: 50, Steps: 2000, Statistics: true}
	tight, short, blind := room, room, room
	tight.Batch, short.Steps, blind.Statistics = 2048, 400, false
	for _, c := range []struct {
		name           string
		rule           fitter
		shape          Shape
		refusal, doubt string
	}{
		{"snr fits", atTwo(), room, "", ""},
		{"snr without room", atTwo(), tight, "can never fire: 4096 points are 2 batches of 2048, but threshold 2 over exhausted 1 needs 4", ""},
		{"snr of batch needs no room", with(func(r *SNR) { r.Of = OfBatch }), tight, "", ""},
		{"snr in a short phase", atTwo(), short, "", "cannot fire before step 450, but the phase ends at step 400"},
		{"snr without minibatches", atTwo(), blind, "needs minibatches", ""},
		{"snr votes", with(func(r *SNR) { r.Votes = 10 }), room, "votes must lie between 1 and window, got 10 of 9", ""},
		{"snr of nothing", with(func(r *SNR) { r.Of = "half" }), room, `of: must be "full" or "batch", got "half"`, ""},
		{"snr threshold", with(func(r *SNR) { r.Threshold = math.NaN() }), room, "must be positive, got NaN and 1", ""},
		{"noise-floor fits", DefaultNoiseFloor(), room, "", ""},
		{"noise-floor below what can be resolved", &NoiseFloor{Floor: 0.1, Improve: 0.1, Window: 9, Votes: 7}, room, "can never fire: noise_floor must be at least 0.141", ""},
		{"noise-floor in a short phase", DefaultNoiseFloor(), short, "", "cannot fire before step 450"},
		{"plateau fits", DefaultPlateau(), room, "", ""},
		{"plateau in a short phase", DefaultPlateau(), short, "", "cannot fire before step 550"},
		{"plateau of nothing", &Plateau{}, room, "must be positive, got 0 and 0", ""},
		{"loss", &LossLevel{Below: 1e-3}, room, "", ""},
		{"loss of nothing", &LossLevel{}, room, "must have a positive threshold or fall, got 0 and 0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			refusal, doubt := c.rule.fit(c.shape)
			match(t, "refusal", refusal, c.refusal)
			match(t, "doubt", doubt, c.doubt)
		})
	}
}

// A rule asks for a larger batch where it is told to and nothing else can be had.
func TestRulesAskToGrow(t *testing.T) {
	snr, floor := atTwo(), DefaultNoiseFloor()
	snr.Grow, floor.Grow = true, true
	for _, c := range []struct {
		name  string
		rule  Rule
		seq   []Check
		at    int // first check at which it asks
		leave bool
		why   string
	}{
		{"neither clear nor strong", snr, checks(0.9, repeat(10, 0.4)...), 8, false,
			"snr: in 9 of 9 checks the full-set signal did not stand at 2 times its noise (median 1.6 for N = 8192), and a batch of 512 carried no more than 0.4, at step 450"},
		{"clear", snr, checks(0.9, repeat(8, 0.65)...), -1, false, ""},
		{"a batch carries signal", snr, checks(0.9, repeat(20, 1.2)...), -1, false, ""},
		{"not told to", atTwo(), checks(0.9, repeat(20, 0.4)...), -1, false, ""},
		{"drowned", floor, checks(1, repeat(12, 0.3)...), 8, true,
			"noise-floor: in 9 of 9 checks the signal of a batch of 512 stood at ≤ 0.5 of its noise (median 0.3, 0 not resolved) and the held-out loss improved by 0.0 % over them, less than 10 %, at step 450"},
		{"drowned but falling", floor, checks(0.9, repeat(12, 0.3)...), -1, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rule.Reset()
			at := -1
			for i, check := range c.seq {
				if d := c.rule.Observe(check); d.Grow && at < 0 {
					at = i
					if d.Leave != c.leave || d.Why != c.why {
						t.Errorf("leave = %v, why = %q\nwant %v, %q", d.Leave, d.Why, c.leave, c.why)
					}
				}
			}
			if at != c.at {
				t.Errorf("asks at check %d, want %d", at, c.at)
			}
		})
	}
}

// silent is a rule that never leaves and has no opinion on its phase.
type silent struct{}

func (silent) Reset()                 {}
func (silent) Observe(Check) Decision { return Decision{} }

// What is asked of rules holds for those that have no answer, too.
func TestQuestions(t *testing.T) {
	far := &SNR{Threshold: 1e9, Exhausted: 1e9, Of: OfFull, Window: 2, Votes: 2}
	for _, c := range checks(1, 0.6, 0.6) {
		far.Observe(c)
	}
	near := DefaultNoiseFloor() // with an empty window
	for _, c := range []struct {
		list              []Rule
		statistical, near bool
	}{
		{nil, false, false},
		{[]Rule{silent{}, DefaultPlateau()}, false, false},
		{[]Rule{silent{}, far}, true, false},
		{[]Rule{far, near}, true, true},
	} {
		if s, n := Statistical(c.list), Near(c.list); s != c.statistical || n != c.near {
			t.Errorf("%v: statistical %v and near %v, want %v and %v", c.list, s, n, c.statistical, c.near)
		}
	}
	if refusal, doubt := Fit(silent{}, Shape{}); refusal != nil || doubt != nil {
		t.Errorf("a rule without an opinion: %v, %v", refusal, doubt)
	}
	if refusal, _ := Fit(&LossLevel{}, Shape{}); refusal == nil {
		t.Error("a loss level of 0 fits")
	}
	list := []Rule{silent{}, far}
	if err := Recall(list, Memories(list)); err != nil {
		t.Error(err)
	}
	match(t, "one memory", Recall(list, make([]Memory, 1)), "there must be memories of 2 rules, got 1")
	match(t, "too much", Recall(list, []Memory{{Held: true}, {}}), "rule 0: there is more to remember than the rule can")
}

// match holds an error to a part of its text; "" means no error.
func match(t *testing.T, what string, err error, want string) {
	t.Helper()
	switch {
	case err == nil && want == "":
	case err == nil || want == "":
		t.Errorf("%s = %v, want %q", what, err, want)
	case !strings.Contains(err.Error(), want):
		t.Errorf("%s = %v, want a text with %q", what, err, want)
	}
}

// atTwo is the rule snr with the threshold that the sequences of the tests are made
// for.
func atTwo() *SNR {
	r := DefaultSNR()
	r.Threshold = 2
	return r
}

// Every field of a rule is kept in its Memory or follows from the plan.
func TestStateIsComplete(t *testing.T) {
	follows, kept := "follows from the plan", ""
	known := map[string]bool{}
	for _, p := range []struct {
		piece  any
		fields map[string]string
	}{
		{window{}, map[string]string{"checks": kept, "last": kept, "clips": kept}},
		{bestSoFar{}, map[string]string{"values": kept}},
		{SNR{}, map[string]string{"Threshold": follows, "Exhausted": follows, "Of": follows, "Window": follows, "Votes": follows, "MinSteps": follows,
			"Confidence": follows, "Grow": follows, "window": kept, "above": kept, "held": kept}},
		{NoiseFloor{}, map[string]string{"Floor": follows, "Improve": follows, "Window": follows, "Votes": follows, "Confidence": follows, "Grow": follows,
			"window": kept, "best": kept, "below": kept, "held": kept}},
		{Plateau{}, map[string]string{"Improve": follows, "Checks": follows, "MinSteps": follows, "best": kept}},
		{LossLevel{}, map[string]string{"Below": follows, "Fall": follows}},
		{Budget{}, map[string]string{"Steps": follows, "Time": follows, "Run": follows}},
	} {
		typ := reflect.TypeOf(p.piece)
		known[typ.Name()] = true
		memory := false
		for i := range typ.NumField() {
			f := typ.Field(i)
			why, ok := p.fields[f.Name]
			if !ok {
				t.Errorf("%s.%s: keep it in a Memory, or say here why it need not be", typ.Name(), f.Name)
			}
			memory = memory || why == kept
		}
		if len(p.fields) != typ.NumField() {
			t.Errorf("%s has %d fields, listed are %d", typ.Name(), typ.NumField(), len(p.fields))
		}
		if _, ok := reflect.New(typ).Interface().(Rule); !ok {
			continue
		}
		if _, ok := reflect.New(typ).Interface().(remembering); ok != memory {
			t.Errorf("%s: has a memory: %v, has something to keep: %v", typ.Name(), ok, memory)
		}
	}
	for _, name := range rulesInSource(t) {
		if !known[name] {
			t.Errorf("the rule %s is not listed", name)
		}
	}
}

// rulesInSource returns the types of the package that have a method Observe.
func rulesInSource(t *testing.T) (names []string) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || f.Name.Name != "Observe" {
				continue
			}
			names = append(names, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
		}
	}
	if len(names) < 5 {
		t.Fatalf("found the rules %v only", names)
	}
	return names
}
