// Package build turns a decoded problem file (problems.Spec) into what can be
// trained and judged: a pde.Problem, its truth, a network, a loss and a plan.
//
// It is the seam between the two towers of the program and does no arithmetic
// of its own. The way of a file through it:
//
//	Statement  compiles every expression of the file and reports all faults at
//	           once, each at its character in the file
//	Fill       chooses what the file leaves open and writes it into the Spec, so
//	           that the Spec alone repeats the run
//	Network, Loss, Plan
//	           make the parts of a run from the filled Spec
//
// Truth is handed out beside the Problem, never inside it: whatever trains gets
// the Problem only.
package solve
