package optim

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"pinn/internal/kernel"
	"pinn/optim/internal/memory"
	"pinn/optim/internal/quasinewton"
)

// director gives the direction of the next line search: an estimate of the inverse
// Hessian of package quasinewton.
type director interface {
	// Direct stores a direction at the accepted point loc in dir and returns the
	// first step to try, ok = false if it has no curvature to go by and the
	// direction is to be steepest descent. It is called once per accepted point,
	// and again after Forget.
	Direct(loc *optimize.Location, dir []float64) (step float64, ok bool)
	// Forget drops all curvature.
	Forget()
	// Redrawn tells that the objective has changed, or that the caller has moved θ:
	// the next accepted point makes no pair with the one before.
	Redrawn()
}

const (
	floorChange   = 0x1p-50 // a relative decrease that rounding alone can make
	changeSteps   = 10      // successive steps that must change so little
	failureMemory = 20      // iterations within which a second failure ends the run
)

// descender improves θ by line searches along a director's directions. One
// advance is one major iteration of gonum's LinesearchMethod, run in this
// goroutine. x, f, g belong to the last accepted point throughout.
//
// A search that fails keeps its best trial if that lowered the loss enough;
// otherwise curvature is dropped and steepest descent, −g/‖g‖, tried once from
// the same point. A second failure within failureMemory iterations is the end.
type descender struct {
	director director
	wolfe    *quasinewton.Wolfe
	settings Search

	gonum optimize.LinesearchMethod
	loc   optimize.Location // the trial
	x, g  []float64         // the last accepted point
	best  trial             // of the current search
	reach float64           // length of its first step

	counters []float64 // see the constants below
	scalars  []float64
	status   Status
	note     string
}

// Indices into descender.counters.
const (
	ready      = iota // 1 once x, f, g are those of the objective
	iterations        // accepted steps since init
	failed            // iteration of the last failed search, plus one; 0 for none
	flat              // successive steps without a change worth the name
	plain             // 1 while the current direction is steepest descent
	numCounters
)

// Indices into descender.scalars.
const (
	value  = iota // f
	norm          // ‖g‖₂
	length        // ‖Δθ‖₂ of the last accepted step, 0 for none
	numScalars
)

// trial is a point of a line search that lowered the loss enough.
type trial struct {
	x, g       []float64
	f, step, h float64 // h = ‖g‖₂
	found      bool
}

func (d *descender) init(dim int, director director, s Search) {
	w := quasinewton.NewWolfe(s.Decrease, s.Curvature, s.MaxSearchEvals)
	rows := make([]float64, 6*dim)
	row := func(i int) []float64 { return rows[i*dim : (i+1)*dim : (i+1)*dim] }
	*d = descender{
		director: director, wolfe: w, settings: s,
		x: row(0), g: row(1),
		loc:      optimize.Location{X: row(2), Gradient: row(3)},
		best:     trial{x: row(4), g: row(5)},
		counters: make([]float64, numCounters),
		scalars:  make([]float64, numScalars),
	}
	d.gonum = optimize.LinesearchMethod{NextDirectioner: d, Linesearcher: w}
}

// restart makes the next step evaluate the objective anew, with what curvature the
// director keeps.
func (d *descender) restart() {
	if d.counters == nil {
		return
	}
	d.counters[ready], d.counters[failed], d.counters[flat] = 0, 0, 0
	d.resume()
	d.director.Redrawn()
}

// resume makes the method go on from a restored state.
func (d *descender) resume() { d.status, d.note = Running, "" }

// parts is the state of a method: that of its director, own, and of the search.
func (d *descender) parts(own []memory.Part) []memory.Part {
	return append(own,
		memory.Part{Name: "x", Values: d.x}, memory.Part{Name: "gradient", Values: d.g},
		memory.Part{Name: "scalars", Values: d.scalars},
		memory.Part{Name: "counters", Values: d.counters, Counts: true})
}

func (d *descender) save(own []memory.Part) []Vector { return memory.Save(d.parts(own)) }

func (d *descender) load(own []memory.Part, state []Vector) error {
	if err := memory.Load(d.parts(own), state); err != nil {
		return err
	}
	d.resume()
	return nil
}

// step makes one major iteration from theta. If theta is not the last accepted
// point, the caller has moved it, and the method restarts there.
func (d *descender) step(theta []float64, f Objective) (StepInfo, error) {
	mustFit(theta, f, len(d.x))
	info := StepInfo{Clip: 1}
	if d.counters[ready] == 0 || !equal(theta, d.x) {
		if bad := d.enter(theta, f, &info); bad != nil {
			return refuse(info, bad)
		}
	}
	if d.status == Running {
		d.status = d.settled()
	}
	var bad *NotFiniteError
	if d.status == Running {
		bad = d.iterate(f, &info)
		copy(theta, d.x)
	}
	info.Value, info.GradNorm = d.scalars[value], d.scalars[norm]
	info.Status = d.status
	if info.Note == "" {
		info.Note = d.note
	}
	if bad != nil {
		return info, bad
	}
	return info, nil
}

// enter evaluates the objective at theta, which becomes the accepted point.
func (d *descender) enter(theta []float64, f Objective, info *StepInfo) *NotFiniteError {
	d.restart()
	copy(d.loc.X, theta)
	h, bad := d.evaluate(f, info)
	info.Value, info.GradNorm = d.loc.F, h
	if bad != nil {
		return bad
	}
	copy(d.x, theta)
	copy(d.g, d.loc.Gradient)
	d.scalars[value], d.scalars[norm] = d.loc.F, h
	d.counters[ready] = 1
	return nil
}

func (d *descender) evaluate(f Objective, info *StepInfo) (norm float64, bad *NotFiniteError) {
	d.loc.F = f.ValueGrad(d.loc.Gradient, d.loc.X)
	info.LossEvals++
	info.GradEvals++
	return checkFinite(int(d.counters[iterations]), d.loc.F, d.loc.Gradient)
}

// iterate searches along the director's direction and, should that fail, once
// along steepest descent.
func (d *descender) iterate(f Objective, info *StepInfo) *NotFiniteError {
	bad, err := d.search(f, info)
	if err == nil {
		return nil
	}
	steepest, floor := d.counters[plain] == 1, d.wolfe.AtFloor() || d.atLastDigit()
	recent := d.counters[failed] > 0 && d.counters[iterations]-(d.counters[failed]-1) < failureMemory
	d.counters[failed] = d.counters[iterations] + 1
	first := err
	if !steepest && !recent {
		d.director.Forget()
		if bad, err = d.search(f, info); err == nil {
			info.Restarted = true
			info.Note = fmt.Sprintf("line search failed (%v); went on from the last accepted point along steepest descent", first)
			return nil
		}
	}
	return d.fail(first, floor, bad)
}

// atLastDigit reports whether the first step of the search was too short for θ, of
// which it would have changed the last digits only.
func (d *descender) atLastDigit() bool {
	const epsilon = 0x1p-52
	return d.reach <= 4*epsilon*math.Sqrt(kernel.Dot(d.x, d.x))
}

// fail sets the status after the last failed search.
func (d *descender) fail(err error, floor bool, bad *NotFiniteError) *NotFiniteError {
	switch {
	case bad != nil:
		d.status = NotFinite
		d.note = "every trial of the line search was not finite; last: " + bad.Error()
		bad.At = slices.Clone(d.loc.X)
	case floor:
		d.status = ConvergedFloor
		d.note = fmt.Sprintf("the decrease left to find is below the rounding noise of the loss %.6g", d.scalars[value])
	default:
		d.status = LineSearch
		d.note = fmt.Sprintf("no step lowers the loss %.6g, gradient norm %.3g (%v)", d.scalars[value], d.scalars[norm], err)
	}
	return bad
}

// search runs one line search. err is nil after a step was accepted and says
// otherwise why not; bad is then the last trial if none was finite.
func (d *descender) search(f Objective, info *StepInfo) (bad *NotFiniteError, err error) {
	var h float64
	d.best.found = false
	copy(d.loc.X, d.x)
	copy(d.loc.Gradient, d.g)
	d.loc.F = d.scalars[value]
	op, err := d.gonum.Init(&d.loc)
	for err == nil && op != optimize.MajorIteration {
		if h, bad = d.evaluate(f, info); bad != nil {
			d.loc.F = math.NaN() // wolfe reflects it
		} else if d.wolfe.Lowers(d.loc.F) && !(d.best.found && d.best.f <= d.loc.F) {
			d.best.keep(&d.loc, h, d.wolfe.Step)
		}
		op, err = d.gonum.Iterate(&d.loc)
	}
	switch {
	case err == nil:
		d.accept(d.loc.X, d.loc.Gradient, d.loc.F, h, d.wolfe.Step, info)
		return nil, nil
	case d.best.found:
		d.accept(d.best.x, d.best.g, d.best.f, d.best.h, d.best.step, info)
		info.Note = fmt.Sprintf("step kept for its decrease alone (%v)", err)
		return nil, nil
	case d.wolfe.NotFinite < d.wolfe.Trials:
		bad = nil
	}
	return bad, err
}

// keep copies the trial at loc.
func (t *trial) keep(loc *optimize.Location, h, step float64) {
	copy(t.x, loc.X)
	copy(t.g, loc.Gradient)
	t.f, t.h, t.step, t.found = loc.F, h, step, true
}

// accept makes (x, g, f) with h = ‖g‖₂ the accepted point.
func (d *descender) accept(x, g []float64, f, h, step float64, info *StepInfo) {
	info.StepSize = step
	info.StepNorm = math.Sqrt(distance2(x, d.x))
	drop := d.scalars[value] - f
	if drop <= math.Max(d.settings.StopChange, floorChange)*math.Abs(f) {
		d.counters[flat]++
	} else {
		d.counters[flat] = 0
	}
	copy(d.x, x)
	copy(d.g, g)
	d.scalars[value], d.scalars[norm] = f, h
	d.scalars[length] = info.StepNorm
	d.counters[iterations]++
	d.status = d.settled()
}

// settled returns the tolerance that the accepted point meets, or Running.
func (d *descender) settled() Status {
	largest := maxAbs(d.g)
	switch {
	case largest <= d.settings.StopGradient || d.scalars[norm] == 0:
		d.note = fmt.Sprintf("largest gradient component %.3g", largest)
		return ConvergedGradient
	case d.scalars[value] <= d.settings.StopValue:
		d.note = fmt.Sprintf("loss %.6g", d.scalars[value])
		return ConvergedValue
	case d.counters[flat] >= changeSteps:
		d.note = fmt.Sprintf("loss %.17g changed too little in %d steps", d.scalars[value], changeSteps)
		if d.settings.StopChange > floorChange {
			return ConvergedChange
		}
		return ConvergedFloor
	}
	return Running
}

// InitDirection stores the direction of the next search in dir and returns its
// first step. gonum calls it through LinesearchMethod.Init; see
// optimize.NextDirectioner. Steepest descent is −g/‖g‖ with the length of the
// last accepted step, FirstStep before there is one.
func (d *descender) InitDirection(loc *optimize.Location, dir []float64) float64 {
	step, ok := d.director.Direct(loc, dir)
	d.counters[plain] = 0
	if slope := kernel.Dot(loc.Gradient, dir); ok && slope < 0 && finite(slope) {
		d.reach = step * math.Sqrt(kernel.Dot(dir, dir))
		return step
	}
	if ok {
		d.director.Forget()
		d.director.Direct(loc, dir)
	}
	d.counters[plain] = 1
	kernel.Scale(dir, -1/d.scalars[norm], loc.Gradient)
	d.reach = d.settings.FirstStep
	if d.scalars[length] > 0 {
		d.reach = d.scalars[length]
	}
	return d.reach
}

// NextDirection is InitDirection: each major iteration begins with Init, so that
// a restored or restarted run takes the same path as one that goes on.
func (d *descender) NextDirection(loc *optimize.Location, dir []float64) float64 {
	return d.InitDirection(loc, dir)
}

func maxAbs(x []float64) (largest float64) {
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	return largest
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
