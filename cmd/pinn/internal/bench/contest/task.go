package contest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/problems"
)

// Task is one run to be made.
type Task struct {
	Problem string // a path or a name of the gallery
	Method  string
	Seed    uint64   // 0 for that of the file
	Set     []string // key=value
	Passes  float64  // the limit; 0 for that of the method
	Threads int
}

// open reads the problem and gives it the conditions of the method.
func (t Task) open(read Read) (Problem, error) {
	var settings []string
	if ablation(t.Method) {
		settings = append(settings, "network.hidden="+Hidden, fmt.Sprintf("points.interior=%d", Points))
	}
	settings = append(settings, t.Set...)
	if t.Seed > 0 {
		settings = append(settings, fmt.Sprintf("train.seed=%d", t.Seed))
	}
	s, err := read(t.Problem, settings)
	if err == nil && ablation(t.Method) {
		equalise(s, t.Method)
	}
	return s, err
}

// limit is the run's limit of passes: the user's, else that of the ablation.
func (t Task) limit() float64 {
	if t.Passes == 0 && ablation(t.Method) {
		return Passes
	}
	return t.Passes
}

// asked returns a row with what the task asks for, and nothing that was reached.
func (t Task) asked(s Problem) accuracy.Row {
	return accuracy.Row{
		Problem: s.Spec().Name, Method: t.Method, Seed: t.Seed, Set: t.Set,
		Limit: t.limit(), Statement: digest(s.Spec()),
	}
}

// digest is a digest of a filled statement, whatever its seed and what it is held to;
// that there is one stage, or one slab of time, goes without saying.
func digest(spec *problems.Spec) string {
	bare := *spec
	bare.Train.Seed, bare.Target = new(uint64(0)), nil
	if n := bare.Train.Stages; n != nil && *n == 1 {
		bare.Train.Stages = nil
	}
	if n := bare.Train.Slabs; n != nil && *n == 1 {
		bare.Train.Slabs = nil
	}
	sum := sha256.Sum256(bare.Encode())
	return fmt.Sprintf("%x", sum[:8])
}

// platform names the system and the processor's family.
func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// run makes the run and returns its row and its course.
func (t Task) run(ctx context.Context, read Read) (accuracy.Row, accuracy.Course, error) {
	if ctx.Err() != nil {
		return accuracy.Row{}, accuracy.Course{}, ctx.Err()
	}
	s, err := t.open(read)
	if err != nil {
		return accuracy.Row{}, accuracy.Course{}, err
	}
	asked := t.asked(s)
	fail := func(err error) (accuracy.Row, accuracy.Course, error) {
		return accuracy.Row{}, accuracy.Course{}, fmt.Errorf("%s by %s, seed %d: %w", asked.Problem, t.Method, t.Seed, err)
	}
	solved, err := s.Solve(ctx, t.Threads, asked.Limit)
	if err != nil {
		return fail(err)
	}
	course, err := accuracy.NewCourse(solved.Errors)
	if err != nil {
		return fail(err)
	}
	r := accuracy.NewRow(solved.Run)
	r.Method, r.Set, r.Limit, r.Statement = asked.Method, asked.Set, asked.Limit, asked.Statement
	r.Platform, r.Passes = platform(), solved.Passes
	r.Reached(course)
	return r, course, nil
}

// The conditions of the ablation, the same for every method: the hidden layers of the
// network, the number of interior points, which are drawn once, and the number of passes
// over all points. They are small, so that all methods and thresholds on the gallery with
// five seeds, 910 runs, take an hour of one slow core.
const (
	Hidden = "[12, 12, 12]"
	Points = 1024
	Passes = 1000
)

// handOvers are the rules by which AdamW gives way to L-BFGS in the ablation.
var handOvers = map[string]problems.Rule{
	"snr":         {Rule: "snr"},
	"noise-floor": {Rule: "noise-floor"},
	"grow":        {Rule: "noise-floor", Grow: new(true)},
	"plateau":     {Rule: "plateau"},
	"fixed-300":   {Rule: "steps", Steps: new(300)},
	"fixed-1000":  {Rule: "steps", Steps: new(1000)},
	"fixed-5000":  {Rule: "steps", Steps: new(5000)},
}

// ablation reports whether a method is one of the ablation: all are, but the default
// plan, which has the network, the points and the phases of the file.
func ablation(method string) bool { return method != accuracy.Default }

// phases returns the phases of a method of the ablation, without limits of their own.
// AdamW has the learning rate of the default plan, L-BFGS its history.
func phases(method string) []problems.Phase {
	const endless = 1 << 30
	frozen := &problems.Resample{Method: "none"}
	adamw := problems.Phase{Method: "adamw", Steps: new(endless), LearningRate: &problems.LearningRate{Start: new(2e-3), Kind: "constant"}, Resample: frozen}
	lbfgs := problems.Phase{Method: "lbfgs", Steps: new(endless), History: new(100), Resample: frozen}
	switch method {
	case "adamw":
		return []problems.Phase{adamw}
	case "lbfgs":
		return []problems.Phase{lbfgs}
	}
	rule := handOvers[method]
	if v, ok := accuracy.ThresholdOf(method); ok {
		rule = problems.Rule{Rule: "snr", Threshold: new(v)}
	}
	adamw.Switch = []problems.Rule{rule}
	return []problems.Phase{adamw, lbfgs}
}

// equalise gives a statement the plan of a method of the ablation: its phases, no way
// back to AdamW, one network, and no slabs of time.
func equalise(s Problem, method string) {
	spec := s.Spec()
	spec.Phases, spec.Train.FallBack, spec.Train.Stages, spec.Train.Slabs = phases(method), new(0), new(1), new(1)
	s.Fill()
}
