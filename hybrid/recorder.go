package hybrid

import (
	"errors"
	"slices"

	"pinn/optim"
)

// Record is what a run has written down so far, and what it has counted.
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
	warnings []error     // whose texts Record holds in a snapshot
	kept     Record
}

// event writes down that something happened in a phase.
func (r *recorder) event(phase int, kind Kind, reason Reason, why string) {
	e := Event{Step: r.kept.Steps, Wall: r.clock.wall(), Phase: phase, Kind: kind, Reason: reason, Why: why}
	r.kept.Events = append(r.kept.Events, e)
	if r.hear != nil {
		r.hear(e)
	}
}

// veto writes an event about something that was not done, once.
func (r *recorder) veto(told *bool, phase int, reason Reason, why string) {
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
