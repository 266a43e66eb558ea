package judging

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pinn/pde"
)

// burgers returns the Cole–Hopf solution for the classic domain.
func burgers(t testing.TB, nu float64) *colehopf {
	t.Helper()
	b := pde.Box{Axes: []pde.Axis{{Name: "x", From: -1, To: 1}, {Name: "t", From: 0, To: 1}}}
	truth, err := NewBuiltin("burgers-cole-hopf", b, []string{"u"}, map[string]float64{"nu": nu})
	if err != nil {
		t.Fatal(err)
	}
	return truth.(*colehopf)
}

// TestColeHopf compares with the same integrals taken by mpmath 1.3 with 40
// digits, 6001 nodes and wider ends. Worst error 7.2e-16.
func TestColeHopf(t *testing.T) {
	const tol = 4e-15
	for _, row := range []struct{ nu, x, t, want float64 }{
		{0.01 / math.Pi, 0.1002, 0.5, -0.95805319169539476759},
		{0.01 / math.Pi, 0.5, 0.25, -0.80319842084063256465},
		{0.01 / math.Pi, 0.01, 1, -0.59425616758872772013},
		{0.01 / math.Pi, -0.7, 1e-05, 0.80900180108263166598},
		{0.01 / math.Pi, 0.43999999999999995, 1.0, -0.42059567282065218646},
		{0.01 / math.Pi, 0.1002, 2.0, -0.3861683095170034032},
		{0.01 / math.Pi, 0.001, 0.4, -0.1147191352668458336},
		{0.01, 0.1002, 0.5, -0.93803197217189726162},
		{0.01, 0.5, 0.25, -0.7967622625794441884},
		{0.01, 0.01, 1, -0.2474723234732250041},
		{0.01, -0.7, 1e-05, 0.80900125680555452156},
		{0.01, 0.43999999999999995, 1.0, -0.41855686556005810587},
		{0.01, 0.1002, 2.0, -0.37329146869591558339},
		{0.01, 0.001, 0.4, -0.032753735581204104045},
		{1, 0.1002, 0.5, -0.0022221013353312897311},
		{1, 0.5, 0.25, -0.084537611850818279653},
		{1, 0.01, 1, -1.6195552930125008634e-6},
		{1, -0.7, 1e-05, 0.80892221681455992219},
		{1, 0.43999999999999995, 1.0, -0.000050646910828220463563},
		{1, 0.1002, 2.0, -8.2569631687305127645e-10},
		{1, 0.001, 0.4, -0.000060615386097892121385},
		{0.1, 0.1002, 0.5, -0.30987274144089781525},
		{0.1, 0.5, 0.25, -0.70000622958837222347},
		{0.1, 0.01, 1, -0.01534811593298870658},
		{0.1, -0.7, 1e-05, 0.80899407103273167317},
		{0.1, 0.43999999999999995, 1.0, -0.309479036403308546},
		{0.1, 0.1002, 2.0, -0.039761249119660619534},
		{0.1, 0.001, 0.4, -0.0037971430432653895568},
	} {
		got, _ := burgers(t, row.nu).value(row.x, row.t, nil)
		if e := math.Abs(got - row.want); !(e < tol) {
			t.Errorf("nu %.4g: u(%v, %v) = %.17g, want %.17g within %g", row.nu, row.x, row.t, got, row.want, tol)
		}
	}
}

// plainColeHopf is the textbook rule: half width min(1.6, t + 12√(2νt)), spacing
// at most min(5e-4, √(2νt)/2). It needs t ≤ 1 and small ν.
func plainColeHopf(x, t, nu float64) float64 {
	w := math.Sqrt(2 * nu * t)
	half, spacing := min(1.6, t+12*w), min(5e-4, w/2)
	n := int(math.Ceil(half / spacing))
	exponent := func(k int) float64 {
		eta := float64(k) * half / float64(n)
		return -math.Cos(math.Pi*(x-eta))/(2*math.Pi*nu) - eta*eta/(4*nu*t)
	}
	top := math.Inf(-1)
	for k := -n; k <= n; k++ {
		top = max(top, exponent(k))
	}
	num, den := 0.0, 0.0
	for k := -n; k <= n; k++ {
		e := math.Exp(exponent(k) - top)
		num += e * math.Sin(math.Pi*(x-float64(k)*half/float64(n)))
		den += e
	}
	return -num / den
}

// TestColeHopfTwin compares the derived spacing with the plain rule of many more
// nodes, whose own sums are good to 3.4e-14 (against mpmath). Worst difference
// here 3.5e-14.
func TestColeHopfTwin(t *testing.T) {
	const tol = 4e-13
	for _, nu := range []float64{0.01 / math.Pi, 0.01, 0.001} {
		c := burgers(t, nu)
		for _, tau := range []float64{1e-9, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.25, 0.4, 0.7, 1} {
			for k := range 24 {
				x := -1 + 2*(float64(k)+0.37)/24
				got, _ := c.value(x, tau, nil)
				if want := plainColeHopf(x, tau, nu); !(math.Abs(got-want) < tol) {
					t.Errorf("nu %.4g: u(%v, %v) = %.17g, want %.17g within %g", nu, x, tau, got, want, tol)
				}
			}
		}
	}
}

// TestColeHopfLimits checks the initial value, the ends, the symmetry, and
// viscosities and times at the edges of what is accepted.
func TestColeHopfLimits(t *testing.T) {
	for _, nu := range []float64{minNu, 0.01 / math.Pi, 1, 1e6} {
		c := burgers(t, nu)
		for _, x := range []float64{-1, -0.6, 0, 0.3, 1} {
			for _, tau := range []float64{0, 1e-300, 1e-18, 1e-12, 0.5} {
				u, _ := c.value(x, tau, nil)
				mirror, _ := c.value(-x, tau, nil)
				if !(math.Abs(u) <= 1) || math.Abs(u+mirror) > 2e-14 {
					t.Errorf("nu %g: u(%v, %v) = %v, u(%v) = %v, want odd and at most 1", nu, x, tau, u, -x, mirror)
				}
				if want := -math.Sin(math.Pi * x); tau*(2+10*nu) < 1e-15 && math.Abs(u-want) > 4e-15 {
					t.Errorf("nu %g: u(%v, %v) = %v, want the initial value %v", nu, x, tau, u, want)
				}
				if math.Abs(x) == 1 && math.Abs(u) > 2e-14 {
					t.Errorf("nu %g: u(%v, %v) = %v, want 0", nu, x, tau, u)
				}
			}
		}
	}
}

// TestColeHopfStart checks that time counts from the first end of t.
func TestColeHopfStart(t *testing.T) {
	b := pde.Box{Axes: []pde.Axis{{Name: "t", From: 2, To: 3}, {Name: "x", From: -1, To: 1, Periodic: true}}}
	late, err := NewBuiltin("burgers-cole-hopf", b, []string{"u"}, map[string]float64{"nu": 0.01})
	if err != nil {
		t.Fatal(err)
	}
	got := late.At(pde.Points{N: 2, D: 2, X: []float64{2.5, 0.3, 2, -0.5}})[0]
	want, _ := burgers(t, 0.01).value(0.3, 0.5, nil)
	if got[0] != want || got[1] != 1 {
		t.Errorf("got %v, want [%v 1]", got, want)
	}
}

func TestNewBuiltinErrors(t *testing.T) {
	good := pde.Box{Axes: []pde.Axis{{Name: "x", From: -1, To: 1}, {Name: "t", From: 0, To: 1}}}
	unit := testBox("x", "t")
	nu := map[string]float64{"nu": 0.01}
	for _, row := range []struct {
		name      string
		b         pde.Box
		fields    []string
		constants map[string]float64
		want      string
	}{
		{"burgers", good, []string{"u"}, nu, "no built-in reference is named"},
		{"burgers-cole-hopf", good, []string{"u"}, nil, "needs the constant nu"},
		{"burgers-cole-hopf", good, []string{"u"}, map[string]float64{"nu": -1}, "nu must be at least 1e-05, got -1"},
		{"burgers-cole-hopf", good, []string{"u"}, map[string]float64{"nu": math.NaN()}, "nu must be at least"},
		{"burgers-cole-hopf", good, []string{"u", "v"}, nu, "must have one field, got 2"},
		{"burgers-cole-hopf", testBox("x", "y"), []string{"u"}, nu, "one spatial axis and the time axis"},
		{"burgers-cole-hopf", unit, []string{"u"}, nu, "x must run from -1 to 1, got 0 to 1"},
	} {
		t.Run(fmt.Sprint(row.name, row.want), func(t *testing.T) {
			if _, err := NewBuiltin(row.name, row.b, row.fields, row.constants); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want %s", err, row.want)
			}
		})
	}
}

func BenchmarkColeHopf(b *testing.B) {
	c := burgers(b, 0.01/math.Pi)
	p := c.Where()
	b.ReportAllocs()
	for b.Loop() {
		c.At(p)
	}
	b.ReportMetric(float64(p.N), "points/op")
}
