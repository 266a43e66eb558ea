package contest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/bench/accuracy"
)

// Choice says which runs are repeated: Count of them, at random.
type Choice struct {
	Count    int
	Seed     uint64   // of the choice: equal seeds choose equally from equal rows
	Methods  []string // nil for all
	Problems []string // paths or names of the gallery
	Longest  float64  // seconds that a row may have taken; 0 for any
	Threads  int
}

// streamChoice is the random stream of the choice.
const streamChoice = 0x63686f696365

// Skip is a reason for passing over rows, and the number of rows that it applies to.
type Skip struct {
	Why  string `json:"why"`
	Rows int    `json:"rows"`
}

// draw is what a choice leaves: the rows to repeat with their tasks, the rows whose
// statement is another today, and the rows that were passed over.
type draw struct {
	chosen  []repeat
	stale   []Stale
	skipped []Skip
	from    int // rows to choose from
}

// repeat is a row and the task that repeats it.
type repeat struct {
	row  accuracy.Row
	task Task
}

// Stale is a row whose statement is not the one that the problem file makes today.
type Stale struct {
	Problem   string `json:"problem"`
	Method    string `json:"method"`
	Seed      uint64 `json:"seed"`
	Statement string `json:"statement"` // in the row
	Today     string `json:"today"`     // of the problem file
}

// choose finds the rows that can be repeated and draws from them.
func (b Bench) choose(c Choice) (draw, error) {
	rows, err := b.Store.Load()
	if err != nil {
		return draw{}, err
	}
	var d draw
	var fit []repeat
	today := map[string]condition{}
	for _, row := range rows {
		task, why := c.task(row)
		if why == "" {
			now, err := b.today(today, row, task)
			switch {
			case err != nil:
				return draw{}, err
			case now.digest != row.Statement:
				d.stale = append(d.stale, Stale{row.Problem, row.Method, row.Seed, row.Statement, now.digest})
				why = "stale"
			case now.timed:
				why = "with a limit of wall-clock time"
			}
		}
		if why != "" {
			d.skip(why)
			continue
		}
		fit = append(fit, repeat{row, task})
	}
	d.from = len(fit)
	order := rand.New(rand.NewPCG(c.Seed, streamChoice)).Perm(len(fit))
	for _, i := range order[:min(c.Count, len(fit))] {
		d.chosen = append(d.chosen, fit[i])
	}
	return d, nil
}

// task returns the task that repeats a row, or why the row is not asked for.
func (c Choice) task(row accuracy.Row) (t Task, why string) {
	at := slices.IndexFunc(c.Problems, func(arg string) bool {
		return strings.TrimSuffix(filepath.Base(arg), ".toml") == row.Problem
	})
	switch {
	case at < 0:
		return Task{}, "of another problem"
	case c.Methods != nil && !slices.Contains(c.Methods, row.Method):
		return Task{}, "by another method"
	case !known(row.Method):
		return Task{}, "by a method that this program does not have"
	case c.Longest > 0 && !(row.Seconds <= c.Longest):
		return Task{}, fmt.Sprintf("longer than %g s", c.Longest)
	}
	return Task{Problem: c.Problems[at], Method: row.Method, Seed: row.Seed, Set: row.Set, Passes: row.Limit, Threads: c.Threads}, ""
}

func known(method string) bool {
	return slices.ContainsFunc(accuracy.All(), func(m accuracy.Method) bool { return m.Name == method })
}

// condition is what today's problem file asks for, by one method with some settings.
type condition struct {
	digest string
	timed  bool // the run ends after some seconds, so that its bits depend on the machine
}

// today returns the condition of a row, from those that were looked up before.
func (b Bench) today(seen map[string]condition, row accuracy.Row, t Task) (condition, error) {
	key := fmt.Sprintf("%q", append([]string{row.Problem, row.Method}, row.Set...))
	if c, ok := seen[key]; ok {
		return c, nil
	}
	s, err := t.open(b.Read)
	if err != nil {
		return condition{}, err
	}
	c := condition{digest(s.Spec()), s.Spec().Train.Time > 0}
	seen[key] = c
	return c, nil
}

// skip counts a row that is passed over.
func (d *draw) skip(why string) {
	i := slices.IndexFunc(d.skipped, func(s Skip) bool { return s.Why == why })
	if i < 0 {
		i = len(d.skipped)
		d.skipped = append(d.skipped, Skip{Why: why})
	}
	d.skipped[i].Rows++
}
