package pinn

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"
	"pinn/pinn/hard"
	"pinn/pinn/pinntest"
)

// corrected returns the loss of a correction of b at its θ, with the given scale for
// every field and a random θ of its own.
func corrected(s *stated, b *built, spec NetSpec, scale float64, o LossOptions) *built {
	s.TB.Helper()
	below := NewSolution(s.Problem, b.net, b.lifts, b.theta)
	_, soft, _, err := hard.Lifts(s.Problem)
	if err != nil {
		s.TB.Fatal(err)
	}
	var most []int
	for range s.Box.Axes {
		most = append(most, 3)
	}
	c := Correction{Modes: most, Scale: slices.Repeat([]float64{scale}, len(s.Fields))}
	net := c.Network(s.Box, len(s.Fields), spec)
	lifts, base := below.Correct(c.Scale)
	o.Base = base
	l, err := NewLoss(s.Problem, net, lifts, soft, o)
	if err != nil {
		s.TB.Fatal(err)
	}
	u := &built{Loss: l, net: net, lifts: lifts, theta: make([]float64, l.Dim())}
	l.Start(u.theta, rand.New(rand.NewPCG(15, 16)))
	return u
}

func TestCorrectionGradientAgainstDifferences(t *testing.T) {
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			s := p.State(t)
			b := corrected(s, build(s, small("tanh"), few), small("tanh"), 0.5, few)
			checkGradient(t, b.Loss, b.theta)
		})
	}
}

// TestCorrectionIsASum compares every partial of a corrected solution with those of
// its parts.
func TestCorrectionIsASum(t *testing.T) {
	const scale = 0.125
	for _, p := range pinntest.Problems {
		t.Run(p.Name, func(t *testing.T) {
			s := p.State(t)
			b := build(s, small("tanh"), few)
			u := corrected(s, b, small("sin"), scale, few)
			pts := scatter(s.Box, 300)
			var ps []expr.Partial
			for f := range s.Fields {
				for _, alpha := range u.groups[0].ansatz.set.All() {
					ps = append(ps, expr.Partial{Field: f, Order: alpha})
				}
			}
			var bare []hard.Lift // φN
			for _, l := range b.lifts {
				bare = append(bare, hard.Lift{Field: l.Field, Phi: l.Phi})
			}
			eval := func(net *MLP, lifts []hard.Lift, base *Base, theta []float64) [][]float64 {
				v, err := NewSolution(s.Problem, net, lifts, theta).Upon(base).EvalPartials(pts, ps)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			sum, below, above := eval(u.net, u.lifts, u.options.Base, u.theta), eval(b.net, b.lifts, nil, b.theta), eval(u.net, bare, nil, u.theta)
			for k := range ps {
				for i := range pts.N {
					want := below[k][i] + scale*above[k][i]
					if size := math.Abs(below[k][i]) + math.Abs(above[k][i]) + largestOf(above[k]); !(math.Abs(sum[k][i]-want) <= tolSum*size) {
						t.Fatalf("partial %v at %v = %v, want %v (tol %g)", ps[k], pts.At(i), sum[k][i], want, tolSum*size)
					}
				}
			}
			u.net.Mute(u.theta)
			for k, v := range eval(u.net, u.lifts, u.options.Base, u.theta) {
				if !slices.Equal(v, below[k]) {
					t.Fatalf("muted, partial %v is not that of the solution below", ps[k])
				}
			}
		})
	}
}

// TestCorrectionKeepsHardConditions: they hold to rounding, whatever the networks.
func TestCorrectionKeepsHardConditions(t *testing.T) {
	for _, p := range pinntest.Problems {
		s := p.State(t)
		u := corrected(s, build(s, small("tanh"), few), small("tanh"), 0.5, few)
		sol := NewSolution(s.Problem, u.net, u.lifts, u.theta).Upon(u.options.Base)
		holdsHard(t, p.Name, s.Problem, u.soft, sol)
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
		s.Observe(statement, []string{"f"}, rows)
		s.Data[0].Weight = 100 // = N: rows are not scaled
		return s, corrected(s, build(s, wide, few), wide, 1e-3, few)
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
		Equation("u_xx + u_yy + 1e-3*p_x = sin(3*x)").
		Equation("u_x + 1e-3*p = y").
		Condition("u = 0", on(0, 0, 1))
	b := build(s, small("tanh"), few)
	c, err := b.Correction(b.theta)
	if err != nil {
		t.Fatal(err)
	}
	if !(c.Scale[1] > 100*c.Scale[0]) {
		t.Errorf("scales %v, want that of p larger by the factor 1e3 of its unit, or so", c.Scale)
	}
	below := NewSolution(s.Problem, b.net, b.lifts, b.theta)
	o := few
	lifts, base := below.Correct(c.Scale)
	o.Base = base
	probe, err := NewLoss(s.Problem, b.net, lifts, b.soft, o)
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
		// The scale was found with corrections of another size, whose losses are rounded
		// on another scale.
		if !(math.Abs(change/2-rest) <= 1e-6*rest) {
			t.Errorf("%s: |D(scale·φN)|² = %v, want L = %v", s.Fields[f], change/2, rest)
		}
	}
}

// TestModes: residuals whose modes are known, one alone or two with different powers.
func TestModes(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
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
			s := state(t, r.axes, "u").Equation("u = " + r.rest)
			b := build(s, small("tanh"), few)
			b.net.Mute(b.theta)
			if got := b.Modes(b.theta); !slices.Equal(got, r.want) {
				t.Errorf("modes %v, want %v", got, r.want)
			}
		})
	}
	s := state(t, []pde.Axis{span("x", 0, 1)}, "u").Observe("u = obs", []string{"obs"}, [][]float64{{0, 1}})
	if got := build(s, small("tanh"), few).Modes(make([]float64, 60)); !slices.Equal(got, []int{1}) {
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

// TestCorrectionNetwork: the inputs of the network of a correction are those of the first
// network, then the fine modes that these lack.
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

// TestSpectrum compares the power of random lines with the sum that defines it, on an
// interval, on a circle, and where a part lies outside the domain.
func TestSpectrum(t *testing.T) {
	// tol bounds the error of P_m relative to Σ_m P_m. Theory: the fast transform and
	// the sum are good to ε·log₂ n and ε·n of the largest mode; ε·n = 2.8e-14 for n = 128.
	// Worst of 50 seeds × 3 cases: 6.2e-16. Margin 16.
	const tol = 1e-14
	half := pde.NewScope(expr.NewGraph(), []string{"x"}, nil)
	inside, faults := half.Predicate("x < 0.5")
	if faults != nil {
		t.Fatal(faults)
	}
	for name, box := range map[string]pde.Box{
		"interval": {Axes: []pde.Axis{{Name: "x", From: 0, To: 1}}},
		"circle":   {Axes: []pde.Axis{{Name: "x", From: 0, To: 1, Periodic: true}}},
		"half":     {Axes: []pde.Axis{{Name: "x", From: 0, To: 1}}, Inside: inside},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 8))
			s, pts := newSpectrum(box, 0), lines(box, 0)
			want := make([]float64, len(s.power))
			for range 3 { // lines
				r := make([]float64, linePoints)
				for j := range r {
					r[j] = rng.NormFloat64()
				}
				s.add(r, pts, 0)
				for m := range want {
					want[m] += textbookPower(box, pts, r, m)
				}
			}
			total := 0.0
			for _, p := range want {
				total += p
			}
			for m, p := range s.power {
				if !(math.Abs(p-want[m]) <= tol*total) {
					t.Errorf("P_%d = %v, want %v (tol %g of %g)", m, p, want[m], tol, total)
				}
			}
		})
	}
}

// textbookPower returns |Σ_j w_j r_j exp(−2πimj/n)|² over the points in the domain.
func textbookPower(box pde.Box, pts pde.Points, r []float64, m int) float64 {
	n := float64(len(r))
	sum := complex(0, 0)
	for j, v := range r {
		w := 1.0
		if !box.Axes[0].Periodic {
			w = math.Pow(math.Sin(math.Pi*(float64(j)+0.5)/n), 2)
		}
		if box.Contains(pts.At(j)) {
			sum += complex(w*v, 0) * cmplx.Exp(complex(0, -2*math.Pi*float64(m*j)/n))
		}
	}
	return real(sum)*real(sum) + imag(sum)*imag(sum)
}

// TestOutputs: muting clears what makes each output, and nothing else.
func TestOutputs(t *testing.T) {
	for _, separate := range []bool{false, true} {
		spec := small("tanh")
		spec.Separate = separate
		b := build(plate(t), spec, few)
		sol := func(theta []float64) [][]float64 {
			return NewSolution(b.problem, b.net, []hard.Lift{{Field: 0}, {Field: 1}}, theta).Eval(scatter(b.problem.Box, 5))
		}
		for f := range 2 {
			theta := slices.Clone(b.theta)
			count := 0
			b.net.outputs(f, func(i int) { theta[i] = 0; count++ })
			if u := sol(theta); largestOf(u[f]) != 0 || !slices.Equal(u[1-f], sol(b.theta)[1-f]) {
				t.Errorf("separate %v: without output %d the fields are %v", separate, f, u)
			}
			if count != 5+1 {
				t.Errorf("separate %v: output %d has %d parameters, want 6", separate, f, count)
			}
		}
		if b.net.Spec().Separate != separate {
			t.Errorf("the description is %+v", b.net.Spec())
		}
	}
}

// TestCorrectionInFullGraph: if the factors of a correction do not fit into the graph, that is
// an error.
func TestCorrectionInFullGraph(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	s := burgers(t)
	b := build(s, small("tanh"), few)
	pinntest.Fill(s.Graph)
	if _, err := b.Correction(b.theta); err == nil {
		t.Error("no error")
	}
	if _, err := NewSolution(s.Problem, b.net, b.lifts, b.theta).EvalPartials(scatter(s.Box, 3), []expr.Partial{{Order: expr.Multi{2, 2}}}); err == nil {
		t.Error("derivatives of the lifts: no error")
	}
}
