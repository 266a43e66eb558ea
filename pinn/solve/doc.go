// Package build turns a compiled problem file (problems.Compiled) into what can be
// trained: hard conditions, a network, a loss and a plan.
//
// It is the seam between the two towers of the program and does no arithmetic
// of its own. The way of a file through it:
//
//	Compile    compiles the file with package problems, checks its training plan
//	           and builds its hard conditions; all faults come at once
//	Fill       chooses what the file leaves open and writes it into the Spec, so
//	           that the Spec alone repeats the run
//	Network, Loss, Plan
//	           make the parts of a run from the filled Spec
//
// Truth is handed out beside the Problem, never inside it: whatever trains gets
// the Problem only.
package solve
