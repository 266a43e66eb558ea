package lab

import (
	"fmt"
	"strings"
)

// preface is the head of the essay.
const preface = `# What each optimiser does

This page is written by ` + "`pinn lab all`" + `. Every section is an experiment: what is claimed,
how it is tested, what was measured, and whether the claim was borne out. Its numbers
come from the ` + "`claim.json`" + ` beside each figure, every row behind them stands in ` + "`table.csv`" + `,
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

// Essay returns the page for the experiments whose claims are given. Links are
// relative to the folder that holds the experiments' folders.
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
	fmt.Fprintf(b, "\n**The claim %s.** Seed %d, %.0f s. [table.csv](%s/table.csv), [claim.json](%s/claim.json)\n",
		c.Verdict(), c.Seed, c.Seconds, c.Experiment, c.Experiment)
}

func mark(holds bool) string {
	if holds {
		return "holds"
	}
	return "**does not hold**"
}
