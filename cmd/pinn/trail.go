package main

import (
	"fmt"
	"math"
	"slices"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pde/judging"
)

// trail keeps what a run would have returned at some of its steps, so that the
// error there can be measured when the run is over. It is all that is done about
// the truth while training: nothing is evaluated before the last step.
type trail struct {
	marks []mark
	part  int // that is trained, from 0
}

// mark is one kept state: where the run stood, and the best θ so far.
type mark struct {
	step, gradEvals int
	passes, seconds float64
	part            int // that θ belongs to
	theta           []float64
}

// spacing is the least ratio of passes between two marks that are kept, the
// newest apart: a run of a hundred thousand passes leaves about 500.
const spacing = 1.03

// observe is a hybrid.Plan's Observe. It keeps θ where it is new; the newest mark
// so far goes if it stands too near to the one before it.
func (t *trail) observe(row hybrid.Row, best []float64) {
	if n := len(t.marks); n > 0 && slices.Equal(best, t.marks[n-1].theta) {
		return
	}
	if n := len(t.marks); n > 1 && t.marks[n-1].passes < spacing*t.marks[n-2].passes {
		t.marks = t.marks[:n-1]
	}
	t.marks = append(t.marks, mark{row.Step, row.GradEvals, row.Passes, row.Wall, t.part, best})
}

// trailPrefix is put before the names of the trail's state.
const trailPrefix = "trail/"

// trailNames are those of the numbers of a mark; the last is the length of its θ.
var trailNames = []string{"step", "grad_evals", "passes", "seconds", "part", "size"}

// state returns the marks, one vector for each of their numbers and one with every
// θ, as part of the state of a run.
func (t *trail) state() (list []optim.Vector) {
	for _, name := range append(trailNames, "theta") {
		list = append(list, optim.Vector{Name: trailPrefix + name})
	}
	last := len(trailNames)
	for _, m := range t.marks {
		for i, x := range []float64{float64(m.step), float64(m.gradEvals), m.passes, m.seconds, float64(m.part), float64(len(m.theta))} {
			list[i].Values = append(list[i].Values, x)
		}
		list[last].Values = append(list[last].Values, m.theta...)
	}
	return list
}

// restore takes back what state returned.
func (t *trail) restore(state []optim.Vector) error {
	t.marks = nil
	last := len(trailNames)
	if len(state) != last+1 {
		return fmt.Errorf("the trail must have %d vectors, got %d", last+1, len(state))
	}
	n, theta := len(state[0].Values), state[last].Values
	for i, v := range state[:last] {
		if len(v.Values) != n || v.Name != trailPrefix+trailNames[i] {
			return fmt.Errorf("%s: must have %d values, got %d", v.Name, n, len(v.Values))
		}
	}
	for i := range n {
		at := func(k int) float64 { return state[k].Values[i] }
		size := int(at(5))
		if size < 0 || size > len(theta) {
			return fmt.Errorf("%s: must have %d values more, got %d", state[last].Name, size, len(theta))
		}
		t.marks = append(t.marks, mark{int(at(0)), int(at(1)), at(2), at(3), int(at(4)), theta[:size:size]})
		theta = theta[size:]
	}
	if len(theta) > 0 {
		return fmt.Errorf("%s: has %d values too many", state[last].Name, len(theta))
	}
	return nil
}

// evaluator returns the values of the fields that θ describes.
type evaluator func(theta []float64, pts pde.Points) [][]float64

// errors returns errors.csv: the relative L2 error over all fields with a truth,
// for every mark, with an evaluator for each part. It is measured on at most
// trailPoints points of where the answer is judged, spread evenly, but for the last,
// which is judged on all.
func (t *trail) errors(truth judging.Truth, eval ...evaluator) *rundir.Table {
	n := len(t.marks)
	step, grads, passes, seconds, rel := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	where := truth.Where()
	known := truth.At(where)
	some, exact := spread(where, known, trailPoints)
	for i, m := range t.marks {
		step[i], grads[i], passes[i], seconds[i] = float64(m.step), float64(m.gradEvals), m.passes, m.seconds
		if i == n-1 {
			some, exact = where, known
		}
		rel[i] = judging.Judge(eval[m.part](m.theta, some), exact).AllRelL2
	}
	out := &rundir.Table{}
	out.Add(rundir.ColStep, step)
	out.Add(rundir.ColGradEvals, grads)
	out.Add(rundir.ColPasses, passes)
	out.Add(rundir.ColWall, seconds)
	out.Add(rundir.ColRelL2, rel)
	return out
}

// trailPoints bounds the points on which the error along a run is measured: a few
// hundred states of a network are judged within a second.
const trailPoints = 2048

// spread returns at most n of the points and what is known there. Which ones
// follows from the golden ratio, so that no grid beats against the choice.
func spread(pts pde.Points, known [][]float64, n int) (pde.Points, [][]float64) {
	if pts.N <= n {
		return pts, known
	}
	some := pde.Points{N: n, D: pts.D}
	exact := make([][]float64, len(known))
	for k := range n {
		// Place k of an even choice, moved within its stretch of N/n points.
		_, part := math.Modf(float64(k) * math.Phi)
		i := int((float64(k) + part) / float64(n) * float64(pts.N))
		some.X = append(some.X, pts.At(i)...)
		for f, column := range known {
			if column != nil {
				exact[f] = append(exact[f], column[i])
			}
		}
	}
	return some, exact
}
