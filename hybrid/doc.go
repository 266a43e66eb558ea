// Package hybrid trains a parameter vector with one method after another and
// decides from the gradient itself when to change.
//
// A run is a sequence of legs, and a Leg is one loss trained by one Plan: a network and a
// second one upon it, or the slabs of time one after the other. Most runs have one. A
// Plan is a list of phases. Each has a method of package optim, the points
// it may see (minibatches or all of them), a budget and rules. Run is the only
// training loop: it hands the method a view of the loss, measures every so
// often how far the gradient stands above its own noise (Stats), puts that to
// the rules (Rule), redraws points, keeps the best θ by held-out loss, and
// writes down what it did (Trace, Event). Time, passes, the record and the events are
// those of the run, whatever number of legs it has; θ, its judgement, the points and the
// random streams are those of a leg. Statistics draw from a random stream
// of their own: measuring more often does not change the path of training.
//
// One turn of the loop is in five files:
//
//	phase.go     the turn itself: its order, what is counted, how a phase begins and ends
//	limits.go    may there be another step: time, passes, the phase's budget
//	step.go      one step of the method, and back to the best θ from what is not finite
//	measure.go   what is measured after it, entered in a row and put to the rules
//	points.go    whether the points are drawn anew (the overfitting alarm: alarm.go)
//
// Around it leg.go goes from phase to phase (handover.go; fallback.go for a phase that is
// interrupted) and run.go from leg to leg. recorder.go writes down what they do.
//
// Between any two steps the state of a run can be kept as a Snapshot, from which Resume
// goes on with the same bits. Each piece of the run has what it keeps in one field, a
// struct that is part of Snapshot; encoding/gob writes it. A test fails for a field of a
// piece that is neither kept nor said to be needless. What a snapshot holds is held
// against the leg before it is used: a damaged one is an error.
//
// The columns of the trace are declared once, in trace.go: the blank row, the table that
// is written and its readers follow from that.
//
// Nothing here knows of networks or equations; the tests train noisy
// quadratics. Nothing here can see the exact or the reference solution.
//
// The Example of this package wires the whole pipeline on a toy loss.
package hybrid
