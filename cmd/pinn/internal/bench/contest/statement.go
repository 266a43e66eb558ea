package contest

import (
	"context"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/problems"
)

// Read reads the problem that arg names, a path or a name of the gallery, with the
// settings key=value put into it, and fills in what it leaves open. It refuses a
// problem without a truth to judge by. It is called from several goroutines.
type Read func(arg string, settings []string) (Statement, error)

// Statement is a problem that has been read.
type Statement interface {
	// Spec is the filled problem file. What is altered in it holds after Fill.
	Spec() *problems.Spec

	// Fill fills in what Spec leaves open.
	Fill()

	// Solve trains and judges, with at most so many passes over all points, 0 for no
	// limit of passes. A run that is cut off is the error of ctx.
	Solve(ctx context.Context, threads int, passes float64) (Solved, error)
}

// Solved is what a run left.
type Solved struct {
	Run    rundir.Run    // run.json
	Errors *rundir.Table // errors.csv
	Passes float64       // over all points, in all
}
