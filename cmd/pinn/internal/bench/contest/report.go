package contest

import (
	"fmt"
	"strconv"
	"strings"
)

// String is the repetition in one line.
func (r Repetition) String() string {
	s := fmt.Sprintf("%s: %s by %s, seed %d", r.Outcome, r.Row.Problem, r.Row.Method, r.Row.Seed)
	if r.Why != "" {
		return s + ": " + r.Why
	}
	return s + fmt.Sprintf(": error %v, %.3g s", r.Now.RelL2, r.Now.Seconds)
}

// String is the stale row in one line.
func (s Stale) String() string {
	return fmt.Sprintf("stale: %s by %s, seed %d: is of the statement %s, and the problem file is now %s; pinn bench accuracy %s --methods %s runs it anew",
		s.Problem, s.Method, s.Seed, s.Statement, s.Today, s.Problem, s.Method)
}

// Summary counts what was found, what was chosen from, and what was passed over and
// why, in a few lines.
func (r Report) Summary() string {
	var b strings.Builder
	for _, s := range r.Stale {
		fmt.Fprintln(&b, s)
	}
	count := map[Outcome]int{}
	for _, p := range r.Repetitions {
		count[p.Outcome]++
	}
	fmt.Fprintf(&b, "%d of %s repeated, chosen with --seed %d:", len(r.Repetitions), rowsWord(r.From), r.Seed)
	sep := " "
	for _, o := range []Outcome{Equal, Different, NotCompared} {
		fmt.Fprintf(&b, "%s%d %s", sep, count[o], o)
		sep = ", "
	}
	fmt.Fprintln(&b)
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "passed over: %s %s\n", rowsWord(s.Rows), s.Why)
	}
	return b.String()
}

func rowsWord(n int) string {
	if n == 1 {
		return "1 row"
	}
	return strconv.Itoa(n) + " rows"
}
