package accuracy

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Thresholds are the thresholds of the rule snr that are compared, least first. At 0.5
// the rule fires at the same steps as at 1: where its window is first full.
var Thresholds = []float64{1, 1.4, 2, 2.8}

// thresholdMark begins the names of methods that are the rule snr at a threshold.
const thresholdMark = "snr-"

// ThresholdMethods are the rule snr at each threshold, as methods to run.
func ThresholdMethods() []Method {
	var out []Method
	for _, v := range Thresholds {
		out = append(out, Method{thresholdName(v), fmt.Sprintf("as snr, at a threshold of %g", v)})
	}
	return out
}

// All are the methods and the thresholds.
func All() []Method { return append(slices.Clone(Methods), ThresholdMethods()...) }

// ThresholdOf returns the threshold that a method's name tells; ok is false if it
// tells none.
func ThresholdOf(method string) (v float64, ok bool) {
	text, ok := strings.CutPrefix(method, thresholdMark)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && slices.Contains(Thresholds, v)
}

func thresholdName(v float64) string { return thresholdMark + strconv.FormatFloat(v, 'g', -1, 64) }

// fitted reports whether the threshold was fitted on the problem at a place of the
// alphabet, the first being 0.
func fitted(place int) bool { return place%2 == 0 }

// Fit holds the thresholds against one another on every other problem by the
// alphabet, from the first on, to choose one, and on the rest, to report it. A
// problem's ratio is the median final error at the threshold over the geometric mean
// of those at all thresholds.
func Fit(dir string, records []Record) Table {
	t := Table{Name: "thresholds", Keys: 1, Header: []string{
		"threshold of snr", "error over that of all thresholds, geometric means: where fitted", "on the rest", "AdamW steps, median [least, largest]", "runs that never switched",
	}}
	var chosen, rest []string
	both := common(records, ThresholdMethods())
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
		here, there := standing(records, chosen, name), standing(records, rest, name)
		if here < least {
			least, best, elsewhere = here, v, there
		}
		t.add(dir+"/*/"+name, append([]string{fmt.Sprintf("%g", v), fmt.Sprintf("%.2f", here), fmt.Sprintf("%.2f", there)}, switches(records, both, name)...)...)
	}
	t.Note = fmt.Sprintf("Fitted on %s: the least is at %g, which has %.2f on the rest, %s; %s.",
		strings.Join(chosen, ", "), best, elsewhere, strings.Join(rest, ", "), seedsOf(records, both, ThresholdMethods()))
	return t
}

// standing is the geometric mean over problems of the median error by a threshold
// over the geometric mean of those by all.
func standing(records []Record, problems []string, name string) float64 {
	var ratios []float64
	for _, p := range problems {
		var all []float64
		for _, m := range ThresholdMethods() {
			all = append(all, median(column(of(records, p, m.Name), Record.RelL2)))
		}
		ratios = append(ratios, median(column(of(records, p, name), Record.RelL2))/geometric(all))
	}
	return geometric(ratios)
}
