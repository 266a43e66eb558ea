package pinn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
)

// corrected returns the loss of a correction of b at its θ, with the given scale for
// every field and a random θ of its own.
func (s *stated) corrected(b *built, spec NetSpec, scale float64, o LossOptions) *built {
	s.tb.Helper()
	below := NewSolution(s.Problem, b.net, b.lifts, b.theta)
	_, soft, _, err := BuildLifts(s.Problem)
	if err != nil {
		s.tb.Fatal(err)
	}
	var most []int
	for range s.Box.Axes {
		most = append(most, 3)
	}
	c := Correction{Modes: most, Scale: slices.Repeat([]float64{scale}, len(s.Fields))}
	net, lifts := c.Network(s.Box, len(s.Fields), spec), below.Correct(c.Scale)
	l, err := NewLoss(s.Problem, net, lifts, soft, o)
	if err != nil {
		s.tb.Fatal(err)
	}
	u := &built{Loss: l, net: net, lifts: lifts, theta: make([]float64, l.Dim())}
	l.Start(u.theta, rand.New(rand.NewPCG(15, 16)))
	return u
}

func TestCorrectionGradientAgainstDifferences(t *testing.T) {
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			s := p.state(t)
			b := s.corrected(s.build(small("tanh"), few), small("tanh"), 0.5, few)
			checkGradient(t, b.Loss, b.theta)
		})
	}
}

// TestCorrectionIsASum compares every partial of a corrected solution with those of
// its parts.
func TestCorrectionIsASum(t *testing.T) {
	const scale = 0.125
	for _, p := range problems {
		t.Run(p.name, func(t *testing.T) {
			s := p.state(t)
			b := s.build(small("tanh"), few)
			u := s.corrected(b, small("sin"), scale, few)
			pts := scatter(s.Box, 300)
			var ps []expr.Partial
			for f := range s.Fields {
				for _, alpha := range u.groups[0].trial.set.All() {
					ps = append(ps, expr.Partial{Field: f, Order: alpha})
				}
			}
			var bare []Lift // φN
			for _, l := range b.lifts {
				bare = append(bare, Lift{Field: l.Field, Phi: l.Phi})
			}
			eval := func(net *MLP, lifts []Lift, theta []float64) [][]float64 {
				v, err := NewSolution(s.Problem, net, lifts, theta).EvalPartials(pts, ps)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			sum, below, above := eval(u.net, u.lifts, u.theta), eval(b.net, b.lifts, b.theta), eval(u.net, bare, u.theta)
			for k := range ps {
				for i := range pts.N {
					want := below[k][i] + scale*above[k][i]
					if size := math.Abs(below[k][i]) + math.Abs(above[k][i]) + largestOf(above[k]); !(math.Abs(sum[k][i]-want) <= tolSum*size) {
						t.Fatalf("partial %v at %v = %v, want %v (tol %g)", ps[k], pts.At(i), sum[k][i], want, tolSum*size)
					}
				}
			}
			u.net.Mute(u.theta)
			for k, v := range eval(u.net, u.lifts, u.theta) {
				if !slices.Equal(v, below[k]) {
					t.Fatalf("muted, partial %v is not that of the solution below", ps[k])
				}
			}
		})
	}
}

// TestCorrectionKeepsHardConditions: they hold to rounding, whatever the networks.
func TestCorrectionKeepsHardConditions(t *testing.T) {
	for _, p := range problems {
		s := p.state(t)
		u := s.corrected(s.build(small("tanh"), few), small("tanh"), 0.5, few)
		sol := NewSolution(s.Problem, u.net, u.lifts, u.theta)
		holdsHard(t, p.name, s.Problem, u.soft, sol)
	}
}

// TestCorrectionTeacher takes the right-hand sides from the sum of two networks: loss
// and gradient at that θ of the second are exactly 0.
func TestCorrectionTeacher(t *testing.T) {
	pose := func(statement string, f []float64) (*stated, *built) {
		s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u")
		rng := rand.New(rand.NewPCG(5, 5))
		var rows [][]float64
		for i := range 100 {
			rows = append(rows, []float64{rng.Float64(), rng.Float64(), f[i]})
		}
		s.data(statement, []string{"f"}, rows)
		s.Data[0].Weight = 100 // = N: rows are not scaled
		return s, s.corrected(s.build(wide, few), wide, 1e-3, few)
	}
	for _, statement := range []string{"u_t = f", "u_xx = f", "u_xxt = f"} {
		_, b := pose(statement, make([]float64, 100))
		var f []float64
		b.Jacobian(b.theta, func(k JacobianBlock) { f = append(f, k.R...) })
		_, b2 := pose(statement, f)
		grad := make([]float64, b2.Dim())
		if v := b2.ValueGrad(grad, b.theta); v != 0 || largestOf(grad) != 0 {
			t.Errorf("%s: L = %g, ‖∇L‖∞ = %g at the teacher, want 0", statement, v, largestOf(grad))
		}
	}
}

// TestCorrectionScale: at the chosen scale the random network that was measured
// changes the residuals of a linear problem by as much as they are large, field by
// field, whatever the units of the fields.
func TestCorrectionScale(t *testing.T) {
	s := state(t, []pde.Axis{span("x", 0, 1), span("y", 0, 2)}, "u", "p").
		equation("u_xx + u_yy + 1e-3*p_x = sin(3*x)").
		equation("u_x + 1e-3*p = y").
		condition("u = 0", on(0, 0, 1))
	b := s.build(small("tanh"), few)
	c, err := b.Correction(b.theta)
	if err != nil {
		t.Fatal(err)
	}
	if !(c.Scale[1] > 100*c.Scale[0]) {
		t.Errorf("scales %v, want that of p larger by the factor 1e3 of its unit, or so", c.Scale)
	}
	below := NewSolution(s.Problem, b.net, b.lifts, b.theta)
	probe, err := NewLoss(s.Problem, b.net, below.Correct(c.Scale), b.soft, few)
	if err != nil {
		t.Fatal(err)
	}
	random := make([]float64, probe.Dim())
	b.net.Init(random, rand.New(rand.NewPCG(few.Seed, streamProbe)))
	rest := b.HeldOut(b.theta)
	for f := range s.Fields {
		one := make([]float64, len(random))
		copy(one, random)
		b.net.Mute(one)
		b.net.outputs(f, func(i int) { one[i] = random[i] })
		change := probe.HeldOut(one) - 2*rest
		b.net.outputs(f, func(i int) { one[i] = -random[i] })
		change += probe.HeldOut(one)
		// The measurement at scale √L is worse than this by at most the gain squared.
		if !(math.Abs(change/2-rest) <= 1e-6*rest) {
			t.Errorf("%s: |D(scale·φN)|² = %v, want L = %v", s.Fields[f], change/2, rest)
		}
	}
}

// TestModes: the mode of a residual that is known, alone and among others.
func TestModes(t *testing.T) {
	rows := []struct {
		axes []pde.Axis
		rest string
		want []int
	}{
		{[]pde.Axis{span("x", 0, 2), span("t", -1, 1)}, "sin(5*pi*x)", []int{5, 1}},
		{[]pde.Axis{ring("x", 0, 2), span("t", -1, 1)}, "cos(7*pi*x + 3*pi*t)", []int{7, 3}},
		{[]pde.Axis{span("x", 0, 1)}, "sin(22*pi*x)", []int{11}},
		{[]pde.Axis{ring("x", 0, 1)}, "cos(2*pi*x) + 1.1*cos(20*pi*x)", []int{10}},
		{[]pde.Axis{ring("x", 0, 1)}, "1.1*cos(2*pi*x) + cos(20*pi*x)", []int{1}},
	}
	for _, r := range rows {
		t.Run(fmt.Sprint(r.rest), func(t *testing.T) {
			s := state(t, r.axes, "u").equation("u = " + r.rest)
			b := s.build(small("tanh"), few)
			b.net.Mute(b.theta)
			if got := b.Modes(b.theta); !slices.Equal(got, r.want) {
				t.Errorf("modes %v, want %v", got, r.want)
			}
		})
	}
	s := state(t, []pde.Axis{span("x", 0, 1)}, "u").data("u = obs", []string{"obs"}, [][]float64{{0, 1}})
	if got := s.build(small("tanh"), few).Modes(make([]float64, 60)); !slices.Equal(got, []int{1}) {
		t.Errorf("without equations: modes %v, want [1]", got)
	}
}

func TestCovering(t *testing.T) {
	for _, r := range []struct {
		power []float64
		want  int
	}{{[]float64{9, 0, 1, 3}, 3}, {[]float64{9, 2, 1, 1}, 1}, {[]float64{9, 0, 0}, 1}, {[]float64{9, math.NaN(), 1}, 1}} {
		if got := covering(r.power, 0.5); got != r.want {
			t.Errorf("covering(%v, 0.5) = %d, want %d", r.power, got, r.want)
		}
	}
}

// TestCorrectionNetwork: its inputs, and where they begin to be fine.
func TestCorrectionNetwork(t *testing.T) {
	box := pde.Box{Axes: []pde.Axis{span("x", -1, 1), ring("y", -1, 1)}}
	net := Correction{Modes: []int{6, 1}}.Network(box, 1, NetSpec{Activation: "tanh", Modes: []int{2}, ModeAxes: []int{0}})
	var got []string
	for _, f := range net.inputs {
		got = append(got, fmt.Sprint(box.Axes[f.axis].Name, f.mode, f.fine, f.sine))
	}
	want := []string{
		"x0 false false", "x2 false false", "x2 false true",
		"x1 true false", "x1 true true", "x4 true false", "x4 true true", "x6 true false", "x6 true true",
		"y1 false false", "y1 false true", "y2 false false", "y2 false true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("inputs\n%v, want\n%v", got, want)
	}
	f := feature{mode: 4, fine: true, slope: 1}
	if v, w := f.derivative(0.1, 2), -math.Pi*math.Pi*math.Cos(0.4*math.Pi); !(math.Abs(v-w) <= 1e-14*math.Abs(w)) {
		t.Errorf("second derivative of a fine mode = %v, want %v, of the size of mode 1", v, w)
	}
}
