package expr_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"pinn/pde"
	"pinn/pde/expr"

	"pgregory.net/rapid"
)

// stage is a compiled program with random inputs for a tile.
type stage struct {
	p                                        *expr.Program
	outs                                     []*expr.Expr
	layout                                   expr.Layout
	n, stride                                int
	coords, statics, partials, params, seeds []float64
	dpartials, dparams                       []float64
	tape                                     *expr.Tape
}

// newStage compiles the expressions. All rows are longer than n by a few NaN that
// nothing may read or, in the results, write.
func newStage(outs []*expr.Expr, layout expr.Layout, n int, rng *rand.Rand) *stage {
	s := &stage{p: expr.Compile(outs, layout), outs: outs, layout: layout, n: n, stride: n + 3}
	s.coords = s.block(2*layout.Axes+layout.Columns, rng)
	s.partials = s.block(len(layout.Partials), rng)
	s.seeds = s.block(len(outs), rng)
	s.statics = s.block(s.p.Statics(), nil)
	s.dpartials = s.block(len(layout.Partials), nil)
	s.dparams = s.block(layout.Params, nil)
	for range layout.Params {
		s.params = append(s.params, 4*rng.Float64()-2)
	}
	s.tape = s.p.NewTape(s.stride)
	return s
}

// block returns rows of n random numbers, or NaN, with NaN after each.
func (s *stage) block(rows int, rng *rand.Rand) []float64 {
	b := make([]float64, rows*s.stride)
	for i := range b {
		b[i] = math.NaN()
		if rng != nil && i%s.stride < s.n {
			b[i] = 4*rng.Float64() - 2
		}
	}
	return b
}

func (s *stage) run() {
	s.p.FillStatics(s.statics, s.stride, s.coords, s.stride, s.n)
	s.p.Forward(s.tape, s.n, s.statics, s.partials, s.params)
	s.p.Adjoint(s.tape, s.n, s.seeds, s.statics, s.partials, s.params, s.dpartials, s.dparams)
}

// env returns the environment of point j.
func (s *stage) env(j int) expr.Env {
	column := func(b []float64, from, rows int) []float64 {
		var v []float64
		for i := range rows {
			v = append(v, b[(from+i)*s.stride+j])
		}
		return v
	}
	d := s.layout.Axes
	return expr.Env{
		X: column(s.coords, 0, d), N: column(s.coords, d, d), Columns: column(s.coords, 2*d, s.layout.Columns),
		Params: s.params,
		U: func(p expr.Partial) float64 {
			return s.partials[slices.Index(s.layout.Partials, p)*s.stride+j]
		},
	}
}

// dot returns Σ_i seed_i·es_i at point j.
func (s *stage) dot(j int, es []*expr.Expr) float64 {
	sum := 0.0
	for i, e := range es {
		sum += s.seeds[i*s.stride+j] * e.Eval(s.env(j))
	}
	return sum
}

// tolProgram bounds |program − twin| relative to the largest part of the
// expressions, at points 1e-3 away from kinks and poles. Theory: both round
// every part, and the slopes that carry an error on are below 1e3: a few dozen ε
// times 1e3. Worst of 30 000 random programs, on three kernel tiers: 2.8e-13
// (linux/amd64, go1.26). Margin 35.
const tolProgram = 1e-11

// TestProgramRandom: the forward sweep is Eval, and the adjoint sweep is the
// symbolic derivative times the seeds.
func TestProgramRandom(t *testing.T) {
	worst, tried := 0.0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			bad, n := checkProgram(t)
			worst, tried = max(worst, bad), tried+n
		}
	})
	t.Logf("%d comparisons, worst %.1e", tried, worst)
}

// checkProgram draws a program and inputs, compares all results with those of
// the twin, and returns the largest difference and how many it compared.
func checkProgram(t *rapid.T) (worst float64, tried int) {
	sc := randomScope()
	g := sc.Graph()
	var outs []*expr.Expr
	for range rapid.IntRange(1, 3).Draw(t, "outs") {
		e := everything.expr(t, g, rapid.IntRange(0, 14).Draw(t, "size"))
		if !e.Finite() {
			return 0, 0
		}
		outs = append(outs, e)
	}
	layout := expr.Layout{Params: 2, Columns: 2, Axes: 2, Partials: []expr.Partial{{1, expr.Multi{4}}}} // one that nothing uses
	for f := range 2 {
		for _, m := range []expr.Multi{{}, {1}, {0, 1}, {2}} {
			layout.Partials = append(layout.Partials, expr.Partial{f, m})
		}
	}
	seed := rapid.Uint64().Draw(t, "seed")
	s := newStage(outs, layout, rapid.IntRange(1, 9).Draw(t, "n"), rand.New(rand.NewPCG(seed, 0)))
	s.run()
	compare := func(what string, j int, got, want float64, parts ...*expr.Expr) {
		largest, margin := extent(s.env(j), append(parts, outs...)...)
		if largest > 1e3 || margin < 1e-3 {
			return
		}
		bad := math.Abs(got-want) / largest
		worst, tried = max(worst, bad), tried+1
		if !(bad <= tolProgram) {
			t.Fatalf("%s of %v = %v, want %v (tol %g·%g)", what, outs, got, want, tolProgram, largest)
		}
	}
	for j := range s.n {
		for i, e := range outs {
			compare("value", j, s.tape.Out(i)[j], e.Eval(s.env(j)))
		}
		for i, p := range layout.Partials {
			var d []*expr.Expr
			for _, e := range outs {
				d = append(d, g.DiffPartial(e, p))
			}
			compare("∂/∂"+g.Partial(p).String(), j, s.dpartials[i*s.stride+j], s.dot(j, d), d...)
		}
		for k := range layout.Params {
			var d []*expr.Expr
			for _, e := range outs {
				d = append(d, g.DiffParam(e, k))
			}
			compare("∂/∂"+"km"[k:k+1], j, s.dparams[k*s.stride+j], s.dot(j, d), d...)
		}
	}
	for _, b := range [][]float64{s.dpartials, s.dparams, s.statics} {
		for i, v := range b {
			if i%s.stride >= s.n && !math.IsNaN(v) {
				t.Fatalf("%v: written beyond the points", outs)
			}
		}
	}
	return worst, tried
}

// problemStage compiles the residuals of statements.
func problemStage(t testing.TB, n int, statements ...string) *stage {
	t.Helper()
	sc := testScope(t)
	var outs []*expr.Expr
	var parts []expr.Partial
	for _, src := range statements {
		e := residual(t, sc, src, pde.Context{Normals: true, DataColumns: []string{"obs"}})
		outs = append(outs, e)
		parts = append(parts, e.Partials()...)
	}
	slices.SortFunc(parts, expr.Partial.Compare)
	parts = slices.Compact(parts)
	return newStage(outs, expr.Layout{Partials: parts, Params: 1, Columns: 1, Axes: 3}, n, rand.New(rand.NewPCG(1, 2)))
}

var (
	convection = []string{"u_t + u*u_x = nu*u_xx"}
	elasticity = []string{
		"d((lambda + 2*mu)*u_x + lambda*v_y, x) + d(mu*(d(u, y) + v_x), y) + sin(pi*x)*cos(pi*y) = 0",
		"d(mu*(d(u, y) + v_x), x) + d((lambda + 2*mu)*v_y + lambda*u_x, y) + x*cos(pi*y) = 0",
	}
	unknown = []string{"u_t + k*u*u_x = exp(k)*u_xx/kappa", "dn(u) = k*obs^2"}
)

// TestProgramPasses pins how many vector passes the common residuals take.
func TestProgramPasses(t *testing.T) {
	for _, c := range []struct {
		name                      string
		statements                []string
		forward, adjoint, statics int
	}{
		{"burgers", convection, 3, 4 + 1, 0}, // + 1: the parameter that is not used
		{"elasticity", elasticity, 8, 6 + 1, 2},
		{"heat", []string{"u_t = lap(u)"}, 3, 3 + 1, 0},
		{"variable coefficient", []string{"d(kappa*u_x, x) = sin(x)*exp(-t)"}, 3, 2 + 1, 3},
		{"field only", []string{"u = 0"}, 1, 1 + 1, 0},
		{"allen-cahn", []string{"u_t = 0.0001*u_xx + 5*(u - u^3)"}, 5, 6 + 1, 0},
		{"square", []string{"u^2 = x"}, 2, 1 + 1, 1},
	} {
		s := problemStage(t, 4, c.statements...)
		forward, adjoint := s.p.Passes()
		if forward > c.forward || adjoint > c.adjoint || s.p.Statics() != c.statics {
			t.Errorf("%s: %d forward, %d adjoint, %d statics; want %d, %d, %d", c.name,
				forward, adjoint, s.p.Statics(), c.forward, c.adjoint, c.statics)
		}
	}
}

func TestProgramAllocations(t *testing.T) {
	for _, statements := range [][]string{convection, elasticity, unknown, {"if(u < x, sin(u), sqrt(v))^2.5 = atan2(u, k)"}} {
		s := problemStage(t, 24, statements...)
		s.run()
		n := testing.AllocsPerRun(20, func() {
			s.p.Forward(s.tape, s.n, s.statics, s.partials, s.params)
			s.p.Adjoint(s.tape, s.n, s.seeds, s.statics, s.partials, s.params, s.dpartials, s.dparams)
		})
		if n != 0 {
			t.Errorf("%v: %v allocations", statements, n)
		}
	}
}

// TestProgramPlaceOnly: a program of the coordinates alone is all statics.
func TestProgramPlaceOnly(t *testing.T) {
	sc := testScope(t)
	e, faults := sc.Function("exp(-t)*sin(x) + kappa")
	if faults != nil {
		t.Fatal(faults)
	}
	two := sc.Graph().Const(2)
	const n = 1000 // more than FillStatics takes at a time
	s := newStage([]*expr.Expr{e, two, e}, expr.Layout{Axes: 3}, n, rand.New(rand.NewPCG(3, 4)))
	s.run()
	if s.p.Statics() != 1 {
		t.Errorf("%d statics, want 1", s.p.Statics())
	}
	for j := range n {
		want := e.Eval(s.env(j))
		if got := s.tape.Out(0)[j]; math.Abs(got-want) > 1e-14 { // kernel's exp and sin against math's, values below 13
			t.Fatalf("point %d: %v, want %v", j, got, want)
		}
		if s.tape.Out(1)[j] != 2 || s.tape.Out(2)[j] != s.tape.Out(0)[j] {
			t.Fatalf("point %d: a number is %v", j, s.tape.Out(1)[j])
		}
	}
}

func TestProgramEmpty(t *testing.T) {
	p := expr.Compile(nil, expr.Layout{Axes: 2})
	tape := p.NewTape(8)
	p.FillStatics(nil, 8, nil, 8, 8)
	p.Forward(tape, 8, nil, nil, nil)
	p.Adjoint(tape, 8, nil, nil, nil, nil, nil, nil)
	if p.Outs() != 0 || p.Statics() != 0 || tape.Stride() != 8 {
		t.Error("not empty")
	}
}

// TestProgramHiddenPoles: what an if does not choose has no part in value and
// adjoint, even where it is infinite.
func TestProgramHiddenPoles(t *testing.T) {
	for _, src := range []string{
		"if(x > 0, u_x/x, u_xx) = 0", "if(x > 0, u*log(x), u) = 0", "if(x > 0, sqrt(x)*v, v)^2 = 0",
		"if(u > 0, 1/u, u) + if(v > 0, log(v), v) = 0", "u*if(x = 0, 1, sin(x)/x) = 0",
	} {
		s := problemStage(t, 6, src)
		for j := range s.n {
			s.coords[j] = float64(j%3 - 1) // x = -1, 0, 1
		}
		for i := range s.layout.Partials {
			s.partials[i*s.stride+1] = 0 // a field that vanishes
		}
		s.run()
		for j := range s.n {
			if v := s.tape.Out(0)[j]; math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: value %v at point %d", src, v, j)
			}
			for i := range s.layout.Partials {
				if v := s.dpartials[i*s.stride+j]; math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s: adjoint %v at point %d", src, v, j)
				}
			}
		}
	}
}

// TestProgramZeroSeed: a row of zeros asks for nothing, even at an infinite slope.
func TestProgramZeroSeed(t *testing.T) {
	s := problemStage(t, 3, "sqrt(u) + v^0.5 + u_x^v_x = asin(v_y*p)")
	clear(s.partials)
	clear(s.seeds)
	s.run()
	for i, v := range s.dpartials {
		if i%s.stride < s.n && v != 0 {
			t.Errorf("adjoint %v", v)
		}
	}
}

func TestProgramConcurrent(t *testing.T) {
	s := problemStage(t, 64, unknown...)
	s.run()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			tape := s.p.NewTape(s.stride)
			dp, dk := slices.Clone(s.dpartials), slices.Clone(s.dparams)
			for range 20 {
				s.p.Forward(tape, s.n, s.statics, s.partials, s.params)
				s.p.Adjoint(tape, s.n, s.seeds, s.statics, s.partials, s.params, dp, dk)
			}
			for i := range s.outs {
				if !slices.Equal(tape.Out(i), s.tape.Out(i)) {
					t.Errorf("expression %d differs", i)
				}
			}
		})
	}
	wg.Wait()
}

// TestProgramFewerPoints: a tape may be used for fewer points than its stride.
func TestProgramFewerPoints(t *testing.T) {
	s := problemStage(t, 16, elasticity...)
	s.run()
	all := slices.Clone(s.tape.Out(1))
	s.p.Forward(s.tape, 5, s.statics, s.partials, s.params)
	if got := s.tape.Out(1); len(got) != 5 || !slices.Equal(got, all[:5]) {
		t.Errorf("got %v, want %v", got, all[:5])
	}
}

func TestProgramPanics(t *testing.T) {
	sc := testScope(t)
	e := residual(t, sc, "k*u + n_x*obs*x = 0", pde.Context{Normals: true, DataColumns: []string{"obs"}})
	full := expr.Layout{Partials: e.Partials(), Params: 1, Columns: 1, Axes: 3}
	p := expr.Compile([]*expr.Expr{e}, full)
	tape := p.NewTape(4)
	buf := make([]float64, 100)
	for name, f := range map[string]func(){
		"partial":   func() { expr.Compile([]*expr.Expr{e}, expr.Layout{Params: 1, Columns: 1, Axes: 3}) },
		"parameter": func() { expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: full.Partials, Columns: 1, Axes: 3}) },
		"column":    func() { expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: full.Partials, Params: 1, Axes: 3}) },
		"axis":      func() { expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: full.Partials, Params: 1, Columns: 1}) },
		"points":    func() { p.Forward(tape, 5, buf, buf, buf) },
		"block":     func() { p.Forward(tape, 4, buf, buf[:3], buf) },
		"params":    func() { p.Forward(tape, 4, buf, buf, nil) },
		"tape":      func() { p.Forward(expr.Compile(nil, full).NewTape(4), 4, buf, buf, buf) },
		"adjoint":   func() { p.Adjoint(tape, 4, buf, buf, buf, buf, buf, buf) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
