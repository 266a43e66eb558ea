package pinn

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinn/internal/seam"
	"pinn/pde"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

// says returns what a loss gives at θ: values, terms, gradients, a minibatch.
func says(b *Loss, theta []float64) []float64 {
	grad := make([]float64, b.Dim())
	out := []float64{b.HeldOut(theta)}
	terms := make([]float64, len(b.TermNames()))
	b.Terms(terms)
	out = append(out, terms...)
	out = append(out, b.ValueGrad(grad, theta))
	out = append(out, grad...)
	deal := b.deal(16)
	deal.Shuffle(rand.New(rand.NewPCG(3, 4)))
	out = append(out, deal.ValueGrad(deal.Len()-1, grad, theta))
	return append(out, grad...)
}

func equalBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// A loss whose state is restored gives the same bits, at once and after both losses have
// drawn new points.
func TestStateRestores(t *testing.T) {
	methods := []string{"rad", "none", "uniform", "rar"}
	if testing.Short() {
		methods = methods[:1]
	}
	for _, p := range pinntest.Problems {
		for _, method := range methods {
			t.Run(p.Name+" "+method, func(t *testing.T) {
				one, two := few, few
				one.Threads, two.Threads = 1, 2
				a, b := build(p.State(t), small("tanh"), one), build(p.State(t), small("tanh"), two)
				a.Value(a.theta)
				a.Resample(method, 0, 1, 1, a.theta, rand.New(rand.NewPCG(5, 6)))
				if method != "none" && equalBits(says(a.Loss, a.theta), says(b.Loss, a.theta)) {
					t.Fatal("the draw changed nothing")
				}
				a.Value(a.theta)
				state := a.State()
				if err := b.SetState(state); err != nil {
					t.Fatal(err)
				}
				state[1].Values[0] = math.NaN() // both hold copies
				if !equalBits(says(a.Loss, a.theta), says(b.Loss, a.theta)) {
					t.Error("the restored loss is another one")
				}
				for _, l := range []*Loss{a.Loss, b.Loss} {
					l.Resample("rad", 50, 1, 1, a.theta, rand.New(rand.NewPCG(7, 8)))
				}
				if !equalBits(says(a.Loss, a.theta), says(b.Loss, a.theta)) || !reflect.DeepEqual(a.State(), b.State()) {
					t.Error("the losses draw other points")
				}
			})
		}
	}
}

// An altered state is refused and changes nothing.
func TestStateRefuses(t *testing.T) {
	for _, p := range pinntest.Problems {
		if testing.Short() && p.Name != "inverse" {
			continue
		}
		b := build(p.State(t), small("tanh"), few)
		b.Value(b.theta)
		want, state := says(b.Loss, b.theta), b.State()
		try := func(what string, s []seam.Vector) {
			t.Helper()
			if b.SetState(s) == nil {
				t.Errorf("%s: SetState %s = nil, want an error", p.Name, what)
			}
		}
		with := func(i int, v seam.Vector) []seam.Vector {
			s := slices.Clone(state)
			s[i] = v
			return s
		}
		for i, v := range state {
			try("without "+v.Name, slices.Delete(slices.Clone(state), i, i+1))
			try("with another name of "+v.Name, with(i, seam.Vector{Name: "other", Values: v.Values}))
			if i > 0 && b.problem.Box.Dim() == 1 {
				continue // a number more is a point more
			}
			try("with a longer "+v.Name, with(i, seam.Vector{Name: v.Name, Values: append(slices.Clone(v.Values), 0.5)}))
			if len(v.Values) > 0 && v.Name != "terms" {
				broken := slices.Clone(v.Values)
				broken[len(broken)-1] = math.Inf(1)
				try("with infinity in "+v.Name, with(i, seam.Vector{Name: v.Name, Values: broken}))
			}
		}
		if !equalBits(says(b.Loss, b.theta), want) {
			t.Errorf("%s: a refused state left a trace", p.Name)
		}
	}
}

// Every field of a Loss is kept or follows from what NewLoss was given.
func TestStateIsComplete(t *testing.T) {
	known := []string{
		"problem", "net", "lifts", "soft", "options", "sampler", "unknowns", "names", "weights", "groups", "places", // given
		"sets", "full", "held", "heldOut", "terms", // kept
		"engine", "sums", "panel", "normal", "folder", "params", "slopes", "spare", "summed", "mean", // scratch
	}
	typ := reflect.TypeFor[Loss]()
	for i := range typ.NumField() {
		if !slices.Contains(known, typ.Field(i).Name) {
			t.Errorf("Loss.%s: keep it in State, or list it here if it need not be", typ.Field(i).Name)
		}
	}
}

// TestMissingNormal: a statement with a normal cannot hold where there is none, and
// the loss finds that in the statement itself.
func TestMissingNormal(t *testing.T) {
	for _, tt := range []struct {
		text string
		at   []pde.Piece
		want string // in the error, "" for none
	}{
		{"dn(u) = 0", on(0, 0.5), "no normal at [0.5"},
		{"n_x*u = 1", on(0, 0.5), "no normal at [0.5"},
		{"u = 1", on(0, 0.5), ""},
		{"dn(u) = 0", on(0, 1), ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").Equation("u_t = u_xx")
			r := s.Residual(tt.text, pde.Context{Normals: true})
			s.Conditions = append(s.Conditions, pde.Condition{Name: tt.text, Pieces: tt.at, Residual: r, Weight: 1})
			net := NewMLP(s.Box, 1, NetSpec{Hidden: []int{3}, Activation: "tanh"})
			_, err := NewLoss(s.Problem, net, []hard.Lift{{}}, []int{0}, LossOptions{Interior: 16})
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error %v, want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// TestStateOfData: data keep their places, and a statement with a normal its normals.
func TestStateOfData(t *testing.T) {
	refuses := func(b *built, name string, change func(v []float64) []float64, want string) {
		t.Helper()
		state := b.State()
		for i := range state {
			if state[i].Name == name {
				state[i].Values = change(state[i].Values)
			}
		}
		if err := b.SetState(state); err == nil || !strings.HasPrefix(err.Error(), name) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	shift := func(v []float64) []float64 {
		w := slices.Clone(v)
		w[0] += 0.01
		return w
	}
	refuses(build(inverse(t), small("tanh"), few), "training/2/points", shift, "those of the data")
	refuses(build(plate(t), small("tanh"), few), "held-out/2/normals", func([]float64) []float64 { return nil }, "no normal")
	refuses(build(plate(t), small("tanh"), few), "training/0/points", func(v []float64) []float64 { return v[:3] }, "points in 2 dimensions")
}

// TestPlaceCount: as many points as the problem asks for, or a tenth of the interior and 64
// for each piece at least, or one for each piece that is a point.
func TestPlaceCount(t *testing.T) {
	box := pde.Box{Axes: []pde.Axis{span("x", 0, 1), span("t", 0, 1)}}
	corner := pde.Piece{Fixed: []pde.Fixed{{Axis: 0, Value: 0}, {Axis: 1, Value: 0}}}
	for _, r := range []struct {
		name string
		at   place
		want int
	}{
		{"interior", place{points: 500}, 500},
		{"a face", place{faces: true, pieces: on(0, 0)}, 200},
		{"four faces", place{faces: true, pieces: append(on(0, 0, 1), on(1, 0, 1)...)}, 256},
		{"asked for", place{faces: true, pieces: on(0, 0, 1), points: 7}, 7},
		{"a point", place{faces: true, pieces: []pde.Piece{corner}, points: 7}, 1},
		{"a point and a face", place{faces: true, pieces: append(on(0, 1), corner)}, 200},
		{"a curve", place{faces: true, pieces: []pde.Piece{{Boundary: "hole"}}}, 200},
	} {
		if got := r.at.count(box, 2000); got != r.want {
			t.Errorf("%s: %d points, want %d", r.name, got, r.want)
		}
	}
}

// TestShuffled: every point keeps its normal and is there once.
func TestShuffled(t *testing.T) {
	pts := pde.Points{D: 2}
	for i := range 50 {
		pts.N++
		pts.X = append(pts.X, float64(i), float64(i)/2)
		pts.Normals = append(pts.Normals, float64(-i), 1)
	}
	out := shuffled(pts, rand.New(rand.NewPCG(1, 2)))
	seen, moved := map[float64]bool{}, 0
	for i := range out.N {
		x, n := out.At(i), out.Normal(i)
		if x[1] != x[0]/2 || n[0] != -x[0] || seen[x[0]] {
			t.Fatalf("point %d is %v with the normal %v", i, x, n)
		}
		seen[x[0]] = true
		if x[0] != float64(i) {
			moved++
		}
	}
	if len(seen) != 50 || moved < 40 {
		t.Errorf("%d points, of which %d moved", len(seen), moved)
	}
}

func TestInteriorOfData(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 0, 1)}, "u").Observe("u = f", []string{"f"}, [][]float64{{0, 1}, {1, 2}})
	b := build(s, small("tanh"), few)
	if pts := b.Interior(); pts.N != 0 || pts.D != 1 || b.InteriorPoints() != 0 || b.Points() != 2 {
		t.Errorf("%d points in the interior of %d, want 0 of 2", pts.N, b.Points())
	}
	before := b.State()
	b.Resample("rad", 0, 1, 1, b.theta, rand.New(rand.NewPCG(1, 2)))
	if !reflect.DeepEqual(b.State()[1:], before[1:]) {
		t.Error("data were drawn anew")
	}
}
