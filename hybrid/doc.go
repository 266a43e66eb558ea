// Package hybrid trains a parameter vector with one method after another and
// decides from the gradient itself when to change.
//
// A run is a sequence of legs. A Leg is one loss, trained by one Plan: a network and then
// a second one that corrects it, or one slab of time after another. Most runs have one
// leg. A Plan is a list of phases. A Phase has a method of package optim, the points that
// the method may see (minibatches or all of them), a budget, and rules of package rules
// that can end it. A rule is shown how far the gradient stands above its own noise, which
// package noise measures.
//
// Run is the only training loop. A phase is entered, and then one turn of the loop
// (phase.turn) is this:
//
//  1. limits.go: is another step allowed? The run may have been told to stop; the leg has
//     a limit of time and of passes over the points, the phase a budget.
//  2. step.go: the method makes one step on a minibatch or on all points. If a value is
//     not finite, θ returns to the best so far, and the turn ends here.
//  3. measure.go: if a check is due, the held-out loss and, in a minibatch phase, the
//     statistics of the gradient are measured and entered in a Row; θ is kept if it is
//     the best; the rules are asked. A rule may end the phase or enlarge the minibatch.
//  4. phase.go: the phase ends if the method has converged or failed, or if a rule says
//     so. It may instead go on with new points (points.go), or make way for a short
//     first-order phase and go on after it (fallback.go).
//  5. points.go: the points are redrawn if that is due: on schedule, because the held-out
//     loss stands far above the training loss, or because the gradient is mostly noise.
//
// At the end of a phase, leg.go goes on to the next phase of the plan, and at the end of
// a leg, run.go goes on to the next leg. The record (record.go: the Trace, the Events, the
// best θ) and the clock are those of the whole run. θ, its score by the held-out loss,
// the points and the random streams are those of a leg. Checks draw from a random stream
// of their own, so measuring more often does not change the path of training.
//
// Between any two steps the state of a run can be kept as a Snapshot, from which Resume
// goes on to the same bits. Each piece of the run holds what must be kept in one field
// named kept, whose type is a part of Snapshot. A test fails for a field of a piece that
// is neither kept nor listed with the reason why it need not be. Resume compares a
// snapshot with the leg before it uses it: one that does not fit is an error.
//
// The columns of the trace are declared once, in trace.go; the file that is written and
// its readers follow from there.
//
// Nothing here knows networks or equations: the tests train noisy quadratics. Nothing
// here can see the exact or the reference solution.
//
// The Example wires the whole pipeline on a toy loss.
package hybrid
