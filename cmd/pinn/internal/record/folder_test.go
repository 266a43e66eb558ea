package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid/rules"
	"pinn/internal/kernel"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// inverse has two stages, two parameters of which one has a truth, an observed point and
// a target on everything that can have one.
const inverse = `title = "A rod of unknown conductivity"
fields = ["u"]
[domain]
x = [0, 1]
t = [0, 1]
[parameters]
k = { start = 0.2, min = 0, truth = 0.1 }
s = { start = 0 }
[[equation]]
is = "u_t = k*u_xx + s"
[[condition]]
at = "t = 0"
is = "u = sin(pi*x)"
[[condition]]
name = "left"
at = "x = 0"
is = "u_x = pi*exp(-0.1*pi^2*t)"
[[condition]]
at = "x = 1"
is = "u = 0"
[[data]]
columns = ["x", "t", "seen"]
points = [[0.5, 0.5, 0.6105]]
is = "u = seen"
[exact]
u = "exp(-0.1*pi^2*t)*sin(pi*x)"
[target]
rel_l2 = 1e-12
max_abs = 2
[target.parameters]
k = 0.5
[network]
hidden = [5]
fourier = "none"
[points]
interior = 32
[train]
stages = 2
[[phase]]
method = "adamw"
steps = 10
batch = 8
switch = [{ rule = "snr", threshold = 3 }]
[[phase]]
method = "lbfgs"
steps = 15
[[phase]]
method = "lbfgs"
stage = 2
steps = 15
`

// marched has two slabs of time and nothing to judge it by.
const marched = `fields = ["u"]
[domain]
x = [0, 1]
t = [0, 1]
[[equation]]
is = "u_t = 0.1*u_xx"
[[condition]]
at = "t = 0"
is = "u = sin(pi*x)"
[[condition]]
at = "x = 0 or x = 1"
is = "u = 0"
[network]
hidden = [4]
fourier = "none"
[points]
interior = 32
[train]
slabs = 2
[[phase]]
method = "lbfgs"
steps = 8
`

// plain has one axis, so that its figures are soon drawn.
const plain = `fields = ["u"]
[domain]
x = [0, 1]
[[equation]]
is = "u_x = 2"
[[condition]]
at = "x = 0"
is = "u = 0"
[network]
hidden = [4]
[points]
interior = 16
[[phase]]
method = "lbfgs"
steps = 5
`

// statement compiles a problem file called rod.
func statement(t *testing.T, text string) *setup.Setup {
	t.Helper()
	st, faults := setup.Read(problems.Source{File: "rod.toml", Name: "rod", Text: []byte(text)}, nil)
	if st == nil {
		t.Fatal(faults)
	}
	return st
}

// solved trains a statement on one thread.
func solved(t *testing.T, st *setup.Setup) *solve.Answer {
	t.Helper()
	run, faults, err := solve.New(st, solve.Options{Threads: 1})
	if run == nil {
		t.Fatal(errors.Join(err, faults.Err()))
	}
	answer, err := run.Solve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// open makes every write without a gate.
func open(write func() error) error { return write() }

// left leaves the folder of an answer below a new root, with a state in its draft, and
// returns its path.
func left(t *testing.T, a *solve.Answer, run rundir.Run) string {
	t.Helper()
	d, err := rundir.Create(t.TempDir(), "rod")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := Problem(d, a.Setup); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteState(func(w io.Writer) error { _, err := w.Write([]byte("state")); return err }); err != nil {
		t.Fatal(err)
	}
	folder, err := Leave(d, a, run, open)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// text is a record as it is written.
func text(t *testing.T, table *rundir.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := table.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFolder writes the folder of an answer, opens it again and draws it anew: the run,
// the tables, the answer at every point and the figures are those of the run, to the
// last bit.
func TestFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	for name, file := range map[string]string{"two stages": inverse, "two slabs": marched} {
		t.Run(name, func(t *testing.T) {
			a := solved(t, statement(t, file))
			run := Run(a, 1)
			dir := left(t, a, run)
			if rundir.HasState(dir) {
				t.Error("a finished run keeps its state")
			}
			folder, again, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := json.Marshal(run)
			if got, _ := json.Marshal(folder.Run); !bytes.Equal(got, want) {
				t.Errorf("run.json is\n%s\nwant\n%s", got, want)
			}
			if again.Setup.Spec.Name != "rod" {
				t.Errorf("the problem is called %q, want rod", again.Setup.Spec.Name)
			}
			for f, u := range again.Judged.U {
				if !slices.Equal(u, a.Judged.U[f]) {
					t.Errorf("field %d of the opened answer has other bits", f)
				}
			}
			trace, err := folder.Trace()
			if err != nil || text(t, trace) != text(t, Trace(a.Trace)) {
				t.Errorf("trace.csv is not the trace of the answer: %v", err)
			}
			events, err := folder.Events()
			if err != nil || !slices.Equal(events, Events(a.Events)) {
				t.Errorf("events.csv is %v, %v, want %v", events, err, Events(a.Events))
			}
			errs, err := folder.Errors()
			if err != nil || (errs == nil) != (a.Along == nil) || errs != nil && text(t, errs) != text(t, Errors(a.Along)) {
				t.Errorf("errors.csv is not the errors along the run: %v", err)
			}
			if solution, err := folder.Solution(); err != nil || text(t, solution) != text(t, Solution(a.Setup.Problem, a.Judged.Points, a.Judged.U)) {
				t.Errorf("solution.csv is not the answer: %v", err)
			}
			if name == "two stages" || !testing.Short() { // the figures take most of the time
				redrawn(t, folder, again)
			}
		})
	}
}

// redrawn draws a folder anew beside its figures and compares them.
func redrawn(t *testing.T, folder *rundir.Folder, answer *solve.Answer) {
	t.Helper()
	into := t.TempDir()
	names, err := Redraw(folder, answer, into)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"u.svg", "u.png", "loss.svg", "phases.svg", "phases-seconds.png"} {
		if !slices.Contains(names, name) {
			t.Errorf("%q lacks %s", names, name)
		}
	}
	there, err := os.ReadDir(folder.FiguresDir())
	if err != nil || len(there) != len(names) {
		t.Errorf("%d figures in the folder, %v, want %d", len(there), err, len(names))
	}
	for _, name := range names {
		old, err := os.ReadFile(filepath.Join(folder.FiguresDir(), name))
		if err != nil {
			t.Error(err)
		}
		if now, err := os.ReadFile(filepath.Join(into, name)); err != nil || !bytes.Equal(old, now) {
			t.Errorf("%s is drawn in another way, %v", name, err)
		}
	}
}

// TestLeaveKeepsState: an interrupted run may go on, so its state stays.
func TestLeaveKeepsState(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, plain))
	run := Run(a, 1)
	run.Status = rundir.Interrupted
	if dir := left(t, a, run); !rundir.HasState(dir) {
		t.Error("the state of an interrupted run is gone")
	}
}

// TestLeaveStops: the first write that fails ends the leaving, and the draft gets no name.
func TestLeaveStops(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, plain))
	fault := errors.New("no more")
	for _, most := range []int{0, 1, 5, 8} { // the seventh write draws the figures, the eighth gives the name
		d, err := rundir.Create(t.TempDir(), "rod")
		if err != nil {
			t.Fatal(err)
		}
		writes := 0
		_, err = Leave(d, a, Run(a, 1), func(write func() error) error {
			if writes == most {
				return fault
			}
			writes++
			return write()
		})
		if !errors.Is(err, fault) || writes != most {
			t.Errorf("%d writes before the fault, %v, want %d", writes, err, most)
		}
		if committed := d.Dir() == ""; committed != (most == 8) {
			t.Errorf("after %d writes the run has its name: %v", most, committed)
		}
		if err := d.Abort(); err != nil {
			t.Error(err)
		}
	}
}

// TestProblemCopies: the files that a problem names go into its folder under names of
// their own there, and the statement in memory keeps the paths that it was read from.
func TestProblemCopies(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a/seen.csv": "x,seen\n0.5,1\n", "b/seen.csv": "x,seen\n1,2\n", "truth.csv": "x,u\n0,0\n0.5,1\n1,2\n",
		"rod.toml": `fields = ["u"]
[domain]
x = [0, 1]
[[equation]]
is = "u_x = 2"
[[data]]
file = "a/seen.csv"
is = "u = seen"
[[data]]
file = "b/seen.csv"
is = "u = seen"
[[data]]
file = "a/seen.csv"
is = "2*u = 2*seen"
[reference]
file = "truth.csv"
`} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	src, err := problems.FromFile(filepath.Join(dir, "rod.toml"))
	if err != nil {
		t.Fatal(err)
	}
	st, faults := setup.Read(src, nil)
	if st == nil {
		t.Fatal(faults)
	}
	d, err := rundir.Create(t.TempDir(), "rod")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	written, err := Problem(d, st)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`file = "seen.csv"`, `file = "seen-2.csv"`, `file = "truth.csv"`} {
		if !strings.Contains(string(written), line) {
			t.Errorf("problem.toml lacks %s:\n%s", line, written)
		}
	}
	if n := strings.Count(string(written), `"seen.csv"`); n != 2 {
		t.Errorf("seen.csv is named %d times, want twice: a file is copied once", n)
	}
	if second, err := os.ReadFile(filepath.Join(d.Dir(), "seen-2.csv")); err != nil || string(second) != "x,seen\n1,2\n" {
		t.Errorf("seen-2.csv holds %q, %v", second, err)
	}
	if got := st.Spec.Data[0].File.Value; got != "a/seen.csv" {
		t.Errorf("the statement itself now names %q", got)
	}
	if there, err := problems.FromFile(rundir.ProblemPath(d.Dir())); err != nil {
		t.Error(err)
	} else if moved, faults := setup.Read(there, nil); moved == nil {
		t.Errorf("the copied problem cannot be read: %v", faults)
	}
	if _, err := Problem(d, st); err == nil {
		t.Error("a second problem.toml was written into one draft")
	}
}

// TestOpenRefuses names what of a folder is missing or does not fit.
func TestOpenRefuses(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains and draws")
	}
	a := solved(t, statement(t, plain))
	whole := left(t, a, Run(a, 1))
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  string
	}{
		"no folder":        {os.RemoveAll, "open run: "},
		"no run.json":      {func(dir string) error { return os.Remove(filepath.Join(dir, "run.json")) }, "is not a run folder"},
		"no problem":       {func(dir string) error { return os.Remove(rundir.ProblemPath(dir)) }, "problem.toml"},
		"a broken problem": {func(dir string) error { return os.WriteFile(rundir.ProblemPath(dir), []byte("fields = 3\n"), 0o644) }, "fields"},
		"no weights":       {func(dir string) error { return os.Remove(filepath.Join(dir, "weights")) }, "the run has no weights"},
		"other weights": {func(dir string) error {
			narrow := strings.Replace(plain, "hidden = [4]", "hidden = [3]", 1)
			return os.WriteFile(rundir.ProblemPath(dir), []byte(narrow), 0o644)
		}, "the weights do not fit the problem"},
	} {
		dir := filepath.Join(t.TempDir(), "run-0001")
		if err := errors.Join(os.CopyFS(dir, os.DirFS(whole)), c.spoil(dir)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
	folder, answer, err := Open(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"errors.csv", "events.csv", "trace.csv"} {
		if err := os.WriteFile(filepath.Join(whole, name), []byte("step,step\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Redraw(folder, answer, t.TempDir()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("figures of a broken %s: %v", name, err)
		}
	}
}

// TestRules: the thresholds that figures show are those of the file, else the default
// ones, phase by phase; a phase without the rule snr and an inserted one have none.
func TestRules(t *testing.T) {
	st := statement(t, inverse)
	standard := rules.DefaultSNR()
	run := rundir.Run{Phases: []rundir.Phase{
		{Method: "adamw", Stage: 1}, {Method: "lbfgs", Stage: 1}, {Method: "adamw", Stage: 1, Inserted: true}, {Method: "lbfgs", Stage: 1}, {Method: "lbfgs", Stage: 2},
	}}
	want := make([]figure.Rule, 5)
	want[0] = figure.Rule{Threshold: 3, Exhausted: standard.Exhausted}
	if got := thresholds(st, run); !slices.Equal(got, want) {
		t.Errorf("rules %+v, want %+v", got, want)
	}
	st.Spec.Phases[0].Switch[0].Threshold, st.Spec.Phases[0].Switch[0].Exhausted = nil, new(0.25)
	want[0] = figure.Rule{Threshold: standard.Threshold, Exhausted: 0.25}
	if got := thresholds(st, run); !slices.Equal(got, want) {
		t.Errorf("rules with a default %+v, want %+v", got, want)
	}
}

// TestRunNamesItsMachine: run.json tells what its bits depend on.
func TestRunNamesItsMachine(t *testing.T) {
	run := Run(solved(t, statement(t, plain)), 3)
	if run.Threads != 3 || run.Kernel != kernel.Tier() || run.CPU == "" || run.Go == "" {
		t.Errorf("threads %d, kernel %q, cpu %q, go %q", run.Threads, run.Kernel, run.CPU, run.Go)
	}
}
