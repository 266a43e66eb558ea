// Package rundir writes and reads the folder that a run leaves behind:
//
//	results/burgers/run-0001/
//		problem.toml   the problem with all defaults filled in
//		run.json       Run: what was reached, how, and on what machine
//		trace.csv      Table: one row per recorded step
//		events.csv     []Event: one row per switch, resample, restart or stop
//		weights        Weights: the network in safetensors format
//		solution.csv   Table: axes, then fields, on the judging grid
//		errors.csv     Table: the error along the run, if there is a truth
//		figures/       drawn by package figure
//		state          in an interrupted or unfinished run: what it needs to go on
//
// A run is written as a Draft into a hidden folder beside its final place and
// renamed when it is whole, so a folder named run-0001 is never half a run and
// never replaces another one. The records are plain values that know nothing
// of networks or optimisers. Start with the Example.
package rundir
