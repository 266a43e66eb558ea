package story

import (
	"fmt"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/hybrid/rules"
	"pinn/internal/words"
)

// adviceMost is how many suggestions are made.
const adviceMost = 2

// advise says what would be worth trying next, from how the run ended; the error
// against the truth counts for nothing but whether the target was met.
func (s *story) advise() {
	var advice []string
	for _, a := range []func() string{s.notFinite, s.cutShort, s.stillFalling, s.overfitted, s.exhausted, s.unswitched} {
		if text := a(); text != "" && len(advice) < adviceMost {
			advice = append(advice, text)
		}
	}
	if len(advice) == 0 {
		advice = []string{"another seed (--seed 2) tells how much of this is chance"}
	}
	for i, text := range advice {
		lead := "Worth trying"
		if i > 0 {
			lead = "Or"
		}
		s.say("try", "%s: %s.", lead, text)
	}
}

// last is the last phase, nil if there was none.
func (s *story) last() *rundir.Phase {
	if len(s.run.Phases) == 0 {
		return nil
	}
	return &s.run.Phases[len(s.run.Phases)-1]
}

func (s *story) endedBy(reasons ...rules.Reason) bool {
	p := s.last()
	for _, r := range reasons {
		if p != nil && p.Ended == string(r) {
			return true
		}
	}
	return false
}

func (s *story) notFinite() string {
	if !s.endedBy(rules.ReasonNotFinite, rules.ReasonDiverged, rules.ReasonError) {
		return ""
	}
	return "a smaller learning_rate, and a look at the term and place that the ending names: an expression may not be defined there"
}

func (s *story) cutShort() string {
	switch {
	case s.endedBy(rules.ReasonInterrupted):
		return "to let the run finish, by pinn solve --resume on its folder"
	case s.endedBy(rules.ReasonTime, rules.ReasonPasses):
		return fmt.Sprintf("more time: the limit ended %s after %s", s.last().Method, words.Count(s.last().Steps, "step"))
	}
	return ""
}

// fallingGain is the gain of the held-out loss over the last fifth of a phase that
// makes more steps worth while.
const fallingGain = 0.1

func (s *story) stillFalling() string {
	if !s.endedBy(rules.ReasonBudget) {
		return ""
	}
	i := len(s.run.Phases) - 1
	before, after := s.bestBefore(i, 0.8), s.bestBefore(i, 1)
	gain := 1 - after/before
	if !(gain > fallingGain) {
		return ""
	}
	return fmt.Sprintf("more steps for %s: its held-out loss still fell by %.0f %% over the last fifth of its %d", s.last().Method, 100*gain, s.last().Steps)
}

// bestBefore is the lowest held-out loss, in the slab of phase i, up to a part of that
// phase, NaN if none was measured.
func (s *story) bestBefore(i int, part float64) float64 {
	phases, steps, losses := s.trace.Numbers(hybrid.ColPhase), s.trace.Numbers(hybrid.ColPhaseStep), s.trace.Numbers(hybrid.ColHeldOut)
	first := i // of the slab; those before it have another loss
	for first > 0 && s.run.Phases[first-1].Slab == s.run.Phases[i].Slab {
		first--
	}
	var seen []float64
	for row := range min(len(phases), len(steps), len(losses)) {
		if phases[row] < float64(first) {
			continue
		}
		if phases[row] < float64(i) || phases[row] == float64(i) && steps[row] <= part*float64(s.run.Phases[i].Steps) {
			seen = append(seen, losses[row])
		}
	}
	return at(seen, lowest(seen))
}

func (s *story) overfitted() string {
	if !(float64(s.run.Ratio) > 2) {
		return ""
	}
	return fmt.Sprintf("more points (--set points.interior=%d): the held-out loss stands at %s times the training loss", 2*s.run.InteriorPoints, short(float64(s.run.Ratio)))
}

// exhausted: the method had nothing more to gain and the points are enough.
func (s *story) exhausted() string {
	if !s.endedBy(rules.ReasonPlateau, rules.ReasonConverged, rules.ReasonLineSearch, rules.ReasonStuck) || float64(s.run.Ratio) > 2 {
		return ""
	}
	if t := s.run.Target; t != nil && t.Met != nil && *t.Met {
		return ""
	}
	return fmt.Sprintf("a wider network: %s had nothing more to gain (%s) and the points were not overfitted", s.last().Method, s.last().Ended)
}

// unswitched: the first phase used up its steps without a decision by the gradient.
func (s *story) unswitched() string {
	if len(s.run.Phases) < 2 || s.run.Phases[0].Batch == 0 || s.run.Phases[0].Checks == 0 || s.run.Phases[0].Ended != string(rules.ReasonBudget) {
		return ""
	}
	return fmt.Sprintf("grow = true in the switch of %s: its gradient gave no reason to hand over within %d steps", s.run.Phases[0].Method, s.run.Phases[0].Steps)
}
