package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/bench/engine"
	"pinn/cmd/pinn/internal/rundir"
)

func (a *app) benchCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast and how accurate things are",
		RunE:  group,
	}
	c.AddCommand(a.benchEngineCommand(), a.benchAccuracyCommand(), a.benchCheckCommand())
	return c
}

// failed gives an error that carries no exit code that of a run that failed.
func failed(err error) error {
	var e exit
	if errors.As(err, &e) {
		return err
	}
	return exit{rundir.Failed.ExitCode(), err}
}

// notes is where what goes on is told, nowhere with --quiet.
func (a *app) notes() io.Writer {
	if a.quiet {
		return io.Discard
	}
	return a.err
}

// benchEngineCommand measures the engine, without any training.
func (a *app) benchEngineCommand() *cobra.Command {
	var out string
	var limit time.Duration
	var threads []int
	c := &cobra.Command{
		Use:   "engine",
		Short: "Measure losses, gradients and normal equations against the machine's peak",
		Long: `Engine times the loss, the loss with its gradient and the normal equations of some
problems and networks, and says what share of the machine's peak that is: the rate of
fused multiply-adds on registers, measured in the same run. A loss and its gradient
count 6·C·N·Σ in·out operations, C partials carried by N points; the normal equations
of R residuals and P parameters R·P². All else counts as nothing. Times are minima.
Set PINN_KERNEL to go, avx2 or avx512 to choose the kernels.`,
		Example: `  pinn bench engine
  PINN_KERNEL=avx2 pinn bench engine --out engine.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if limit < 0 {
				return exit{rundir.ExitUsage, fmt.Errorf("--time: must not be negative, got %v", limit)}
			}
			for i, n := range threads {
				if n < 1 || i > 0 && n <= threads[i-1] {
					return exit{rundir.ExitUsage, fmt.Errorf("--threads: must be positive and increase, got %v", threads)}
				}
			}
			return a.benchEngine(engine.Options{Threads: threads, Time: limit}, out)
		},
	}
	c.Flags().DurationVar(&limit, "time", 2*time.Second, "time for each case; 0 measures once")
	c.Flags().IntSliceVar(&threads, "threads", defaultThreads(), "numbers of threads to compare")
	c.Flags().StringVar(&out, "out", "", "also write the results as JSON to this file")
	return c
}

// defaultThreads returns 1 and all there are.
func defaultThreads() []int {
	if n := runtime.GOMAXPROCS(0); n > 1 {
		return []int{1, n}
	}
	return []int{1}
}

func (a *app) benchEngine(o engine.Options, out string) error {
	report, err := engine.Run(engine.Cases, o, func(c engine.Case) {
		if !a.quiet {
			fmt.Fprintf(a.err, "measuring %s at %d points\n", c, c.Points)
		}
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if out != "" {
		if err := os.WriteFile(out, text, 0o644); err != nil {
			return err
		}
	}
	if a.json {
		_, err := a.out.Write(text)
		return err
	}
	return report.Print(a.out)
}
