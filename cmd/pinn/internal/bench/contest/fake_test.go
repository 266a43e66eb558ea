package contest

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/problems"
)

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

func (s *solver) read(arg string, settings []string) (Statement, error) {
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
