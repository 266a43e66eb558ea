package accuracy

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Ablation compares the methods of HandOvers, over the problems on which each of them
// has runs. A problem's ratio is the median final error of the method over that of the
// rule snr. A difference is clear if each of the two methods has at least three seeds
// and all errors of one lie below all errors of the other.
func Ablation(dir string, rows []Row) Table {
	t := Table{Name: "ablation", Keys: 1, Header: []string{
		"method", "error over that of snr, geometric mean [least, largest]", "where snr was not fitted", "lower on", "clearly lower / higher on", "lowest of all on",
		"AdamW steps, median [least, largest]", "runs that never switched",
	}}
	problems := common(rows, HandOvers)
	if len(problems) == 0 {
		return t
	}
	best := lowest(rows, problems)
	for _, m := range HandOvers {
		var ratios, rest []float64
		below, clear, clearAbove := 0, 0, 0
		for i, p := range problems {
			mine, its := values(of(rows, p, m.Name), relL2), values(of(rows, p, reference), relL2)
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
		cells := []string{m.Name, ratioCell(ratios), twoDigits(geometric(rest)), count(below, problems), fmt.Sprintf("%d / %d", clear, clearAbove), count(best[m.Name], problems)}
		if m.Name == reference {
			cells[1], cells[2], cells[3], cells[4] = "1", "1", "–", "–"
		}
		t.add(files(dir, "*", m.Name), append(cells, switches(rows, problems, m.Name)...)...)
	}
	t.Note = fmt.Sprintf("Over %d problems with %s: %s.", len(problems), seedsOf(rows, problems, HandOvers), strings.Join(problems, ", "))
	return t
}

// clearSeeds is the number of seeds from which on a difference can be clear.
const clearSeeds = 3

// seedsOf tells how many seeds each method has on each problem.
func seedsOf(rows []Row, problems []string, methods []Method) string {
	least, most := math.MaxInt, 0
	for _, p := range problems {
		for _, m := range methods {
			n := len(of(rows, p, m.Name))
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
func switches(rows []Row, problems []string, method string) []string {
	var steps []float64
	never, runs := 0, 0
	for _, p := range problems {
		for _, r := range of(rows, p, method) {
			runs++
			if len(r.Phases) > 1 {
				steps = append(steps, float64(r.Phases[0].Steps))
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
func common(rows []Row, methods []Method) []string {
	var out []string
	for _, r := range rows {
		p := r.Problem
		if slices.Contains(out, p) {
			continue
		}
		if !slices.ContainsFunc(methods, func(m Method) bool { return len(of(rows, p, m.Name)) == 0 }) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// lowest counts for each method the problems on which its median error is the least.
func lowest(rows []Row, problems []string) map[string]int {
	out := map[string]int{}
	for _, p := range problems {
		winner, least := "", math.Inf(1)
		for _, m := range HandOvers {
			if e := median(values(of(rows, p, m.Name), relL2)); e < least {
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

func count(n int, of []string) string { return fmt.Sprintf("%d of %d", n, len(of)) }

// fitted reports whether the threshold was fitted on the problem at a place of the
// alphabet, the first being 0.
func fitted(place int) bool { return place%2 == 0 }

// Fit compares the thresholds of the rule snr. It takes the problems by the alphabet:
// the first, the third and so on choose a threshold, the others report what it gives
// elsewhere. A problem's ratio is the median final error at the threshold over the
// geometric mean of the median errors at all thresholds.
func Fit(dir string, rows []Row) Table {
	t := Table{Name: "thresholds", Keys: 1, Header: []string{
		"threshold of snr", "error over that of all thresholds, geometric means: where fitted", "on the rest", "AdamW steps, median [least, largest]", "runs that never switched",
	}}
	var chosen, rest []string
	both := common(rows, ThresholdMethods())
	for i, p := range both {
		if fitted(i) {
			chosen = append(chosen, p)
		} else {
			rest = append(rest, p)
		}
	}
	if len(rest) == 0 {
		return t
	}
	least, best, elsewhere := math.Inf(1), 0.0, 0.0
	for _, v := range Thresholds {
		name := thresholdName(v)
		here, there := standing(rows, chosen, name), standing(rows, rest, name)
		if here < least {
			least, best, elsewhere = here, v, there
		}
		t.add(files(dir, "*", name), append([]string{fmt.Sprintf("%g", v), fmt.Sprintf("%.2f", here), fmt.Sprintf("%.2f", there)}, switches(rows, both, name)...)...)
	}
	t.Note = fmt.Sprintf("Fitted on %s: the least is at %g, which has %.2f on the rest, %s; %s.",
		strings.Join(chosen, ", "), best, elsewhere, strings.Join(rest, ", "), seedsOf(rows, both, ThresholdMethods()))
	return t
}

// standing is the geometric mean over problems of the median error by a threshold
// over the geometric mean of those by all.
func standing(rows []Row, problems []string, name string) float64 {
	var ratios []float64
	for _, p := range problems {
		var all []float64
		for _, m := range ThresholdMethods() {
			all = append(all, median(values(of(rows, p, m.Name), relL2)))
		}
		ratios = append(ratios, median(values(of(rows, p, name), relL2))/geometric(all))
	}
	return geometric(ratios)
}
