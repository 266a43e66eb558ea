package engine

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"pinn/internal/words"
)

// Print writes the report as tables of at most 100 columns: times and rates of the
// most threads, the share of the peak that the fewest reach (1: %), and how many times
// faster the most are (gain).
func (r *Report) Print(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "kernel %s, %s %s\n", r.Tier, r.Go, r.Machine)
	for _, p := range r.Peaks {
		fmt.Fprintf(&b, "peak of %s: %.1f GFLOP/s\n", words.Count(p.Threads, "thread"), p.GFlops)
	}
	fmt.Fprintf(&b, "one thread: %.2f ns for a tanh, %.0f GB/s in the second-level cache\n", r.Limits.TanhNS, r.Limits.GBps)
	if r.busy() {
		b.WriteString("the machine is busy: its threads do not add up, and shares and gains say little\n")
	}
	for _, t := range []*table{r.rates(), r.normals(), r.splits(), r.bounds()} {
		if len(t.rows) > 1 {
			b.WriteByte('\n')
			t.write(&b)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// busy tells whether the most threads fall short of what the fewest promise.
func (r *Report) busy() bool {
	few, most := r.Peaks[0], r.Peaks[len(r.Peaks)-1]
	return most.GFlops < 0.9*few.GFlops*float64(most.Threads)/float64(few.Threads)
}

// table is rows of cells, the head first.
type table struct{ rows [][]string }

func newTable(head ...string) *table { return &table{[][]string{head}} }

// add appends a row; the format has a word for each cell.
func (t *table) add(c *Result, format string, args ...any) {
	row := []string{c.Problem, c.Network, fmt.Sprint(c.Points)}
	t.rows = append(t.rows, append(row, strings.Fields(fmt.Sprintf(format, args...))...))
}

// write aligns the first column to the left, the others to the right.
func (t *table) write(b *strings.Builder) {
	width := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t.rows {
		fmt.Fprintf(b, "%-*s", width[0], row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(b, "  %*s", width[i+1], cell)
		}
		b.WriteByte('\n')
	}
}

func (r *Report) rates() *table {
	t := newTable("loss and gradient", "net", "N", "C", "P", "loss ms", "ms", "GFLOP/s", "% peak", "1: %", "gain", "allocs")
	for i := range r.Cases {
		c := &r.Cases[i]
		l := c.last()
		t.add(c, "%d %d %.2f %.2f %.1f %.0f %.0f %.2f %.0f", c.Partials, c.Parameters, l.Loss.MS, l.Gradient.MS,
			l.Gradient.GFlops, l.Gradient.Percent, c.Timings[0].Gradient.Percent, c.Timings[0].Gradient.MS/l.Gradient.MS, c.Allocs)
	}
	return t
}

func (r *Report) normals() *table {
	t := newTable("normal equations", "net", "N", "rows", "P", "ms", "GFLOP/s", "% peak", "1: %", "gain")
	for i := range r.Cases {
		c := &r.Cases[i]
		if l := c.last(); l.Normal != nil {
			t.add(c, "%d %d %.1f %.1f %.0f %.0f %.2f", c.Residuals, c.Parameters, l.Normal.MS,
				l.Normal.GFlops, l.Normal.Percent, c.Timings[0].Normal.Percent, c.Timings[0].Normal.MS/l.Normal.MS)
		}
	}
	return t
}

func (r *Report) splits() *table {
	t := newTable("time on one thread, %", "net", "N", "tile", "products", "activations", "residual", "rest", "loss/both")
	for i := range r.Cases {
		c := &r.Cases[i]
		first, s := c.Timings[0], c.Split
		t.add(c, "%d %.1f %.1f %.1f %.1f %.0f", c.Tile, 100*s.Products, 100*s.Activations, 100*s.Residual, 100*s.Rest,
			100*first.Loss.MS/first.Gradient.MS)
	}
	return t
}

// bounds is the roofline: the least time that each resource needs.
func (r *Report) bounds() *table {
	t := newTable("least time, % of it", "net", "N", "arithmetic", "tanh", "both", "L2 traffic", "binds")
	for i := range r.Cases {
		c := &r.Cases[i]
		b := c.Bound
		t.add(c, "%.0f %.0f %.0f %.0f %s", 100*b.Arithmetic, 100*b.Tanh, 100*(b.Arithmetic+b.Tanh), 100*b.Traffic, b.Binds)
	}
	return t
}

// last returns the timing of the most threads.
func (c *Result) last() Timing { return c.Timings[len(c.Timings)-1] }
