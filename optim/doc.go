// Package optim holds methods that move a flat parameter vector θ downhill. A
// method knows an Objective and nothing else: no networks, batches, points or
// clocks. The caller owns the loop; one Step is one update of θ.
//
// First-order methods (sgd to nadam) are a small update rule inside one shared
// step: evaluate, refuse what is not finite, clip, decay, update. Flow integrates the
// gradient flow that they follow when their steps are short. LBFGS, BFGS and
// SSBroyden take the line search of gonum/optimize, with the loss and the gradient at
// every trial; they differ in how they estimate the inverse Hessian, which package
// internal/quasinewton does with the points and gradients alone. LM works on sums
// of squares (LeastSquares): one Gauss-Newton model per step, and a search for the
// damping with the loss alone. SPRING is Gauss-Newton for minibatches (Rows). All save
// and restore their state bit for bit and leave θ finite whatever the objective
// returns. None allocates in the steady state, but for the goroutines of large matrix
// products; how many there are is the caller's choice (Threaded) and changes no bit.
//
// Methods is the table of all of them under the names of the problem file; the
// exported fields of each are its hyperparameters, used exactly as given. Start
// from DefaultAdamW, DefaultLBFGS and so on. Package optimtest has functions
// with known minima and the conformance tests that every row must pass.
//
// Read Example first: AdamW, then L-BFGS, on one objective.
package optim
