// Package setup makes a problem ready to be trained: it compiles a problem file, or
// takes a problem that is stated in Go, finds what can hold by construction, and chooses
// what is left open.
//
//	Read     compiles the file with package problems, checks its training plan and
//	         builds its hard conditions; all faults come at once
//	Fill     makes the choices that are open and writes them into Spec, so that Spec
//	         alone repeats the run
//	Network, LossOptions, Plan
//	         make the parts of a run from the filled Spec
//
// It is where the two towers meet, and it does no arithmetic of its own. Truth stands
// beside the Problem, never inside it: whatever trains gets the Problem only.
package setup
