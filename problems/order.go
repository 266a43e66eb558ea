package problems

import "pinn/pde/expr"

// orderInTime compares, for every field, the order of the equations in time with
// the number of conditions at fixed times. Too few conditions leave the solution
// open, which is an error unless there are data; too many are a warning.
func (c *compiler) orderInTime() {
	t := c.problem.Box.Time()
	if t < 0 || c.problem.Box.Axes[t].Periodic || !c.sound() {
		return
	}
	for f, field := range c.problem.Fields {
		order, where := 0, 0
		for i, e := range c.problem.Equations {
			for _, p := range e.Residual.Partials() {
				if p.Field == f && int(p.Order[t]) > order {
					order, where = int(p.Order[t]), i
				}
			}
		}
		given := c.timeConditions(f, t)
		k := key("equation[%d].is", where)
		switch {
		case given < order && len(c.problem.Data) == 0:
			c.fault(c.spec.Equations[where].Is.At(0), k,
				"is of order %d in t for %s, so %s must have %d conditions at fixed t, got %d", order, field, field, order, given)
		case given < order:
			c.warn(c.spec.Equations[where].Is.At(0), k,
				"is of order %d in t for %s, which has %d conditions at fixed t: the data must make up for the rest", order, field, given)
		case given > order && len(c.problem.Equations) > 0:
			c.warn(c.spec.Where("condition"), "condition",
				"%s has %d conditions on all of a fixed t, but its equations are of order %d in t", field, given, order)
		}
	}
}

// timeConditions counts the conditions with field f at fixed times. Conditions on
// parts of the same instant count once.
func (c *compiler) timeConditions(f, t int) int {
	whole, parts := 0, 0
	for _, cond := range c.problem.Conditions {
		if !mentions(cond.Residual, f) {
			continue
		}
		for _, p := range cond.Pieces {
			if len(p.Fixed) != 1 || p.Fixed[0].Axis != t {
				continue
			}
			if p.Keep == nil {
				whole++
			} else {
				parts = 1
			}
		}
	}
	return whole + parts
}

func mentions(e *expr.Expr, f int) bool {
	for _, p := range e.Partials() {
		if p.Field == f {
			return true
		}
	}
	return false
}
