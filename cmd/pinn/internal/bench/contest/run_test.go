package contest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

// TestPlan lists seed by seed what is not there with equal settings.
func TestPlan(t *testing.T) {
	b, _ := newBench(t)
	w := wanted()
	todo, kept, err := b.Plan(w)
	if err != nil || len(todo) != 12 || kept != 0 {
		t.Fatalf("%d to run, %d kept, %v, want 12 and 0", len(todo), kept, err)
	}
	if todo[3].Seed != 1 || todo[4].Seed != 2 || todo[1].Method != "snr" || todo[2].Problem != "dir/rod.toml" {
		t.Errorf("the order is %+v", todo)
	}
	made(t, b, w)
	for name, c := range map[string]struct {
		change     func(*Wanted)
		todo, kept int
	}{
		"nothing":        {func(w *Wanted) {}, 0, 12},
		"threads":        {func(w *Wanted) { w.Threads = 1 }, 0, 12},
		"a seed more":    {func(w *Wanted) { w.Seeds = 4 }, 4, 12},
		"a limit":        {func(w *Wanted) { w.Passes = 20 }, 12, 0},
		"the limit":      {func(w *Wanted) { w.Passes, w.Methods = Passes, []string{"snr"} }, 0, 6},
		"a setting":      {func(w *Wanted) { w.Set = []string{"points.interior=64"} }, 12, 0},
		"another target": {func(w *Wanted) { w.Set = []string{"target.rel_l2=1e-3"} }, 0, 12},
		"one stage":      {func(w *Wanted) { w.Set = []string{"train.stages=1", "train.slabs=1"} }, 0, 12},
		"redo":           {func(w *Wanted) { w.Redo = true }, 12, 0},
		"a method":       {func(w *Wanted) { w.Methods = []string{"lbfgs"} }, 6, 0},
	} {
		w := wanted()
		c.change(&w)
		if todo, kept, err := b.Plan(w); err != nil || len(todo) != c.todo || kept != c.kept {
			t.Errorf("with %s: %d to run, %d kept, %v, want %d and %d", name, len(todo), kept, err, c.todo, c.kept)
		}
	}
}

// TestPlanRefuses finds a fault before any run.
func TestPlanRefuses(t *testing.T) {
	b, s := newBench(t)
	s.fault = errors.New("no such problem")
	if _, _, err := b.Plan(wanted()); !errors.Is(err, s.fault) {
		t.Errorf("a problem that cannot be read: %v", err)
	}
	s.fault = nil
	w := wanted()
	w.Set = []string{"nonsense"}
	if _, _, err := b.Plan(w); err == nil || !strings.Contains(err.Error(), "must be key=value") {
		t.Errorf("a setting that makes no sense: %v", err)
	}
	if err := os.MkdirAll(b.Store.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.Store.Dir, "rod.csv"), []byte("nonsense\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Plan(wanted()); err == nil || !strings.Contains(err.Error(), "rod.csv: line 1: column nonsense") || !strings.Contains(err.Error(), "mend it, or remove it") {
		t.Errorf("a table that cannot be read: %v", err)
	}
}

// TestRun makes every run once, under the conditions of its method, and keeps what it
// came to.
func TestRun(t *testing.T) {
	b, s := newBench(t)
	var log strings.Builder
	b.Log = &log
	made(t, b, wanted())
	slices.Sort(s.runs)
	want := []string{"bar 1 2 0", "bar 1 2 1000", "bar 2 2 0", "bar 2 2 1000", "bar 3 2 0", "bar 3 2 1000",
		"rod 1 2 0", "rod 1 2 1000", "rod 2 2 0", "rod 2 2 1000", "rod 3 2 0", "rod 3 2 1000"}
	if !slices.Equal(s.runs, want) {
		t.Errorf("the runs are %q, want %q", s.runs, want)
	}
	if n := strings.Count(log.String(), "\n"); n != 12 || !strings.Contains(log.String(), "12 of 12: ") {
		t.Errorf("the log has %d lines, want 12:\n%s", n, log.String())
	}
	rows, err := b.Store.Rows("rod")
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v, want 6", len(rows), err)
	}
	r := rows[3]
	if r.Method != "snr" || r.Seed != 1 || r.Limit != Passes || r.Passes != 10 || r.Platform != platform() || len(r.Statement) != 16 {
		t.Errorf("a row is %+v", r)
	}
	if r.RelL2 != 1e-3/2/Points || r.To[2].Passes != 10 || r.To[2].Seconds != 1 {
		t.Errorf("its error is %v, to 1e-5 after %v", r.RelL2, r.To[2])
	}
	if courses, err := b.Store.Courses(); err != nil || len(courses) != 12 {
		t.Errorf("%d courses, %v, want 6 of each of two problems", len(courses), err)
	}
}

// TestRunKeepsWhatIsFinished stops in the middle: runs that have ended stay, the one
// in hand leaves nothing, and no other begins.
func TestRunKeepsWhatIsFinished(t *testing.T) {
	b, s := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.onRun = func(seed uint64) {
		if seed == 3 {
			cancel()
		}
	}
	w := Wanted{Problems: []string{"rod"}, Methods: []string{"default"}, Seeds: 5, Threads: 1}
	todo, _, err := b.Plan(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(ctx, todo, 1); err != nil {
		t.Errorf("a run that was cut off is an error: %v", err)
	}
	if todo, kept, err := b.Plan(w); err != nil || kept != 2 || len(todo) != 3 || todo[0].Seed != 3 {
		t.Errorf("%d kept, %d to run, %v, want 2 and 3", kept, len(todo), err)
	}
	if !slices.Equal(s.runs, []string{"rod 1 1 0", "rod 2 1 0"}) {
		t.Errorf("the runs are %q", s.runs)
	}
	if err := b.Run(ctx, todo, 1); err != nil || len(s.runs) != 2 {
		t.Errorf("after the end %d runs are made, %v", len(s.runs)-2, err)
	}
}

// TestRunStopsAtAFault makes no more runs after one that cannot be made, and names it.
func TestRunStopsAtAFault(t *testing.T) {
	b, s := newBench(t)
	fault := errors.New("the disk is gone")
	s.broken = map[uint64]error{2: fault}
	todo, _, err := b.Plan(Wanted{Problems: []string{"rod"}, Methods: []string{"snr"}, Seeds: 5, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(context.Background(), todo, 1); !errors.Is(err, fault) || err.Error() != "rod by snr, seed 2: the disk is gone" {
		t.Errorf("the fault is %v", err)
	}
	if rows, err := b.Store.Rows("rod"); err != nil || len(rows) != 1 {
		t.Errorf("%d rows are kept, %v, want 1", len(rows), err)
	}
	s.broken = nil
	b.Store = accuracy.Store{Dir: filepath.Join(b.Store.Dir, "rod.csv")} // a file is no folder
	if err := b.Run(context.Background(), todo, 1); err == nil {
		t.Error("a run that cannot be kept is no error")
	}
}

// TestMethods gives every method of the ablation phases of its own, and the default
// plan none.
func TestMethods(t *testing.T) {
	_, s := newBench(t)
	seen := map[string]string{}
	for _, m := range accuracy.All() {
		task := Task{Problem: "rod", Method: m.Name, Seed: 1, Set: []string{"points.interior=64"}}
		st, err := task.open(s.read)
		if err != nil {
			t.Fatal(err)
		}
		spec, filled := st.Spec(), st.(*statement).filled
		if *spec.Points.Interior != 64 {
			t.Errorf("%s has %d points, want those of the user", m.Name, *spec.Points.Interior)
		}
		if m.Name == accuracy.Default {
			if filled != 0 || spec.Phases != nil || task.limit() != 0 {
				t.Errorf("the default plan is altered: %+v", spec.Phases)
			}
			continue
		}
		if other, ok := seen[digest(spec)]; ok && filled == 1 {
			t.Errorf("%s is the same as %s", m.Name, other)
		}
		seen[digest(spec)] = m.Name
		if n := len(spec.Phases); n < 1 || n > 2 || filled != 1 || *spec.Train.FallBack != 0 || task.limit() != Passes {
			t.Errorf("%s: %d phases, filled %d times", m.Name, n, filled)
		}
	}
}

// TestDigest is of the statement, without the seed and the target, and leaves the
// statement as it is.
func TestDigest(t *testing.T) {
	_, s := newBench(t)
	of := func(set ...string) string {
		st, err := s.read("rod", set)
		if err != nil {
			t.Fatal(err)
		}
		before := string(st.Spec().Encode())
		d := digest(st.Spec())
		if after := string(st.Spec().Encode()); after != before {
			t.Errorf("the digest changes the statement to\n%s", after)
		}
		return d
	}
	plain := of()
	for _, set := range []string{"train.seed=9", "target.rel_l2=1e-3", "train.stages=1", "train.slabs=1"} {
		if of(set) != plain {
			t.Errorf("%s is another statement", set)
		}
	}
	for _, set := range []string{"points.interior=9", "train.stages=2", "domain.x=[0, 2]"} {
		if of(set) == plain {
			t.Errorf("%s is the same statement", set)
		}
	}
}

// rod is a problem file, as short as may be.
const rod = `title = "A rod"
fields = ["u"]
[domain]
x = [0, 1]
[[equation]]
is = "u_x = 1"
[[condition]]
at = "x = 0"
is = "u = 0"
[exact]
u = "x"
`

// solver stands for the solver: it reads rod whatever the problem is called, and a run
// ends at figures that follow from its seed and its number of interior points.
type solver struct {
	t      *testing.T
	kernel string
	fault  error             // of Read
	broken map[uint64]error  // of Solve, by seed
	onRun  func(seed uint64) // called before a run
	mu     sync.Mutex
	runs   []string // that were made: problem, seed, threads and passes
}

func (s *solver) read(arg string, settings []string) (Problem, error) {
	if s.fault != nil {
		return nil, s.fault
	}
	name := strings.TrimSuffix(filepath.Base(arg), ".toml")
	c, faults := problems.Compile(problems.Source{File: arg, Name: name, Text: []byte(rod)}, settings)
	if c == nil {
		return nil, faults
	}
	return &statement{solver: s, spec: c.Spec}, nil
}

type statement struct {
	solver *solver
	spec   *problems.Spec
	filled int
}

func (s *statement) Spec() *problems.Spec { return s.spec }
func (s *statement) Fill()                { s.filled++ }

func (s *statement) Solve(ctx context.Context, threads int, passes float64) (Solved, error) {
	seed := uint64(0)
	if s.spec.Train.Seed != nil {
		seed = *s.spec.Train.Seed
	}
	if s.solver.onRun != nil {
		s.solver.onRun(seed)
	}
	s.solver.mu.Lock()
	defer s.solver.mu.Unlock()
	if ctx.Err() != nil {
		return Solved{}, ctx.Err()
	}
	if err := s.solver.broken[seed]; err != nil {
		return Solved{}, err
	}
	s.solver.runs = append(s.solver.runs, fmt.Sprintf("%s %d %d %g", s.spec.Name, seed, threads, passes))
	err := 1e-3 / float64(seed+1)
	if s.spec.Points.Interior != nil {
		err /= float64(*s.spec.Points.Interior)
	}
	run := rundir.Run{
		Problem: s.spec.Name, Status: rundir.Solved, Seed: seed, Threads: threads, Kernel: s.solver.kernel, Go: "go1", Version: "v1",
		Loss: rundir.Number(err * err), HeldOut: rundir.Number(2 * err * err), Seconds: rundir.Number(seed),
		RelL2: rundir.Figures{{Name: "u", Value: rundir.Number(err)}, {Name: "all", Value: rundir.Number(err)}},
	}
	along := &rundir.Table{}
	along.Add(hybrid.ColPasses, []float64{1, 10})
	along.Add(hybrid.ColWall, []float64{0.1, 1})
	along.Add(rundir.ColRelL2, []float64{1, err})
	return Solved{Run: run, Errors: along, Passes: 10}, nil
}

// newBench returns a bench in a new folder, and the solver behind it.
func newBench(t *testing.T) (Bench, *solver) {
	s := &solver{t: t, kernel: "avx2"}
	return Bench{Store: accuracy.Store{Dir: filepath.Join(t.TempDir(), "accuracy")}, Read: s.read, Log: io.Discard}, s
}

// made plans and makes runs.
func made(t *testing.T, b Bench, w Wanted) {
	t.Helper()
	todo, _, err := b.Plan(w)
	if err == nil {
		err = b.Run(context.Background(), todo, 2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wanted asks for two methods with three seeds on two problems.
func wanted() Wanted {
	return Wanted{Problems: []string{"bar", "dir/rod.toml"}, Methods: []string{"default", "snr"}, Seeds: 3, Threads: 2}
}
