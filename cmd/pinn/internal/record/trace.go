package record

import (
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

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
