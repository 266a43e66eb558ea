package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/lab"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/suggest"
)

// labFlags are the flags of pinn lab.
type labFlags struct {
	out     string
	seed    uint64
	threads int
	brief   bool
}

func (a *app) labCommand() *cobra.Command {
	var f labFlags
	names := []string{"all", "list"}
	for _, e := range lab.Experiments {
		names = append(names, e.Name+"\t"+e.Title)
	}
	c := &cobra.Command{
		Use:   "lab [NAME|all|list]",
		Short: "Show what each optimiser does, by experiments with a claim and a verdict",
		Long: `Lab runs the experiment NAME, or all of them, and says what it claims, what it
measured and whether the claim holds. It leaves results/lab/NAME/ with figures and
table.csv, and its claim in results/lab/claims.json, in place of what an earlier run left
there. Once the results of all are there it writes results/lab/LAB.md too, an essay with every figure and
number. list shows the names.

Equal seeds give equal numbers. A claim that does not hold is a result and no failure.
Ctrl-C ends the experiment in hand and keeps those that are done.

Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.`,
		Example: `  pinn lab list
  pinn lab canyon
  pinn lab all --out results/lab`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: names,
		RunE: func(c *cobra.Command, args []string) error {
			what := strings.Join(args, "")
			if f.threads < 0 {
				return exit{rundir.ExitUsage, fmt.Errorf("--threads: must be 0 for all or a number of threads, got %d", f.threads)}
			}
			switch what {
			case "", "list":
				return a.labList()
			case "all":
				return a.labRun(c.Context(), f, lab.Experiments)
			}
			e, ok := lab.ByName(what)
			if !ok {
				return exit{rundir.ExitUsage, errors.New(unknownExperiment(what))}
			}
			return a.labRun(c.Context(), f, []lab.Experiment{e})
		},
	}
	c.Flags().StringVar(&f.out, "out", filepath.Join("results", "lab"), "put the results into this folder")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "random seed")
	c.Flags().IntVar(&f.threads, "threads", 0, "threads to use; 0 for all. It changes no number")
	c.Flags().BoolVar(&f.brief, "brief", false, "do a small part of the work: for tests, says nothing about a claim")
	_ = c.Flags().MarkHidden("brief")
	return c
}

func unknownExperiment(name string) string {
	var names []string
	for _, e := range lab.Experiments {
		names = append(names, e.Name)
	}
	hint := "pinn lab list shows them"
	if near := suggest.Nearest(name, append(names, "all", "list")); near != "" {
		hint = "did you mean " + near + "?"
	}
	return fmt.Sprintf("%s: no such experiment; %s", name, hint)
}

// labList prints the names and what is claimed.
func (a *app) labList() error {
	if a.json {
		type entry struct {
			Name  string `json:"name"`
			Title string `json:"title"`
			Claim string `json:"claim"`
		}
		var list []entry
		for _, e := range lab.Experiments {
			list = append(list, entry{e.Name, e.Title, e.Claim})
		}
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range lab.Experiments {
		fmt.Fprintf(w, "%s\t%s\n", e.Name, e.Title)
	}
	return w.Flush()
}

// labEssay writes LAB.md if the results of every experiment stand in the folder.
func (a *app) labEssay(out string) error {
	var claims []lab.Claim
	for _, e := range lab.Experiments {
		c, err := lab.ReadClaim(out, e.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return exit{rundir.Failed.ExitCode(), err}
		}
		claims = append(claims, c)
	}
	path := filepath.Join(out, "LAB.md")
	if err := os.WriteFile(path, []byte(lab.Essay(claims)), 0o644); err != nil {
		return exit{rundir.Failed.ExitCode(), err}
	}
	return nil
}

// labRun runs experiments one after another and writes the essay.
func (a *app) labRun(ctx context.Context, f labFlags, list []lab.Experiment) error {
	if ctx == nil {
		ctx = context.Background()
	}
	var g gate
	var folder *lab.Folder
	drop := func() error {
		if folder == nil {
			return nil
		}
		return folder.Drop()
	}
	ctx, stop := interruptible(ctx, func() { g.shut(drop) })
	defer stop()
	for _, e := range list {
		if !a.quiet {
			fmt.Fprintf(a.err, "%s: %s\n", e.Name, e.Title)
		}
		var err error
		if err = g.pass(func() error { folder, err = lab.Begin(f.out, e.Name); return err }); err != nil {
			return exit{rundir.Failed.ExitCode(), err}
		}
		start := time.Now()
		o, err := e.Run(lab.Setup{Context: ctx, Seed: f.seed, Threads: f.threads, Brief: f.brief})
		if err != nil {
			_ = g.pass(drop)
			if errors.Is(err, context.Canceled) {
				return exit{rundir.Interrupted.ExitCode(), fmt.Errorf("%s: interrupted; nothing of it was written", e.Name)}
			}
			return exit{rundir.Failed.ExitCode(), fmt.Errorf("%s: %w", e.Name, err)}
		}
		var c lab.Claim
		err = g.pass(func() (err error) { c, err = folder.Keep(e, o, f.seed, time.Since(start).Seconds()); return err })
		if err != nil {
			return exit{rundir.Failed.ExitCode(), err}
		}
		folder = nil
		if err := a.labReport(c, filepath.Join(f.out, e.Name)); err != nil {
			return err
		}
	}
	return a.labEssay(f.out)
}

// labReport prints a claim: one line of JSON, or what was measured and the verdict.
func (a *app) labReport(c lab.Claim, folder string) error {
	if a.json {
		line, err := json.Marshal(c)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.out, "%s\n", line)
		return err
	}
	if !a.quiet {
		fmt.Fprint(a.out, c.Report())
	}
	_, err := fmt.Fprintln(a.out, folder)
	return err
}
