package problems

import "slices"

// Methods are the values of method in [[phase]].
var Methods = names(methods)

// Schedules are the kinds of learning rate.
var Schedules = []string{"constant", "cosine", "exponential"}

// method is a row of the table of methods: its name, whether it works on all
// points at once, and the hyperparameters it has.
type method struct {
	name      string
	fullBatch bool
	keys      []string
}

var methods = []method{
	{"sgd", false, withFirst("momentum", "dampening", "nesterov")},
	{"momentum", false, withFirst("momentum", "dampening", "nesterov")},
	{"nesterov", false, withFirst("momentum", "dampening", "nesterov")},
	{"adagrad", false, withFirst("rate_decay", "accumulator", "epsilon")},
	{"rmsprop", false, withFirst("alpha", "epsilon", "momentum", "centred")},
	{"adam", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"amsgrad", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"adamw", false, withFirst("beta1", "beta2", "epsilon", "amsgrad")},
	{"nadam", false, withFirst("beta1", "beta2", "epsilon", "momentum_decay")},
	{"lbfgs", true, withSearch("history")},
	{"bfgs", true, withSearch()},
	{"ssbroyden", true, withSearch()},
	{"lm", true, []string{"damping", "target", "final_target", "stop_step", "stop_gradient", "stop_change", "stop_value"}},
	{"spring", false, []string{"learning_rate", "momentum", "damping", "norm_constraint"}},
}

// withFirst adds what all first-order methods have.
func withFirst(own ...string) []string {
	return append([]string{"learning_rate", "weight_decay", "clip_norm", "clip_median"}, own...)
}

// withSearch adds what all methods with a line search have.
func withSearch(own ...string) []string {
	return append([]string{"decrease", "curvature", "max_search_evals", "first_step", "stop_gradient", "stop_change", "stop_value"}, own...)
}

func names(list []method) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.name)
	}
	return out
}

// has tells whether the method has the key of a phase.
func (m method) has(key string) bool {
	if key == "batch" {
		return !m.fullBatch
	}
	return slices.Contains(m.keys, key)
}
