// Package hybrid trains a parameter vector with one method after another and
// decides from the gradient itself when to change.
//
// A Plan is a list of phases. Each has a method of package optim, the points
// it may see (minibatches or all of them), a budget and rules. Run is the only
// training loop: it hands the method a view of the loss, measures every so
// often how far the gradient stands above its own noise (Stats), puts that to
// the rules (Rule), redraws points, keeps the best θ by held-out loss, and
// writes down what it did (Trace, Event). Statistics draw from a random stream
// of their own: measuring more often does not change the path of training.
//
// Between any two steps the state of a run can be kept as plain values (Snapshot)
// from which Resume goes on with the same bits. Each piece that has a state
// describes it once, for both ways, in its method state; a new field is one line
// there. A test fails for a field that is neither kept nor said to be needless.
//
// Nothing here knows of networks or equations; the tests train noisy
// quadratics. Nothing here can see the exact or the reference solution.
//
// The Example of this package wires the whole pipeline on a toy loss.
package hybrid
