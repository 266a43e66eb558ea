package accuracy

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Method is one of the ways to train that are compared.
type Method struct {
	Name string
	What string // in a few words
}

// Default is the method that sets no phases of its own.
const Default = "default"

// reference is the method that the others of the ablation are held against.
const reference = "snr"

// Methods are the methods that tables list.
var Methods = append([]Method{
	{Default, "the default plan"},
}, HandOvers...)

// HandOvers are the methods of the ablation: they differ in nothing but when AdamW
// gives way to L-BFGS, if ever.
var HandOvers = []Method{
	{reference, "AdamW, then L-BFGS when the signal of the gradient stands clear of its noise"},
	{"noise-floor", "AdamW, then L-BFGS when the signal of a minibatch has drowned in its noise"},
	{"grow", "as noise-floor, but the batch doubles first, as long as eight of them are left"},
	{"plateau", "AdamW, then L-BFGS when the held-out loss no longer falls"},
	{"fixed-300", "AdamW for 300 steps, then L-BFGS"},
	{"fixed-1000", "AdamW for 1000 steps, then L-BFGS"},
	{"fixed-5000", "AdamW for 5000 steps, then L-BFGS"},
	{"lbfgs", "L-BFGS alone"},
	{"adamw", "AdamW alone"},
}

// Ablation compares the methods but the default plan, over the problems that all of
// them have run on. A problem's ratio is the median final error of the method over
// that of the rule snr; a difference is clear if no seed of one method ends between
// those of the other, of three or more each.
func Ablation(dir string, records []Record) Table {
	t := Table{Name: "ablation", Keys: 1, Header: []string{
		"method", "error over that of snr, geometric mean [least, largest]", "where snr was not fitted", "lower on", "clearly lower / higher on", "lowest of all on",
		"AdamW steps, median [least, largest]", "runs that never switched",
	}}
	problems := common(records, HandOvers)
	if len(problems) == 0 {
		return t
	}
	best := lowest(records, problems)
	for _, m := range HandOvers {
		var ratios, rest []float64
		below, clear, clearAbove := 0, 0, 0
		for i, p := range problems {
			mine, its := column(of(records, p, m.Name), Record.RelL2), column(of(records, p, reference), Record.RelL2)
			ratio := median(mine) / median(its)
			ratios = append(ratios, ratio)
			if !fitted(i) {
				rest = append(rest, ratio)
			}
			if ratio < 1 {
				below++
			}
			if enough := min(len(mine), len(its)) >= clearSeeds; enough && slices.Max(mine) < slices.Min(its) {
				clear++
			} else if enough && slices.Min(mine) > slices.Max(its) {
				clearAbove++
			}
		}
		cells := []string{m.Name, ratioCell(ratios), fmt.Sprintf("%.2g", geometric(rest)), count(below, problems), fmt.Sprintf("%d / %d", clear, clearAbove), count(best[m.Name], problems)}
		if m.Name == reference {
			cells[1], cells[2], cells[3], cells[4] = "1", "1", "–", "–"
		}
		t.add(dir+"/*/"+m.Name, append(cells, switches(records, problems, m.Name)...)...)
	}
	t.Note = fmt.Sprintf("Over %d problems with %s: %s.", len(problems), seedsOf(records, problems, HandOvers), strings.Join(problems, ", "))
	return t
}

// clearSeeds is the number of seeds from which on a difference can be clear.
const clearSeeds = 3

// seedsOf tells how many seeds each method has on each problem.
func seedsOf(records []Record, problems []string, methods []Method) string {
	least, most := math.MaxInt, 0
	for _, p := range problems {
		for _, m := range methods {
			n := len(of(records, p, m.Name))
			least, most = min(least, n), max(most, n)
		}
	}
	switch {
	case least < most:
		return fmt.Sprintf("%d to %d seeds each", least, most)
	case most == 1:
		return "one seed each"
	default:
		return fmt.Sprintf("%d seeds each", most)
	}
}

// switches tells when the runs of a method gave up AdamW.
func switches(records []Record, problems []string, method string) []string {
	var steps []float64
	never, runs := 0, 0
	for _, p := range problems {
		for _, r := range of(records, p, method) {
			runs++
			if len(r.Run.Phases) > 1 {
				steps = append(steps, float64(r.Run.Phases[0].Steps))
			} else {
				never++
			}
		}
	}
	if method == "lbfgs" || method == "adamw" {
		return []string{"–", "–"}
	}
	if len(steps) == 0 {
		return []string{"–", fmt.Sprintf("%d of %d", never, runs)}
	}
	return []string{
		fmt.Sprintf("%.0f [%.0f, %.0f]", median(steps), slices.Min(steps), slices.Max(steps)),
		fmt.Sprintf("%d of %d", never, runs),
	}
}

// common returns the problems that every one of methods has run on.
func common(records []Record, methods []Method) []string {
	var out []string
	for _, r := range records {
		p := r.Run.Problem
		if slices.Contains(out, p) {
			continue
		}
		if !slices.ContainsFunc(methods, func(m Method) bool { return len(of(records, p, m.Name)) == 0 }) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// lowest counts for each method the problems on which its median error is the least.
func lowest(records []Record, problems []string) map[string]int {
	out := map[string]int{}
	for _, p := range problems {
		winner, least := "", math.Inf(1)
		for _, m := range HandOvers {
			if e := median(column(of(records, p, m.Name), Record.RelL2)); e < least {
				winner, least = m.Name, e
			}
		}
		out[winner]++
	}
	return out
}

// ratioCell is the geometric mean of ratios with their range.
func ratioCell(ratios []float64) string {
	return fmt.Sprintf("%.2g [%.2g, %.2g]", geometric(ratios), slices.Min(ratios), slices.Max(ratios))
}

// geometric is the geometric mean, NaN of nothing.
func geometric(ratios []float64) float64 {
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

func count(n int, of []string) string { return fmt.Sprintf("%d of %d", n, len(of)) }
