package solve

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pde"
	"pinn/pinn"
	"pinn/problems"
)

// streamSecond is the random stream of the first weights of a second stage.
const streamSecond = streamWeights + 1

// run trains the job from where it stands to its end, at every step asking keep
// whether to keep its state. Where a part comes to its end and the statement asks for
// more, the next one follows, and the job's training is then its own: the second stage
// of the slab, then the next slab. One that cannot begin leaves a warning, and a run
// that lacks a slab has failed.
func (j *Run) run(ctx context.Context, keep hybrid.Keep) (*hybrid.Result, error) {
	threads := j.options.Threads
	res, err := j.runPart(ctx, keep)
	for err == nil && res.Status == hybrid.Finished {
		before := j.training
		next, failed := j.next(res, threads)
		if next == nil && failed == nil {
			return res, nil
		}
		var more *hybrid.Result
		if failed == nil {
			j.training, j.from = next, nil
			more, failed = j.runPart(ctx, keep)
		}
		if more == nil { // it could not begin
			j.training = before
			res.Warnings = append(res.Warnings, failed)
			if j.slab < Slabs(j.st.Spec) {
				res.Status = hybrid.Failed // a part of the domain has no answer
			}
			return res, nil
		}
		res, err = more, failed
	}
	return res, err
}

// runPart trains the part at hand.
func (j *Run) runPart(ctx context.Context, keep hybrid.Keep) (*hybrid.Result, error) {
	j.along.part = j.index()
	j.plan.Keep, j.plan.Observe = keep, j.along.observe
	return j.train(ctx, j.from, j.options.Status)
}

// next prepares the part that follows the one at hand, whose result is given; nil if
// that is the last.
func (j *Run) next(res *hybrid.Result, threads int) (*training, error) {
	if j.last(j.st) {
		return nil, nil
	}
	d := &done{j.part, res.Theta, len(res.Phases), j.loss.Value(res.Theta), j.loss.HeldOut(res.Theta)}
	var refused error
	if d.stage < Stages(j.st.Spec) {
		next, err := j.secondStage(d, res, threads)
		if err == nil {
			return next, nil
		}
		refused = fmt.Errorf("the second stage could not begin: %w", err)
	}
	if d.slab == Slabs(j.st.Spec) {
		return nil, refused
	}
	if refused != nil {
		res.Warnings = append(res.Warnings, refused)
	}
	next, err := j.nextSlab(d, res, threads)
	if err != nil {
		return nil, fmt.Errorf("slab %d could not begin: %w", d.slab+1, err)
	}
	return next, nil
}

// secondStage prepares the second stage upon d.
func (j *Run) secondStage(d *done, res *hybrid.Result, threads int) (*training, error) {
	c, err := j.loss.Correction(d.theta)
	if err != nil {
		return nil, err
	}
	next, err := d.upon(j.st, d.corrected(c), j.training, threads)
	if err != nil {
		return nil, err
	}
	next.goAfter(res, hybrid.KindStage, fmt.Sprintf("a second network of %s with Fourier modes up to %s now trains on what the first left, held-out loss %.3g",
		counted(next.net.Size(), "parameter"), modeWords(d.problem.Box, c.Modes), res.HeldOut))
	return next, nil
}

// nextSlab prepares the slab after that of d.
func (j *Run) nextSlab(d *done, res *hybrid.Result, threads int) (*training, error) {
	p, err := slabPart(j.st, d.slab+1, d)
	if err != nil {
		return nil, err
	}
	next, err := d.upon(j.st, p, j.training, threads)
	if err != nil {
		return nil, err
	}
	t := p.problem.Box.Axes[p.problem.Box.Time()]
	next.goAfter(res, hybrid.KindSlab, fmt.Sprintf("slab %d of %d, from t = %.6g to %.6g, begins where the one before ended, which left a held-out loss of %.3g",
		p.slab, Slabs(j.st.Spec), t.From, t.To, res.HeldOut))
	return next, nil
}

// goAfter lets the record of the run go on from that of the part before.
func (t *training) goAfter(res *hybrid.Result, kind hybrid.Kind, why string) {
	after := *res
	after.Events = append(slices.Clone(res.Events), hybrid.Event{
		Step: res.Steps, Wall: res.Seconds, Phase: len(res.Phases) - 1, Kind: kind, Why: why,
	})
	t.plan.After = &after
}

// upon returns the training of p, which follows d; t is the training before.
func (d *done) upon(st *Statement, p part, t *training, threads int) (*training, error) {
	if p.stage > 1 && (!(d.heldOut > 0) || math.IsInf(d.heldOut, 0)) {
		return nil, fmt.Errorf("the first left a held-out loss of %g", d.heldOut)
	}
	next, faults, err := newTraining(st, p, threads, t.plan.Start)
	switch {
	case err != nil:
		return nil, err
	case faults.HasErrors():
		return nil, errors.New(faults.Error())
	}
	if p.stage > 1 {
		Measured(next.plan, d.heldOut)
	}
	next.limit(st, t.passes)
	return next, nil
}

// limit bounds the passes of the run, of which the part has the share that it would
// have of the time; 0 is no bound.
func (t *training) limit(st *Statement, passes float64) {
	_, to := Share(st.Spec, t.slab, t.stage)
	t.passes, t.plan.Passes = passes, to*passes
}

// newTraining returns the training of a part, and the faults of its plan.
func newTraining(st *Statement, p part, threads int, start time.Time) (*training, problems.Diagnostics, error) {
	options := LossOptions(st.Spec, threads)
	options.Seed += slabSeed(p.slab)
	if p.own != nil {
		options.Terms, options.Own = pinn.TermNames(st.Problem, st.Hard.Soft), p.own
	}
	loss, err := pinn.NewLoss(p.problem, p.net, p.lifts, p.soft, options)
	if err != nil {
		return nil, nil, err
	}
	plan, faults := Plan(st.Spec, p.slab, p.stage, loss.Decays(), start)
	plan.Seed += slabSeed(p.slab)
	for _, phase := range plan.Phases {
		if m, ok := phase.Method.(optim.Threaded); ok {
			m.SetThreads(threads)
		}
	}
	return &training{part: p, loss: loss, plan: plan, seed: *st.Spec.Train.Seed}, faults, nil
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
