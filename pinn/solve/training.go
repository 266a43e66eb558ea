package solve

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"pinn/hybrid"
	"pinn/optim"
	"pinn/pinn"
	"pinn/pinn/solve/setup"
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
func newTraining(st *setup.Setup, p part, threads int) (*training, problems.Diagnostics, error) {
	options := st.LossOptions(threads)
	options.Seed += slabSeed(p.slab)
	options.Base = p.base
	if p.own != nil {
		options.Terms, options.Own = pinn.TermNames(st.Problem, st.Hard.Soft), p.own
	}
	loss, err := pinn.NewLoss(p.problem, p.net, p.lifts, p.soft, options)
	if err != nil {
		return nil, nil, err
	}
	plan, faults := st.Plan(p.slab, p.stage, loss.Decays())
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
func (t *training) leg(st *setup.Setup, kind hybrid.Kind, why string) *hybrid.Leg {
	from, to := st.Share(t.part.slab, t.part.stage)
	return &hybrid.Leg{
		Name: t.part.name(st), Loss: t.loss, Plan: t.plan, Theta: t.start(),
		Kind: kind, Why: why, From: from, To: to, Ahead: stepsAhead(st, t.part.slab, t.part.stage), Recipe: t.part.built(),
	}
}

// name is that of the part in words, "" where there is one.
func (p *part) name(st *setup.Setup) string {
	var words []string
	if n := st.Slabs(); n > 1 {
		words = append(words, fmt.Sprintf("slab %d of %d", p.slab, n))
	}
	if n := st.Stages(); n > 1 {
		words = append(words, fmt.Sprintf("stage %d of %d", p.stage, n))
	}
	return strings.Join(words, ", ")
}

// stepsAhead is how many steps the parts after the stage of the slab may take at most, −1
// without a limit.
func stepsAhead(st *setup.Setup, slab, after int) (sum int) {
	for which := 1; which <= st.Stages(); which++ {
		times := st.Slabs() - slab
		if which > after {
			times++
		}
		for _, ph := range st.Phases(which) {
			if times > 0 && (ph.Steps == nil || *ph.Steps == 0) {
				return -1
			}
			sum += times * *ph.Steps
		}
	}
	return sum
}
