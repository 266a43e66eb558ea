package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
)

func (a *app) plotCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plot RUN",
		Short: "Redraw the figures of a run from its folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			files, err := redraw(args[0])
			if err != nil {
				return exit{rundir.Failed.ExitCode(), err}
			}
			return a.lines(files)
		},
	}
}

// lines prints one line each.
func (a *app) lines(lines []string) error {
	for _, l := range lines {
		if _, err := a.out.Write([]byte(l + "\n")); err != nil {
			return err
		}
	}
	return nil
}

// redraw draws the figures of a run folder anew; it returns their paths as reachable
// from the working directory.
func redraw(dir string) ([]string, error) {
	folder, answer, err := record.Open(dir)
	if err != nil {
		return nil, err
	}
	figures := folder.FiguresDir()
	if err := os.MkdirAll(figures, 0o777); err != nil {
		return nil, err
	}
	files, err := record.Redraw(folder, answer, figures)
	for i, name := range files {
		files[i] = rundir.Reachable(filepath.Join(figures, name))
	}
	return files, err
}
