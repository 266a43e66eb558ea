package solve

import (
	"slices"

	"pinn/pde"
	"pinn/pinn"
	"pinn/pinn/hard"
	"pinn/pinn/solve/setup"
)

// part is one of the networks of which an answer is made: that of a slab of time, of
// which there is one unless the problem asks for more, or of the second stage there.
type part struct {
	slab, stage int          // from 1
	problem     *pde.Problem // of the slab
	net         *pinn.MLP
	lifts       []hard.Lift
	base        *pinn.Base      // what the network corrects or goes on from, nil for nothing
	soft        []int           // conditions of problem that are terms of the loss
	own         []int           // of each term of the loss, its place among those of the whole problem; nil for all
	correction  pinn.Correction // of a second stage
	before      *trained        // nil for the first part
}

// trained is a part that has been trained. What a run's record needs of it is 0 where
// the part is only evaluated.
type trained struct {
	part
	theta         []float64
	phases        int // that the run had entered by its end
	loss, heldOut float64
}

// firstPart returns the part with which a run begins.
func firstPart(st *setup.Setup) (part, error) {
	if st.Slabs() > 1 {
		return slabPart(st, 1, nil)
	}
	return part{slab: 1, stage: 1, problem: st.Problem, net: st.Network(st.Problem), lifts: st.Hard.Lifts, soft: st.Hard.Soft}, nil
}

// slabPart returns the first stage of a slab, which goes on from the part before.
func slabPart(st *setup.Setup, slab int, before *trained) (part, error) {
	var from *pinn.Solution
	if before != nil {
		from = before.solution(before.theta)
	}
	s, err := pinn.NewSlab(st.Problem, st.Hard.Soft, slabStart(st, slab), slabStart(st, slab+1), from)
	if err != nil {
		return part{}, err
	}
	p := part{slab: slab, stage: 1, problem: s.Problem, net: st.Network(s.Problem), lifts: s.Lifts, base: s.Base, soft: s.Soft, before: before}
	for i := range s.Problem.Equations {
		p.own = append(p.own, i)
	}
	for _, i := range s.Soft {
		p.own = append(p.own, len(s.Problem.Equations)+slices.Index(st.Hard.Soft, s.Whole[i]))
	}
	return p, nil
}

// slabStart is when a slab begins; they are of equal length.
func slabStart(st *setup.Setup, slab int) float64 {
	t := st.Problem.Box.Axes[st.Problem.Box.Time()]
	return t.At(float64(slab-1) / float64(st.Slabs()))
}

// corrected returns the second stage upon a first.
func (d *trained) corrected(c pinn.Correction) part {
	lifts, base := d.solution(d.theta).Correct(c.Scale)
	return part{
		slab: d.slab, stage: 2, problem: d.problem, net: c.Network(d.problem.Box, len(d.problem.Fields), d.net.Spec()),
		lifts: lifts, base: base, soft: d.soft, own: d.own, correction: c, before: d,
	}
}

// dim is the length of θ.
func (p *part) dim() int { return p.net.Size() + len(p.problem.Params) }

// finished returns the parts before, in their order.
func (p *part) finished() (list []*trained) {
	for d := p.before; d != nil; d = d.before {
		list = append(list, d)
	}
	slices.Reverse(list)
	return list
}

// solution returns the fields on the part's slab.
func (p *part) solution(theta []float64) *pinn.Solution {
	return pinn.NewSolution(p.problem, p.net, p.lifts, theta).Upon(p.base)
}

// answer returns the fields of the whole problem, this part having θ: beyond its slab,
// where nothing was trained, they are those of the slab, continued.
func (p *part) answer(theta []float64) pinn.Marched {
	m := pinn.Marched{Time: p.problem.Box.Time()}
	add := func(p *part, theta []float64) {
		m.Parts = append(m.Parts, p.solution(theta))
		if m.Time >= 0 {
			m.Ends = append(m.Ends, p.problem.Box.Axes[m.Time].To)
		}
	}
	for _, d := range p.slabs() {
		add(&d.part, d.theta)
	}
	add(p, theta)
	return m
}

// slabs returns the last part of each slab before this part's, in their order.
func (p *part) slabs() (list []*trained) {
	slab := p.slab
	for d := p.before; d != nil; d = d.before {
		if d.slab < slab {
			list, slab = append(list, d), d.slab
		}
	}
	slices.Reverse(list)
	return list
}

// evaluators returns the answer as a function of the θ of each part in turn.
func (p *part) evaluators() (list []evaluator) {
	if p.before != nil {
		list = p.before.evaluators()
	}
	return append(list, func(theta []float64, pts pde.Points) [][]float64 { return p.answer(theta).Eval(pts) })
}

// size returns the number of weights and biases of all networks.
func (p *part) size() int {
	n := p.net.Size()
	for _, d := range p.finished() {
		n += d.net.Size()
	}
	return n
}

// index is the place of the part in the order of all, from 0.
func (p *part) index() int { return len(p.finished()) }

// partOf returns the slab and the stage of phase i of the run, each 0 where there is
// only one.
func (p *part) partOf(st *setup.Setup, i int) (slab, stage int) {
	in := p
	for in.before != nil && i < in.before.phases {
		in = &in.before.part
	}
	if st.Slabs() > 1 {
		slab = in.slab
	}
	if st.Stages() > 1 {
		stage = in.stage
	}
	return slab, stage
}
