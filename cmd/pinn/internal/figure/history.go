package figure

import (
	"fmt"
	"math"
	"strings"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// History is how a run went: its trace, its events, and the thresholds of its rules.
type History struct {
	Title  string
	Trace  *rundir.Table // columns as hybrid.ColStep and so on; any may be absent
	Events []rundir.Event
	Errors *rundir.Table // the true error along the run, if there is a truth; the run never saw it
	Rules  []Rule        // by index of the phase; may be shorter than the phases
}

// Rule holds the thresholds of the snr rule in one phase; 0 or NaN: none.
type Rule struct {
	Exhausted float64 // SNR_b at or below it: a minibatch no longer adds much
	Threshold float64 // SNR_N at or above it: the full-set signal stands clear
}

// check refuses a table whose columns differ in length.
func (h History) check() error {
	if h.Trace == nil {
		return nil
	}
	for _, c := range h.Trace.Columns {
		if c.Len() != h.Trace.Rows() {
			return fmt.Errorf("draw a history: column %s has %d rows, not %d", c.Name, c.Len(), h.Trace.Rows())
		}
	}
	return nil
}

// track is a history laid along one axis: updates, gradient evaluations or seconds.
type track struct {
	History
	label string
	x     []float64 // per row
	along string    // the column of x, here and in the table of errors
	place func(rundir.Event) float64
	bands []band
	side  scale
}

// band is one phase along the track: rows [first, last) and the stretch of the
// axis that it takes.
type band struct {
	first, last int
	from, to    float64
	phase       int
	method      string
}

// mostBands is the number of phases above which none is told apart.
const mostBands = 40

// steps lays the history along the parameter updates, seconds along the time.
func (h History) steps() track {
	t := track{History: h, label: "parameter updates", along: hybrid.ColStep, x: h.Trace.Numbers(hybrid.ColStep)}
	t.place = func(e rundir.Event) float64 { return float64(e.Step) }
	return t.laid()
}

// gradients lays the history along the gradients evaluated, of minibatches or of
// all points; along the updates if they were not counted. Events know their step
// alone and stand where the row of that step does.
func (h History) gradients() track {
	t := track{History: h, label: "gradient evaluations, of a minibatch or of all points", along: hybrid.ColGradEvals, x: h.Trace.Numbers(hybrid.ColGradEvals)}
	steps := h.Trace.Numbers(hybrid.ColStep)
	if t.x == nil || steps == nil {
		return h.steps()
	}
	t.place = func(e rundir.Event) float64 {
		at := math.NaN()
		for i, s := range steps {
			if s > float64(e.Step) {
				break
			}
			at = t.x[i]
		}
		return at
	}
	return t.laid()
}

func (h History) seconds() track {
	t := track{History: h, label: "seconds", along: hybrid.ColWall, x: h.Trace.Numbers(hybrid.ColWall)}
	t.place = func(e rundir.Event) float64 { return e.Seconds }
	return t.laid()
}

// laid finds the phases and gives each its stretch of the axis.
func (t track) laid() track {
	if t.x == nil { // no such column: count the rows
		t.x = make([]float64, t.Trace.Rows())
		for i := range t.x {
			t.x[i] = float64(i)
		}
	}
	t.bands = t.split()
	if len(t.bands) == 0 {
		t.side = scale{max: 1}
		return t
	}
	edges := []float64{t.end(0, true)}
	for i := range t.bands[1:] {
		edges = append(edges, t.boundary(i))
	}
	last := t.end(len(t.bands)-1, false)
	for _, e := range t.Events { // the stop may come after the last row
		if x := t.place(e); drawable(x) {
			last = math.Max(last, x)
		}
	}
	edges = append(edges, last)
	for i := range t.bands {
		t.bands[i].from, t.bands[i].to = edges[i], edges[i+1]
	}
	t.side = stretched(edges)
	if t.side.knots == nil {
		t.side = tight(t.x, edges)
	}
	return t
}

// split cuts the rows where the phase or the method changes.
func (t track) split() []band {
	phases, methods := t.Trace.Numbers(hybrid.ColPhase), t.Trace.Words(hybrid.ColMethod)
	at := func(row int) (phase int, method string) {
		if phases != nil && math.Abs(phases[row]) < 1e9 {
			phase = int(phases[row])
		}
		if methods != nil {
			method = methods[row]
		}
		return phase, method
	}
	var out []band
	for row := range t.x {
		phase, method := at(row)
		if n := len(out); n > 0 && out[n-1].phase == phase && out[n-1].method == method {
			out[n-1].last = row + 1
			continue
		}
		out = append(out, band{first: row, last: row + 1, phase: phase, method: method})
	}
	if len(out) > mostBands {
		return []band{{first: 0, last: len(t.x)}}
	}
	return out
}

// end returns the first or last place in a band, NaN if it has none.
func (t track) end(i int, first bool) float64 {
	b := t.bands[i]
	for k := range b.last - b.first {
		row := b.last - 1 - k
		if first {
			row = b.first + k
		}
		if drawable(t.x[row]) {
			return t.x[row]
		}
	}
	return math.NaN()
}

// boundary returns where band i gives way to the next: at the switch if one was
// recorded between their rows, else at the last row.
func (t track) boundary(i int) float64 {
	last, next := t.end(i, false), t.end(i+1, true)
	for _, e := range t.Events {
		if x := t.place(e); e.Kind == "switch" && x >= last && x <= next {
			return x
		}
	}
	if math.IsNaN(last) {
		return next
	}
	return last
}

// measured calls draw once per phase with the rows in which the column was
// measured: a blank cell is no gap.
func (t track) measured(column []float64, draw func(xs, ys []float64)) {
	if column == nil {
		return
	}
	for _, b := range t.bands {
		var xs, ys []float64
		for row := b.first; row < b.last; row++ {
			if drawable(column[row]) && drawable(t.x[row]) {
				xs, ys = append(xs, t.x[row]), append(ys, column[row])
			}
		}
		draw(xs, ys)
	}
}

// terms returns the names of the loss terms, without their prefix.
func (h History) terms() []string {
	var out []string
	if h.Trace != nil {
		for _, c := range h.Trace.Columns {
			if name, ok := strings.CutPrefix(c.Name, hybrid.TermPrefix); ok && c.Numbers != nil {
				out = append(out, name)
			}
		}
	}
	return out
}

// limits returns a rule's thresholds for all rows, by the phase of each; NaN
// where there is none.
func (t track) limits(of func(Rule) float64) []float64 {
	out := make([]float64, len(t.x))
	for i := range out {
		out[i] = math.NaN()
	}
	for _, b := range t.bands {
		if b.phase < 0 || b.phase >= len(t.Rules) {
			continue
		}
		for row := b.first; row < b.last; row++ {
			out[row] = of(t.Rules[b.phase])
		}
	}
	return out
}
