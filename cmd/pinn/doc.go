// Pinn solves partial differential equations with physics-informed neural
// networks: it reads a problem stated as mathematics in one TOML file, trains a
// small network until its residual vanishes, switches optimiser when the gradient
// says so, judges the answer, and leaves a folder that anyone can check.
//
//	pinn solve PROBLEM     train, judge, leave results/PROBLEM/run-0001
//	pinn check PROBLEM     say what would be trained; --gradient checks derivatives
//	pinn list              the gallery
//	pinn predict RUN       evaluate the answer of a run elsewhere
//	pinn explain RUN       tell the story of a run in a dozen sentences
//	pinn plot RUN          redraw the figures of a run
//	pinn bench accuracy    train by several methods; error against passes and seconds
//	pinn bench check       hold the tables of results/ to the runs there; --rerun repeats some
//	pinn bench engine      measure the engine against the peak of the machine
//	pinn version           say which build this is
//
// PROBLEM is a file, a run folder or a name of the gallery. Results go to
// standard output, everything else to standard error; the last line of solve is
// the run folder. Exit codes: 0 solved, 1 failed, 2 bad usage or problem file, 3
// target missed, 130 interrupted.
//
// The way of a problem through the program, one file for each step:
//
//	load.go       file → problems.Spec → pde.Problem, all faults at once (internal/build)
//	part.go       the networks of the answer: of each slab of time, of each stage
//	training.go   one of them with its loss and plan; hybrid.Run
//	parts.go      one after the other
//	judge.go      the answer against the truth, on points of the truth's choice
//	record.go     result → run.json, trace.csv, events.csv
//	figures.go    the same records as pictures (internal/figure)
//	leave.go      everything into a folder, under its name by one rename (internal/rundir)
//
// The truth is compiled beside the problem and handed to judge.go only; what
// trains, switches and stops is not given it.
package main
