package hybrid

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// Every field of everything that lives as long as a run, a leg or a phase is kept in a
// Snapshot or listed here with what makes that unnecessary.
func TestStateIsComplete(t *testing.T) {
	given, scratch, follows := "given by the caller", "scratch", "follows from the leg"
	kept := ""
	shared := "points to a piece of the run"
	pieces := []struct {
		piece  any
		fields map[string]string
	}{
		{runner{}, map[string]string{"options": given, "clock": kept, "rec": kept, "fall": kept, "watch": "the watcher's", "legs": kept}},
		{clock{}, map[string]string{"now": given, "start": kept}},
		{recorder{}, map[string]string{"clock": shared, "hear": given, "warnings": kept, "kept": kept}},
		{fallBack{}, map[string]string{"kept": kept}},
		{leg{}, map[string]string{"spec": "its name and recipe are kept, the rest is given", "number": "that of the legs kept", "loss": kept, "plan": given, "options": given,
			"rec": shared, "clock": shared, "fall": shared, "watch": shared, "ended": shared,
			"theta": kept, "score": kept, "points": kept, "limits": follows, "streams": kept, "kept": kept}},
		{score{}, map[string]string{"loss": given, "grad": scratch, "heldOut": kept}},
		{points{}, map[string]string{"loss": given, "plan": given, "draws": "one of the streams", "kept": kept}},
		{limits{}, map[string]string{"time": follows, "own": follows, "passes": follows}},
		{streams{}, map[string]string{"batches": kept, "checks": kept, "points": kept}},
		{phase{}, map[string]string{"leg": shared, "rec": shared, "clock": shared, "plan": "its method, rules and batch are kept", "budget": follows, "entered": kept,
			"step": kept, "monitor": kept, "kept": kept}},
		{stepper{}, map[string]string{"method": kept, "view": follows, "mini": kept, "scalable": follows, "previous": scratch, "kept": kept}},
		{minibatches{}, map[string]string{"loss": given, "pool": "dealt again from before", "stream": "one of the streams", "before": kept, "size": "the batch is kept", "k": kept}},
		{monitor{}, map[string]string{"loss": given, "checks": follows, "size": "the batch is kept", "stream": "one of the streams", "clock": shared, "pool": "shuffled at every check", "method": follows,
			"grads": scratch, "meter": scratch, "w": scratch, "kept": kept}},
	}
	written := writtenTypes(t, reflect.TypeFor[Snapshot](), map[reflect.Type]bool{})
	for _, p := range pieces {
		typ := reflect.TypeOf(p.piece)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if _, ok := p.fields[f.Name]; !ok {
				t.Errorf("%s.%s: keep it in a Snapshot, or say here why it need not be", typ.Name(), f.Name)
			}
			if f.Name == "kept" && !written[f.Type] {
				t.Errorf("%s.kept is a %s, which is no part of a Snapshot", typ.Name(), f.Type.Name())
			}
		}
		if len(p.fields) != typ.NumField() {
			t.Errorf("%s has %d fields, listed are %d", typ.Name(), typ.NumField(), len(p.fields))
		}
	}
}

// writtenTypes collects the types that a value of typ is made of. All fields must be
// exported, since encoding/gob writes no others.
func writtenTypes(t *testing.T, typ reflect.Type, into map[reflect.Type]bool) map[reflect.Type]bool {
	t.Helper()
	if into[typ] {
		return into
	}
	into[typ] = true
	switch typ.Kind() {
	case reflect.Slice, reflect.Array:
		writtenTypes(t, typ.Elem(), into)
	case reflect.Struct:
		for i := range typ.NumField() {
			if f := typ.Field(i); !f.IsExported() {
				t.Errorf("%s.%s would not be written", typ.Name(), f.Name)
			}
			writtenTypes(t, typ.Field(i).Type, into)
		}
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Func, reflect.Chan:
		t.Errorf("%s cannot be written with the same bytes each time", typ)
	}
	return into
}

// fillAll gives every number, word and truth value in v a value of its own, and every
// list two elements.
func fillAll(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillAll(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fillAll(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprint("word ", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(float64(*n) + math.Pi)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 256))
	default:
		v.SetInt(int64(*n))
	}
}

// No field of a Snapshot is lost on the way, whatever it is.
func TestEverythingIsWritten(t *testing.T) {
	s, n := &Snapshot{}, 0
	fillAll(reflect.ValueOf(s).Elem(), &n)
	if back := through(t, s); !reflect.DeepEqual(back, s) || n < 300 {
		t.Errorf("of %d values some are lost:\n%+v\n%+v", n, s, back)
	}
	// Floats keep their bits, numbers that are none among them.
	odd := []float64{nan, math.Float64frombits(0x7ff8000000abcdef), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0}
	back := through(t, &Snapshot{Theta: odd, Record: Record{Passes: odd[1], Best: Best{HeldOut: odd[2]}}, Phase: PhaseState{Restarted: rules.Never}})
	for i, x := range append(back.Theta, back.Record.Passes, back.Record.Best.HeldOut) {
		if want := append(odd, odd[1], odd[2])[i]; math.Float64bits(x) != math.Float64bits(want) {
			t.Errorf("number %d is %x, want %x", i, math.Float64bits(x), math.Float64bits(want))
		}
	}
	if back.Phase.Restarted != rules.Never {
		t.Errorf("Never came back as %d", back.Phase.Restarted)
	}
}

// snapshotsOf takes those of a run by AdamW and L-BFGS, from a clock that goes on by a
// second at every look.
func snapshotsOf(t *testing.T) (kept []*Snapshot) {
	t.Helper()
	first, o := twice(Options{now: ticking(time.Second)})
	o.Keep = func(_ bool, take func() *Snapshot) { kept = append(kept, take()) }
	if _, err := Run(context.Background(), first, o); err != nil {
		t.Fatal(err)
	}
	return kept
}

// Whatever a snapshot holds is restored: taken again at once, it has the same bytes.
func TestRestoredIsTheSame(t *testing.T) {
	for _, s := range snapshotsOf(t) {
		frozen := time.Now()
		var again *Snapshot
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		o := Options{now: func() time.Time { return frozen }, Keep: func(_ bool, take func() *Snapshot) { again = take() }}
		if _, err := Resume(ctx, *legOf(s.Leg), s, o); err != nil {
			t.Fatal(err)
		}
		var a, b bytes.Buffer
		if s.Encode(&a) != nil || again.Encode(&b) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("step %d, %s leg: restored and taken again it is another one\n%+v\n%+v", s.Steps(), s.Leg, s, again)
		}
	}
}

// A snapshot is not touched by the run that goes on from it, nor by the one that it was
// taken of.
func TestSnapshotIsACopy(t *testing.T) {
	kept := snapshotsOf(t)
	s := kept[12]
	var before, after bytes.Buffer
	if err := s.Encode(&before); err != nil {
		t.Fatal(err)
	}
	_, o := twice(Options{})
	if _, err := Resume(context.Background(), *legOf(s.Leg), s, o); err != nil {
		t.Fatal(err)
	}
	if err := s.Encode(&after); err != nil || !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Errorf("the run changed the snapshot: %v", err)
	}
	if s.Steps() == kept[13].Steps() || len(s.Theta) == 0 || slices.Equal(s.Theta, kept[13].Theta) {
		t.Errorf("snapshots of two steps share their θ")
	}
}

// A snapshot that does not fit the leg is refused, whatever it is.
func TestResumeRefuses(t *testing.T) {
	row, _ := optim.ByName("adamw")
	var taken *Snapshot
	loss, plan := tiny(row)
	keep := func(_ bool, take func() *Snapshot) {
		if taken == nil || taken.Steps() < 15 {
			taken = take()
		}
	}
	if _, err := begin(plan, loss, Options{Keep: keep}); err != nil {
		t.Fatal(err)
	}
	try := func(what, want string, damage func(s *Snapshot)) {
		t.Helper()
		s := through(t, taken)
		damage(s)
		loss, plan := tiny(row)
		res, err := resume(plan, loss, s, Options{})
		if err == nil || res != nil || !strings.Contains(err.Error(), "the state of the run does not fit: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want a refusal with %q", what, res != nil, err, want)
		}
	}
	longer := func(v *[]float64) { *v = append(*v, 1) }
	try("a longer θ", "theta and the best theta must have length 4, got 5 and 4", func(s *Snapshot) { longer(&s.Theta) })
	try("no θ", "length 4, got 0", func(s *Snapshot) { s.Theta = nil })
	try("a longer best θ", "got 4 and 5", func(s *Snapshot) { longer(&s.Record.Best.Theta) })
	for _, i := range []int{-1, 2, math.MaxInt} {
		try("a phase beyond the plan", "the phase must be one of 2", func(s *Snapshot) { s.Phase.Index = i })
	}
	try("another number of the phase", "must be number 0", func(s *Snapshot) { s.Phase.Number = 1 })
	for _, k := range []int{-1, 8, math.MaxInt} {
		try("a minibatch beyond the pool", "must be one of 8", func(s *Snapshot) { s.Batches.K = k })
	}
	for _, b := range []int{-1, 0, 97, math.MaxInt} {
		try("a batch beyond the points", "batch must lie between 1 and the 96 points", func(s *Snapshot) { s.Batch = b })
	}
	try("another leg", `the leg must be "slab 3", got ""`, func(s *Snapshot) { s.Leg = "slab 3" })
	try("steps before the leg", "must have begun within", func(s *Snapshot) { s.Began.Steps = -1 })
	try("a leg that begins later", "must have begun within", func(s *Snapshot) { s.Began.Steps = 1000 })
	try("no points", "must have begun within", func(s *Snapshot) { s.Began.Points = 0 })
	try("more steps of the phase", "the phase must have made at most", func(s *Snapshot) { s.Phase.Result.Steps = 1000 })
	try("a negative count", "must not be negative", func(s *Snapshot) { s.Record.GradEvals = -1 })
	try("passes that are none", "must not be negative", func(s *Snapshot) { s.Record.Passes = nan })
	try("a best step to come", "must not be negative", func(s *Snapshot) { s.Record.Best.Step = 1000 })
	try("a clipped step to come", "must be among the", func(s *Snapshot) { s.Phase.Clipped = 1000 })
	try("other terms", `the terms must be ["even" "odd"]`, func(s *Snapshot) { s.Record.TermNames = nil })
	try("a row with other terms", "row 1 must have 2 terms", func(s *Snapshot) { s.Record.Rows[1].Terms = []float64{1} })
	try("a row of a later phase", "row 2 must have", func(s *Snapshot) { s.Record.Rows[2].Phase = 1 })
	try("what was seen with other terms", "2 terms", func(s *Snapshot) { s.Phase.Seen.Terms = []float64{1, 2, 3} })
	for _, x := range []float64{-1, nan, 1e300, math.Inf(1)} {
		try("seconds", "the seconds of the run", func(s *Snapshot) { s.Seconds = x })
	}
	try("a phase longer than the run", "the seconds of the run", func(s *Snapshot) { s.PhaseSeconds = s.Seconds + 1 })
	for _, x := range []float64{0, -1, 2, nan} {
		try("a scale of the steps", "must be scaled", func(s *Snapshot) { s.Step.Scale = x })
	}
	try("points", "counts of points", func(s *Snapshot) { s.Points.First = -1 })
	try("legs without phases", "every leg before must have had a phase", func(s *Snapshot) { s.Legs = []LegResult{{}} })
	try("legs with more phases", "must begin after the 3 phases", func(s *Snapshot) { s.Legs = []LegResult{{Phases: 3}} })
	try("a fall-back without one in the plan", "had fallen back", func(s *Snapshot) { s.FallBack.Inserted = true })
	try("all steps of the phase spent", "must be part of its 24 steps", func(s *Snapshot) { s.FallBack.SpentSteps = 24 })
	try("time that is not", "must be part", func(s *Snapshot) { s.FallBack.SpentTime = -1 })
	try("a broken stream", "the random stream of the checks", func(s *Snapshot) { s.Streams.Checks = []byte("%") })
	try("no stream", "the random stream of the points", func(s *Snapshot) { s.Streams.Points = nil })
	try("a broken shuffle", "before their shuffle", func(s *Snapshot) { s.Batches.Before = s.Batches.Before[1:] })
	try("a loss without a part of its state", "loss: ", func(s *Snapshot) { s.Loss = s.Loss[1:] })
	try("too few points", "loss: must have the 12 points of a minibatch, got 1", func(s *Snapshot) {
		s.Loss[0].Values, s.Loss[1].Values = s.Loss[0].Values[:4], s.Loss[1].Values[:1]
	})
	for i := range taken.Method {
		try("a method without "+taken.Method[i].Name, "method: ", func(s *Snapshot) { s.Method = slices.Delete(s.Method, i, i+1) })
		try("a longer "+taken.Method[i].Name, "method: ", func(s *Snapshot) { longer(&s.Method[i].Values) })
	}
	try("a stride", "the checks must have a stride from 1 to 4", func(s *Snapshot) { s.Monitor.Stride = 0 })
	try("a check that was due", "the checks must have", func(s *Snapshot) { s.Monitor.Next = -1 })
	try("a rule less", "memories of 5 rules, got 4", func(s *Snapshot) { s.Rules = s.Rules[1:] })
	try("a fuller window", "rule 1: there must be at most 4 checks in the window", func(s *Snapshot) { s.Rules[1].Checks = make([]rules.Check, 5) })
	try("a rule that remembers too much", "rule 4: there is more to remember", func(s *Snapshot) { s.Rules[4].Held = true })
	try("a plateau with a window", "rule 0: there is more", func(s *Snapshot) { s.Rules[0].Checks = make([]rules.Check, 1) })
	try("an snr with losses", "rule 1: there is more", func(s *Snapshot) { s.Rules[1].Best = []float64{1} })
	try("nothing", "", func(s *Snapshot) { *s = Snapshot{} })

	_, plan = tiny(row)
	if _, err := resume(plan, newScored(newToy(96, 5, 0.5, 10, 1), 20), taken, Options{}); err == nil {
		t.Error("a loss of another dimension took the snapshot")
	}
	_, plan = tiny(row)
	plan.Phases[0].Method = optim.DefaultSGD()
	if _, err := resume(plan, newScored(newToy(96, 4, 0.5, 10, 1), 20), taken, Options{}); err == nil {
		t.Error("another method took the snapshot")
	}
	loss, plan = tiny(row)
	plan.Phases[0].Batch, plan.Phases[0].Rules = 0, plan.Phases[0].Rules[:0]
	if _, err := resume(plan, loss, taken, Options{}); err == nil {
		t.Error("a full-batch phase took the snapshot of minibatches")
	}
	loss, plan = tiny(row)
	plan.Phases = nil
	if _, err := resume(plan, loss, taken, Options{}); err == nil {
		t.Error("a plan without phases took the snapshot")
	}
	_, plan = tiny(row)
	plan.Phases[0].Resample, plan.Phases[1].Resample, plan.Phases[1].Points = nil, nil, 0
	if _, err := resume(plan, bare{newToy(96, 4, 0.5, 10, 1)}, taken, Options{}); err == nil {
		t.Error("a loss without a state took the snapshot of one with it")
	}
}

// The state that a first-order method had at the best θ is restored with it; what cannot
// save its state cannot be restored.
func TestRestoreNeedsStatefulMethods(t *testing.T) {
	s := snapshotsOf(t)[5]
	if !s.Record.Best.Saved || len(s.Record.Best.Method) == 0 {
		t.Fatalf("the best state is not in the snapshot: %+v", s.Record.Best)
	}
	l := legOf(s.Leg)
	l.Plan.Phases[0].Method = &scripted{do: crawl}
	if _, err := Resume(context.Background(), *l, s, Options{}); err == nil || !strings.Contains(err.Error(), "the method cannot save its state") {
		t.Errorf("err = %v", err)
	}
}
