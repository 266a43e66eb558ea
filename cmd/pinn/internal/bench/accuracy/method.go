package accuracy

import (
	"fmt"
	"slices"
	"strconv"
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

// Thresholds are the thresholds of the rule snr that are compared, least first. At 0.5
// the rule fires at the same steps as at 1: where its window is first full.
var Thresholds = []float64{1, 1.4, 2, 2.8}

// thresholdMark begins the names of methods that are the rule snr at a threshold.
const thresholdMark = "snr-"

// ThresholdMethods returns the rule snr at each of Thresholds, as methods to run.
func ThresholdMethods() []Method {
	var out []Method
	for _, v := range Thresholds {
		out = append(out, Method{thresholdName(v), fmt.Sprintf("as snr, at a threshold of %g", v)})
	}
	return out
}

// All returns Methods and ThresholdMethods.
func All() []Method { return append(slices.Clone(Methods), ThresholdMethods()...) }

// ThresholdOf returns the threshold in the name of a method, as 2 in snr-2; ok is false
// if there is none.
func ThresholdOf(method string) (v float64, ok bool) {
	text, ok := strings.CutPrefix(method, thresholdMark)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && slices.Contains(Thresholds, v)
}

func thresholdName(v float64) string { return thresholdMark + strconv.FormatFloat(v, 'g', -1, 64) }
