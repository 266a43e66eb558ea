package hybrid

import (
	"fmt"

	"pinn/optim"
)

// handOver writes the event between phase p and the next, or of the leg's end, and
// returns the place of the next, and whether the leg is over.
func (l *leg) handOver(p *phase, end ending) (next int, over bool) {
	i := p.kept.Index
	if l.detour(p, end) {
		return i, false
	}
	if i == len(l.plan.Phases)-1 {
		p.event(KindStop, end.reason, end.why)
		return 0, true
	}
	coming := l.plan.Phases[i+1]
	if end.stops() {
		p.event(KindStop, end.reason, fmt.Sprintf("%s; %s was not reached", end.why, coming.Name))
		return 0, true
	}
	p.event(KindSwitch, end.reason, end.why+"; "+l.goesOn(p.plan, coming)+l.fromBest())
	return i + 1, false
}

// fromBest returns θ to the best so far if its held-out loss has more than
// doubled since, and says so in the end of a sentence.
func (l *leg) fromBest() string {
	best, phases := &l.rec.kept.Best, l.rec.kept.Phases
	last := phases[len(phases)-1].HeldOutLast
	if !finite(best.HeldOut) || last <= 2*best.HeldOut {
		return ""
	}
	copy(l.theta, best.Theta)
	return fmt.Sprintf(", from the best θ, of step %d with held-out loss %.3g against %.3g now", best.Step, best.HeldOut, last)
}

// goesOn is the half sentence that says what the next phase minimises. Decay
// that a method applies to θ itself is no part of the loss.
func (l *leg) goesOn(from, next Phase) string {
	if next.Batch > 0 && next.Points > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of points drawn for it", next.Name, next.Batch)
	}
	if next.Batch > 0 {
		return fmt.Sprintf("%s goes on with minibatches of %d of %d points", next.Name, next.Batch, l.loss.Points())
	}
	s := fmt.Sprintf("%s now minimises the loss over all %d points", next.Name, l.loss.Points())
	if next.Points > 0 {
		s = fmt.Sprintf("%s now minimises the loss over points drawn for it", next.Name)
	}
	if d := decay(from.Method); d > 0 && decay(next.Method) == 0 {
		s += fmt.Sprintf(" without the weight decay %g of %s, which is no part of it", d, from.Name)
	}
	return s
}

// decay is the method's weight decay, 0 if it has none.
func decay(m optim.Method) float64 {
	shared, ok := optim.ShareOf(m)
	if !ok {
		return 0
	}
	return shared.WeightDecay
}
