package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/pde"
)

func (a *app) predictCommand() *cobra.Command {
	var at, grid, out string
	c := &cobra.Command{
		Use:   "predict RUN (--at points.csv | --grid 101x51)",
		Short: "Evaluate the answer of a run at points of your choice",
		Long: `Predict evaluates the trained network of a run folder, at the points of a CSV
file whose header names the axes, or on an even grid of the domain, and writes CSV:
the axes, then the fields.`,
		Example: `  pinn predict results/burgers/run-0001 --grid 201x11
  pinn predict results/burgers/run-0001 --at probes.csv --csv answer.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.predict(args[0], at, grid, out)
		},
	}
	c.Flags().StringVar(&at, "at", "", "CSV file of points; its header names the axes")
	c.Flags().StringVar(&grid, "grid", "", "points along each axis, as in 101x51")
	c.Flags().StringVar(&out, "csv", "", "write to this file instead of standard output")
	c.MarkFlagsMutuallyExclusive("at", "grid")
	c.MarkFlagsOneRequired("at", "grid")
	return c
}

func (a *app) predict(dir, at, grid, out string) error {
	_, answer, err := record.Open(dir)
	if err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	problem := answer.Setup.Problem
	points, err := predictPoints(problem.Box, at, grid)
	if err != nil {
		return exit{rundir.ExitUsage, err}
	}
	table := record.Solution(problem, points, answer.Eval(points))
	if out == "" {
		return table.Encode(a.out)
	}
	f, err := os.Create(out)
	if err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	if err := table.Encode(f); err != nil {
		f.Close()
		return exit{rundir.Failed.ExitCode(), fmt.Errorf("%s: %w", out, err)}
	}
	return f.Close()
}

// predictPoints reads the points at which to evaluate. Points outside the domain
// are refused: the network knows nothing there.
func predictPoints(box pde.Box, at, grid string) (pde.Points, error) {
	if grid != "" {
		counts, err := gridCounts(grid, box)
		if err != nil {
			return pde.Points{}, fmt.Errorf("--grid: %w", err)
		}
		return box.EvenGrid(counts), nil
	}
	src, err := os.ReadFile(at)
	if err != nil {
		return pde.Points{}, err
	}
	table, err := pde.ReadCSV(src)
	if err != nil {
		return pde.Points{}, fmt.Errorf("%s:%w", at, err)
	}
	points, others, _, err := table.Places(box)
	if err != nil {
		return pde.Points{}, fmt.Errorf("%s:%w", at, err)
	}
	if len(others) > 0 {
		return pde.Points{}, fmt.Errorf("%s: column %s is not an axis; the axes are %s", at, others[0], axisNames(box))
	}
	for i := range points.N {
		if !box.Near(points.At(i)) {
			return pde.Points{}, fmt.Errorf("%s:%d: the point %v lies outside the domain", at, table.Lines[i], points.At(i))
		}
	}
	return points, nil
}

// maxGrid bounds the number of points of --grid.
const maxGrid = 50_000_000

// gridCounts reads one count per axis.
func gridCounts(grid string, box pde.Box) ([]int, error) {
	parts := strings.Split(grid, "x")
	if len(parts) != box.Dim() {
		return nil, fmt.Errorf("must give one count for each of the axes %s, as in %s, got %q",
			axisNames(box), strings.Join(slices.Repeat([]string{"51"}, box.Dim()), "x"), grid)
	}
	total := 1
	counts := make([]int, len(parts))
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > maxGrid/total {
			return nil, fmt.Errorf("must be positive counts with a product of at most %d, got %q", maxGrid, grid)
		}
		counts[i] = n
		total *= n
	}
	return counts, nil
}

func axisNames(box pde.Box) string {
	var names []string
	for _, a := range box.Axes {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}
