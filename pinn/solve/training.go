package solve

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pinn"
	"pinn/problems"
)

// training is a part of the answer with its loss and its plan: what a leg of the run is
// made of.
type training struct {
	part part
	loss *pinn.Loss
	plan hybrid.Plan
}

// newTraining returns the training of a part, and the faults of its plan.
func newTraining(st *Statement, p part, threads int) (*training, problems.Diagnostics, error) {
	options := LossOptions(st.Spec, threads)
	options.Seed += slabSeed(p.slab)
	options.Base = p.base
	if p.own != nil {
		options.Terms, options.Own = pinn.TermNames(st.Problem, st.Hard.Soft), p.own
	}
	loss, err := pinn.NewLoss(p.problem, p.net, p.lifts, p.soft, options)
	if err != nil {
		return nil, nil, err
	}
	plan, faults := Plan(st.Spec, p.slab, p.stage, loss.Decays())
	plan.Seed += slabSeed(p.slab)
	for _, phase := range plan.Phases {
		if m, ok := phase.Method.(optim.Threaded); ok {
			m.SetThreads(threads)
		}
	}
	return &training{p, loss, plan}, faults, nil
}

// slabSeed is added to the seed of the run, so that slabs have points and first weights
// of their own: 2⁶⁴/φ for each before this one.
func slabSeed(slab int) uint64 { return uint64(slab-1) * 0x9e3779b97f4a7c15 }

// The random streams of the first weights, of a first stage and of a second; the loss and
// the loop have streams of their own.
const (
	streamWeights = 0x77656967687473
	streamSecond  = streamWeights + 1
)

// start returns the first parameters of the part: random ones; of a second stage a
// random network that is silent, and the unknown parameters where the first left them.
func (t *training) start() []float64 {
	theta := make([]float64, t.loss.Dim())
	if t.part.stage == 1 {
		t.loss.Start(theta, rand.New(rand.NewPCG(t.plan.Seed, streamWeights)))
		return theta
	}
	net, before := t.part.net, t.part.before
	net.Init(theta, rand.New(rand.NewPCG(t.plan.Seed, streamSecond)))
	net.Mute(theta)
	copy(theta[net.Size():], before.theta[before.net.Size():])
	return theta
}

// leg is the training as one leg of a run, opened by an event of the kind with the
// sentence why, which the first leg has not.
func (t *training) leg(st *Statement, kind hybrid.Kind, why string) *hybrid.Leg {
	from, to := Share(st.Spec, t.part.slab, t.part.stage)
	return &hybrid.Leg{
		Name: t.part.name(st.Spec), Loss: t.loss, Plan: t.plan, Theta: t.start(),
		Kind: kind, Why: why, From: from, To: to, Ahead: stepsAhead(st.Spec, t.part.slab, t.part.stage), Recipe: t.part.built(),
	}
}

// name is that of the part in words, "" where there is one.
func (p *part) name(spec *problems.Spec) string {
	var words []string
	if n := Slabs(spec); n > 1 {
		words = append(words, fmt.Sprintf("slab %d of %d", p.slab, n))
	}
	if n := Stages(spec); n > 1 {
		words = append(words, fmt.Sprintf("stage %d of %d", p.stage, n))
	}
	return strings.Join(words, ", ")
}

// stepsAhead is how many steps the parts after the stage of the slab may take at most, −1
// without a limit.
func stepsAhead(spec *problems.Spec, slab, after int) (sum int) {
	for which := 1; which <= Stages(spec); which++ {
		times := Slabs(spec) - slab
		if which > after {
			times++
		}
		for _, ph := range Phases(spec, which) {
			if steps := orElse(ph.Steps, 0); times > 0 && steps == 0 {
				return -1
			} else {
				sum += times * steps
			}
		}
	}
	return sum
}
