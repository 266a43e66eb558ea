package solve

import (
	"context"
	"errors"

	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn/solve/statement"
)

// File solves the problem file at path, that of the folder at path, or the problem of
// the gallery with that name. The error lists the faults of the file, each at its
// place, or says why nothing could be trained; see Run.Solve.
func File(ctx context.Context, path string, o Options) (*Answer, error) {
	src, err := statement.Find(path)
	if err != nil {
		return nil, err
	}
	st, faults := statement.ReadWith(src, o.Set, o.apply)
	if st == nil {
		return nil, faults
	}
	return train(ctx, st, o)
}

// Problem solves a problem that is stated in Go, by problems.Builder or by hand. truth is
// what the answer is judged by, nil for nothing; training does not see it.
func Problem(ctx context.Context, p *pde.Problem, truth judging.Truth, o Options) (*Answer, error) {
	if len(o.Set) > 0 {
		return nil, errors.New("settings belong to a problem file, and there is none: use Network, Points and Phases")
	}
	st, faults := statement.New(p, truth, o.apply)
	if st == nil {
		return nil, faults
	}
	return train(ctx, st, o)
}

// train makes the run of a statement and carries it out.
func train(ctx context.Context, st *statement.Statement, o Options) (*Answer, error) {
	r, faults, err := New(st, o)
	if r == nil {
		return nil, errors.Join(err, faults.Err())
	}
	return r.Solve(ctx)
}
