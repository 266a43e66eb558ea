package record

import (
	"math"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

// all are figures of one field and of all together.
func all(v float64) rundir.Figures {
	return rundir.Figures{{Name: "u", Value: rundir.Number(v)}, {Name: "all", Value: rundir.Number(v)}}
}

// TestSummary compares the whole text of a run that has everything.
func TestSummary(t *testing.T) {
	run := rundir.Run{
		Status: rundir.TargetMissed, Target: &rundir.Target{RelL2: new(1e-5), Met: new(false)},
		Phases: []rundir.Phase{
			{Method: "adamw", Slab: 1, Steps: 100, GradEvals: 120, Seconds: 1.25, LossFirst: 2, LossLast: 0.03, Ended: "snr"},
			{Method: "lbfgs", Slab: 12, Steps: 60, GradEvals: 70, Seconds: 10, LossFirst: 0.03, LossLast: 1e-7, Ended: "budget"},
		},
		HeldOut: 2e-7, Ratio: 2, Seconds: 11.25, RelL2: all(2e-4), MaxAbs: all(3e-4), ErrorEstimate: all(1e-4),
		Stages:          []rundir.Stage{{ErrorEstimate: all(5e-3)}, {Change: all(4e-3), Fall: 0.02}},
		Parameters:      rundir.Figures{{Name: "k", Value: 0.10001}, {Name: "s", Value: -2}},
		ParameterTruths: rundir.Figures{{Name: "k", Value: 0.1}}, ParameterErrors: rundir.Figures{{Name: "k", Value: 1e-4}},
		Warnings: []string{"it is odd"},
	}
	want := `slab 1   adamw       100 steps     120 gradients     1.2 s   loss 2.00e+00 → 3.00e-02   ended: snr
slab 12  lbfgs        60 steps      70 gradients    10.0 s   loss 3.00e-02 → 1.00e-07   ended: budget
held-out loss 2.00e-07, 2.00 times the training loss; 11.2 s in all
u        relative L2 error 2.000e-04, largest error 3.000e-04
all      relative L2 error 2.000e-04, largest error 3.000e-04
estimate relative L2 error about 1.0e-04, of the first stage alone 5.0e-03: the second changed the answer by 4.0e-03 and lowered the residuals to 0.02 of what they were
k        = 0.10001 (truth 0.1, off by 1.0e-04)
s        = -2
warning: it is odd
target-missed: relative L2 error 2.00e-04, target 1e-05
`
	if got := Summary(run); got != want {
		t.Errorf("the summary is\n%s\nwant\n%s", got, want)
	}
}

// TestSummaryOfTargets: the last line says how the run stands to its target.
func TestSummaryOfTargets(t *testing.T) {
	for name, c := range map[string]struct {
		run  rundir.Run
		want string
	}{
		"none":                       {rundir.Run{Status: rundir.Solved}, "\nsolved\n"},
		"not judged":                 {rundir.Run{Status: rundir.Solved, Target: &rundir.Target{RelL2: new(1e-3)}}, "\nsolved: nothing in the problem can judge all of the target\n"},
		"of the largest error alone": {rundir.Run{Status: rundir.Solved, MaxAbs: all(1e-4), Target: &rundir.Target{MaxAbs: new(1e-3), Met: new(true)}}, "\nsolved\n"},
		"met":                        {rundir.Run{Status: rundir.Solved, RelL2: all(1e-4), Target: &rundir.Target{RelL2: new(1e-3), Met: new(true)}}, "\nsolved: relative L2 error 1.00e-04, target 1e-03\n"},
	} {
		if got := Summary(c.run); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, want %q at its end", name, got, c.want)
		}
	}
}

// TestSummaryOfEstimates: a second stage that changed little tells nothing of the error,
// one that changed less than half tells it roughly.
func TestSummaryOfEstimates(t *testing.T) {
	stages := func(fall float64) rundir.Run {
		return rundir.Run{ErrorEstimate: all(1e-4), Stages: []rundir.Stage{{ErrorEstimate: all(1e-3)}, {Change: all(1e-3), Fall: rundir.Number(fall)}}}
	}
	for name, c := range map[string]struct {
		run        rundir.Run
		want, none string
	}{
		"one stage":       {rundir.Run{Stages: []rundir.Stage{{}}}, "held-out", "estimate"},
		"a deep fall":     {stages(0.1), "lowered the residuals to 0.1 of what they were\n", "rough"},
		"a shallow fall":  {stages(0.7), "; a rough estimate, since more than half is left\n", "no estimate"},
		"hardly any fall": {stages(0.95), "no estimate of the error: the second stage lowered the residuals to 0.95 of what they were, more than 0.9\n", "about"},
		"no number":       {stages(math.NaN()), "no estimate of the error", "about"},
	} {
		if got := Summary(c.run); !strings.Contains(got, c.want) || strings.Contains(got, c.none) {
			t.Errorf("%s: %q, want %q in it and not %q", name, got, c.want, c.none)
		}
	}
}

// TestTruthWords: a truth of zero has no error relative to it.
func TestTruthWords(t *testing.T) {
	run := rundir.Run{ParameterTruths: rundir.Figures{{Name: "k"}}, ParameterErrors: rundir.Figures{{Name: "k", Value: rundir.Number(math.Inf(1))}}}
	if got := truthWords(run, "k"); got != " (truth 0)" {
		t.Errorf("%q, want the truth alone", got)
	}
	if got := truthWords(run, "s"); got != "" {
		t.Errorf("a parameter without a truth: %q", got)
	}
}
