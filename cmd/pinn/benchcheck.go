package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/words"
)

// benchCheckCommand holds the committed tables to the committed runs.
func (a *app) benchCheckCommand() *cobra.Command {
	var write bool
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check that every figure in the tables follows from the run files",
		Long: `Check makes the tables of DIR/README.md and of the README.md above it anew from the
runs in DIR/accuracy (DIR is results if not given), and names every cell that differs:
what stands there, and what follows from which files. With --write it writes the tables
and figures anew instead. Nothing is trained.

Exit codes: 0 every figure follows, 1 one does not.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "results"
			if len(args) > 0 {
				dir = args[0]
			}
			if write {
				if err := redrawAll(dir); err != nil {
					return exit{rundir.Failed.ExitCode(), err}
				}
			}
			faults, told, err := drift(dir)
			if err != nil {
				return exit{rundir.Failed.ExitCode(), err}
			}
			for _, fault := range faults {
				fmt.Fprintln(a.err, fault)
			}
			if len(faults) > 0 {
				return exit{rundir.Failed.ExitCode(), fmt.Errorf("%s; pinn bench check --write writes the tables anew", words.Count(len(faults), "fault"))}
			}
			_, err = fmt.Fprintln(a.out, told)
			return err
		},
	}
	c.Flags().BoolVar(&write, "write", false, "write the tables and figures anew first")
	return c
}

// redrawAll brings tables and figures of dir up to date with its runs.
func redrawAll(dir string) error {
	store := accuracy.Store{Dir: filepath.Join(dir, "accuracy")}
	records, err := store.Load()
	if err != nil {
		return err
	}
	if err := drawCourses(store, records, records); err != nil {
		return err
	}
	return rewrite(dir, store, records)
}

// drift says what in the tables of dir does not follow from its runs, or in words
// that all does.
func drift(dir string) (faults []string, told string, err error) {
	store := accuracy.Store{Dir: filepath.Join(dir, "accuracy")}
	records, err := store.Load()
	if err != nil {
		return nil, "", err
	}
	faults = accuracy.Mixed(records)
	held := 0
	for _, t := range accuracy.Tables(filepath.ToSlash(store.Dir), galleryTargets(), records) {
		for _, d := range documents(dir) {
			if d.Holds(t) {
				held++
			}
			faults = append(faults, d.Drift(t)...)
		}
	}
	if held == 0 {
		return nil, "", fmt.Errorf("%s: neither the README.md there nor the one above has the markers of a table", dir)
	}
	return faults, fmt.Sprintf("%s checked against %s", words.Count(held, "table"), words.Count(len(records), "run")), nil
}
