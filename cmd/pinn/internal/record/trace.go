package record

import (
	"math"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// Trace returns trace.csv.
func Trace(tr *hybrid.Trace) *rundir.Table {
	t := &rundir.Table{}
	number := func(name string, of func(r *hybrid.Row) float64) {
		column := make([]float64, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = of(&tr.Rows[i])
		}
		t.Add(name, column)
	}
	count := func(name string, of func(r *hybrid.Row) int) {
		number(name, func(r *hybrid.Row) float64 {
			if n := of(r); n >= 0 {
				return float64(n)
			}
			return math.NaN()
		})
	}
	count(rundir.ColStep, func(r *hybrid.Row) int { return r.Step })
	count(rundir.ColPhase, func(r *hybrid.Row) int { return r.Phase })
	words := func(name string, of func(r *hybrid.Row) string) {
		column := make([]string, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = of(&tr.Rows[i])
		}
		t.AddWords(name, column)
	}
	words(rundir.ColMethod, func(r *hybrid.Row) string { return r.Method })
	count(rundir.ColPhaseStep, func(r *hybrid.Row) int { return r.PhaseStep })
	count(rundir.ColLossEvals, func(r *hybrid.Row) int { return r.LossEvals })
	count(rundir.ColGradEvals, func(r *hybrid.Row) int { return r.GradEvals })
	number(rundir.ColWall, func(r *hybrid.Row) float64 { return r.Wall })
	number(rundir.ColLoss, func(r *hybrid.Row) float64 { return r.Loss })
	number(rundir.ColHeldOut, func(r *hybrid.Row) float64 { return r.HeldOut })
	number(rundir.ColGradNorm, func(r *hybrid.Row) float64 { return r.GradNorm })
	number(rundir.ColStepNorm, func(r *hybrid.Row) float64 { return r.StepNorm })
	number(rundir.ColStepSize, func(r *hybrid.Row) float64 { return r.StepSize })
	number(rundir.ColRate, func(r *hybrid.Row) float64 { return r.LearningRate })
	count(rundir.ColBatch, func(r *hybrid.Row) int { return r.Batch })
	number(rundir.ColPasses, func(r *hybrid.Row) float64 { return r.Passes })
	count(rundir.ColPoints, func(r *hybrid.Row) int { return r.Points })
	number(rundir.ColDamping, func(r *hybrid.Row) float64 { return r.Damping })
	number(rundir.ColGain, func(r *hybrid.Row) float64 { return r.Gain })
	count(rundir.ColTrials, func(r *hybrid.Row) int { return r.Trials })
	words(rundir.ColMetric, func(r *hybrid.Row) string { return r.Metric })
	number(rundir.ColSignal, func(r *hybrid.Row) float64 { return r.Signal })
	number(rundir.ColNoise, func(r *hybrid.Row) float64 { return r.Noise })
	number(rundir.ColRawSNR, func(r *hybrid.Row) float64 { return r.RawSNR })
	number(rundir.ColSNR, func(r *hybrid.Row) float64 { return r.SNR })
	number(rundir.ColSNRLo, func(r *hybrid.Row) float64 { return r.SNRLo })
	number(rundir.ColSNRHi, func(r *hybrid.Row) float64 { return r.SNRHi })
	number(rundir.ColFloor, func(r *hybrid.Row) float64 { return r.Floor })
	number(rundir.ColFull, func(r *hybrid.Row) float64 { return r.FullSNR })
	number(rundir.ColFullLo, func(r *hybrid.Row) float64 { return r.FullLo })
	number(rundir.ColFullHi, func(r *hybrid.Row) float64 { return r.FullHi })
	number(rundir.ColFullR, func(r *hybrid.Row) float64 { return r.FullR })
	number(rundir.ColBNoise, func(r *hybrid.Row) float64 { return r.BNoise })
	count(rundir.ColVote, func(r *hybrid.Row) int { return r.Vote })
	count(rundir.ColVotes, func(r *hybrid.Row) int { return r.Votes })
	number(rundir.ColCheck, func(r *hybrid.Row) float64 { return r.CheckSeconds })
	for k, name := range tr.TermNames {
		number(rundir.TermPrefix+name, func(r *hybrid.Row) float64 {
			if r.Terms == nil {
				return math.NaN()
			}
			return r.Terms[k]
		})
	}
	return t
}

// Events returns events.csv.
func Events(events []hybrid.Event) []rundir.Event {
	out := make([]rundir.Event, len(events))
	for i, e := range events {
		out[i] = rundir.Event{
			Number: i + 1, Step: e.Step, Seconds: e.Wall, Phase: e.Phase,
			Kind: string(e.Kind), Reason: string(e.Reason), Why: e.Why,
		}
	}
	return out
}
