package solve

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pinn/optim"
	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/expr"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// contractFiles are the files beside the problems of these tests.
var contractFiles = fstest.MapFS{
	"seen.csv": {Data: []byte("t, seen, x\n0.5, 0.3, 0.25\n1, 0.1, 0.5\n")},
	"ref.csv":  {Data: []byte("u,t,x\n0,0,0\n0.5,1,0.5\n")},
}

// compiled decodes and compiles a text as the command line does.
func compiled(text string, settings ...string) (*setup.Setup, problems.Diagnostics) {
	return setup.Read(problems.Source{File: "p.toml", Text: []byte(text), Read: func(path string) ([]byte, error) {
		return fs.ReadFile(contractFiles, path)
	}}, settings)
}

// Beginnings of problem files: fields, axes, and an equation where none is stated.
const (
	interval = "fields = ['u']\n[domain]\nx = [0, 1]\n"
	strip    = "fields = ['u']\n[domain]\nx = [0, 1]\nt = [0, 1]\n"
	ring     = "fields = ['u']\n[domain]\nx = { from = 0, to = '2*pi', periodic = true }\nt = [0, 1]\n"
	square   = "fields = ['u']\n[domain]\nx = [-1, 1]\ny = [-1, 1]\n"
	pair     = "fields = ['u', 'v']\n[domain]\nx = [0, 1]\ny = [0, 1]\n"

	bend   = "[[equation]]\nis = 'u_xx = 1'\n"
	heat   = "[[equation]]\nis = 'u_t = u_xx'\n"
	wave   = "[[equation]]\nis = 'u_tt = u_xx'\n"
	flat   = "[[equation]]\nis = 'lap(u) = 1'\n"
	begin0 = "[[condition]]\nat = 't = 0'\nis = 'u = sin(pi*x)'\n"
)

// cond returns a condition.
func cond(at, is string, more ...string) string {
	return fmt.Sprintf("[[condition]]\nat = '%s'\nis = '%s'\n%s", at, is, strings.Join(append(more, ""), "\n"))
}

func eq(is string) string { return fmt.Sprintf("[[equation]]\nis = '%s'\n", is) }

// TestContractRuns: problem files that use the language as the contract allows
// compile, and give a loss whose gradient is right. terms are those of the loss:
// an equation, the soft conditions (by their place), the data.
func TestContractRuns(t *testing.T) {
	for _, row := range []struct {
		name, text string
		terms      string
	}{
		{"the smallest file", interval + bend + cond("boundary", "u = 0"), "equation"},

		{"sections in any order", "fields = ['u']\n" + cond("x = a", "u = f") + bend + "[define]\nf = 'a*x'\n[domain]\nx = ['-a', 'a']\n[constants]\na = 2\n", "equation"},

		// the domain
		{"ends are constant expressions", "fields = ['u']\n[domain]\nx = ['-L', '2*L + 1']\n[constants]\nL = 'pi/4'\n" + bend + cond("x = -L", "u = 0"), "equation"},
		{"an axis with from and to", "fields = ['u']\n[domain]\nx = { from = 0, to = 'e' }\n" + bend + cond("x = 0", "u = 0"), "equation"},
		{"t is the only axis", "fields = ['u']\n[domain]\nt = [1, 3]\n" + eq("u_tt + u = cos(t)") + cond("t = 1", "u = 2") + cond("t = 1", "u_t = -1"), "equation"},
		{"time begins anywhere, and may end with a condition", "fields = ['u']\n[domain]\nx = [0, 1]\nt = [-2, -1]\n" + heat + cond("t = -2", "u = x") + cond("t = -1", "u = 0", "enforce = 'soft'"), "equation, t = -1"},
		{"four dimensions", "fields = ['u']\n[domain]\nx = [0, 1]\ny = [0, 1]\nz = [0, 1]\nt = [0, 1]\n" + eq("u_t = lap(u)") + cond("t = 0", "u = x*y*z") + cond("boundary", "dn(u) = n_x + n_y + n_z"), "equation, boundary"},
		{"six dimensions", "fields = ['u']\n[domain]\na = [0, 1]\nb = [0, 1]\nc = [0, 1]\nf = [0, 1]\ng = [0, 1]\nh = [0, 1]\n" + eq("lap(u) = 0") + cond("a = 0", "u = b*c"), "equation"},
		{"inside", square + "inside = 'x^2 + y^2 > r^2'\n[constants]\nr = 0.25\n" + flat + cond("boundary", "u = 0"), "equation"},
		{"inside cuts a face", square + "inside = 'x + y < 1'\n" + flat + cond("x = 1", "u = 0"), "equation"},
		{"periodic: no condition needed", ring + eq("u_t + u_x = 0") + cond("t = 0", "u = sin(x)"), "equation"},
		{"periodic, data that do not match in slope", "fields = ['u']\n[domain]\nx = { from = -1, to = 1, periodic = true }\nt = [0, 1]\n" + eq("u_t = u_xx") + cond("t = 0", "u = x^2*cos(pi*x)"), "equation, t = 0"},
		{"an interior face on a periodic axis", ring + eq("u_t + u_x = 0") + cond("t = 0", "u = sin(x)") + cond("x = pi", "u = 0"), "equation, x = pi"},

		// expressions
		{"numbers and powers", interval + eq(".5*u_xx + 1.*u**2 - 2^-x*u^2^1 - -x^2 + 1e-3 = 1E2") + cond("x = 0", "u = 0"), "equation"},
		{"every function", interval + eq("u_xx = sin(u) + cos(u) + tan(u/9) + asin(x/2) + acos(x/2) + atan(u) + atan2(u, 2) + sinh(u) + cosh(u) + tanh(u) + exp(-u^2) + log(2 + u^2) + sqrt(1 + u^2) + erf(u) + abs(x - 0.31) + min(x, 0.5, 1 - x) + max(x, 0.2) + sign(x - 0.4) + step(x - 0.6) + if(x > 0.5 and not (x > 0.9 or x <= 0.1), u, 2*u)") + cond("boundary", "u = 0"), "equation"},
		{"case matters", "fields = ['u', 'U']\n[domain]\nx = [0, 1]\n[constants]\nk = 1\nK = 2\n" + eq("u_x = K*U") + eq("U_x = k*u") + cond("x = 0", "u = 1") + cond("x = 0", "U = 0"), "equation 0, equation 1"},
		{"constants in any order, wherever a number may stand", "fields = ['u']\n[domain]\nx = [0, 'b']\ninside = 'x < 2*b'\n[constants]\na = '2*b'\nb = 'c^2'\nc = 1\n" + bend + cond("x = a - 1", "u = a"), "equation"},
		{"a declared name wins over a derivative", strip + "[constants]\nu_t = 3\n" + eq("u_x = u_t") + cond("x = 0", "u = 0"), "equation"},

		// derivatives
		{"mixed derivatives up to order four", square + eq("u_xxyy + 2*u_xxxx + u_yx + d(u_xy, x, y) = d(x*u, x, x) + d(y^2*u_yyy, y)") + cond("boundary", "u = 0"), "equation"},
		{"divergence form", strip + "[define]\nk = '1 + x^2'\nflux = '-k*u_x'\n" + eq("u_t + d(flux, x) = 0") + begin0 + cond("x = 0", "flux = 1"), "equation, x = 0"},
		{"a definition with a suffix", strip + "[define]\nflux = '-u*u_x'\nwork = 'flux_x*u'\n" + eq("u_t + flux_x + work_t = 0") + cond("t = 0", "u = x") + cond("t = 0", "u_t = 0"), "equation"},
		{"a definition of axes is data", strip + "[define]\ng = 'sin(pi*x)'\n" + heat + cond("t = 0", "u = g"), "equation"},
		{"the Laplacian of an expression", square + eq("lap(u^2) + lap(lap(u)) = lap(x*y*u)") + cond("boundary", "u = 0"), "equation"},
		{"the Laplacian leaves time alone", strip + eq("lap(u) = u_t") + begin0, "equation"},

		// conditions
		{"hard in every guise", pair + eq("u_xx = v") + eq("v_xx = u") + cond("x = 0", "0 = u") + cond("x = 1", "u - 1 = 0") + cond("x = 0", "2*v = 4") + cond("y = 0 or y = 1", "x + v/2 = 1 + x"), "equation 0, equation 1"},
		{"initial velocity", strip + wave + begin0 + cond("t = 0", "u_t = x"), "equation"},
		{"velocity alone is soft", strip + heat + cond("t = 0", "u_t = x") + cond("x = 0", "u = 0"), "equation, t = 0"},
		{"Neumann, Robin, flux", square + flat + cond("x = -1", "u_x = 1") + cond("x = 1", "dn(u) + 2*u = y") + cond("y = -1 or y = 1", "n_y*u_y = u*n_x"), "equation, x = -1, x = 1, y = -1 or y = 1"},
		{"several fields in one condition", pair + eq("u_xx = v") + eq("v_xx = u") + cond("x = 0", "u = v") + cond("x = 1", "u^2 + v^2 = 1"), "equation 0, equation 1, x = 0, x = 1"},
		{"a nonlinear condition on one field", interval + bend + cond("x = 0", "u^2 = 1") + cond("x = 1", "u = 0"), "equation, x = 0"},
		{"part of a face", square + flat + cond("x = -1 and y > 0.5", "u = 1") + cond("x = -1 and not (y > 0.5)", "u = 0"), "equation, x = -1 and y > 0.5, x = -1 and not (y > 0.5)"},
		{"a point for all t", "fields = ['u']\n[domain]\nx = [-1, 1]\ny = [-1, 1]\nt = [0, 1]\n" + eq("u_t = lap(u)") + cond("t = 0", "u = 0") + cond("x = 0 and y = 0", "u = t"), "equation, x = 0 and y = 0"},
		{"a point in all axes", strip + heat + begin0 + cond("x = 0.5 and t = 0.5", "u_x = 0"), "equation, x = 0.5 and t = 0.5"},
		{"an interior face", square + flat + cond("boundary", "u = 0") + cond("x = 0.25", "u_y = 0"), "equation, x = 0.25"},
		{"data that disagree at a corner", square + flat + cond("x = -1", "u = 1") + cond("y = -1", "u = 0"), "equation, y = -1"},
		{"soft on demand", interval + bend + cond("x = 0", "u = 0", "enforce = 'soft'", "weight = 3", "points = 1") + cond("x = 1", "u = 0", "enforce = 'hard'"), "equation, x = 0"},
		{"an end within rounding", "fields = ['u']\n[domain]\nx = [0, 0.3]\n" + bend + cond("x = 0.1 + 0.2", "u = 0"), "equation"},
		{"no condition at all", square + flat, "equation"},

		// data and unknown parameters
		{"an inverse problem", strip + "[parameters]\nk = { start = 0.5, min = 0, truth = 1.0 }\n" + eq("u_t = k*u_xx") + begin0 + cond("boundary", "u = 0") + "[[data]]\nfile = 'seen.csv'\nis = 'u = seen'\nweight = 2\n[target]\nparameters = { k = 0.01 }\n", "equation, data"},
		{"inline observations, of derivatives", strip + "[[data]]\ncolumns = ['x', 't', 'force']\npoints = [[0.5, 0, 1], [0.25, 1, 2.5]]\nis = '-u_x = force*t'\n", "data"},
		{"data beside equations make up for conditions", strip + heat + "[[data]]\ncolumns = ['t', 'x', 'seen']\npoints = [[0, 0.1, 1], [1, 0.2, 2]]\nis = 'u = seen'\n", "equation, data"},
		{"parameters of every kind", interval + "[parameters]\na = {}\nb = { min = 1 }\nc = { max = 2 }\nf = { min = -1, max = 1, start = 0.5 }\n" + eq("a*u_xx + b*u_x + c*u = f*x") + "[[data]]\ncolumns = ['x', 'seen']\npoints = [[0.5, 1]]\nis = 'u = seen'\n", "equation, data"},
		{"a parameter in a condition", interval + "[parameters]\na = { start = 2 }\n" + bend + cond("x = 0", "u = a") + cond("x = 1", "u = 0"), "equation, x = 0"},

		// judging
		{"exact, for some of the fields", pair + "[constants]\nk = 2\n[define]\ng = 'k*x'\n" + eq("u_xx = v_y") + eq("v_x = u") + "[exact]\nv = 'g*y'\n", "equation 0, equation 1"},
		{"a reference file with its columns in any order", strip + heat + begin0 + "[reference]\nfile = 'ref.csv'\n[target]\nrel_l2 = 1e-3\nmax_abs = 1\n", "equation"},

		// training
		{"network, points and train", strip + heat + begin0 + "[network]\nactivation = 'gelu'\nfourier = { modes = [1, 2] }\nseparate = true\n[points]\nsampler = 'hammersley'\nresample = { method = 'rad', every = 50, k = 1, c = 1 }\n[train]\nseed = 7\ntime = '5m'\nstages = 1\nslabs = 1\n", "equation"},
		{"phases", interval + bend + cond("boundary", "u = 0") + "[[phase]]\nmethod = 'adamw'\nsteps = 20\nbatch = 8\nlearning_rate = 1e-3\nweight_decay = 0.01\nbeta1 = 0.8\nbeta2 = 0.99\nepsilon = 1e-9\nswitch = { rule = 'snr', threshold = 2 }\n[[phase]]\nmethod = 'lbfgs'\nsteps = 50\nhistory = 10\n", "equation"},
	} {
		t.Run(row.name, func(t *testing.T) {
			st, faults := compiled(row.text, "network.hidden=[4, 3]", "points.interior=33")
			if faults.HasErrors() {
				t.Fatalf("%v in\n%s", faults, row.text)
			}
			tr := prepared(t, st)
			if got := strings.Join(tr.Loss().TermNames(), ", "); got != row.terms {
				t.Errorf("terms %q, want %q; notes %v", got, row.terms, st.Hard.Notes)
			}
			checkTraining(t, tr, someTheta(tr, 1))
		})
	}
}

// TestContractMethods: every method of the contract gets its phase, or is refused
// at its place as long as it is not there; so do the rules of a switch.
func TestContractMethods(t *testing.T) {
	begin := interval + bend + "[[phase]]\nsteps = 2\n"
	for _, name := range problems.Methods {
		t.Run(name, func(t *testing.T) {
			st, faults := compiled(begin + "method = '" + name + "'\n")
			if _, ok := optim.ByName(name); !ok {
				want := "p.toml:8:10: phase[0].method: " + name + " is not in this version; methods: sgd, momentum, "
				if st != nil || len(faults) != 1 || !strings.HasPrefix(faults.Error(), want) {
					t.Errorf("got %v, want %s", faults, want)
				}
				return
			}
			if st == nil {
				t.Fatal(faults)
			}
			if phases := prepared(t, st).Plan().Phases; len(phases) != 1 || phases[0].Name != name {
				t.Errorf("planned %+v", phases)
			}
		})
	}
	for _, rule := range problems.SwitchRules {
		t.Run("switch "+rule, func(t *testing.T) {
			more := map[string]string{"steps": ", steps = 1", "time": ", time = '1s'", "loss": ", threshold = 1e-3"}[rule]
			st, faults := compiled(begin + "method = 'adamw'\nswitch = { rule = '" + rule + "'" + more + " }\n")
			if st == nil {
				t.Fatal(faults)
			}
			if rules := prepared(t, st).Plan().Phases[0].Rules; len(rules) != 1 {
				t.Errorf("%d rules", len(rules))
			}
		})
	}
}

// TestContractNumbers: what the language says of numbers and precedence.
func TestContractNumbers(t *testing.T) {
	const x = 0.5
	for _, row := range []struct {
		text string
		want float64
	}{
		{"2^3^2", 512}, {"-2^2", -4}, {"2^-1", 0.5}, {"2**3", 8}, {"-x^2", -0.25}, {"(-x)^2", 0.25}, {"1 - 2 - 3", -4}, {"8/4/2", 1}, {"2*3^2", 18}, {"-2*-3", 6},
		{".5", 0.5}, {"1.", 1}, {"1e-3", 0.001}, {"pi", math.Pi}, {"e", math.E},
		{"step(0)", 1}, {"step(-1)", 0}, {"sign(0)", 0}, {"abs(-2)", 2}, {"min(3, 1, 2)", 1}, {"max(3, 1, 2, 4)", 4}, {"atan2(1, -1)", 3 * math.Pi / 4}, {"erf(0.5)", math.Erf(0.5)},
		{"if(x > 0.4 and x <= 0.5, 1, 2)", 1}, {"if(not x = 0.5 or x < 0, 1, 2)", 2}, {"d(x^3, x)", 0.75}, {"d(x^3, x, x)", 3}, {"lap(x^3)", 3},
		{"d(abs(x), x)", 1}, {"d(step(x), x)", 0}, {"d(max(x, x^2), x)", 1}, {"d(if(x > 0, x^2, x), x)", 1},
	} {
		s := pde.NewScope(expr.NewGraph(), []string{"x"}, []string{"u"})
		f, faults := s.Function(row.text)
		if len(faults) > 0 {
			t.Errorf("%s: %v", row.text, faults)
		} else if got := f.Eval(expr.Env{X: []float64{x}}); math.Abs(got-row.want) > 1e-15*max(1, math.Abs(row.want)) {
			t.Errorf("%s = %v, want %v", row.text, got, row.want)
		}
	}
}

// TestContractJudging: the grids, and which fields count.
func TestContractJudging(t *testing.T) {
	for _, row := range []struct {
		name, text, kind string
		points           int
	}{
		{"one dimension", interval + bend, "even", 101},
		{"two", strip + heat + begin0, "even", 101 * 101},
		{"a periodic axis has no second end", ring + eq("u_t + u_x = 0") + cond("t = 0", "u = sin(x)"), "even", 100 * 101},
		{"three", "fields = ['u']\n[domain]\nx = [0, 1]\ny = [0, 1]\nz = [0, 1]\n" + eq("lap(u) = 0"), "even", 41 * 41 * 41},
		{"four", "fields = ['u']\n[domain]\nx = [0, 1]\ny = [0, 1]\nz = [0, 1]\nw = [0, 1]\n" + eq("lap(u) = 0"), "sobol", 20000},
		{"a file", strip + heat + begin0 + "[reference]\nfile = 'ref.csv'\n", "file", 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			st, faults := compiled(row.text)
			if st == nil {
				t.Fatal(faults)
			}
			j := Judge(st, func(p pde.Points) [][]float64 { return make([][]float64, len(st.Problem.Fields)) })
			if j.Kind != row.kind || j.Points.N != row.points {
				t.Errorf("%s of %d points, want %s of %d", j.Kind, j.Points.N, row.kind, row.points)
			}
		})
	}
}

// TestContractTrains: two problems that use much of the language come nearer to
// their solutions in 50 steps.
func TestContractTrains(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	phase := `phase=[{ method = "lbfgs", steps = 50 }]`
	for _, row := range []struct {
		name, text string
		factor     float64 // by which the loss must fall; it falls at least ten times further
	}{
		{"coupled, in divergence form, on a ring", "fields = ['u', 'v']\n[domain]\nx = { from = 0, to = '2*pi', periodic = true }\nt = [0, 1]\n[define]\nk = '1 + 0.5*cos(x)'\nflux = '-k*u_x'\n" +
			eq("u_t + flux_x = v") + eq("v = d(k*u_x, x) + lap(u)") + cond("t = 0", "u = sin(x)") + cond("x = pi and t > 0.5", "u = 0", "weight = 0.1"), 10},
		{"an unknown diffusivity", strip + "[parameters]\nk = { start = 0.5, min = 0.01, truth = 0.2 }\n" + eq("u_t = k*u_xx") + begin0 + cond("boundary", "u = 0") +
			"[[data]]\ncolumns = ['x', 't', 'seen']\npoints = [[0.5, 0.5, 0.373], [0.5, 1, 0.139], [0.25, 1, 0.0982]]\nis = 'u = seen'\n", 10},
	} {
		t.Run(row.name, func(t *testing.T) {
			st, faults := compiled(row.text, "network.hidden=[8, 8]", "points.interior=200", phase)
			if st == nil {
				t.Fatal(faults)
			}
			tr := prepared(t, st)
			before := tr.Loss().Value(tr.Theta())
			res, err := tr.Solve(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			after := tr.Loss().Value(res.best)
			t.Logf("loss %.1e → %.1e", before, after)
			if !(after*row.factor <= before) {
				t.Errorf("the loss went from %g to %g, want a factor of %g at least", before, after, row.factor)
			}
		})
	}
}

// TestContractNormals: a normal points to the side outside the domain, on every
// face, also where inside cuts it.
func TestContractNormals(t *testing.T) {
	st, faults := compiled(square + "inside = 'x^2 + y^2 > 0.1'\n" + flat + cond("boundary", "dn(u) = x*n_x + y*n_y"))
	if st == nil {
		t.Fatal(faults)
	}
	c := st.Problem.Conditions[0]
	pts, err := st.Problem.Box.SampleOn(c.Pieces, cube.Uniform{}, 200, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range pts.N {
		x, n := pts.At(i), pts.Normal(i)
		axis := slices.IndexFunc(n, func(v float64) bool { return v != 0 })
		if axis < 0 || n[axis] != x[axis] || n[1-axis] != 0 {
			t.Fatalf("normal %v at %v", n, x)
		}
	}
}
