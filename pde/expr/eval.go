package expr

// Env gives the leaves of an expression their values at one point: the
// coordinates X (one per axis), the outward unit normal N (one component per
// axis), the fields and their derivatives U, the unknown parameters and the
// columns of a data set. What an expression does not use may be nil.
type Env struct {
	X, N    []float64
	U       func(Partial) float64
	Params  []float64
	Columns []float64
}

// maxPlain is the tree size up to which Eval repeats shared parts rather than
// remember them.
const maxPlain = 1 << 9

// Eval returns the value of e. It is the plain recursive twin of Program: the
// same functions, one point at a time. Small expressions do not allocate.
func (e *Expr) Eval(env Env) float64 {
	v := evaluator{env: &env}
	if e.size > maxPlain {
		v.seen = map[*Expr]float64{}
	}
	return v.value(e)
}

// evaluator evaluates one expression at one point; seen, if not nil, holds the
// values of the nodes met so far.
type evaluator struct {
	env  *Env
	seen map[*Expr]float64
}

func (v *evaluator) value(e *Expr) float64 {
	if e.arg[0] == nil {
		return v.leaf(e)
	}
	if v.seen != nil {
		if r, ok := v.seen[e]; ok {
			return r
		}
	}
	r := v.operation(e)
	if v.seen != nil {
		v.seen[e] = r
	}
	return r
}

// operation evaluates only the branch of an if that is taken.
func (v *evaluator) operation(e *Expr) float64 {
	a := v.value(e.arg[0])
	if e.op == OpIf {
		if a != 0 {
			return v.value(e.arg[1])
		}
		return v.value(e.arg[2])
	}
	if e.arg[1] == nil {
		return apply(e.op, a, 0, 0)
	}
	return apply(e.op, a, v.value(e.arg[1]), 0)
}

func (v *evaluator) leaf(e *Expr) float64 {
	switch e.op {
	case OpConst:
		return e.val
	case OpAxis:
		return v.env.X[e.index]
	case OpPartial:
		return v.env.U(e.partial)
	case OpParam:
		return v.env.Params[e.index]
	case OpNormal:
		return v.env.N[e.index]
	}
	return v.env.Columns[e.g.columns[e.index].index]
}
