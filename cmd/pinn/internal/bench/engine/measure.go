package engine

import (
	"math"
	"runtime"
	"slices"
	"time"

	"pinn/internal/kernel"
	"pinn/pinn"
)

// MostNormal is the largest number of parameters whose normal equations are
// measured.
const MostNormal = 2100

// Options say how to measure.
type Options struct {
	Threads []int         // the numbers of threads to compare, smallest first
	Time    time.Duration // for each case; every measurement is taken at least once
}

// Report is all that was measured.
type Report struct {
	Tier    string   `json:"tier"`
	Go      string   `json:"go"`
	Machine string   `json:"machine"`
	Peaks   []Peak   `json:"peaks"`
	Limits  Limits   `json:"limits"`
	Cases   []Result `json:"cases"`
}

// Peak is the rate of fused multiply-adds on registers.
type Peak struct {
	Threads int     `json:"threads"`
	GFlops  float64 `json:"gflops"`
}

// Result is what was measured of one case.
type Result struct {
	Problem    string   `json:"problem"`
	Network    string   `json:"network"`
	Points     int      `json:"points"`     // in the interior
	Partials   int      `json:"partials"`   // C there
	Parameters int      `json:"parameters"` // P
	Residuals  int      `json:"residuals"`  // R, rows of J
	Tile       int      `json:"tile"`       // points of a tile
	Allocs     float64  `json:"allocs"`     // per evaluation
	Split      Split    `json:"split"`
	Bound      Bound    `json:"bound"`
	Timings    []Timing `json:"timings"` // per number of threads

	subject *Subject // for one number of threads
	units   int      // hidden units
}

// Split tells what the time of a loss and its gradient on one thread goes into, as
// shares that add up to 1.
type Split struct {
	Products    float64 `json:"products"`
	Activations float64 `json:"activations"`
	Residual    float64 `json:"residual"`
	Rest        float64 `json:"rest"`
}

// Timing is what was measured on one number of threads.
type Timing struct {
	Threads  int   `json:"threads"`
	Loss     Rate  `json:"loss"`
	Gradient Rate  `json:"gradient"`         // loss and gradient
	Normal   *Rate `json:"normal,omitempty"` // normal equations, unless P > MostNormal
}

// Rate is the time of one evaluation and how fast that is.
type Rate struct {
	MS      float64 `json:"ms"`
	GFlops  float64 `json:"gflops"`
	Percent float64 `json:"percent"` // of the peak of as many threads
}

// Run measures the cases one after the other, calling progress before each.
func Run(cases []Case, o Options, progress func(c Case)) (*Report, error) {
	r := &Report{Tier: kernel.Tier(), Go: runtime.Version(), Machine: runtime.GOOS + "/" + runtime.GOARCH}
	r.Limits = measureLimits()
	for _, n := range o.Threads {
		r.Peaks = append(r.Peaks, Peak{n, kernel.FMAPeak(n)})
	}
	for _, c := range cases {
		if progress != nil {
			progress(c)
		}
		res, err := measure(c, o)
		if err != nil {
			return nil, err
		}
		r.Cases = append(r.Cases, res)
		for i := range r.Peaks {
			r.Peaks[i].GFlops = max(r.Peaks[i].GFlops, kernel.FMAPeak(r.Peaks[i].Threads))
		}
	}
	r.compare()
	return r, nil
}

// compare relates all rates to the peaks.
func (r *Report) compare() {
	one := r.Peaks[0].GFlops / float64(r.Peaks[0].Threads)
	for i := range r.Cases {
		c := &r.Cases[i]
		for j := range c.Timings {
			t, peak := &c.Timings[j], r.Peaks[j].GFlops
			for _, rate := range []*Rate{&t.Loss, &t.Gradient, t.Normal} {
				if rate != nil {
					rate.Percent = 100 * rate.GFlops / peak
				}
			}
		}
		first := c.Timings[0]
		c.Bound = r.Limits.bound(c.subject, c.units, one, first.Gradient.MS*float64(first.Threads))
	}
}

// course is one evaluation to be timed over and over.
type course struct {
	run  func()
	work float64
	to   *Rate
	best time.Duration
}

// measure times one case for every number of threads.
func measure(c Case, o Options) (Result, error) {
	var res Result
	var courses []*course
	var first *Subject
	for i, n := range o.Threads {
		s, err := c.Build(n)
		if err != nil {
			return res, err
		}
		if i == 0 {
			first, res = s, describe(c, s, len(o.Threads))
		}
		t := &res.Timings[i]
		t.Threads = n
		grad := make([]float64, s.Dim())
		courses = append(courses,
			&course{run: func() { s.Value(s.Theta) }, work: s.GradientWork() / 3, to: &t.Loss},
			&course{run: func() { s.ValueGrad(grad, s.Theta) }, work: s.GradientWork(), to: &t.Gradient})
		if s.Dim() <= MostNormal {
			a := kernel.Aligned(s.Dim() * s.Dim())
			t.Normal = &Rate{}
			courses = append(courses, &course{
				run: func() { s.NormalEquations(a, grad, s.Theta) }, work: s.NormalWork(), to: t.Normal,
			})
		}
	}
	var best pinn.Profile
	goRound(courses, o.Time, func() {
		if p := first.Profile(first.Theta); best.Total() == 0 || p.Total() < best.Total() {
			best = p
		}
	})
	res.subject = first
	for _, n := range c.Hidden {
		res.units += n
	}
	res.Split = split(best)
	res.Allocs = allocations(courses[len(courses)-1].run)
	return res, nil
}

// describe fills in what need not be measured.
func describe(c Case, s *Subject, threads int) Result {
	g := s.Groups()[0]
	return Result{
		Problem: c.Problem, Network: c.Net(), Points: g.Points, Partials: g.Partials, Tile: g.Tile,
		Parameters: s.Dim(), Residuals: s.Residuals(), Timings: make([]Timing, threads),
	}
}

// pause is the time between two repetitions: a busy machine lets those run first who
// have waited.
const pause = 3 * time.Millisecond

// goRound times the courses in turn until the time is up. Those that have had more
// than their share of it wait for the others.
func goRound(courses []*course, limit time.Duration, between func()) {
	for _, c := range courses {
		c.best = math.MaxInt64
	}
	spent := make([]time.Duration, len(courses))
	begin := time.Now()
	for round := 0; round == 0 || time.Since(begin) < limit; round++ {
		for i, c := range courses {
			if spent[i] > slices.Min(spent)*3/2+time.Millisecond {
				continue
			}
			time.Sleep(pause)
			t := time.Now()
			c.run()
			d := time.Since(t)
			spent[i] += d
			c.best = min(c.best, d)
		}
		if round%4 == 0 {
			between()
		}
	}
	for _, c := range courses {
		c.to.MS = 1e3 * c.best.Seconds()
		c.to.GFlops = c.work / c.best.Seconds() / 1e9
	}
}

func split(p pinn.Profile) Split {
	total := p.Total().Seconds()
	return Split{
		Products:    p.Products.Seconds() / total,
		Activations: p.Activations.Seconds() / total,
		Residual:    p.Residual.Seconds() / total,
		Rest:        p.Rest.Seconds() / total,
	}
}

// allocations returns how many blocks of memory a run takes: the least of some, since
// other goroutines allocate too.
func allocations(run func()) float64 {
	var before, after runtime.MemStats
	least := uint64(math.MaxUint64)
	for range 5 {
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		if least = min(least, after.Mallocs-before.Mallocs); least == 0 {
			break
		}
	}
	return float64(least)
}
