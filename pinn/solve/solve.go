package solve

import (
	"context"
	"errors"
	"time"

	"pinn/hybrid"
	"pinn/pde"
	"pinn/pde/judging"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Event is something that happened in a run, and why: a switch, a redraw of the points,
// a warning.
type Event = hybrid.Event

// Progress is where a run stands, for a status line.
type Progress = hybrid.Progress

// Options says how to train, and who is told. The zero value trains as the problem file
// says, or by default where it does not.
type Options struct {
	// Seed of points, first weights and minibatches; 0 for that of the file, or 1.
	// Equal seeds give equal bits, for any number of threads.
	Seed uint64

	// Time is the wall-clock limit of the run; 0 for that of the file. With a limit
	// the answer depends on the speed of the machine.
	Time time.Duration

	// Passes limits the passes over all points; 0 for no limit. See hybrid.Options.
	Passes float64

	// Threads is how many to use; 0 for all. It changes no bit of the answer.
	Threads int

	// Network, Points and Phases stand in place of those of the file, each unless it
	// is empty. They have the form that they have there.
	Network *problems.Network
	Points  *problems.Points
	Phases  []problems.Phase

	// Set is a list of settings key=value for a problem file, such as
	// "network.hidden=[30, 30]".
	Set []string

	// Watch is told every event when it happens, and Progress where the run stands, at
	// most ten times a second. Both are called in the run's goroutine, and nothing that
	// they do reaches the answer.
	Watch    func(Event)
	Progress func(Progress)

	// Keep is given the state of the run from time to time, every KeepEvery or, where
	// that is 0, every five seconds but at most for one part in fifty of the time, and
	// when the context is cancelled. An error is a warning of the answer.
	Keep      func(*State) error
	KeepEvery time.Duration

	// From is a state that the run goes on from, nil for the beginning.
	From *State

	// Start is when the clock began to run; the zero value is the time of the call.
	Start time.Time
}

// apply puts what stands in place of the file's into a specification that is not filled.
func (o Options) apply(spec *problems.Spec) {
	if o.Seed != 0 {
		spec.Train.Seed = &o.Seed
	}
	if o.Time != 0 {
		spec.Train.Time = o.Time
	}
	if o.Network != nil {
		spec.Network = *o.Network
	}
	if o.Points != nil {
		spec.Points = *o.Points
	}
	if o.Phases != nil {
		spec.Phases = o.Phases
	}
}

// File solves the problem file at path, that of the folder at path, or the problem of
// the gallery with that name. The error lists the faults of the file, each at its
// place, or says why nothing could be trained; see Run.Solve.
func File(ctx context.Context, path string, o Options) (*Answer, error) {
	src, err := setup.Find(path)
	if err != nil {
		return nil, err
	}
	st, faults := setup.ReadWith(src, o.Set, o.apply)
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
	st, faults := setup.New(p, truth, o.apply)
	if st == nil {
		return nil, faults
	}
	return train(ctx, st, o)
}

// train makes the run of a problem and carries it out.
func train(ctx context.Context, st *setup.Setup, o Options) (*Answer, error) {
	r, faults, err := New(st, o)
	if r == nil {
		return nil, errors.Join(err, faults.Err())
	}
	return r.Solve(ctx)
}
