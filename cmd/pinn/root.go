package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/kernel"
	"pinn/internal/suggest"
	"pinn/pinn/solve"
)

// app holds what every command needs: where results (out) and everything else
// (err) go, and the flags that all commands share.
type app struct {
	out, err io.Writer
	json     bool
	quiet    bool
	color    string
}

// exit is an error that carries the exit code of the contract. A nil err says
// that everything worth printing has been printed.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// pinnMain runs one command line and returns its exit code: 0 solved, 1 failed,
// 2 bad usage or bad problem file, 3 target missed, 130 interrupted.
func pinnMain(args []string, stdout, stderr io.Writer) int {
	a := &app{out: stdout, err: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return 0
	}
	var e exit
	if !errors.As(err, &e) {
		// What cobra itself refuses (unknown command or flag) is bad usage.
		e = exit{rundir.ExitUsage, fmt.Errorf("%w\nrun 'pinn --help' for usage", err)}
	}
	if e.err != nil {
		fmt.Fprintf(stderr, "pinn: %v\n", e.err)
	}
	return e.code
}

func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "pinn",
		Short: "Solve partial differential equations with physics-informed neural networks",
		Long: `pinn reads a problem stated as mathematics in one TOML file, trains a small
network until its residual vanishes, switches optimiser when the gradient says
so, judges the answer, and leaves a folder that anyone can check.`,
		Example: `  pinn solve burgers
  pinn solve problems/heat.toml --seed 2 --time 30s
  pinn check problems/wave.toml --gradient`,
		Version:       versionWords(solve.ThisProgram()),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := kernel.Err(); err != nil {
				return exit{rundir.ExitUsage, err}
			}
			return a.checkColor()
		},
	}
	c.SetVersionTemplate("pinn {{.Version}}\n")
	f := c.PersistentFlags()
	f.BoolVar(&a.json, "json", false, "print results as JSON")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print nothing but the result")
	f.StringVar(&a.color, "color", "auto", "colour on standard error: auto, always or never")
	c.AddCommand(a.solveCommand(), a.checkCommand(), a.listCommand(), a.plotCommand(), a.explainCommand(), a.predictCommand(), a.labCommand(), a.benchCommand(), a.versionCommand())
	c.InitDefaultCompletionCmd()
	for _, sub := range c.Commands() {
		if sub.Name() == "completion" {
			sub.Args, sub.RunE = nil, group
		}
	}
	return c
}

// group is the action of a command that is nothing but a group of others: it shows its
// help, and refuses what is none of them.
func group(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	hint := "; the commands are " + strings.Join(names, ", ")
	if near := suggest.DidYouMean(args[0], names); near != "" {
		hint = near
	}
	return exit{rundir.ExitUsage, fmt.Errorf("%s %s: no such command%s", c.Name(), args[0], hint)}
}
