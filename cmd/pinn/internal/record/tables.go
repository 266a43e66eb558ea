package record

import (
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/pde"
	"pinn/pinn/solve"
)

// Solution returns solution.csv: the axes of the points, then the fields there. It holds
// 0 in place of −0.
func Solution(p *pde.Problem, points pde.Points, u [][]float64) *rundir.Table {
	t := &rundir.Table{}
	for i, a := range p.Box.Axes {
		column := make([]float64, points.N)
		for k := range column {
			column[k] = unsigned(points.At(k)[i])
		}
		t.Add(a.Name, column)
	}
	for f, name := range p.Fields {
		column := make([]float64, points.N)
		for k := range column {
			column[k] = unsigned(u[f][k])
		}
		t.Add(name, column)
	}
	return t
}

// unsigned returns v, and 0 for −0.
func unsigned(v float64) float64 {
	if v == 0 {
		return 0
	}
	return v
}

// Errors returns errors.csv, the error along the run; nil without a truth.
func Errors(along []solve.Along) *rundir.Table {
	if along == nil {
		return nil
	}
	t := &rundir.Table{}
	add := func(name string, of func(a solve.Along) float64) {
		column := make([]float64, len(along))
		for i, a := range along {
			column[i] = of(a)
		}
		t.Add(name, column)
	}
	add(hybrid.ColStep, func(a solve.Along) float64 { return float64(a.Step) })
	add(hybrid.ColGradEvals, func(a solve.Along) float64 { return float64(a.GradEvals) })
	add(hybrid.ColPasses, func(a solve.Along) float64 { return a.Passes })
	add(hybrid.ColWall, func(a solve.Along) float64 { return a.Seconds })
	add(rundir.ColRelL2, func(a solve.Along) float64 { return a.RelL2 })
	return t
}

// Trace returns trace.csv.
func Trace(tr *hybrid.Trace) *rundir.Table {
	t := &rundir.Table{}
	for _, c := range tr.Columns() {
		if c.Holds == hybrid.Words {
			column := make([]string, len(tr.Rows))
			for i := range tr.Rows {
				column[i] = c.Word(&tr.Rows[i])
			}
			t.AddWords(c.Name, column)
			continue
		}
		column := make([]float64, len(tr.Rows))
		for i := range tr.Rows {
			column[i] = c.Float(&tr.Rows[i])
		}
		t.Add(c.Name, column)
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
