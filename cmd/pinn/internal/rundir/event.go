package rundir

import (
	"fmt"
	"io"
	"math"
)

// Event is one row of events.csv: a decision of the run and its reason.
type Event struct {
	Number  int     // from 1, in order
	Step    int     // parameter updates before it, all phases
	Seconds float64 // since the start
	Phase   int     // index of the phase it happened in, from 0
	Kind    string  // switch, resample, restart, stop, warning
	Reason  string  // snr, plateau, budget, converged, line-search, …
	Why     string  // one sentence with the numbers
}

// EncodeEvents writes events.csv.
func EncodeEvents(w io.Writer, events []Event) error {
	n := len(events)
	number, step, wall, phase := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	kind, reason, why := make([]string, n), make([]string, n), make([]string, n)
	for i, e := range events {
		number[i], step[i], wall[i], phase[i] = float64(e.Number), float64(e.Step), e.Seconds, float64(e.Phase)
		kind[i], reason[i], why[i] = e.Kind, e.Reason, e.Why
	}
	var t Table
	t.Add("event", number)
	t.Add("step", step)
	t.Add("wall_s", wall)
	t.Add("phase", phase)
	t.AddWords("kind", kind)
	t.AddWords("reason", reason)
	t.AddWords("why", why)
	return t.Encode(w)
}

// DecodeEvents reads events.csv; every column must be there.
func DecodeEvents(r io.Reader) ([]Event, error) {
	t, err := DecodeTable(r, "kind", "reason", "why")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"event", "step", "wall_s", "phase", "kind", "reason", "why"} {
		if c := t.column(name); c.Name == "" {
			return nil, fmt.Errorf("column %s is missing", name)
		}
	}
	events := make([]Event, t.Rows())
	for i := range events {
		e := Event{
			Seconds: t.Numbers("wall_s")[i],
			Kind:    t.Words("kind")[i], Reason: t.Words("reason")[i], Why: t.Words("why")[i],
		}
		for _, c := range []struct {
			name string
			dst  *int
		}{{"event", &e.Number}, {"step", &e.Step}, {"phase", &e.Phase}} {
			if *c.dst, err = whole(t.Numbers(c.name)[i]); err != nil {
				return nil, fmt.Errorf("row %d, column %s: %w", i+1, c.name, err)
			}
		}
		events[i] = e
	}
	return events, nil
}

// whole returns v as an int; 2⁵³ bounds the whole numbers that a float64 counts
// without gaps.
func whole(v float64) (int, error) {
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, fmt.Errorf("must be a whole number, got %g", v)
	}
	return int(v), nil
}
