package setup

import (
	"fmt"

	"pinn/hybrid"
	"pinn/hybrid/noise"
	"pinn/optim"
	"pinn/pinn"
	"pinn/problems"
)

// check finds the faults of a training plan: settings outside the ranges of their
// method, metrics that a method does not have, and stages and slabs that the
// problem cannot be solved in.
func check(c *problems.Compiled, known problems.Diagnostics) problems.Diagnostics {
	k := &checker{spec: c.Spec}
	if n := stages(c.Spec); n > MaxStages {
		k.fault("train.stages", "must be 1 or %d in this version, got %d", MaxStages, n)
	}
	k.metrics()
	for i, ph := range c.Spec.Phases {
		k.method(i, ph, nil)
	}
	if n := slabs(c.Spec); n > 1 && !known.HasErrors() && !k.list.HasErrors() {
		if _, err := pinn.Evolution(c.Problem); err != nil {
			k.fault("train.slabs", "must be 1, since %v, got %d", err, n)
		}
	}
	return k.list
}

// checker gathers the faults of a training plan.
type checker struct {
	spec *problems.Spec
	list problems.Diagnostics
}

// fault reports what is wrong with the value of a key.
func (k *checker) fault(key, format string, args ...any) {
	k.list = append(k.list, problems.Diagnostic{File: k.spec.File, Pos: k.spec.Where(key), Key: key, Message: fmt.Sprintf(format, args...)})
}

// metrics refuses metrics that a method does not have, and two for one check.
func (k *checker) metrics() {
	for i, ph := range k.spec.Phases {
		first := ""
		for j, r := range ph.Switch {
			key := fmt.Sprintf("phase[%d].switch", i)
			if len(ph.Switch) > 1 || k.spec.Where(key) != r.Pos { // a list of rules
				key = fmt.Sprintf("%s[%d]", key, j)
			}
			key += ".metric"
			switch {
			case r.Metric == "":
				continue
			case r.Metric != noise.Plain && !ownMetric(ph.Method):
				k.fault(key, "must be plain, since %s has no metric of its own, got %s", ph.Method, r.Metric)
			case first != "" && first != r.Metric:
				k.fault(key, "must be %s as in a rule before, since a check has one metric, got %s", first, r.Metric)
			}
			first = r.Metric
		}
	}
}

// ownMetric reports whether a method measures gradients in a metric of its own. One
// that is not known has a fault of its own.
func ownMetric(method string) bool {
	row, ok := optim.ByName(method)
	if !ok {
		return true
	}
	_, ok = row.New().(hybrid.Preconditioner)
	return ok
}
