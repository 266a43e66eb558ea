package quasinewton

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize"
)

// searchAlong runs w on φ from the trial step; n is the number of evaluations.
func searchAlong(w *Wolfe, phi func(a float64) (f, g float64), step float64) (a float64, n int, err error) {
	f0, g0 := phi(0)
	w.Init(f0, g0, step)
	for a = step; ; {
		f, g := phi(a)
		n++
		op, next, err := w.Iterate(f, g)
		if err != nil || op == optimize.MajorIteration {
			return a, n, err
		}
		a = next
	}
}

// Each profile is searched from steps over eight decades, with a wall of NaN or
// infinity behind its minimum, and the step found must satisfy both conditions.
func TestWolfeSearch(t *testing.T) {
	profiles := map[string]func(a float64) (f, g float64){
		"parabola":      func(a float64) (float64, float64) { return (a - 1) * (a - 1), 2 * (a - 1) },
		"quartic":       func(a float64) (float64, float64) { return math.Pow(a-1, 4), 4 * math.Pow(a-1, 3) },
		"concave right": func(a float64) (float64, float64) { d := a*a + 2; return -a / d, (a*a - 2) / (d * d) },
		"wiggly": func(a float64) (float64, float64) {
			return (a-1)*(a-1) + 0.05*math.Cos(20*a), 2*(a-1) - math.Sin(20*a)
		},
		"exponential": func(a float64) (float64, float64) { return math.Exp(a) - 2*a, math.Exp(a) - 2 },
	}
	const c1, c2 = 1e-4, 0.9
	for name, phi := range profiles {
		f0, g0 := phi(0)
		for _, wall := range []float64{1.5, 3, math.Inf(1)} {
			for _, wild := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				for step := 1e-4; step < 1e5; step *= 10 {
					w := NewWolfe(c1, c2, 25)
					a, n, err := searchAlong(w, func(a float64) (float64, float64) {
						if a > wall {
							return wild, wild
						}
						return phi(a)
					}, step)
					f, g := phi(a)
					if err != nil || a > wall || f > f0+c1*a*g0 || math.Abs(g) > c2*math.Abs(g0) {
						t.Errorf("%s from %g, %g beyond %g: a = %g after %d, %v; want the strong Wolfe conditions", name, step, wild, wall, a, n, err)
					}
				}
			}
		}
	}
}

// A profile that is nowhere finite, or never lower, ends at the limit or before.
func TestWolfeGivesUp(t *testing.T) {
	for name, phi := range map[string]func(a float64) (f, g float64){
		"nan":  func(a float64) (float64, float64) { return pick(a, math.NaN()), pick(a, math.NaN()) - 2 },
		"rise": func(a float64) (float64, float64) { return 1e5 + a, -1 },
		"fall": func(a float64) (float64, float64) { return -a, -1 },
	} {
		w := NewWolfe(1e-4, 0.9, 25)
		if _, n, err := searchAlong(w, phi, 1); err == nil || n > 25 {
			t.Errorf("%s: %d evaluations, error %v; want an error within 25", name, n, err)
		}
		if w.AtFloor() {
			t.Errorf("%s: taken for the rounding floor", name)
		}
	}
}

// AtFloor tells a loss whose decrease rounding hides from one that falls, jumps, or has a
// wrong gradient.
func TestAtFloor(t *testing.T) {
	const base = 1.0
	for _, row := range []struct {
		name string
		phi  func(a float64) (f, g float64)
		want bool
	}{
		{"parabola", func(a float64) (float64, float64) { return base + (a-1)*(a-1), 2 * (a - 1) }, false},
		{"slope below the last digit", func(a float64) (float64, float64) { return base, -1e-17 }, true},
		{"slope below the noise", func(a float64) (float64, float64) {
			return base + 1e-12*math.Abs(math.Sin(1e9*a)), -1e-13
		}, true},
		{"jump", func(a float64) (float64, float64) { return pick(a, base+0.1), -1e-13 }, false},
		{"uphill", func(a float64) (float64, float64) { return base + a, -1 }, false},
	} {
		w := NewWolfe(1e-4, 0.9, 25)
		_, n, err := searchAlong(w, row.phi, 1)
		if got := w.AtFloor(); got != row.want {
			t.Errorf("%s: AtFloor() = %v after %d trials (%v), want %v", row.name, got, n, err, row.want)
		}
	}
}

// Lowers is the first of the two conditions, at the trial in hand.
func TestLowers(t *testing.T) {
	w := NewWolfe(0.1, 0.9, 25)
	w.Init(3, -2, 0.5)
	for value, want := range map[float64]bool{2.9: true, 2.89: true, 2.91: false, 3: false, 4: false} {
		if got := w.Lowers(value); got != want {
			t.Errorf("Lowers(%g) = %v, want %v: the bound is 3 − 0.1·0.5·2", value, got, want)
		}
	}
}

func pick(a, otherwise float64) float64 {
	if a == 0 {
		return 1
	}
	return otherwise
}
