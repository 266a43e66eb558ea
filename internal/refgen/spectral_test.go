package main

import (
	"math"
	"math/cmplx"
	"testing"
)

// TestExp compares with math.Exp. Worst relative difference 4.4e-16; margin 10.
func TestExp(t *testing.T) {
	for x := -700.0; x < 5; x += 0.0371 {
		if got, want := exp(x), math.Exp(x); math.Abs(got-want) > 4e-15*want {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	if exp(0) != 1 || exp(-1000) != 0 {
		t.Errorf("exp(0) = %v, exp(-1000) = %v, want 1 and 0", exp(0), exp(-1000))
	}
}

// TestInitialSeries compares the coefficients at t = 0 with the functions. What
// a cut series of a kink misses is below the sum of its tail, Σ_{k>K} 8/(πk)² ≈
// 0.82/K.
func TestInitialSeries(t *testing.T) {
	for _, row := range []struct {
		name string
		eq   equation
		want func(x float64) float64
		tol  float64
	}{{"kdv", kdv(480, 150), initialKdV, 1e-15}, {"allen-cahn", allenCahn(4096, 1000), initialAllenCahn, 0.82 / 1000}} {
		v := row.eq.solve(1, 1, 1)[0]
		for x := -1.0; x <= 1; x += 0.01 {
			if got := value(v, x); math.Abs(got-row.want(x)) > row.tol {
				t.Errorf("%s: the series at %v is %v, want %v within %g", row.name, x, got, row.want(x), row.tol)
			}
		}
	}
}

// TestOrder fits the slope of the error of the time stepper against a fine run,
// above the rounding floor: order four.
func TestOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	for _, row := range []struct {
		name string
		eq   equation
		end  float64
		m    int // steps of the coarsest run
	}{{"kdv", kdv(128, 42), 0.3, 150}, {"allen-cahn", smooth(allenCahn(256, 63)), 0.5, 16}} {
		t.Run(row.name, func(t *testing.T) {
			fine := row.eq.solve(row.end, 2, 32*row.m)[1]
			var errs []float64
			for _, m := range []int{row.m, 2 * row.m, 4 * row.m} {
				worst := 0.0
				for k, v := range row.eq.solve(row.end, 2, m)[1] {
					worst = max(worst, cmplx.Abs(v-fine[k]))
				}
				errs = append(errs, worst)
			}
			slope := math.Log2(errs[0]/errs[2]) / 2
			t.Logf("errors %.2e, slope %.3f", errs, slope)
			if math.Abs(slope-4) > 0.15 || errs[2] < 1e-12 {
				t.Errorf("errors %.2e fall with slope %.2f, want 4 ± 0.15 above rounding", errs, slope)
			}
		})
	}
}

// smooth replaces the initial value by −cos(π(x+1))/2, which has no kink.
func smooth(eq equation) equation {
	eq.initial = kdv(eq.n, eq.keep).initial
	return eq
}

// TestAliasing checks that g is taken without folding: more points for the same
// modes change a step by rounding only.
func TestAliasing(t *testing.T) {
	for _, row := range []struct {
		name  string
		a, b  equation
		steps int
	}{{"kdv", kdv(480, 150), kdv(1024, 150), 20}, {"allen-cahn", allenCahn(512, 127), allenCahn(2048, 127), 5}} {
		u, w := row.a.solve(0.002, 2, row.steps)[1], row.b.solve(0.002, 2, row.steps)[1]
		for k := range u {
			if cmplx.Abs(u[k]-w[k]) > 1e-15 {
				t.Errorf("%s: coefficient %d is %v with %d points, %v with %d", row.name, k, u[k], row.a.n, w[k], row.b.n)
			}
		}
	}
}
