package pde

import "pinn/pde/expr"

// function is a function of the language.
type function struct {
	name     string
	op       expr.Op
	min, max int // how many arguments; max 0 means any number
}

// of returns the function that an operation is. It is called as the operation
// prints, so that what is printed can be read.
func of(op expr.Op, min, max int) function { return function{op.String(), op, min, max} }

// functions lists the functions of the language. Those of one argument are all
// built by Graph.Func.
var functions = []function{
	of(expr.OpSin, 1, 1),
	of(expr.OpCos, 1, 1),
	of(expr.OpTan, 1, 1),
	of(expr.OpAsin, 1, 1),
	of(expr.OpAcos, 1, 1),
	of(expr.OpAtan, 1, 1),
	of(expr.OpAtan2, 2, 2),
	of(expr.OpSinh, 1, 1),
	of(expr.OpCosh, 1, 1),
	of(expr.OpTanh, 1, 1),
	of(expr.OpExp, 1, 1),
	of(expr.OpLog, 1, 1),
	of(expr.OpSqrt, 1, 1),
	of(expr.OpAbs, 1, 1),
	of(expr.OpMin, 2, 0),
	of(expr.OpMax, 2, 0),
	of(expr.OpSign, 1, 1),
	of(expr.OpStep, 1, 1),
	of(expr.OpErf, 1, 1),
	of(expr.OpIf, 3, 3),
}

// operators lists what looks like a function but works on expressions: d(e, x),
// lap(e) and dn(e).
var operators = []function{
	{name: "d", min: 2},
	{name: "lap", min: 1, max: 1},
	{name: "dn", min: 1, max: 1},
}

// functionNamed returns the function or operator of that name.
func functionNamed(name string) (f function, ok bool) {
	for _, list := range [][]function{functions, operators} {
		for _, f := range list {
			if f.name == name {
				return f, true
			}
		}
	}
	return function{}, false
}

// isReserved reports whether a name belongs to the language and cannot be
// declared.
func isReserved(name string) bool {
	switch name {
	case "pi", "e", "and", "or", "not", "n_x", "n_y", "n_z":
		return true
	}
	_, ok := functionNamed(name)
	return ok
}
