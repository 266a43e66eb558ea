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
// This package is a shell: flags, terminal, signals. The way of a problem through it:
//
//	load.go       a name or path → setup.Setup, all faults told at once
//	job.go        a solve.Run with the draft of its folder, from the beginning or resumed
//	solve.go      training, with Ctrl-C; record.Leave writes the folder
//	progress.go   the status line, and events when they happen
//
// What is trained is made by pinn/solve, what is written by internal/record and
// internal/rundir, what is drawn by internal/figure.
package main
