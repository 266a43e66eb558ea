package story

import (
	"math"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

// advised is what is suggested after a run, joined.
func advised(run rundir.Run, trace *rundir.Table) string {
	if trace == nil {
		trace = &rundir.Table{}
	}
	s := &story{run: run, trace: trace}
	s.advise()
	var texts []string
	for _, t := range s.told {
		texts = append(texts, t.Text)
	}
	return strings.Join(texts, " ")
}

// Each way of ending has its advice, and none has more than two.
func TestAdvice(t *testing.T) {
	yes, no := true, false
	phase := func(ended string) []rundir.Phase {
		return []rundir.Phase{{Method: "lbfgs", Steps: 40, Ended: ended}}
	}
	for _, c := range []struct {
		name, want string
		run        rundir.Run
	}{
		{"interrupted", "--resume", rundir.Run{Phases: phase("interrupted")}},
		{"out of time", "more time: the limit ended lbfgs after 40 steps", rundir.Run{Phases: phase("time")}},
		{"not finite", "a smaller learning_rate", rundir.Run{Phases: phase("not-finite")}},
		{"stuck and short of the target", "a wider network: lbfgs had nothing more to gain (stuck)", rundir.Run{Phases: phase("stuck"), Ratio: 1, Target: &rundir.Target{Met: &no}}},
		{"converged and good", "another seed", rundir.Run{Phases: phase("converged"), Ratio: 1, Target: &rundir.Target{Met: &yes}}},
		{"overfitted", "--set points.interior=200", rundir.Run{Phases: phase("plateau"), Ratio: 30, InteriorPoints: 100}},
		{"never switched", "grow = true in the switch of adamw", rundir.Run{Phases: append([]rundir.Phase{{Method: "adamw", Batch: 8, Steps: 900, Checks: 18, Ended: "budget"}}, phase("converged")...), Ratio: 1, Target: &rundir.Target{Met: &yes}}},
		{"nothing was done", "another seed", rundir.Run{}},
	} {
		if got := advised(c.run, nil); !strings.Contains(got, c.want) || strings.Count(got, "Or: ") > 1 {
			t.Errorf("%s: %q, want %q in it", c.name, got, c.want)
		}
	}
}

// A run whose records lack numbers, or hold none that are finite, can be told.
func TestStoryOfLittle(t *testing.T) {
	nan := rundir.Number(math.NaN())
	for _, run := range []rundir.Run{
		{Problem: "x", Status: rundir.Failed, HeldOut: nan, Ratio: nan},
		{Problem: "x", Status: rundir.Solved, HeldOut: 1, Ratio: nan, Phases: []rundir.Phase{{}, {LossLast: nan, Ended: "budget", Batch: 3, Checks: 1}}},
		{Problem: "x", Status: rundir.Solved, RelL2: rundir.Figures{{Name: "all", Value: nan}}, Target: &rundir.Target{}},
	} {
		for _, s := range Tell(run, nil, &rundir.Table{}) {
			if s.Text == "" || strings.Contains(s.Text, "NaN") || strings.Contains(s.Text, "%!") || !strings.HasSuffix(s.Text, ".") {
				t.Errorf("%q", s.Text)
			}
		}
	}
}
