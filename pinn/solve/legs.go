package solve

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"pinn/hybrid"
	"pinn/internal/words"
	"pinn/pde"
	"pinn/pinn/solve/setup"
)

// next prepares the leg that follows one that has ended, in the order of the parts: the
// second stage of the slab, then the next slab. nil: it was the last. A second stage that
// cannot begin is a doubt, and the next slab follows.
func (r *Run) next(done hybrid.LegResult, all []hybrid.LegResult) (leg *hybrid.Leg, doubt error) {
	t := r.trainings[len(all)-1]
	if t.part.last(r.st) {
		return nil, nil
	}
	d := &trained{t.part, done.Theta, done.Phases, done.Loss, done.HeldOut}
	if d.stage < r.st.Stages() {
		leg, err := r.secondStage(t, d)
		if err == nil {
			return leg, nil
		}
		doubt = fmt.Errorf("the second stage could not begin: %w", err)
	}
	if d.slab == r.st.Slabs() {
		return nil, doubt
	}
	leg, err := r.nextSlab(d)
	if err != nil {
		return nil, errors.Join(doubt, fmt.Errorf("slab %d could not begin: %w", d.slab+1, err))
	}
	return leg, doubt
}

// observe keeps marks of the error along the run, and lets go of the losses of the legs
// that have ended once the next has begun: their points and blocks are not needed any more.
func (r *Run) observe(leg int, row hybrid.Row, best []float64) {
	for _, ended := range r.trainings[:leg] {
		ended.loss = nil
	}
	r.along.observe(leg, row, best)
}

// secondStage prepares the second stage upon d, whose training was t.
func (r *Run) secondStage(t *training, d *trained) (*hybrid.Leg, error) {
	c, err := t.loss.Correction(d.theta)
	if err != nil {
		return nil, err
	}
	next, err := r.follow(d.corrected(c))
	if err != nil {
		return nil, err
	}
	return next.leg(r.st, hybrid.KindStage, fmt.Sprintf("a second network of %s with Fourier modes up to %s now trains on what the first left, held-out loss %.3g",
		words.Count(next.part.net.Size(), "parameter"), modeWords(d.problem.Box, c.Modes), d.heldOut)), nil
}

// nextSlab prepares the slab after that of d.
func (r *Run) nextSlab(d *trained) (*hybrid.Leg, error) {
	p, err := slabPart(r.st, d.slab+1, d)
	if err != nil {
		return nil, err
	}
	next, err := r.follow(p)
	if err != nil {
		return nil, err
	}
	time := p.problem.Box.Axes[p.problem.Box.Time()]
	return next.leg(r.st, hybrid.KindSlab, fmt.Sprintf("slab %d of %d, from t = %.6g to %.6g, begins where the one before ended, which left a held-out loss of %.3g",
		p.slab, r.st.Slabs(), time.From, time.To, d.heldOut)), nil
}

// follow makes the training of a part that follows another, and files it.
func (r *Run) follow(p part) (*training, error) {
	left := p.before.heldOut
	if p.stage > 1 && !(left > 0 && !math.IsInf(left, 0)) {
		return nil, fmt.Errorf("the first left a held-out loss of %g", left)
	}
	next, faults, err := newTraining(r.st, p, r.options.Threads)
	switch {
	case err != nil:
		return nil, err
	case faults.HasErrors():
		return nil, errors.New(faults.Error())
	}
	if p.stage > 1 {
		setup.Measured(next.plan, left)
	}
	r.trainings = append(r.trainings, next)
	return next, nil
}

// remade makes the legs of a snapshot again, up to the one in hand, which it returns. The
// error says what of the snapshot does not fit the problem.
func (r *Run) remade(s *hybrid.Snapshot) error {
	for i, leg := range s.Legs {
		p := r.trainings[i].part
		if len(leg.Theta) != p.dim() || leg.Phases < 1 {
			return fmt.Errorf("part %d must have %s and a phase at least, got %d and %d", i+1, words.Count(p.dim(), "parameter"), len(leg.Theta), leg.Phases)
		}
		recipe := s.Recipe
		if i+1 < len(s.Legs) {
			recipe = s.Legs[i+1].Recipe
		}
		d := &trained{p, leg.Theta, leg.Phases, leg.Loss, leg.HeldOut}
		next, err := d.successor(r.st, taker(recipe))
		if err == nil {
			_, err = r.follow(next)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// modeWords lists modes by their axes: "5 in x and 2 in t".
func modeWords(box pde.Box, modes []int) string {
	var list []string
	for i, a := range box.Axes {
		list = append(list, fmt.Sprintf("%d in %s", modes[i], a.Name))
	}
	return strings.Join(list, " and ")
}
