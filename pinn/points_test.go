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

// all that a loss says at θ: values, gradients, minibatches, terms.
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

// A loss whose state is restored says the same to the last bit, at once and after
// both have drawn new points.
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
