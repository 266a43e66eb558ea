package record

import (
	"fmt"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// Open reads a run folder and makes its answer a function of the place again, from its
// problem and its weights.
func Open(dir string) (*rundir.Folder, *solve.Answer, error) {
	folder, err := rundir.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	src, err := problems.FromFile(folder.ProblemPath())
	if err != nil {
		return nil, nil, err
	}
	src.Name = folder.Run.Problem
	st, faults := setup.Read(src, nil)
	if st == nil {
		return nil, nil, faults
	}
	w, err := folder.Weights()
	if err != nil {
		return nil, nil, err
	}
	answer, err := solve.Trained(st, w)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", dir, err)
	}
	return folder, answer, nil
}

// Redraw draws the figures of a run folder anew into the folder of its figures and
// returns their names there.
func Redraw(folder *rundir.Folder, answer *solve.Answer, into string) ([]string, error) {
	trace, err := folder.Trace()
	if err != nil {
		return nil, err
	}
	events, err := folder.Events()
	if err != nil {
		return nil, err
	}
	errs, err := folder.Errors()
	if err != nil {
		return nil, err
	}
	return Draw(into, answer, folder.Run, History{trace, events, errs})
}
