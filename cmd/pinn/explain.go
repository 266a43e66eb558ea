package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/cmd/pinn/internal/story"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RUN",
		Short: "Tell the story of a run in about a dozen sentences",
		Long: `Explain reads run.json, events.csv and trace.csv of a run folder and tells what
happened: how the run began, what each phase did and why it ended, how often the
points were redrawn, what was refused, warned of and kept, how the answer was judged,
and what would be worth trying. With --json every sentence comes with what it is
about.`,
		Example: `  pinn explain results/burgers/run-0001
  pinn explain results/burgers/run-0001 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.explain(args[0]); err != nil {
				return exit{rundir.Failed.ExitCode(), err}
			}
			return nil
		},
	}
}

func (a *app) explain(dir string) error {
	folder, err := rundir.Open(dir)
	if err != nil {
		return err
	}
	events, err := folder.Events()
	if err != nil {
		return err
	}
	trace, err := folder.Trace()
	if err != nil {
		return err
	}
	told := story.Tell(folder.Run, events, trace)
	if a.json {
		line, err := json.Marshal(struct {
			Problem string           `json:"problem"`
			Status  rundir.Status    `json:"status"`
			Story   []story.Sentence `json:"story"`
		}{folder.Run.Problem, folder.Run.Status, told})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s\n", line)
		return err
	}
	for _, s := range told {
		if _, err := fmt.Fprintln(a.out, s.Text); err != nil {
			return err
		}
	}
	return nil
}
