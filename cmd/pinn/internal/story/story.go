// Package story tells what happened in a run, and what would be worth trying, in a dozen
// sentences made of its records alone.
package story

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/internal/words"
)

// Sentence is one sentence of the story of a run, and its subject in one word.
type Sentence struct {
	About string `json:"about"`
	Phase *int   `json:"phase,omitempty"` // index of the phase that it tells of, nil if of none
	Text  string `json:"text"`
}

// story is what is told of a run, from its records alone.
type story struct {
	run    rundir.Run
	events []rundir.Event
	trace  *rundir.Table
	told   []Sentence
}

// Tell returns the story of a run from its records.
func Tell(run rundir.Run, events []rundir.Event, trace *rundir.Table) []Sentence {
	s := &story{run: run, events: events, trace: trace}
	s.start()
	for i, p := range run.Phases {
		if p.Slab <= 1 {
			s.phase(i)
		}
	}
	s.slabs()
	s.redraws()
	s.changes()
	s.vetoes()
	s.warnings()
	s.kept()
	s.judged()
	s.estimated()
	s.parameters()
	s.advise()
	return s.told
}

func (s *story) say(about, format string, args ...any) {
	s.told = append(s.told, Sentence{About: about, Text: fmt.Sprintf(format, args...)})
}

func (s *story) start() {
	r := s.run
	var plan []string
	for _, p := range r.Phases {
		if !p.Inserted && p.Slab <= 1 && (len(plan) == 0 || plan[len(plan)-1] != p.Method) {
			plan = append(plan, p.Method)
		}
	}
	how := "by " + strings.Join(plan, ", then ")
	if last := s.last(); last != nil && r.Slabs > 0 {
		begun := ""
		if last.Slab < r.Slabs {
			begun = fmt.Sprintf(" of which %d began,", last.Slab)
		}
		how = fmt.Sprintf("in %s of time,%s each ", words.Count(r.Slabs, "slab"), begun) + how
	}
	if len(plan) == 0 {
		how = "in no phase"
	}
	name := r.Problem
	if r.Title != "" {
		name += " (" + r.Title + ")"
	}
	gradients := 0
	for _, p := range r.Phases {
		gradients += p.GradEvals
	}
	again := ""
	if r.Resumed > 0 {
		again = fmt.Sprintf(", and went on %s from a kept state", words.Count(r.Resumed, "time"))
	}
	s.say("start", "%s was trained with %s, seed %d, %s, %s and %.3g s%s.", name,
		words.Count(r.NetworkParameters, "parameter"), r.Seed, how, words.Count(gradients, "gradient"), float64(r.Seconds), again)
}

// phase tells what phase i did and why it ended.
func (s *story) phase(i int) {
	p := s.run.Phases[i]
	how := "on all points"
	if p.Batch > 0 {
		how = fmt.Sprintf("on minibatches of %d points", p.Batch)
	}
	inserted := ""
	if p.Inserted {
		inserted = ", inserted,"
	}
	noise := ""
	if snr := s.middle(i, hybrid.ColSNR); rundir.Number(snr).Finite() {
		noise = fmt.Sprintf(" (signal over noise of a batch %s in the median of %s)", short(snr), words.Count(p.Checks, "check"))
	}
	s.say("phase", "%s%s %s took %s and %.3g s from a loss of %s to %s%s, and ended by %s.", p.Method, inserted, how,
		words.Count(p.Steps, "step"), float64(p.Seconds), short(float64(p.LossFirst)), short(float64(p.LossLast)), noise, because(p))
	s.told[len(s.told)-1].Phase = &i
}

// slabs tells of the slabs of time after the first, all in one sentence.
func (s *story) slabs() {
	var losses []string
	least, most := math.Inf(1), 0.0
	seconds := 0.0
	for i, p := range s.run.Phases {
		if p.Slab <= 1 {
			continue
		}
		seconds += float64(p.Seconds)
		if i+1 == len(s.run.Phases) || s.run.Phases[i+1].Slab > p.Slab {
			losses = append(losses, short(float64(p.LossLast)))
			least, most, seconds = min(least, seconds), max(most, seconds), 0
		}
	}
	switch len(losses) {
	case 0:
	case 1:
		s.say("slabs", "Slab 2 was solved in the same way, from where the first ended, in %.3g s, and ended with a loss of %s.", most, losses[0])
	default:
		s.say("slabs", "Slabs 2 to %d were solved in the same way, each from where the one before ended, in %.3g to %.3g s, and ended with losses of %s.",
			len(losses)+1, least, most, strings.Join(losses, ", "))
	}
}

// because is the reason of a phase's end with its numbers.
func because(p rundir.Phase) string {
	why := strings.TrimSuffix(p.Why, ".")
	switch {
	case why == "":
		return p.Ended
	case strings.HasPrefix(why, p.Ended+":"):
		return why
	}
	return p.Ended + ": " + why
}

// causes are the words for the reasons of a redraw.
var causes = map[string]string{
	string(hybrid.CauseBegin): "to begin a phase", string(hybrid.CauseSchedule): "as planned",
	string(hybrid.CauseAlarm): "for the overfitting alarm", string(hybrid.CauseNoise): "for the noise of the full gradient",
	string(hybrid.CauseStuck): "since the method was stuck", "": "for reasons not recorded",
}

func (s *story) redraws() {
	drawn := s.of(hybrid.KindResample)
	if len(drawn) == 0 {
		s.say("points", "The points stayed where they were.")
		return
	}
	var order []string
	count := map[string]int{}
	for _, e := range drawn {
		if count[e.Reason]++; count[e.Reason] == 1 {
			order = append(order, e.Reason)
		}
	}
	var parts []string
	for _, reason := range order {
		words, ok := causes[reason]
		if !ok {
			words = "for " + reason
		}
		parts = append(parts, fmt.Sprintf("%d %s", count[reason], words))
	}
	s.say("points", "The points were redrawn %s, %s; at the end there were %d in the interior.",
		words.Count(len(drawn), "time"), strings.Join(parts, ", "), s.run.InteriorPoints)
}

// changes tells of batches that grew, fresh starts, returns to a first-order method
// and stages: the first of each with its numbers, the others counted.
func (s *story) changes() {
	for _, c := range []struct {
		kind       hybrid.Kind
		about, one string
	}{
		{hybrid.KindGrow, "batch", "The batch grew"},
		{hybrid.KindRestart, "restarts", "Training was set back"},
		{hybrid.KindFallBack, "fall-back", "A full-batch phase fell back"},
		{hybrid.KindStage, "stage", "A second network began"},
		{hybrid.KindSlab, "slab", "A further slab began"},
	} {
		if es := s.of(c.kind); len(es) > 0 {
			s.say(c.about, "%s %s, first: %s.", c.one, words.Count(len(es), "time"), es[0].Why)
		}
	}
}

func (s *story) vetoes() {
	if es := s.of(hybrid.KindVeto); len(es) > 0 {
		s.say("refused", "What was near to being done and was not, %s, the last: %s.", words.Count(len(es), "time"), es[len(es)-1].Why)
	}
}

// warningsTold is how many warnings are told in full.
const warningsTold = 2

func (s *story) warnings() {
	for i, w := range s.run.Warnings {
		if i == warningsTold {
			s.say("warning", "There were %d warnings more.", len(s.run.Warnings)-i)
			return
		}
		s.say("warning", "Warning: %s.", strings.TrimSuffix(w, "."))
	}
}

func (s *story) kept() {
	r := s.run
	if !r.HeldOut.Finite() {
		s.say("kept", "No parameters with a finite held-out loss were found.")
		return
	}
	where, verdict := "", ""
	if last := s.last(); last != nil && last.Slab > 1 {
		where = " in the mean over the slabs"
	} else if row := lowest(s.trace.Numbers(hybrid.ColHeldOut)); row >= 0 {
		where = fmt.Sprintf(", reached at step %.0f", at(s.trace.Numbers(hybrid.ColStep), row))
	}
	switch ratio := float64(r.Ratio); {
	case ratio > 4:
		verdict = ": the points were fitted far beyond what the equation asks"
	case ratio > 2:
		verdict = ": the points were fitted somewhat beyond what the equation asks"
	case ratio > 0:
		verdict = ": no sign of overfitting"
	}
	if r.Ratio.Finite() {
		verdict = fmt.Sprintf("; it is %s times the training loss", short(float64(r.Ratio))) + verdict
	}
	s.say("kept", "Kept were the parameters with the lowest loss on points that training never saw, %s%s%s.", short(float64(r.HeldOut)), where, verdict)
}

func (s *story) judged() {
	r := s.run
	all, ok := r.RelL2.Get("all")
	if !ok {
		s.say("judged", "Nothing in the problem says what the solution is, so its error is not known; the run is called %s.", r.Status)
		return
	}
	largest, _ := r.MaxAbs.Get("all")
	target := ""
	if t := r.Target; t != nil {
		switch {
		case t.Met == nil:
			target = "; the target cannot be judged"
		case *t.Met:
			target = "; the target is met"
		default:
			target = "; the target is missed"
		}
		if t.RelL2 != nil && t.Met != nil {
			target += fmt.Sprintf(" (%s asked for)", short(*t.RelL2))
		}
	}
	where := ""
	if r.Grid != nil {
		where = fmt.Sprintf(" at %d points", r.Grid.Points)
	}
	s.say("judged", "Judged afterwards%s, the answer has a relative L2 error of %s and is nowhere further off than %s%s: %s.", where, short(all), short(largest), target, r.Status)
}

// estimated tells the error as a second stage saw it.
func (s *story) estimated() {
	if e, ok := s.run.ErrorEstimate.Get("all"); ok && rundir.Number(e).Finite() {
		s.say("estimate", "Without the truth, the second stage estimated a relative L2 error of %s.", short(e))
	}
}

func (s *story) parameters() {
	var parts []string
	for _, f := range s.run.Parameters {
		text := fmt.Sprintf("%s = %.6g", f.Name, float64(f.Value))
		if e, ok := s.run.ParameterErrors.Get(f.Name); ok {
			text += fmt.Sprintf(" (off by %s)", short(e))
		}
		parts = append(parts, text)
	}
	if len(parts) > 0 {
		s.say("parameters", "Identified: %s.", strings.Join(parts, ", "))
	}
}

// of returns the events of one kind.
func (s *story) of(kind hybrid.Kind) []rundir.Event {
	return slices.DeleteFunc(slices.Clone(s.events), func(e rundir.Event) bool { return e.Kind != string(kind) })
}

// middle is the median of a column over the rows of phase i, NaN if there are none.
func (s *story) middle(i int, column string) float64 {
	phases, values := s.trace.Numbers(hybrid.ColPhase), s.trace.Numbers(column)
	var found []float64
	for row := range min(len(phases), len(values)) {
		if phases[row] == float64(i) && rundir.Number(values[row]).Finite() {
			found = append(found, values[row])
		}
	}
	if len(found) == 0 {
		return math.NaN()
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// lowest is the row of the first lowest value, −1 without a finite one.
func lowest(values []float64) int {
	best := -1
	for i, v := range values {
		if rundir.Number(v).Finite() && (best < 0 || v < values[best]) {
			best = i
		}
	}
	return best
}

// at is an element of a column, NaN where the table lacks it.
func at(values []float64, row int) float64 {
	if row < 0 || row >= len(values) {
		return math.NaN()
	}
	return values[row]
}

// short is a number with two or three figures for people.
func short(v float64) string {
	if !rundir.Number(v).Finite() {
		return "not finite"
	}
	return fmt.Sprintf("%.3g", v)
}
