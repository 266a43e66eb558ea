package accuracy

import (
	"fmt"
	"math"
	"strings"
)

// fitted reports whether the threshold was fitted on the problem at a place of the
// alphabet, the first being 0.
func fitted(place int) bool { return place%2 == 0 }

// Fit holds the thresholds against one another on every other problem by the
// alphabet, from the first on, to choose one, and on the rest, to report it. A
// problem's ratio is the median final error at the threshold over the geometric mean
// of those at all thresholds.
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
