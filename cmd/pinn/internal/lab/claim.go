package lab

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
)

// Claim is what an experiment claims and what it measured.
type Claim struct {
	Experiment string        `json:"experiment"`
	Claim      string        `json:"claim"`
	Merit      string        `json:"figure_of_merit"` // what was measured
	Measured   rundir.Number `json:"measured"`
	Relation   string        `json:"relation"`
	Threshold  float64       `json:"threshold"`
	Holds      bool          `json:"holds"` // all of the findings
	Findings   []Finding     `json:"findings"`
	Notes      []string      `json:"notes"`
	Figures    []string      `json:"figures"` // without .svg
	Seed       uint64        `json:"seed"`
	Seconds    float64       `json:"seconds"`
}

// Verdict says in a few words whether the claim holds.
func (c Claim) Verdict() string {
	held := 0
	for _, f := range c.Findings {
		if f.Holds {
			held++
		}
	}
	switch {
	case c.Holds:
		return "holds"
	case held == 0:
		return "does not hold"
	}
	return fmt.Sprintf("holds in %d of %d parts", held, len(c.Findings))
}

// short spells a number with three digits.
func short(v float64) string {
	a := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "+Inf", "∞", 1)
	case a >= 1e5 || a > 0 && a < 1e-2:
		return strconv.FormatFloat(v, 'e', 2, 64)
	case a >= 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// cell spells a number of table.csv.
func cell(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Report returns the claim, what was measured and the verdict, in a few lines.
func (c Claim) Report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", c.Experiment, c.Claim)
	for _, f := range c.Findings {
		word := "holds"
		if !f.Holds {
			word = "does not hold"
		}
		fmt.Fprintf(&b, "  %s %s %s  %s: %s\n", short(float64(f.Measured)), f.Relation, short(f.Threshold), word, f.What)
	}
	fmt.Fprintf(&b, "  verdict: the claim %s (%.1f s)\n", c.Verdict(), c.Seconds)
	return b.String()
}

// preface is the head of the essay.
const preface = `# What each optimiser does

This page is written by ` + "`pinn lab all`" + `. Every section is an experiment: what is claimed,
how it is tested, what was measured, and whether the claim was borne out. Its numbers
come from ` + "`claims.json`" + `, every row behind them stands in the ` + "`table.csv`" + ` beside each figure,
and ` + "`pinn lab NAME`" + ` repeats one of them.

The argument runs like this. Plain gradient descent fails in narrow valleys.
Accumulated squared gradients give every parameter a step of its own and so reshape
the geometry; momentum carries past bumps; Adam joins both, forgets, and can thereby
go astray; AMSGrad remembers; L2 inside Adam is not weight decay, AdamW's is. Training
is a flow in continuous time and an optimiser its integrator, so that stiffness bounds
its step. Networks that solve differential equations and potential-energy surfaces are
stiff and spiky. The noise of minibatches ruins L-BFGS and not AdamW: so AdamW goes
first, L-BFGS on full gradients follows, and the noise says when.

`

// Essay returns the page of some experiments from their claims. Its links are relative
// to the folder that holds the experiments' folders.
func Essay(claims []Claim) string {
	var b strings.Builder
	b.WriteString(preface)
	b.WriteString("| experiment | figure of merit | measured | asked | verdict |\n|---|---|---|---|---|\n")
	for _, c := range claims {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s %s | %s |\n", c.Experiment, c.Experiment, c.Merit,
			short(float64(c.Measured)), c.Relation, short(c.Threshold), c.Verdict())
	}
	for _, c := range claims {
		section(&b, c)
	}
	return b.String()
}

func section(b *strings.Builder, c Claim) {
	e, _ := ByName(c.Experiment)
	fmt.Fprintf(b, "\n<a id=%q></a>\n\n## %s\n\n*Claim.* %s\n\n%s\n\n", c.Experiment, e.Title, c.Claim, strings.TrimSpace(e.Essay))
	for _, f := range c.Figures {
		fmt.Fprintf(b, "![%s](%s/%s.svg)\n\n", e.Title, c.Experiment, f)
	}
	b.WriteString("| measured | value | asked | |\n|---|---|---|---|\n")
	for _, f := range c.Findings {
		fmt.Fprintf(b, "| %s | %s | %s %s | %s |\n", f.What, short(float64(f.Measured)), f.Relation, short(f.Threshold), mark(f.Holds))
	}
	if len(c.Notes) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(c.Notes, " "))
	}
	fmt.Fprintf(b, "\n**The claim %s.** Seed %d, %.0f s. [table.csv](%s/table.csv), [claims.json](claims.json)\n",
		c.Verdict(), c.Seed, c.Seconds, c.Experiment)
}

func mark(holds bool) string {
	if holds {
		return "holds"
	}
	return "**does not hold**"
}
