package hybrid

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"pinn/hybrid/rules"
	"pinn/optim"
)

// Kind says what sort of thing happened.
type Kind string

// The kinds of events.
const (
	KindSwitch   Kind = "switch"    // one phase ended and the next began
	KindResample Kind = "resample"  // the points were redrawn
	KindRestart  Kind = "restart"   // the method was cleared, or θ set back to the best, and the phase went on
	KindStop     Kind = "stop"      // the run ended
	KindGrow     Kind = "grow"      // the minibatch was enlarged
	KindFallBack Kind = "fall-back" // a first-order phase was inserted
	KindVeto     Kind = "veto"      // something that was due, or nearly so, was not done
	KindStage    Kind = "stage"     // another leg begins: a network that corrects the last one
	KindSlab     Kind = "slab"      // another leg begins: the next slab of time
	KindWarning  Kind = "warning"   // something is doubtful; the run went on
)

// The reasons of a redraw of the points, KindResample.
const (
	CauseBegin    rules.Reason = "begin"    // the phase has points of its own
	CauseSchedule rules.Reason = "schedule" // Resample.Every steps have passed
	CauseAlarm    rules.Reason = "alarm"    // the held-out loss stood far above the training loss
	CauseNoise    rules.Reason = "noise"    // the full gradient was mostly noise
	CauseStuck    rules.Reason = "stuck"    // the method had nothing to gain on the old ones
)

// Event is one thing that happened in a run and why.
type Event struct {
	Step   int     // parameter updates of the run so far
	Wall   float64 // seconds since the run began
	Phase  int     // index of the phase in the run, from 0
	Kind   Kind
	Reason rules.Reason // empty if the kind says it all
	Why    string       // one sentence with the numbers
}

// String is the event on one line.
func (e Event) String() string {
	return fmt.Sprintf("step %d, phase %d, %s: %s", e.Step, e.Phase, e.Kind, e.Why)
}

// Status says how a run ended as a whole.
type Status int

// How a run can end.
const (
	Finished    Status = iota // the plans or their time came to an end
	Interrupted               // the context was cancelled
	Failed                    // no θ with a finite loss was ever seen in the last leg, or a method returned an error
)

var statusNames = [...]string{Finished: "finished", Interrupted: "interrupted", Failed: "failed"}

// String returns the status in one word.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}

// Result is what a run leaves.
type Result struct {
	Theta    []float64 // the best of the last leg by held-out loss
	HeldOut  float64   // its held-out loss, or what stands in for it (see HeldOut); +Inf if none was finite
	BestStep int       // the step of the run that it was reached at

	Status   Status
	Legs     []LegResult   // those that have begun, the last included
	Phases   []PhaseResult // those that were entered
	Trace    *Trace
	Events   []Event
	Warnings []error // doubtful but usable

	Steps     int     // parameter updates
	LossEvals int     // losses evaluated by the methods, minibatch or full
	GradEvals int     // gradients likewise
	Seconds   float64 // wall clock, checks and held-out evaluations included
}

// PhaseResult tells what one phase did. Losses and gradients of checks and of
// held-out evaluations are not among LossEvals and GradEvals.
type PhaseResult struct {
	Method   string // the phase's name
	Index    int    // of the plan's phase, or of the one that was interrupted for this one
	Inserted bool   // by falling back
	Batch    int    // points of a minibatch, 0 for all
	Points   int    // of the full set, at the phase's end

	Steps     int // updates
	LossEvals int
	GradEvals int
	Seconds   float64

	LossFirst, LossLast       float64 // over all points, at the phase's first and last θ
	HeldOutFirst, HeldOutLast float64

	Ended rules.Reason // why the phase ended
	Why   string       // the same in one sentence with the numbers

	Checks         int // times that gradients were compared
	CheckBatches   int // gradients per check, K
	CheckEvery     int // steps between checks, E
	CheckGrads     int // gradients spent on checks
	CheckSeconds   float64
	HeldOutSeconds float64 // held-out losses and losses over all points, for the record only
}

// CheckShare is the part of the phase's seconds that went into comparing
// gradients, 0 for a phase without time.
func (p PhaseResult) CheckShare() float64 {
	if p.Seconds <= 0 {
		return 0
	}
	return p.CheckSeconds / p.Seconds
}

// Record is what a run has written down and counted so far.
type Record struct {
	TermNames []string
	Rows      []Row
	Events    []Event
	Phases    []PhaseResult // those that have ended
	Warnings  []string

	Steps, LossEvals, GradEvals int
	Passes                      float64 // see Options.Passes

	Best Best // of the leg in hand
}

// recorder writes down what a run does: there is one for all of its legs.
type recorder struct {
	clock    *clock
	hear     func(Event) // told of every event; nil for nobody
	warnings []error     // a snapshot keeps their texts, in Record
	kept     Record
}

// event writes down that something happened in a phase.
func (r *recorder) event(phase int, kind Kind, reason rules.Reason, why string) {
	e := Event{Step: r.kept.Steps, Wall: r.clock.wall(), Phase: phase, Kind: kind, Reason: reason, Why: why}
	r.kept.Events = append(r.kept.Events, e)
	if r.hear != nil {
		r.hear(e)
	}
}

// veto writes an event about something that was not done, once.
func (r *recorder) veto(told *bool, phase int, reason rules.Reason, why string) {
	if !*told {
		r.event(phase, KindVeto, reason, why)
	}
	*told = true
}

// warn takes a doubt, nil for none.
func (r *recorder) warn(doubt error) {
	if doubt != nil {
		r.warnings = append(r.warnings, doubt)
	}
}

// warnOnce takes a doubt unless one with the same text is there.
func (r *recorder) warnOnce(doubt error) {
	if !slices.ContainsFunc(r.warnings, func(w error) bool { return w.Error() == doubt.Error() }) {
		r.warn(doubt)
	}
}

// step counts the evaluations of a step.
func (r *recorder) step(info optim.StepInfo) {
	r.kept.LossEvals += info.LossEvals
	r.kept.GradEvals += info.GradEvals
}

// row appends a row to the trace.
func (r *recorder) row(row Row) { r.kept.Rows = append(r.kept.Rows, row) }

// at returns the trace's newest row if it is that of the phase's step, else nil.
func (r *recorder) at(phase, step int) *Row {
	n := len(r.kept.Rows)
	if n == 0 || r.kept.Rows[n-1].Phase != phase || r.kept.Rows[n-1].PhaseStep != step {
		return nil
	}
	return &r.kept.Rows[n-1]
}

// complete puts the row in the place of the trace's row of that step, or appends it if
// that was thinned out.
func (r *recorder) complete(row Row) {
	if at := r.at(row.Phase, row.PhaseStep); at != nil {
		*at = row
		return
	}
	r.row(row)
}

// phase files the result of a phase that has ended.
func (r *recorder) phase(p PhaseResult) { r.kept.Phases = append(r.kept.Phases, p) }

// snapshot is a copy of the record. Rows hold slices that nobody changes.
func (r *recorder) snapshot() Record {
	k := r.kept
	k.Rows, k.Events, k.Phases = slices.Clone(k.Rows), slices.Clone(k.Events), slices.Clone(k.Phases)
	k.Best.Theta = slices.Clone(k.Best.Theta)
	for _, w := range r.warnings {
		k.Warnings = append(k.Warnings, w.Error())
	}
	return k
}

// restore goes on from a record, which is copied.
func (r *recorder) restore(k Record) {
	r.kept = k
	r.kept.Rows, r.kept.Events, r.kept.Phases = slices.Clone(k.Rows), slices.Clone(k.Events), slices.Clone(k.Phases)
	r.kept.Best.Theta, r.kept.Warnings = slices.Clone(k.Best.Theta), nil
	for _, text := range k.Warnings {
		r.warnings = append(r.warnings, errors.New(text))
	}
}

// Best is the θ of a leg with the lowest held-out loss so far, and the state that the
// method had there, if it can be saved.
type Best struct {
	Theta   []float64
	HeldOut float64 // +Inf before the first finite one
	Step    int     // of the run
	Phase   int     // of the run
	Saved   bool    // the method's state is known
	Method  []optim.Vector
}

// noBest is the best where nothing has been scored yet.
func noBest(theta []float64) Best { return Best{Theta: slices.Clone(theta), HeldOut: math.Inf(1)} }

// consider keeps theta if its held-out loss is lower, and the method's state
// with it unless that is nil.
func (b *Best) consider(theta []float64, heldOut float64, step, phase int, m optim.Stateful) {
	if !(heldOut < b.HeldOut) {
		return
	}
	copy(b.Theta, theta)
	b.HeldOut, b.Step, b.Phase, b.Saved, b.Method = heldOut, step, phase, false, nil
	if m != nil {
		b.Saved, b.Method = true, m.State()
	}
}
