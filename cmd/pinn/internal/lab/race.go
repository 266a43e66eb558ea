package lab

import (
	"math"
	"slices"

	"pinn/optim"
)

// rates is the grid of learning rates from which every method takes its best: three
// to a decade.
func rates(from, to float64) (r []float64) {
	for k := range int(math.Round(3*math.Log10(to/from))) + 1 {
		r = append(r, from*math.Pow(10, float64(k)/3))
	}
	return r
}

// newMethod returns a row of optim.Methods with a constant learning rate, if it has
// one at all.
func newMethod(name string, rate float64) optim.Configurable {
	row, ok := optim.ByName(name)
	if !ok {
		panic("lab: no such method")
	}
	m := row.New()
	if shared, ok := optim.ShareOf(m); ok {
		shared.LearningRate = optim.Constant(rate)
	}
	return m
}

// runaway is the growth of the loss that counts as divergence.
const runaway = 1e3

// firstLook is the step at which a pace is looked at first, and then whenever the
// steps have doubled.
const firstLook = 250

// stepsTo returns the number of steps that m takes from start until the loss is at or
// below target; ok is false if it diverges, stops, or will need more than most: at the
// pace of the second half of its steps, even twice as many as are left do not do.
func stepsTo(m optim.Method, f optim.Objective, start []float64, target float64, most int) (steps int, ok bool) {
	theta := slices.Clone(start)
	m.Init(len(theta))
	first, before, look := math.NaN(), math.NaN(), firstLook
	for k := range most + 1 {
		info, err := m.Step(theta, f)
		at := k // first-order methods report the loss before the step
		if info.StepSize != 0 || info.Trials != 0 {
			at = k + 1
		}
		if math.IsNaN(first) {
			first = math.Abs(info.Value)
		}
		if info.Value <= target {
			return at, true
		}
		if err != nil || info.Status != optim.Running || !(info.Value <= runaway*first) {
			return k, false
		}
		if k == look {
			pace := math.Log(before/info.Value) / float64(k-k/2)
			if 2*pace*float64(most-k) < math.Log(info.Value/target) {
				return k, false
			}
			before, look = info.Value, 2*k
		} else if k == firstLook/2 {
			before = info.Value
		}
	}
	return most, false
}

// best is the fewest steps over the rates.
type best struct {
	rate  float64
	steps int
	ok    bool
}

// race finds the rate at which the method called name reaches target soonest. Rates
// are tried from the largest that might do; each needs to be tried no longer than the
// best so far.
func race(name string, grid []float64, f optim.Objective, start []float64, target float64, most int) best {
	b := best{rate: math.NaN(), steps: most}
	row, _ := optim.ByName(name)
	if _, has := optim.ShareOf(row.New()); !has {
		grid = []float64{math.NaN()}
	}
	for i := len(grid) - 1; i >= 0; i-- {
		if n, ok := stepsTo(newMethod(name, grid[i]), f, start, target, b.steps); ok && (!b.ok || n < b.steps) {
			b = best{grid[i], n, true}
		}
	}
	return b
}

// walk returns the path of m from start, its ends included, until it leaves what is
// finite.
func walk(m optim.Method, f optim.Objective, start []float64, steps int) (path [][]float64) {
	theta := slices.Clone(start)
	m.Init(len(theta))
	path = append(path, slices.Clone(theta))
	for range steps {
		if info, err := m.Step(theta, f); err != nil || info.Status != optim.Running {
			break
		}
		path = append(path, slices.Clone(theta))
	}
	return path
}

// column returns the ith coordinate of a path.
func column(path [][]float64, i int) []float64 {
	c := make([]float64, len(path))
	for k := range path {
		c[k] = path[k][i]
	}
	return c
}
