package figure

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func labels(marks []tick) string {
	var out []string
	for _, m := range marks {
		if m.label != "" {
			out = append(out, m.label)
		}
	}
	return strings.Join(out, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		s      scale
		n      int
		want   string
		factor string
	}{
		{"unit", scale{min: 0, max: 1}, 5, "0 0.2 0.4 0.6 0.8 1.0", ""},
		{"signed", scale{min: -1, max: 1}, 4, "−1.0 −0.5 0 0.5 1.0", ""},
		{"quarters", scale{min: 0, max: 1}, 3, "0 0.25 0.50 0.75 1.00", ""},
		{"hundreds", scale{min: 0, max: 850}, 4, "0 200 400 600 800", ""},
		{"small", scale{min: 0, max: 9e-4}, 4, "0 2 4 6 8", "×1e-4"},
		{"large", scale{min: -2e5, max: 3e5}, 5, "−2 −1 0 1 2 3", "×1e5"},
		{"beside", scale{min: 100, max: 100.002}, 4, "100.0000 100.0005 100.0010 100.0015 100.0020", ""},
		{"widest", scale{min: -1e300, max: 1e300}, 4, "−1.0 −0.5 0 0.5 1.0", "×1e300"},
		{"decades", scale{min: -6.2, max: 0.1, log: true}, 3, "1e-6 1e-3 1", ""},
		{"narrow", scale{min: -1, max: 0.5, log: true}, 3, "0.1 0.2 0.5 1 2", ""},
		{"many", scale{min: -300, max: 0, log: true}, 3, "1e-300 1e-200 1e-100 1", ""},
		{"phases", stretched([]float64{0, 100, 10000}), 10, "0 25 50 75 100 2000 4000 6000 8000 10000", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			marks, factor := c.s.ticks(c.n)
			if c.name == "many" { // every 101st power: the exact ones do not matter
				if n := len(strings.Fields(labels(marks))); n < 2 || n > 5 {
					t.Errorf("%d labels: %s", n, labels(marks))
				}
				return
			}
			if got := labels(marks); got != c.want || factor != c.factor {
				t.Errorf("labels %q, factor %q, want %q, %q", got, factor, c.want, c.factor)
			}
		})
	}
}

// TestTicksAnywhere checks on any data that marks are few, rise, and lie on the
// axis.
func TestTicksAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		column := rapid.SliceOfN(rapid.OneOf(rapid.Float64(), rapid.SampledFrom(nasty)), 0, 4).Draw(t, "column")
		n := rapid.IntRange(0, 12).Draw(t, "n")
		for name, s := range map[string]scale{"tight": tight(column), "roomy": roomy(column), "zero": fromZero(column), "log": decades(column), "stretched": stretched(column)} {
			if !(s.min < s.max) {
				t.Fatalf("%s: scale %v", name, s)
			}
			marks, _ := s.ticks(n)
			if len(marks) == 0 || len(marks) > 120 {
				t.Errorf("%s: %d marks on %v", name, len(marks), s)
			}
			for i, m := range marks {
				if !(m.at > -0.01 && m.at < 1.01) || i > 0 && m.at < marks[i-1].at {
					t.Errorf("%s: mark %d at %v after %v", name, i, m, marks[max(0, i-1)])
				}
			}
			for _, v := range column {
				if at := s.at(v); !math.IsNaN(at) && (at < -9 || at > 10) {
					t.Errorf("%s: %g at %g", name, v, at)
				}
			}
		}
	})
}

func TestStretched(t *testing.T) {
	s := stretched([]float64{0, 10, 1000})
	// Shares 0.01 → 0.375 and 0.99, over their sum 1.365.
	if got, want := s.at(10), 0.375/1.365; math.Abs(got-want) > 1e-12 {
		t.Errorf("the switch is at %g, want %g", got, want)
	}
	if got := s.at(5); math.Abs(got-s.at(10)/2) > 1e-12 {
		t.Errorf("the middle of the first phase is at %g, want half of %g", got, s.at(10))
	}
	for name, edges := range map[string][]float64{"even": {0, 5, 10}, "falling": {0, 5, 3, 10}, "equal": {0, 5, 5, 10}} {
		if s := stretched(edges); s.knots != nil || s.min != 0 || s.max != 10 {
			t.Errorf("%s: %v, want a plain scale from 0 to 10", name, s)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		3.14159e-5: "3.1e-5", 9.04e-4: "9.0e-4", 0.123: "0.12", 0: "0", 12: "12", 1234: "1.2e3", -0.25: "−0.25", 1e100: "1e100", math.Inf(1): "+Inf",
	} {
		if got := number(v, 2); got != want {
			t.Errorf("number(%g) = %s, want %s", v, got, want)
		}
	}
}

func TestWrapAndFit(t *testing.T) {
	sty := noteStyle()
	text := strings.Repeat("some words of an explanation ", 20) + strings.Repeat("w", 500)
	for _, l := range wrap(text, sty, 200) {
		if w := sty.Width(l); w > 200 {
			t.Errorf("%q is %.0f wide, more than 200", l, w)
		}
	}
	if got := strings.Join(wrap("a  b\nc", sty, 200), "|"); got != "a b c" {
		t.Errorf("wrap = %q", got)
	}
	if got := fit("short", sty, 200); got != "short" {
		t.Errorf("fit = %q", got)
	}
	if got := fit(text, sty, 100); !strings.HasSuffix(got, "…") || sty.Width(got) > 100 {
		t.Errorf("fit = %q", got)
	}
}

func TestThin(t *testing.T) {
	const n = 100_000
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range xs {
		xs[i], ys[i] = float64(i), math.NaN()
		if i%3 > 0 {
			ys[i] = math.Sin(float64(i))
		}
	}
	ys[70_001], ys[30_001] = 99, -99
	x, y := thin(xs, ys)
	if len(x) > thinAbove+8 || len(x) != len(y) {
		t.Fatalf("%d and %d points, want at most %d", len(x), len(y), thinAbove)
	}
	if !slices.IsSorted(x) || x[0] != 0 || x[len(x)-1] != n-1 {
		t.Errorf("x is out of order or lacks an end: %g … %g", x[0], x[len(x)-1])
	}
	if !slices.Contains(y, 99) || !slices.Contains(y, -99) {
		t.Error("an extreme value was lost")
	}
}

func TestColours(t *testing.T) {
	for name, m := range map[string]struct {
		first, last [3]byte
		got         [2][3]byte
	}{
		"viridis": {[3]byte{0x44, 0x01, 0x54}, [3]byte{0xfd, 0xe7, 0x25}, [2][3]byte{{viridis[0].R, viridis[0].G, viridis[0].B}, {viridis[255].R, viridis[255].G, viridis[255].B}}},
		"magma":   {[3]byte{0, 0, 4}, [3]byte{0xfc, 0xfd, 0xbf}, [2][3]byte{{magma[0].R, magma[0].G, magma[0].B}, {magma[255].R, magma[255].G, magma[255].B}}},
	} {
		for k := range 3 {
			// One step of 255 covers the conversion to CIELAB and back.
			if d := int(m.got[0][k]) - int(m.first[k]); d*d > 1 {
				t.Errorf("%s begins with %v, want %v", name, m.got[0], m.first)
			}
			if d := int(m.got[1][k]) - int(m.last[k]); d*d > 1 {
				t.Errorf("%s ends with %v, want %v", name, m.got[1], m.last)
			}
		}
	}
}

func TestBelow(t *testing.T) {
	s := below([]float64{0, 1e-9, math.NaN(), 1e-2, math.Inf(1)})
	if !s.log || s.max != -2 || s.min != -2-errorDecades {
		t.Errorf("errors up to 1e-2: scale %v, want %d decades below", s, errorDecades)
	}
	if s := below([]float64{0, 0}); s.log || s.at(0) != 0 {
		t.Errorf("no error at all: scale %v, want a linear one with zero at its end", s)
	}
}
