package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"pinn/cmd/pinn/internal/build"
	"pinn/hybrid"
	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// streamSecond is the random stream of the first weights of a second stage.
const streamSecond = streamWeights + 1

// run trains the job from where it stands to its end, at every step asking keep
// whether to keep its state. Where a part comes to its end and the statement asks for
// more, the next one follows as the next leg: the second stage of the slab, then the next
// slab. The job's training is then the last that began. One that cannot begin leaves a
// warning, and a run that lacks a slab has failed.
func (j *job) run(ctx context.Context, threads int, keep hybrid.Keep, watch func(hybrid.Progress)) (*hybrid.Result, error) {
	all := map[int]*training{j.index(): j.training}
	o := j.limits
	o.Keep, o.Watch, o.Observe = keep, watch, j.along.observe
	o.Next = func(done hybrid.LegResult, legs []hybrid.LegResult) (*hybrid.Leg, error) {
		next, leg, doubt := all[len(legs)-1].next(j.st, done, threads)
		if next == nil {
			return nil, doubt
		}
		all[len(legs)] = next
		return leg, doubt
	}
	var res *hybrid.Result
	var err error
	if j.from != nil {
		res, err = hybrid.Resume(ctx, j.leg(), j.from, o)
	} else {
		res, err = hybrid.Run(ctx, j.leg(), o)
	}
	if res == nil {
		return nil, err
	}
	j.training = all[len(res.Legs)-1]
	if res.Status == hybrid.Finished && j.slab < build.Slabs(j.st.spec) {
		res.Status = hybrid.Failed // a part of the domain has no answer
	}
	return res, err
}

// next prepares the part that follows t, which has ended, as a leg; nil if that is the
// last.
func (t *training) next(st *statement, res hybrid.LegResult, threads int) (next *training, leg *hybrid.Leg, doubt error) {
	if t.last(st) {
		return nil, nil, nil
	}
	d := &done{t.part, res.Theta, res.Phases, res.Loss, res.HeldOut}
	if d.stage < build.Stages(st.spec) {
		next, leg, err := t.secondStage(st, d, threads)
		if err == nil {
			return next, leg, nil
		}
		doubt = fmt.Errorf("the second stage could not begin: %w", err)
	}
	if d.slab == build.Slabs(st.spec) {
		return nil, nil, doubt
	}
	next, leg, err := t.nextSlab(st, d, threads)
	if err != nil {
		return nil, nil, errors.Join(doubt, fmt.Errorf("slab %d could not begin: %w", d.slab+1, err))
	}
	return next, leg, doubt
}

// secondStage prepares the second stage upon d.
func (t *training) secondStage(st *statement, d *done, threads int) (*training, *hybrid.Leg, error) {
	c, err := t.loss.Correction(d.theta)
	if err != nil {
		return nil, nil, err
	}
	next, err := d.upon(st, d.corrected(c), t, threads)
	if err != nil {
		return nil, nil, err
	}
	leg := next.leg()
	leg.Kind, leg.Why = hybrid.KindStage, fmt.Sprintf("a second network of %s with Fourier modes up to %s now trains on what the first left, held-out loss %.3g",
		counted(next.net.Size(), "parameter"), modeWords(d.problem.Box, c.Modes), d.heldOut)
	return next, &leg, nil
}

// nextSlab prepares the slab after that of d.
func (t *training) nextSlab(st *statement, d *done, threads int) (*training, *hybrid.Leg, error) {
	p, err := slabPart(st, d.slab+1, d)
	if err != nil {
		return nil, nil, err
	}
	next, err := d.upon(st, p, t, threads)
	if err != nil {
		return nil, nil, err
	}
	time, leg := p.problem.Box.Axes[p.problem.Box.Time()], next.leg()
	leg.Kind, leg.Why = hybrid.KindSlab, fmt.Sprintf("slab %d of %d, from t = %.6g to %.6g, begins where the one before ended, which left a held-out loss of %.3g",
		p.slab, build.Slabs(st.spec), time.From, time.To, d.heldOut)
	return next, &leg, nil
}

// upon returns the training of p, which follows d; t is the training before.
func (d *done) upon(st *statement, p part, t *training, threads int) (*training, error) {
	if p.stage > 1 && (!(d.heldOut > 0) || math.IsInf(d.heldOut, 0)) {
		return nil, fmt.Errorf("the first left a held-out loss of %g", d.heldOut)
	}
	next, faults, err := newTraining(st, p, threads, t.limits.Start)
	switch {
	case err != nil:
		return nil, err
	case faults.HasErrors():
		return nil, errors.New(faults.Error())
	}
	if p.stage > 1 {
		build.Measured(next.plan, d.heldOut)
	}
	next.limits.Passes = t.limits.Passes
	return next, nil
}

// newTraining returns the training of a part, and the faults of its plan.
func newTraining(st *statement, p part, threads int, start time.Time) (*training, problems.Diagnostics, error) {
	options := build.LossOptions(st.spec, threads)
	options.Seed += slabSeed(p.slab)
	loss, err := pinn.NewLoss(p.problem, p.net, p.lifts, p.soft, options)
	if err != nil {
		return nil, nil, err
	}
	plan, faults := build.Plan(st.spec, p.slab, p.stage, loss.Decays())
	plan.Seed += slabSeed(p.slab)
	from, to := build.Share(st.spec, p.slab, p.stage)
	return &training{part: p, limits: hybrid.Options{Time: st.spec.Train.Time, Start: start}, from: from, to: to, name: legName(st.spec, p), ahead: stepsAhead(st.spec, p), loss: loss, terms: pinn.TermNames(st.problem, st.hard.Soft), plan: plan, seed: *st.spec.Train.Seed}, faults, nil
}

// slabSeed is added to the seed of the run, so that slabs have points and first weights
// of their own: 2⁶⁴/φ for each before this one.
func slabSeed(slab int) uint64 { return uint64(slab-1) * 0x9e3779b97f4a7c15 }

// start returns the first parameters of the part: random ones; of a second stage a
// random network that is silent, and the unknown parameters where the first left them.
func (t *training) start() []float64 {
	theta := make([]float64, t.loss.Dim())
	if t.stage == 1 {
		t.loss.Start(theta, rand.New(rand.NewPCG(t.plan.Seed, streamWeights)))
		return theta
	}
	t.net.Init(theta, rand.New(rand.NewPCG(t.plan.Seed, streamSecond)))
	t.net.Mute(theta)
	copy(theta[t.net.Size():], t.before.theta[t.before.net.Size():])
	return theta
}

// modeWords lists modes by their axes: "5 in x and 2 in t".
func modeWords(box pde.Box, modes []int) string {
	var words []string
	for i, a := range box.Axes {
		words = append(words, fmt.Sprintf("%d in %s", modes[i], a.Name))
	}
	return strings.Join(words, " and ")
}

// losses returns the loss and the held-out loss of the answer, res being the result of
// the part at hand: their means over the slabs, which are of equal length.
func (t *training) losses(res *hybrid.Result) (loss, heldOut float64) {
	loss, heldOut = t.loss.Value(res.Theta), res.HeldOut
	for _, d := range t.slabs() {
		loss, heldOut = loss+d.loss, heldOut+d.heldOut
	}
	return loss / float64(t.slab), heldOut / float64(t.slab)
}
