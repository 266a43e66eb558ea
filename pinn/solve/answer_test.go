package solve

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// brief makes a run a fraction of a second long.
var brief = []string{"points.interior=64", "network.hidden=[6, 5]", `phase=[{ method = "adamw", steps = 20 }, { method = "lbfgs", steps = 30 }]`}

// solved solves a problem of the gallery briefly.
func solved(t *testing.T, name string, settings ...string) *Answer {
	t.Helper()
	a, err := File(context.Background(), name, Options{Set: slices.Concat(brief, settings), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tolDerivative bounds |fd − ∂u| relative to the largest of the column, for central
// differences at h = 1e-5 of axes of length 1 to 2. Theory: h² + ε/h ≈ 1e-10 for first
// derivatives; worst of the test 4e-10. Margin 25.
const tolDerivative = 1e-8

// TestPartial: derivatives of an answer are those of its values, in one slab of time and
// in several; the parts of a name are checked.
func TestPartial(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	for _, set := range [][]string{{"train.slabs=1"}, {"train.slabs=3"}} {
		a := solved(t, "wave", set...)
		pts := a.Setup.Problem.Box.EvenGrid([]int{7, 8})
		for name, axis := range map[string]int{"u_x": 0, "u_t": 1} {
			got, err := a.Partial(name, pts)
			if err != nil {
				t.Fatal(err)
			}
			const h = 1e-5
			up, down := moved(pts, axis, h), moved(pts, axis, -h)
			high, low := a.Eval(up)[0], a.Eval(down)[0]
			scale := 0.0
			for _, v := range got {
				scale = max(scale, math.Abs(v))
			}
			for i, v := range got {
				if fd := (high[i] - low[i]) / (2 * h); !(math.Abs(fd-v) <= tolDerivative*scale) && !seam(a, pts.At(i)) {
					t.Errorf("%v: %s at %v = %v, want %v", set, name, pts.At(i), v, fd)
				}
			}
		}
		if u, err := a.Partial("u", pts); err != nil || !slices.Equal(u, a.Eval(pts)[0]) {
			t.Errorf("the field by its own name: %v", err)
		}
		for _, name := range []string{"", "v", "u_", "u_y", "u_xxxxx", "_x"} {
			if _, err := a.Partial(name, pts); err == nil {
				t.Errorf("%q is taken for a derivative", name)
			}
		}
	}
}

// seam reports whether a point lies where two slabs of time meet, or where the domain
// ends: differences across are of two functions.
func seam(a *Answer, x []float64) bool {
	return slices.ContainsFunc(a.form.Ends, func(end float64) bool { return math.Abs(x[1]-end) < 1e-4 })
}

func moved(pts pde.Points, axis int, by float64) pde.Points {
	pts.X = slices.Clone(pts.X)
	for i := range pts.N {
		pts.At(i)[axis] += by
	}
	return pts
}

// TestAt: a place names every axis; anything else is the caller's mistake.
func TestAt(t *testing.T) {
	a := solved(t, "elasticity-beam")
	got := a.At(map[string]float64{"x": 0.3, "y": 0.2})
	u := a.Eval(pde.Points{N: 1, D: 2, X: []float64{0.3, 0.2}})
	for f, name := range a.Setup.Problem.Fields {
		if got[name] != u[f][0] {
			t.Errorf("%s = %v, want %v", name, got[name], u[f][0])
		}
	}
	for _, place := range []map[string]float64{nil, {"x": 1}, {"x": 1, "z": 2}, {"x": 1, "y": 2, "z": 3}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the place %v is taken", place)
				}
			}()
			a.At(place)
		}()
	}
}

// TestSaveLoad: an answer that is saved and loaded has the same values, its problem and
// the files that it names with it.
func TestSaveLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	path := filepath.Join(t.TempDir(), "answer")
	for _, row := range [][]string{{"wave", "train.slabs=2"}, {"allen-cahn"}, {"heat", "train.stages=2"}} {
		a := solved(t, row[0], row[1:]...)
		if err := a.Save(path); err != nil {
			t.Fatal(err)
		}
		again, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		pts := a.Judged.Points
		if !slices.Equal(again.Eval(pts)[0], a.Eval(pts)[0]) || again.Errors["all"] != a.Errors["all"] || again.Setup.Spec.Name != row[0] {
			t.Errorf("%s: what was loaded is another answer", row[0])
		}
		if _, err := LoadProblem(path, a.Setup.Problem); err == nil {
			t.Errorf("%s: the answer of a file is taken for that of a problem stated in Go", row[0])
		}
	}
	if err := solved(t, "heat").Save(filepath.Join(path, "no such folder", "x")); err == nil {
		t.Error("an answer was saved in a folder that is not there")
	}
	if _, err := Load(filepath.Join(t.TempDir(), "nothing")); err == nil {
		t.Error("nothing was loaded")
	}
}

// rod is a problem stated in Go.
func rod(t *testing.T) *problems.Builder {
	b := problems.NewBuilder(pde.Box{Axes: []pde.Axis{{Name: "x", From: 0, To: 1}, {Name: "t", From: 0, To: 1}}}, "u")
	b.Constant("k", "1/10")
	b.Define("flux", "-k*u_x")
	b.Equation("u_t + d(flux, x) = 0")
	b.Condition("t = 0", "u = sin(pi*x)")
	b.Condition("boundary", "u = 0")
	b.Exact("u", "exp(-k*pi^2*t)*sin(pi*x)")
	return b
}

var short = Options{
	Threads: 1, Seed: 3, Network: &problems.Network{Hidden: []int{5}}, Points: &problems.Points{Interior: new(64)},
	Phases: []problems.Phase{{Method: "adamw", Steps: new(20)}, {Method: "lbfgs", Steps: new(60)}},
}

// TestProblem: a problem stated in Go is solved as the same problem in a file is, to the
// last bit, and its answer is saved and loaded.
func TestProblem(t *testing.T) {
	b := rod(t)
	p, err := b.Problem()
	if err != nil {
		t.Fatal(err)
	}
	a, err := Problem(context.Background(), p, b.Truth(), short)
	if err != nil {
		t.Fatal(err)
	}
	src := problems.Source{File: "rod.toml", Name: "rod", Text: []byte(`fields = ["u"]
[domain]
x = [0, 1]
t = [0, 1]
[constants]
k = "1/10"
[define]
flux = "-k*u_x"
[[equation]]
is = "u_t + d(flux, x) = 0"
[[condition]]
at = "t = 0"
is = "u = sin(pi*x)"
[[condition]]
at = "boundary"
is = "u = 0"
[exact]
u = "exp(-k*pi^2*t)*sin(pi*x)"
`)}
	st, faults := setup.ReadWith(src, nil, short.apply)
	if st == nil {
		t.Fatal(faults)
	}
	want, err := train(context.Background(), st, short)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.best, want.best) || a.Errors["u"] != want.Errors["u"] || !(a.Errors["u"] < 0.1) {
		t.Errorf("an error of %v, that of the file is %v", a.Errors, want.Errors)
	}
	path := filepath.Join(t.TempDir(), "answer")
	if err := a.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "LoadProblem") {
		t.Errorf("loaded without its problem: %v", err)
	}
	again, err := LoadProblem(path, p)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Eval(a.Judged.Points)[0], a.Judged.U[0]) {
		t.Error("what was loaded is another answer")
	}
}

// TestRefused: what cannot be solved is an error that says why, and nothing is trained.
func TestRefused(t *testing.T) {
	p, err := rod(t).Problem()
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]Options{
		"settings belong to a problem file": {Set: []string{"train.seed=2"}},
		"must be finite and at least 0":     {Phases: []problems.Phase{{Method: "adamw", WeightDecay: new(-1.0)}}},
	} {
		if _, err := Problem(context.Background(), p, nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if _, err := File(context.Background(), "burgerz", Options{}); err == nil || !strings.Contains(err.Error(), "did you mean burgers?") {
		t.Errorf("an unknown problem: %v", err)
	}
	if _, err := File(context.Background(), "burgers", Options{Set: []string{"points.interiors=3"}}); err == nil || !strings.Contains(err.Error(), "did you mean") {
		t.Errorf("an unknown key: %v", err)
	}
}

// TestWatch: events are told when they happen, all of them and in order; a cancelled
// run is an answer.
func TestWatch(t *testing.T) {
	var told []Event
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	shown := 0
	a, err := File(ctx, "heat", Options{Set: brief, Threads: 1,
		Watch: func(e Event) {
			told = append(told, e)
			if e.Kind == "switch" {
				cancel()
			}
		},
		Progress: func(Progress) { shown++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) == 0 || !slices.Equal(told, a.Events) || shown == 0 {
		t.Errorf("told %v, recorded %v", told, a.Events)
	}
	if a.Status.String() != "interrupted" || len(a.Phases) != 2 || a.Phases[1].Steps != 0 {
		t.Errorf("status %v, phases %v", a.Status, a.Phases)
	}
}
