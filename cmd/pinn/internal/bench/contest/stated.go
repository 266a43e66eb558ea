package contest

import (
	"context"
	"errors"
	"fmt"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Read reads the problem that arg names, a path or a name of the gallery, with the
// settings key=value put into it, and fills in what it leaves open. It refuses a
// problem without a truth to judge by. It is called from several goroutines.
type Read func(arg string, settings []string) (Problem, error)

// Problem is a problem file that has been read.
type Problem interface {
	// Spec returns the filled problem file. A change of it takes effect with Fill.
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

// Stated is the Read that solves problems by package solve. It reports no warnings,
// since the same problem is read for every run.
func Stated(arg string, settings []string) (Problem, error) {
	src, err := setup.Find(arg)
	if err != nil {
		return nil, err
	}
	st, faults := setup.Read(src, settings)
	if st == nil {
		return nil, faults
	}
	if err := Judgeable(st); err != nil {
		return nil, err
	}
	return stated{st}, nil
}

// Judgeable refuses a problem without a truth.
func Judgeable(st *setup.Setup) error {
	if st.Truth == nil {
		return fmt.Errorf("%s: gives no [exact] or [reference], so that there is no error to measure", st.Spec.File)
	}
	return nil
}

type stated struct{ st *setup.Setup }

// Spec returns the filled problem file.
func (s stated) Spec() *problems.Spec { return s.st.Spec }

// Fill fills in what the file leaves open.
func (s stated) Fill() { s.st.Fill() }

// Solve trains, and judges when training is over.
func (s stated) Solve(ctx context.Context, threads int, passes float64) (Solved, error) {
	run, faults, err := solve.New(s.st, solve.Options{Threads: threads, Passes: passes})
	if run == nil {
		return Solved{}, errors.Join(err, faults.Err())
	}
	answer, err := run.Solve(ctx)
	if ctx.Err() != nil {
		return Solved{}, ctx.Err()
	}
	if err != nil {
		return Solved{}, err
	}
	return Solved{Run: record.Run(answer, threads), Errors: record.Errors(answer.Along), Passes: answer.Passes}, nil
}
