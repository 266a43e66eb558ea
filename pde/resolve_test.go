package pde

import (
	"strings"
	"testing"

	"pinn/pde/expr"
)

func TestResidual(t *testing.T) {
	condition := Context{Normals: true}
	data := Context{DataColumns: []string{"u_obs", "u_t", "force"}}
	for _, c := range []struct {
		src, want string
		context   Context
	}{
		{"u_t + u*u_x = 0", "u_t + u*u_x", Context{}},
		{"u_tx = u_xt", "0", Context{}},
		{"u_y = u", "7 - u", Context{}},
		{"d(u, y) = u_xxyt", "d(u, y) - u_xxyt", Context{}},
		{"sxx = 0", "2*u_x + v_y", Context{}},
		{"sxx_x + d(sxx, y) = 0", "2*u_xx + v_xy + (2*u_xy + v_yy)", Context{}},
		{"sxx_xt = 0", "2*u_xxt + v_xyt", Context{}},
		{"kappa_x*u = kappa_xx*v", "2*(x*u) - 2*v", Context{}},
		{"d(kappa(x)*u_x, x) = 0", "2*x*u_x + (1 + x^2)*u_xx", Context{}},
		{"u(x, y, t) = v(t, y, x)", "u - v", Context{}},
		{"d(u^2, x, x) = 0", "2*(u_x*u_x + u*u_xx)", Context{}},
		{"lap(u) = k*u", "u_xx + u_yy - k*u", Context{}},
		{"lap(lap(u)) = p", "u_xxxx + u_xxyy + (u_xxyy + u_yyyy) - p", Context{}},
		{"u = e^1 - pi*0", "u - 2.718281828459045", Context{}},
		{"u = min(u, v, 3)", "u - min(min(u, v), 3)", Context{}},
		{"u = if(x < 1 and not t >= 2, 0, v)", "u - if(x < 1 and not 2 <= t, 0, v)", Context{}},
		{"dn(u) = n_x*v", "n_x*u_x + n_y*d(u, y) - n_x*v", condition},
		{"flux = 0", "n_x*u_x + n_y*d(u, y)", condition},
		{"u = u_obs", "u - u_obs", data},
		{"u_t = -v_t", "u_t + v_t", data}, // the first is the column
		{"k = 2*force", "k - 2*force", data},
	} {
		t.Run(c.src, func(t *testing.T) {
			s := testScope(t)
			if c.want == "0" {
				_, faults := s.Residual(c.src, c.context)
				checkFaults(t, faults, []int{0}, []string{"contains no unknown"})
				return
			}
			e := residual(t, s, c.src, c.context)
			want := residual(t, s, c.want+" = 0", c.context)
			if e != want {
				t.Errorf("got %s, want %s", e, want)
			}
			if again := residual(t, s, e.String()+" = 0", c.context); again != e {
				t.Errorf("%s reads as %s", e, again)
			}
		})
	}
}

func TestResolveFaults(t *testing.T) {
	for _, c := range []struct {
		src      string // a | before each character at fault
		messages []string
	}{
		{"|u_tt2 = 0", []string{"unknown name u_tt2; did you mean u_tt?"}},
		{"|foo + 2*|bar = |U", []string{"foo", "bar", "did you mean u?"}},
		{"|kapa = u", []string{"did you mean kappa?"}},
		{"|u_z = 0", []string{"did you mean u_"}},
		{"|u_xyzzz = 0", []string{"z is not an axis"}},
		{"|nu_x = u", []string{"nu is neither"}},
		{"|k_x = u", []string{"k is neither"}},
		{"|sine(u) = 0", []string{"unknown function sine; did you mean sin?"}},
		{"|xyzzy(u) = 0", []string{"unknown function xyzzy"}},
		{"|u(v) = 0", []string{"u is not a function; products are written with *"}},
		{"|u(x) = 0", []string{"depends on axes"}},
		{"u = |nu(2)", []string{"not a function"}},
		{"|sin = u", []string{"sin is a function"}},
		{"u = |sin(x, y)", []string{"sin takes one argument, got 2"}},
		{"u = |atan2(x)", []string{"atan2 takes two arguments, got 1"}},
		{"u = |min(|foo)", []string{"min takes two or more arguments, got 1", "foo"}},
		{"u = |if(x < 1, 2)", []string{"if takes three arguments, got 2"}},
		{"u = |d(u)", []string{"d takes two or more arguments, got 1"}},
		{"u = |sin()", []string{"got 0"}},
		{"d(u, |v) = 0", []string{"d expects axes after the expression (x, y, t), got v"}},
		{"d(u, |x*y, |2) = 0", nil},
		{"d(|foo, x, |u_x_y) = 0", []string{"foo", "d expects axes"}},
		{"u = |1/(0*" + strings.Repeat("(1 + ", 20) + "1" + strings.Repeat(")", 20) + ")", []string{"… has no finite value"}},
		{"|u_xxxxx = 0", []string{"u_xxxxx is of order 5; derivatives go up to order 4"}},
		{"|d(u_xxx, x, t) = 0", []string{"order 5"}},
		{"u = |lap(lap(u_x))", []string{"order 5"}},
		{"|sxx_xxxx = 0", []string{"order 5"}},
		{"|n_x*u = 0", []string{"the normal stands only in conditions"}},
		{"|dn(u) = 0", []string{"the normal stands only in conditions"}},
		{"|flux = 0", []string{"a definition with the normal; the normal stands only in conditions"}},
		{"|n_z = u", []string{"z is not an axis"}},
		{"|n_t = u", []string{"only spatial"}},
		{"u = |1/0", []string{"1/0 has no finite value"}},
		{"u = 2 + |log(0)*u", []string{"log(0) has no finite value"}},
		{"u = 0*|sqrt(-1)", []string{"sqrt(-1)"}},
		{"u = x^|(0/0)", []string{"0/0"}},
		{"u = |1e200*1e200", []string{"no finite value"}},
		{"u = if(|1/0 < 2, 1, 2)", []string{"1/0"}},
		{"|u - u = 0", []string{"contains no unknown"}},
		{"|x = 1", []string{"contains no unknown"}},
		{"u = if(|x, 1, |foo)", []string{"comparison", "foo"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			src, at := marked(c.src)
			e, faults := testScope(t).Residual(src, Context{})
			if e != nil {
				t.Errorf("got the expression %s", e)
			}
			checkFaults(t, faults, at, c.messages)
		})
	}
}

func TestConditionFaults(t *testing.T) {
	for _, c := range []struct {
		src      string
		messages []string
	}{
		{"|n_t = u", []string{"only spatial"}},
		{"|d(dn(u), x) = 0", []string{"the normal n_x has no derivative"}},
		{"u = |u_obs", []string{"unknown name u_obs"}},
	} {
		t.Run(c.src, func(t *testing.T) {
			src, at := marked(c.src)
			_, faults := testScope(t).Residual(src, Context{Normals: true})
			checkFaults(t, faults, at, c.messages)
		})
	}
	t.Run("column", func(t *testing.T) {
		_, faults := testScope(t).Residual("d(u_obs*u, x) = 0", Context{DataColumns: []string{"u_obs"}})
		checkFaults(t, faults, []int{0}, []string{"data column u_obs has no derivative"})
	})
}

func TestTimeOnly(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"t"}, []string{"u"})
	for src, message := range map[string]string{
		"lap(u) = 0": "no lap where t is the only axis",
		"dn(u) = 0":  "no dn where t is the only axis",
		"n_x = u":    "no normal where t is the only axis",
	} {
		_, faults := s.Residual(src, Context{Normals: true})
		checkFaults(t, faults, []int{0}, []string{message})
	}
	_, faults := s.Place("boundary", Box{Axes: []Axis{{"t", 0, 1, false}}}, nil)
	checkFaults(t, faults, []int{0}, []string{"no boundary where t is the only axis"})
}

func TestFieldNamedN(t *testing.T) {
	s := NewScope(expr.NewGraph(), []string{"x", "r", "t"}, []string{"n"})
	if e := residual(t, s, "n_t + n_r = 0", Context{}); e.HasNormals() {
		t.Errorf("%s has normals, want derivatives of n", e)
	}
	if e := residual(t, s, "n_x*n = 0", Context{Normals: true}); !e.HasNormals() {
		t.Errorf("%s has no normal", e)
	}
	_, faults := s.Residual("n_x = 0", Context{})
	checkFaults(t, faults, []int{0}, []string{"write d(n, x)"})
}

// BenchmarkResolve reports the time from a text to a program.
func BenchmarkResolve(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s := testScope(b)
		e := residual(b, s, "d(sxx, x) + d(mu*(u_x + v_x), y) + sin(pi*x)*cos(pi*y) = 0", Context{})
		expr.Compile([]*expr.Expr{e}, expr.Layout{Partials: e.Partials(), Axes: 3, Params: 1})
	}
}
