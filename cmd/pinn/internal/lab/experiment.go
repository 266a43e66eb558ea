package lab

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
)

// Experiment is a claim and the way to test it.
type Experiment struct {
	Name  string
	Title string
	Claim string // one sentence
	Essay string // what is done and why, in a paragraph or two
	Run   func(Setup) (*Outcome, error)
}

// Experiments lists all experiments in the order of the essay.
var Experiments = []Experiment{canyon, valley, metric, forgetting, decay, flow, noise, spikes, hybridPlans}

// ByName returns the experiment called name.
func ByName(name string) (Experiment, bool) {
	for _, e := range Experiments {
		if e.Name == name {
			return e, true
		}
	}
	return Experiment{}, false
}

// Setup is what an experiment is given to run with.
type Setup struct {
	Context context.Context // when cancelled, Run returns its error soon
	Seed    uint64
	Threads int  // 0 for GOMAXPROCS; changes no number
	Brief   bool // for tests of the machinery: a small part of the work
}

// over returns the error of a cancelled context.
func (s Setup) over() error { return s.Context.Err() }

// pick returns whole, or what stands for it where the run is brief.
func pick[T any](s Setup, whole, brief T) T {
	if s.Brief {
		return brief
	}
	return whole
}

// each calls do for 0 … n−1 on several threads, and stops early when cancelled. do
// writes to places of its own only. The error is that of the smallest i.
func (s Setup) each(n int, do func(i int) error) error {
	threads := s.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	next, errs := make(chan int), make([]error, n)
	var wait sync.WaitGroup
	for range min(threads, n) {
		wait.Go(func() {
			for i := range next {
				if s.over() == nil {
					errs[i] = do(i)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	if err := s.over(); err != nil {
		return err
	}
	return cmp.Or(errs...)
}

// Outcome is what an experiment found.
type Outcome struct {
	Findings []Finding // the first is the figure of merit
	Notes    []string  // sentences with numbers, for the essay
	Table    Table
	Sheets   []figure.Sheet
}

// Table is table.csv.
type Table struct {
	Header []string
	Rows   [][]string
}

// add adds a row of cells: numbers, which get six digits, counts and words.
func (t *Table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		if v, ok := c.(float64); ok {
			row[i] = cell(v)
		} else {
			row[i] = fmt.Sprint(c)
		}
	}
	t.Rows = append(t.Rows, row)
}

// Finding is one part of a claim, measured against its threshold.
type Finding struct {
	What      string        `json:"what"`
	Measured  rundir.Number `json:"measured"`
	Relation  string        `json:"relation"` // "≥" or "≤"
	Threshold float64       `json:"threshold"`
	Holds     bool          `json:"holds"`
}

// atLeast is a finding that holds where measured ≥ threshold.
func atLeast(threshold, measured float64, what string) Finding {
	return Finding{what, rundir.Number(measured), "≥", threshold, measured >= threshold}
}

// atMost is a finding that holds where measured ≤ threshold.
func atMost(threshold, measured float64, what string) Finding {
	return Finding{what, rundir.Number(measured), "≤", threshold, measured <= threshold}
}

// holds reports whether every part of the claim holds.
func (o *Outcome) holds() bool {
	for _, f := range o.Findings {
		if !f.Holds {
			return false
		}
	}
	return true
}

// exponent returns p of the power law y = c·xᵖ that fits best: the slope of the
// least-squares line through log y over log x.
func exponent(x, y []float64) float64 {
	_, p := stat.LinearRegression(logs(x), logs(y), nil, false)
	return p
}

func logs(x []float64) []float64 {
	l := make([]float64, len(x))
	for i, v := range x {
		l[i] = math.Log(v)
	}
	return l
}

// quantile returns the q-quantile of values, by linear interpolation from the least, at
// q = 0, to the largest, at q = 1; NaN where there are none. gonum's stat.Quantile
// interpolates otherwise: its median of 1 and 2 is 1.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	at := q * float64(len(v)-1)
	i := min(int(at), len(v)-1)
	j := min(i+1, len(v)-1)
	return v[i] + (at-float64(i))*(v[j]-v[i])
}

func median(values []float64) float64 { return quantile(values, 0.5) }
