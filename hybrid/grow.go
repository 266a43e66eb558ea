package hybrid

import "fmt"

// grow doubles the minibatch as the decision asks, up to the size that leaves the K
// minibatches of a check, and reports whether it did. Checks before and after are
// not comparable; the windows see that by the size.
//
// Source: what the norm test prescribes where it fails, Byrd, Chin, Nocedal and Wu,
// Math. Program. 134 (2012) 127, section 3.
func (p *phase) grow(d Decision) bool {
	size := 2 * p.plan.Batch
	if why := p.tooLarge(size); why != "" {
		p.rec.veto(&p.kept.Grown, p.kept.Number, d.Reason, fmt.Sprintf("%s; the batch cannot grow to %d: %s", d.Why, size, why))
		return false
	}
	p.event(KindGrow, d.Reason, fmt.Sprintf("%s; the batch grows from %d to %d of %d points", d.Why, p.plan.Batch, size, p.leg.loss.Points()))
	p.resize(size)
	p.step.mini.deal()
	return true
}

// resize makes size points the minibatch of the phase and of its checks.
func (p *phase) resize(size int) {
	p.plan.Batch, p.kept.Result.Batch, p.step.mini.size, p.monitor.size = size, size, size, size
	p.monitor.deal()
}

// tooLarge says why a minibatch of size points would not do, "" if it would.
func (p *phase) tooLarge(size int) string {
	if n := p.leg.loss.Points(); size > n {
		return fmt.Sprintf("there are %d points", n)
	}
	have := p.leg.loss.Deal(size).Len()
	k := p.plan.Checks.batches(have)
	if want := p.plan.Checks.batches(have + defaultBatches + p.plan.Checks.Batches); k < want {
		return fmt.Sprintf("it would leave %d disjoint minibatches of the %d that are compared", have, want)
	}
	s := shape{points: p.leg.loss.Points(), batch: size, every: p.plan.Checks.every(k), k: k, steps: p.plan.Steps, statistics: true}
	for _, r := range p.plan.Rules {
		if f, ok := r.(fitter); ok {
			if refusal, _ := f.fit(s); refusal != nil {
				return refusal.Error()
			}
		}
	}
	return ""
}
