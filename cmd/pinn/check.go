package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pinn/cmd/pinn/internal/record"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/internal/words"
	"pinn/pde/expr"
	"pinn/pinn"
	"pinn/pinn/solve"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

func (a *app) checkCommand() *cobra.Command {
	var set []string
	var gradient bool
	c := &cobra.Command{
		Use:   "check PROBLEM",
		Short: "Read a problem and say what would be trained, without training",
		Long: `Check parses and validates PROBLEM, reports every fault of the file at once, and
says what pinn solve would train: the terms of the loss and the partials they need,
which conditions are hard and which are soft and why, the points, the network and
the plan. With --gradient it also compares the gradient of the loss with central
differences at the first parameters.`,
		Example:           `  pinn check problems/wave.toml --gradient`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeProblem,
		RunE: func(_ *cobra.Command, args []string) error {
			st, err := a.load(args[0], set)
			if err != nil {
				return err
			}
			run, err := a.prepare(st, solve.Options{})
			if err != nil {
				return err
			}
			c := describe(st, run)
			if gradient {
				c.Gradient = checkGradient(run, *st.Spec.Train.Seed)
			}
			if err := a.printCheck(c); err != nil {
				return err
			}
			if c.Gradient != nil && !c.Gradient.Holds {
				return exit{rundir.Failed.ExitCode(), nil}
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&set, "set", nil, "set a key of the problem file, as in train.seed=2 (repeatable)")
	c.Flags().BoolVar(&gradient, "gradient", false, "compare the gradient with central differences")
	return c
}

// checked is what pinn check says of a problem.
type checked struct {
	Problem    string          `json:"problem"`
	Title      string          `json:"title"`
	Domain     []string        `json:"domain"`
	Terms      []checkedTerm   `json:"terms"`
	Hard       []string        `json:"hard"`
	Notes      []string        `json:"notes"`
	Network    string          `json:"network"`
	Parameters int             `json:"parameters"`
	Plan       []string        `json:"plan"`
	Truth      string          `json:"truth"`
	Gradient   *gradientReport `json:"gradient,omitempty"`
}

// checkedTerm is one term of the loss.
type checkedTerm struct {
	Name     string   `json:"name"`
	Residual string   `json:"residual"`
	Partials []string `json:"partials"`
	Points   int      `json:"points"`
	Weight   float64  `json:"weight"`
}

func describe(st *setup.Setup, run *solve.Run) checked {
	c := checked{Problem: st.Spec.Name, Title: st.Spec.Title, Parameters: run.Loss().Dim(), Hard: []string{}, Notes: []string{}}
	for _, x := range st.Problem.Box.Axes {
		periodic := ""
		if x.Periodic {
			periodic = ", periodic"
		}
		c.Domain = append(c.Domain, fmt.Sprintf("%s in [%.6g, %.6g]%s", x.Name, x.From, x.To, periodic))
	}
	c.Terms = describeTerms(st, run)
	soft := map[int]bool{}
	for _, i := range st.Hard.Soft {
		soft[i] = true
	}
	for i, cond := range st.Problem.Conditions {
		if !soft[i] {
			c.Hard = append(c.Hard, fmt.Sprintf("%s, at %s", st.Spec.Conditions[i].Is.Value, cond.At))
		}
	}
	for _, n := range st.Hard.Notes {
		c.Notes = append(c.Notes, record.Note(st, n))
	}
	c.Network = networkWords(st.Spec.Network, run.Network().Inputs(), st.Problem.Fields)
	if n := st.Slabs(); n > 1 {
		c.Plan = append(c.Plan, fmt.Sprintf("in %d slabs of time, one after the other, each with a network of its own that starts where the one before ends:", n))
	}
	for stage := 1; stage <= st.Stages(); stage++ {
		for _, ph := range st.Phases(stage) {
			c.Plan = append(c.Plan, stageWords(stage)+phaseWords(ph))
		}
	}
	c.Truth = truthWords(st.Spec)
	return c
}

// describeTerms lists the terms in the order of the loss, in slabs of time that of the
// first: the equations, the soft conditions, the data.
func describeTerms(st *setup.Setup, run *solve.Run) []checkedTerm {
	problem, soft, loss := run.Problem(), run.Soft(), run.Loss()
	var residuals []*expr.Expr
	for _, e := range st.Problem.Equations {
		residuals = append(residuals, e.Residual)
	}
	for _, i := range soft {
		residuals = append(residuals, problem.Conditions[i].Residual)
	}
	for _, d := range st.Problem.Data {
		residuals = append(residuals, d.Residual)
	}
	names, weights, points := pinn.TermNames(problem, soft), loss.Weights(), loss.TermPoints()
	terms := make([]checkedTerm, len(residuals))
	for i, r := range residuals {
		terms[i] = checkedTerm{Name: names[i], Residual: r.String(), Partials: []string{}, Points: points[i], Weight: weights[i]}
		for _, p := range r.Partials() {
			terms[i].Partials = append(terms[i].Partials, st.Problem.Graph.Partial(p).String())
		}
	}
	return terms
}

// networkWords is a network in a few words.
func networkWords(n problems.Network, inputs int, fields []string) string {
	shape := fmt.Sprintf("%s, %v %s", words.Count(inputs, "input"), n.Hidden, n.Activation)
	if *n.Separate && len(fields) > 1 {
		return fmt.Sprintf("one for each of %s: %s", strings.Join(fields, " "), shape)
	}
	if !n.NoFourier {
		axes := "all axes"
		if n.ModeAxes != nil {
			axes = strings.Join(n.ModeAxes, " ")
		}
		shape = fmt.Sprintf("%s with Fourier modes %v of %s, %v %s", words.Count(inputs, "input"), n.Modes, axes, n.Hidden, n.Activation)
	}
	if !n.NoMirror {
		shape += ", mirrored in " + strings.Join(n.Mirror, " and ")
	}
	return shape + ", output " + strings.Join(fields, " ")
}

// stageWords begins the line of a phase that does not train the first network.
func stageWords(stage int) string {
	if stage == 1 {
		return ""
	}
	return "a second network on what the first left: "
}

func phaseWords(ph problems.Phase) string {
	s := fmt.Sprintf("%s for at most %s", ph.Method, words.Count(*ph.Steps, "step"))
	if ph.Batch != nil {
		s += fmt.Sprintf(" on batches of %d", *ph.Batch)
	}
	var rules []string
	for _, r := range ph.Switch {
		rules = append(rules, r.Rule)
	}
	if len(rules) > 0 {
		s += ", until " + strings.Join(rules, " or ")
	}
	redrawn := ph.Resample != nil && ph.Resample.Method != "none"
	if ph.Points != nil {
		how := "uniform"
		if redrawn {
			how = ph.Resample.Method
		}
		s += fmt.Sprintf(", on %s drawn by %s for it", words.Count(*ph.Points, "interior point"), how)
	}
	if redrawn && ph.Resample.Every != nil {
		s += fmt.Sprintf(", points redrawn by %s every %s", ph.Resample.Method, words.Count(*ph.Resample.Every, "step"))
	}
	return s
}

func truthWords(s *problems.Spec) string {
	switch {
	case len(s.Exact) > 0:
		return "exact solution"
	case s.Reference == nil:
		return "none"
	case s.Reference.Builtin.Set():
		return "built-in reference " + s.Reference.Builtin.Value
	}
	return "reference file " + s.Reference.File.Value
}

// printCheck prints what check found, as text or as JSON.
func (a *app) printCheck(c checked) error {
	if a.json {
		e := json.NewEncoder(a.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(c)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	if c.Title == "" {
		fmt.Fprintf(w, "%s\n", c.Problem)
	} else {
		fmt.Fprintf(w, "%s\t%s\n", c.Problem, c.Title)
	}
	list(w, "domain", c.Domain)
	for i, t := range c.Terms {
		head := ""
		if i == 0 {
			head = "terms"
		}
		fmt.Fprintf(w, "%s\t%s: mean square of %s at %s, weight %g, needs %s\n", head, t.Name, t.Residual, words.Count(t.Points, "point"), t.Weight, strings.Join(t.Partials, " "))
	}
	list(w, "hard", c.Hard)
	list(w, "notes", c.Notes)
	fmt.Fprintf(w, "network\t%s, %s\n", c.Network, words.Count(c.Parameters, "parameter"))
	list(w, "plan", c.Plan)
	fmt.Fprintf(w, "judged by\t%s\n", c.Truth)
	if g := c.Gradient; g != nil {
		fmt.Fprintf(w, "gradient\t%s\n", g)
	}
	return w.Flush()
}

// list prints lines under one head.
func list(w io.Writer, head string, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(w, "%s\t%s\n", head, line)
		head = ""
	}
}
