package engine

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

// tiny is a case that takes no time.
var tiny = []Case{{"burgers", []int{4}, 40}, {"elasticity-plate", []int{3, 3}, 30}, {"burgers-periodic", []int{4, 4}, 40}}

// TestCases: the figures that the table of cases promises.
func TestCases(t *testing.T) {
	partials := map[string]int{"burgers": 4, "heat-2d": 6, "elasticity-plate": 6, "kdv": 5, "beam": 5, "burgers-periodic": 4}
	params := map[string]int{"burgers 3×20": 921, "burgers-periodic 3×20": 941, "burgers-periodic 3×30": 2011}
	for _, c := range Cases {
		t.Run(c.String(), func(t *testing.T) {
			points := c.Points
			c.Points = 20
			s, err := c.Build(1)
			if err != nil {
				t.Fatal(err)
			}
			g := s.Groups()
			if got, want := g[0].Partials, partials[c.Problem]; got != want {
				t.Errorf("C = %d, want %d", got, want)
			}
			if want, ok := params[c.String()]; ok && s.Dim() != want {
				t.Errorf("P = %d, want %d", s.Dim(), want)
			}
			if got := g[0].Points; got != 20 {
				t.Errorf("%d points, want 20 (of %d)", got, points)
			}
		})
	}
}

// TestWork counts one case by hand: 2×4 and 4×1 weights, 40 points, 4 partials.
func TestWork(t *testing.T) {
	s, err := tiny[0].Build(1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.GradientWork(), 6.0*4*40*(2*4+4*1); got != want {
		t.Errorf("work of a gradient = %v, want %v", got, want)
	}
	if got, want := s.NormalWork(), 40.0*17*17; got != want {
		t.Errorf("work of normal equations = %v, want %v", got, want)
	}
}

func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: measures the engine")
	}
	var seen []string
	r, err := Run(tiny, Options{Threads: []int{1, 2}}, func(c Case) { seen = append(seen, c.String()) })
	if err != nil {
		t.Fatal(err)
	}
	if want := "burgers 1×4, elasticity-plate 2×3, burgers-periodic 2×4"; strings.Join(seen, ", ") != want {
		t.Errorf("measured %v, want %s", seen, want)
	}
	for _, c := range r.Cases {
		if sum := c.Split.Products + c.Split.Activations + c.Split.Residual + c.Split.Rest; math.Abs(sum-1) > 1e-9 {
			t.Errorf("%s: shares add up to %v", c.Problem, sum)
		}
		if b := c.Bound; !(b.Arithmetic > 0 && b.Tanh > 0 && b.Traffic > 0) || b.Binds == "" {
			t.Errorf("%s: %+v, want positive shares", c.Problem, b)
		}
		if c.Allocs != 0 && !raceDetector {
			t.Errorf("%s: %v allocations, want none", c.Problem, c.Allocs)
		}
		for _, n := range c.Timings {
			for _, rate := range []Rate{n.Loss, n.Gradient, *n.Normal} {
				if !(rate.MS > 0 && rate.GFlops > 0 && rate.Percent > 0) {
					t.Errorf("%s: %+v, want positive numbers", c.Problem, rate)
				}
			}
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"tier", "peaks", "partials", "parameters", "split", "bound", "limits", "loss", "gradient", "normal", "percent"} {
		if !strings.Contains(string(text), `"`+key+`"`) {
			t.Errorf("the JSON has no %s", key)
		}
	}
}

// report has numbers as wide as they become.
var report = &Report{
	Tier: "avx512", Go: "go1.26", Machine: "linux/amd64",
	Peaks:  []Peak{{1, 58.6}, {2, 117.2}},
	Limits: Limits{0.8, 90},
	Cases: []Result{{
		Problem: "elasticity-plate", Network: "4×128", Points: 10000, Partials: 6, Parameters: 50049, Residuals: 22000, Tile: 128,
		Split: Split{0.5, 0.25, 0.2, 0.05}, Bound: Bound{0.75, 0.08, 0.4, "arithmetic"},
		Timings: []Timing{
			{1, Rate{1000, 25, 40}, Rate{4000, 50, 80}, nil},
			{2, Rate{500, 50, 40}, Rate{2000, 100, 85}, nil},
		},
	}, {
		Problem: "kdv", Network: "3×20", Points: 10000, Partials: 5, Parameters: 941, Residuals: 10000, Tile: 152,
		Split: Split{0.6, 0.3, 0.06, 0.04}, Bound: Bound{0.3, 0.1, 0.5, "traffic"},
		Timings: []Timing{
			{1, Rate{2, 25, 40}, Rate{6, 50, 80}, &Rate{300, 28, 50}},
			{2, Rate{1, 50, 40}, Rate{3, 100, 85}, &Rate{150, 57, 50}},
		},
	}},
}

const printed = `kernel avx512, go1.26 linux/amd64
peak of 1 thread: 58.6 GFLOP/s
peak of 2 threads: 117.2 GFLOP/s
one thread: 0.80 ns for a tanh, 90 GB/s in the second-level cache

loss and gradient    net      N  C      P  loss ms       ms  GFLOP/s  % peak  1: %  gain  allocs
elasticity-plate   4×128  10000  6  50049   500.00  2000.00    100.0      85    80  2.00       0
kdv                 3×20  10000  5    941     1.00     3.00    100.0      85    80  2.00       0

normal equations   net      N   rows    P     ms  GFLOP/s  % peak  1: %  gain
kdv               3×20  10000  10000  941  150.0     57.0      50    50  2.00

time on one thread, %    net      N  tile  products  activations  residual  rest  loss/both
elasticity-plate       4×128  10000   128      50.0         25.0      20.0   5.0         25
kdv                     3×20  10000   152      60.0         30.0       6.0   4.0         33

least time, % of it    net      N  arithmetic  tanh  both  L2 traffic       binds
elasticity-plate     4×128  10000          75     8    83          40  arithmetic
kdv                   3×20  10000          30    10    40          50     traffic
`

func TestPrint(t *testing.T) {
	var b strings.Builder
	if err := report.Print(&b); err != nil {
		t.Fatal(err)
	}
	if b.String() != printed {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), printed)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%d columns, want at most 100: %s", n, line)
		}
	}
}

func TestBusy(t *testing.T) {
	for _, tt := range []struct {
		peaks []Peak
		want  bool
	}{
		{[]Peak{{1, 58}}, false},
		{[]Peak{{1, 58}, {2, 113}}, false},
		{[]Peak{{1, 58}, {2, 60}}, true},
		{[]Peak{{2, 100}, {4, 150}}, true},
	} {
		if got := (&Report{Peaks: tt.peaks}).busy(); got != tt.want {
			t.Errorf("%v: busy = %v, want %v", tt.peaks, got, tt.want)
		}
	}
}

// BenchmarkEngine is the same cases for benchstat: -row /problem,/net -col /of.
func BenchmarkEngine(b *testing.B) {
	for _, c := range Cases {
		s, err := c.Build(0)
		if err != nil {
			b.Fatal(err)
		}
		grad := make([]float64, s.Dim())
		bench := func(of string, work float64, run func()) {
			b.Run(fmt.Sprintf("problem=%s/net=%s/of=%s", c.Problem, c.Net(), of), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		bench("loss", s.GradientWork()/3, func() { s.Value(s.Theta) })
		bench("gradient", s.GradientWork(), func() { s.ValueGrad(grad, s.Theta) })
		if s.Dim() <= MostNormal {
			a := make([]float64, s.Dim()*s.Dim())
			bench("normal", s.NormalWork(), func() { s.NormalEquations(a, grad, s.Theta) })
		}
	}
}
