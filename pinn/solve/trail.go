package solve

import (
	"math"
	"slices"

	"pinn/hybrid"
	"pinn/pde"
	"pinn/pde/judging"
)

// trail keeps what a run would have returned at some of its steps, so that the
// error there can be measured when the run is over. It is all that is done about
// the truth while training: nothing is evaluated before the last step.
type trail struct {
	marks []Mark
}

// Mark is one kept state: where the run stood, and the best θ so far.
type Mark struct {
	Step, GradEvals int
	Passes, Seconds float64
	Part            int // that θ belongs to
	Theta           []float64
}

// spacing is the least ratio of passes between two marks that are kept, the
// newest apart: a run of a hundred thousand passes leaves about 500.
const spacing = 1.03

// observe is a hybrid.Options' Observe. It keeps θ where it is new; the newest mark
// so far goes if it stands too near to the one before it.
func (t *trail) observe(part int, row hybrid.Row, best []float64) {
	if n := len(t.marks); n > 0 && slices.Equal(best, t.marks[n-1].Theta) {
		return
	}
	if n := len(t.marks); n > 1 && t.marks[n-1].Passes < spacing*t.marks[n-2].Passes {
		t.marks = t.marks[:n-1]
	}
	t.marks = append(t.marks, Mark{row.Step, row.GradEvals, row.Passes, row.Wall, part, best})
}

// evaluator returns the values of the fields that θ describes.
type evaluator func(theta []float64, pts pde.Points) [][]float64

// Along is the error along a run: what the answer would have been worth had the run
// ended there.
type Along struct {
	Step, GradEvals int
	Passes, Seconds float64
	RelL2           float64 // over all fields with a truth
}

// errors returns the error of every mark, with an evaluator for each part. It is
// measured on at most trailPoints points of where the answer is judged, spread evenly,
// but for the last, which is judged on all.
func (t *trail) errors(truth judging.Truth, eval ...evaluator) []Along {
	list := make([]Along, len(t.marks))
	where := truth.Where()
	known := truth.At(where)
	some, exact := spread(where, known, trailPoints)
	for i, m := range t.marks {
		if i == len(t.marks)-1 {
			some, exact = where, known
		}
		list[i] = Along{m.Step, m.GradEvals, m.Passes, m.Seconds, judging.Judge(eval[m.Part](m.Theta, some), exact).AllRelL2}
	}
	return list
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
