package hybrid

import (
	"context"
	"fmt"
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

	"pinn/optim"
)

// tiny is a run in which everything happens that has a state: minibatches and
// checks, rules that vote, redraws, points of a phase's own, a value that is not finite, clipping, phases
// that follow one another. It is short, so that it can be resumed at every step.
func tiny(row optim.Row) (Batched, Plan) {
	loss := newJudged(newToy(96, 4, 0.5, 10, 1), 20)
	loss.poison = func(call int, grad []float64) bool { return call == 23 || call == 41 }
	first := Phase{Name: row.Name, Method: row.New(), Steps: 24, Resample: &Resample{Method: "rad", Every: 9},
		Rules: []Rule{&Plateau{Improve: 1e-9, Checks: 40}}}
	if shared, ok := optim.ShareOf(first.Method); ok {
		shared.LearningRate, shared.Clip = optim.Constant(1e-2), optim.Clip{Median: 1.01}
	}
	if row.LeastSquares { // one step finds the minimum of a toy
		first.Resample.Every = 1
	}
	if !row.FullBatch {
		first.Batch, first.Checks = 12, Checks{Every: 3, Batches: 4, Share: 1}
		first.Rules = append(first.Rules, &SNR{Threshold: 1e6, Exhausted: 1e6, Of: OfBatch, Window: 4, Votes: 3, MinSteps: 20},
			&NoiseFloor{Floor: 0.2, Improve: 1e-9, Window: 3, Votes: 2}, &Budget{Steps: 100}, &LossLevel{Below: 1e-9})
	}
	second := Phase{Name: "lbfgs", Method: optim.DefaultLBFGS(), Steps: 6, Points: 80, Resample: &Resample{Method: "uniform", Every: 4}}
	return loss, Plan{Seed: 5, HeldOutEvery: 4, Phases: []Phase{first, second}}
}

func begin(p Plan, loss Batched) (*Result, error) {
	if s, ok := loss.(sighted); ok {
		return Run(context.Background(), loss, p, start(s.toy), nil)
	}
	return Run(context.Background(), loss, p, start(loss.(*judged).toy), nil)
}

// timeless is everything that a result says, but for the clock.
func timeless(res *Result) string {
	r := *res
	r.Seconds = 0
	r.Trace = &Trace{TermNames: res.Trace.TermNames, Rows: blind(res.Trace)}
	r.Events, r.Phases = slices.Clone(r.Events), slices.Clone(r.Phases)
	for i := range r.Events {
		r.Events[i].Wall = 0
	}
	for i := range r.Phases {
		r.Phases[i].Seconds, r.Phases[i].CheckSeconds, r.Phases[i].HeldOutSeconds = 0, 0, 0
	}
	words := fmt.Sprint(r.Warnings, r.Events)
	r.Warnings = nil
	return fmt.Sprintf("%s %x %x %+v", words, *r.Trace, r.Theta, struct {
		HeldOut                                        uint64
		BestStep, Steps, LossEvals, GradEvals, phases_ int
		Status                                         Status
		Phases                                         []PhaseResult
	}{math.Float64bits(r.HeldOut), r.BestStep, r.Steps, r.LossEvals, r.GradEvals, len(r.Phases), r.Status, r.Phases})
}

// Whatever the method, a run that is stopped between any two steps and resumed
// with another loss and plan ends with the bits of one that never stopped.
func TestResumeAtEveryStep(t *testing.T) {
	for _, row := range optim.Methods {
		t.Run(row.Name, func(t *testing.T) {
			want := resumes(t, func() (Batched, Plan) { return tiny(row) })
			if len(want.Phases) != 2 || len(of(want, KindResample)) == 0 || len(of(want, KindRestart)) == 0 && !row.FullBatch {
				t.Fatalf("the run does not show what it should: %+v", want.Events)
			}
		})
	}
}

// The same for a batch that has grown, and checks that stand at their widest.
func TestResumeGrown(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: resumes a run at each of hundreds of steps")
	}
	want := resumes(t, func() (Batched, Plan) {
		loss := newJudged(newToy(96, 4, 0.5, 10, 1), 20)
		hungry := &SNR{Threshold: 1e6, Exhausted: 1e6, Of: OfFull, Window: 3, Votes: 2, MinSteps: 300, Grow: true}
		far := &SNR{Threshold: 1e6, Exhausted: 1e6, Of: OfFull, Window: 2, Votes: 2}
		return loss, Plan{Seed: 5, Phases: []Phase{
			{Name: "adamw", Method: adamw(1e-3), Batch: 6, Steps: 620, Checks: Checks{Batches: 4, Share: 1}, Rules: []Rule{hungry}},
			{Name: "adamw", Method: adamw(1e-3), Batch: 6, Steps: 620, Rules: []Rule{far}}}}
	})
	if len(of(want, KindGrow)) != 2 || len(of(want, KindVeto)) != 1 || want.Phases[0].Batch != 24 || want.Phases[1].Checks > 6 {
		t.Fatalf("the run does not show what it should: %v, %+v", want.Events, want.Phases)
	}
}

// resumes runs a plan, and from every step of it again, and returns the result.
func resumes(t *testing.T, make func() (Batched, Plan)) *Result {
	t.Helper()
	loss, plan := make()
	want, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	whole := timeless(want)
	var kept []*Snapshot
	loss, plan = make()
	plan.Keep = func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }
	if res, err := begin(plan, loss); err != nil || timeless(res) != whole {
		t.Fatalf("keeping the state changed the run: %v", err)
	}
	if len(kept) < want.Steps {
		t.Fatalf("%d snapshots of %d steps", len(kept), want.Steps)
	}
	stride := max(1, len(kept)/80)
	for i := 0; i < len(kept); i += stride {
		loss, plan := make()
		got, err := Resume(context.Background(), loss, plan, kept[i], nil)
		if err != nil {
			t.Fatalf("snapshot %d, of step %d: %v", i, kept[i].Steps(), err)
		}
		if got := timeless(got); got != whole {
			t.Fatalf("resumed from snapshot %d, of step %d:\n%s\nwant\n%s", i, kept[i].Steps(), got, whole)
		}
	}
	return want
}

// A run that was told to stop leaves a snapshot of where it would have gone on,
// without the measurements that the stop itself asked for.
func TestResumeAfterInterrupt(t *testing.T) {
	row, _ := optim.ByName("adamw")
	loss, plan := tiny(row)
	want, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{5, 40, 62} { // of the calls of the loss
		ctx, cancel := context.WithCancel(context.Background())
		loss, plan := tiny(row)
		judged := loss.(*judged)
		poison := judged.poison
		judged.poison = func(call int, grad []float64) bool {
			if call == at {
				cancel()
			}
			return poison(call, grad)
		}
		var kept *Snapshot
		plan.Keep = func(last bool, take func() *Snapshot) {
			if last {
				kept = take()
			}
		}
		res, err := Run(ctx, loss, plan, start(judged.toy), nil)
		if err != nil || res.Status != Interrupted || kept == nil {
			t.Fatalf("call %d: %v, status %v, kept %v", at, err, res.Status, kept)
		}
		loss, plan = tiny(row)
		got, err := Resume(context.Background(), loss, plan, kept, nil)
		if err != nil || timeless(got) != timeless(want) {
			t.Errorf("interrupted in call %d and resumed: %v\n%s\nwant\n%s", at, err, timeless(got), timeless(want))
		}
	}
}

// Every field of everything that lives as long as a run or a phase is either kept
// or listed here with what makes it unnecessary.
func TestStateIsComplete(t *testing.T) {
	given, scratch, follows := "given by the caller", "scratch", "follows from the plan"
	kept := ""
	pieces := []struct {
		piece  any
		fields map[string]string
	}{
		{runner{}, map[string]string{"earlier": kept,
			"loss": kept, "plan": given, "watch": given, "streams": kept, "now": given, "start": kept, "told": "the watcher's",
			"theta": kept, "grad": scratch, "heldOut": kept, "best": kept, "steps": kept, "lossEvals": kept, "gradEvals": kept,
			"passes": kept, "begunWith": kept, "first": kept, "trace": kept, "events": kept, "warnings": kept, "phases": kept, "overfit": kept,
			"fallen": kept, "inserted": kept, "spentSteps": kept, "spentTime": kept}},
		{phase{}, map[string]string{
			"runner": kept, "Phase": "its method, rules and batch are kept", "index": kept, "number": "that of the phases kept", "entered": kept, "budget": follows, "view": follows,
			"mini": kept, "monitor": kept, "scalable": follows, "scale": kept, "previous": scratch, "setBacks": kept,
			"clipped": kept, "restarted": kept, "alarmed": kept, "drawnAt": kept, "ratios": kept, "stuck": kept, "refused": kept, "grown": kept, "largest": kept, "res": kept, "seen": kept, "votes": kept, "at": kept}},
		{best{}, map[string]string{"theta": kept, "heldOut": kept, "step": kept, "phase": kept, "method": kept}},
		{overfit{}, map[string]string{"on": kept, "worst": kept, "step": kept}},
		{streams{}, map[string]string{"batches": kept, "checks": kept, "points": kept}},
		{minibatches{}, map[string]string{"loss": given, "pool": "dealt again from before", "rng": kept, "before": kept, "size": "the batch is kept", "k": kept}},
		{monitor{}, map[string]string{
			"loss": given, "checks": follows, "size": "the batch is kept", "rng": kept, "pool": "shuffled at every check", "method": follows, "stride": kept, "next": kept,
			"grads": scratch, "gram": scratch, "rows": scratch, "w": scratch, "taken": kept, "gradients": kept, "seconds": kept}},
		{window{}, map[string]string{"checks": kept, "last": kept}},
		{bestSoFar{}, map[string]string{"values": kept}},
		{SNR{}, map[string]string{"Threshold": follows, "Exhausted": follows, "Of": follows, "Window": follows, "Votes": follows, "MinSteps": follows,
			"Confidence": follows, "Grow": follows, "window": kept, "above": kept, "held": kept}},
		{NoiseFloor{}, map[string]string{"Floor": follows, "Improve": follows, "Window": follows, "Votes": follows, "Confidence": follows, "Grow": follows,
			"window": kept, "best": kept, "below": kept, "held": kept}},
		{Plateau{}, map[string]string{"Improve": follows, "Checks": follows, "MinSteps": follows, "best": kept}},
		{LossLevel{}, map[string]string{"Below": follows, "Fall": follows}},
		{Budget{}, map[string]string{"Steps": follows, "Time": follows, "Run": follows}},
	}
	known := map[string]bool{}
	for _, p := range pieces {
		typ := reflect.TypeOf(p.piece)
		known[typ.Name()] = true
		memory := false
		for i := range typ.NumField() {
			why, ok := p.fields[typ.Field(i).Name]
			if !ok {
				t.Errorf("%s.%s: keep it in its state method, or say here why it need not be", typ.Name(), typ.Field(i).Name)
			}
			memory = memory || why == kept
		}
		if len(p.fields) != typ.NumField() {
			t.Errorf("%s has %d fields, listed are %d", typ.Name(), typ.NumField(), len(p.fields))
		}
		if _, ok := reflect.New(typ).Interface().(stateful); ok != memory {
			t.Errorf("%s: has a method state: %v, has something to keep: %v", typ.Name(), ok, memory)
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

// A snapshot that lacks something, has something to spare, or holds what cannot be
// is refused, whatever it is.
func TestResumeRefuses(t *testing.T) {
	row, _ := optim.ByName("adamw")
	var s *Snapshot
	loss, plan := tiny(row)
	plan.Keep = func(_ bool, take func() *Snapshot) {
		if s == nil || s.Steps() < 15 {
			s = take()
		}
	}
	if _, err := begin(plan, loss); err != nil {
		t.Fatal(err)
	}
	try := func(what string, altered *Snapshot) {
		t.Helper()
		loss, plan := tiny(row)
		res, err := Resume(context.Background(), loss, plan, altered, nil)
		if err == nil || res != nil || !strings.Contains(err.Error(), "does not fit") {
			t.Errorf("%s: %v, %v; want a refusal", what, res != nil, err)
		}
	}
	numbers := func(i int, v optim.Vector) *Snapshot {
		a := &Snapshot{slices.Clone(s.Numbers), s.Words}
		a.Numbers[i] = v
		return a
	}
	for i, v := range s.Numbers {
		try("without "+v.Name, &Snapshot{slices.Delete(slices.Clone(s.Numbers), i, i+1), s.Words})
		try("with another name for "+v.Name, numbers(i, optim.Vector{Name: "other", Values: v.Values}))
		// What rules remember may have any length; a best state is looked at when it
		// is needed.
		if !strings.HasSuffix(v.Name, "/best/values") && !strings.HasPrefix(v.Name, "best/method/") {
			try("with a longer "+v.Name, numbers(i, optim.Vector{Name: v.Name, Values: append(slices.Clone(v.Values), 1)}))
		}
	}
	for i, w := range s.Words {
		try("without "+w.Name, &Snapshot{s.Numbers, slices.Delete(slices.Clone(s.Words), i, i+1)})
		if strings.Contains(w.Name, "streams") {
			bad := slices.Clone(s.Words)
			bad[i].Values = []string{"%"}
			try("with a broken "+w.Name, &Snapshot{s.Numbers, bad})
		}
	}
	at := func(name string) int {
		return slices.IndexFunc(s.Numbers, func(v optim.Vector) bool { return v.Name == name })
	}
	for name, x := range map[string]float64{"phase_index": 2, "steps": 0.5, "phase/minibatches/k": 8, "trace/count": -1} {
		try(fmt.Sprintf("with %s = %g", name, x), numbers(at(name), optim.Vector{Name: name, Values: []float64{x}}))
	}
	try("with nothing", &Snapshot{})
	other := newJudged(newToy(96, 5, 0.5, 10, 1), 20)
	_, plan = tiny(row)
	if _, err := Resume(context.Background(), other, plan, s, nil); err == nil {
		t.Error("a loss of another dimension took the snapshot")
	}
	_, plan = tiny(row)
	plan.Phases[0].Method = optim.DefaultSGD()
	if _, err := Resume(context.Background(), newJudged(newToy(96, 4, 0.5, 10, 1), 20), plan, s, nil); err == nil {
		t.Error("another method took the snapshot")
	}
}

// Only what can be saved can be kept.
func TestKeepNeedsStatefulMethods(t *testing.T) {
	plan := Plan{Keep: func(bool, func() *Snapshot) {}, Phases: []Phase{{Name: "crawl", Method: &scripted{do: crawl}, Steps: 3}}}
	loss := newToy(32, 2, 0.5, 10, 1)
	if _, err := Run(context.Background(), loss, plan, start(loss), nil); err == nil || !strings.Contains(err.Error(), "crawl cannot save its state") {
		t.Errorf("err = %v", err)
	}
}

// ticking is a clock that goes on by a step at every look.
func ticking(step time.Duration) func() time.Time {
	t := time.Now()
	return func() time.Time { t = t.Add(step); return t }
}

// The time that a run has used before it is resumed counts against its limit and
// that of its phase.
func TestResumeCountsTheTimeUsed(t *testing.T) {
	row, _ := optim.ByName("lbfgs")
	var s *Snapshot
	loss, plan := tiny(row)
	plan.now, plan.Time = ticking(time.Second), 10*time.Hour
	plan.Keep = func(_ bool, take func() *Snapshot) {
		if s == nil || s.Steps() < 10 {
			s = take()
		}
	}
	whole, err := begin(plan, loss)
	if err != nil {
		t.Fatal(err)
	}
	used := 0.0
	for _, row := range whole.Trace.Rows {
		if row.Step == 10 && used == 0 {
			used = row.Wall
		}
	}
	if used < 10 {
		t.Fatalf("%g s were used at step 10", used)
	}
	loss, plan = tiny(row)
	plan.now, plan.Time = ticking(time.Second), time.Duration(used+20)*time.Second
	plan.Start = plan.now().Add(-5 * time.Second) // what setting up took this time
	res, err := Resume(context.Background(), loss, plan, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	last := res.Phases[len(res.Phases)-1]
	first := res.Trace.Rows[11].Wall
	if first < used+5 {
		t.Errorf("the first step after it at %g s, want at least %g", first, used+5)
	}
	if last.Ended != ReasonTime || res.Seconds < used+20 || res.Seconds > used+30 || last.Seconds < used+10 {
		t.Errorf("ended %s after %g s, %g of them in the phase; want time after %g", last.Ended, res.Seconds, last.Seconds, used+20)
	}
}
