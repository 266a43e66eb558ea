package pde

// function is a function of the language.
type function struct {
	name     string
	op       Op
	min, max int // how many arguments; max 0 means any number
}

// functions lists the functions of the language. Those of one argument are all
// built by Graph.Func.
var functions = []function{
	{"sin", OpSin, 1, 1},
	{"cos", OpCos, 1, 1},
	{"tan", OpTan, 1, 1},
	{"asin", OpAsin, 1, 1},
	{"acos", OpAcos, 1, 1},
	{"atan", OpAtan, 1, 1},
	{"atan2", OpAtan2, 2, 2},
	{"sinh", OpSinh, 1, 1},
	{"cosh", OpCosh, 1, 1},
	{"tanh", OpTanh, 1, 1},
	{"exp", OpExp, 1, 1},
	{"log", OpLog, 1, 1},
	{"sqrt", OpSqrt, 1, 1},
	{"abs", OpAbs, 1, 1},
	{"min", OpMin, 2, 0},
	{"max", OpMax, 2, 0},
	{"sign", OpSign, 1, 1},
	{"step", OpStep, 1, 1},
	{"erf", OpErf, 1, 1},
	{"if", OpIf, 3, 3},
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
