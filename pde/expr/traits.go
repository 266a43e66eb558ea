package expr

import (
	"slices"
)

// Const returns the value of an expression that is a number.
func (e *Expr) Const() (v float64, ok bool) { return e.val, e.op == OpConst }

// Op returns the operation of the node.
func (e *Expr) Op() Op { return e.op }

// Args appends the operands of the node to dst and returns it.
func (e *Expr) Args(dst []*Expr) []*Expr {
	for _, a := range e.arg {
		if a == nil {
			break
		}
		dst = append(dst, a)
	}
	return dst
}

// Partial returns the partial that a leaf stands for.
func (e *Expr) Partial() (p Partial, ok bool) { return e.partial, e.op == OpPartial }

// Index returns the number of the axis, parameter, normal component or data
// column that a leaf stands for.
func (e *Expr) Index() (k int, ok bool) {
	switch e.op {
	case OpAxis, OpParam, OpNormal:
		return e.index, true
	case OpColumn:
		return e.g.columns[e.index].index, true
	}
	return 0, false
}

// HasPartials reports whether a field or a derivative of one occurs in e.
func (e *Expr) HasPartials() bool { return e.has&hasPartial != 0 }

// HasParams reports whether an unknown parameter occurs in e.
func (e *Expr) HasParams() bool { return e.has&hasParam != 0 }

// HasNormals reports whether a component of the normal occurs in e.
func (e *Expr) HasNormals() bool { return e.has&hasNormal != 0 }

// HasColumns reports whether a data column occurs in e.
func (e *Expr) HasColumns() bool { return e.has&hasColumn != 0 }

// UsesAxis reports whether the coordinate itself occurs in e; fields do not
// count.
func (e *Expr) UsesAxis(axis int) bool { return e.axes&(1<<axis) != 0 }

// OnlyAxes reports whether e is a function of the coordinates alone.
func (e *Expr) OnlyAxes() bool {
	return e.has&(hasPartial|hasParam|hasNormal|hasColumn) == 0
}

// placeOnly reports whether e is fixed by the place: coordinates, normals and
// data columns.
func (e *Expr) placeOnly() bool { return e.has&(hasPartial|hasParam) == 0 }

// uniform reports whether e has one value for all points.
func (e *Expr) uniform() bool {
	return e.axes == 0 && e.has&(hasPartial|hasNormal|hasColumn) == 0
}

// Smooth reports whether e is free of abs, sign, step, min, max and if.
func (e *Expr) Smooth() bool { return e.has&hasKink == 0 }

// Finite reports whether no number in e is NaN or infinite, which happens where
// constants were folded that have no value, such as 1/0.
func (e *Expr) Finite() bool { return e.has&hasBad == 0 }

// Partials returns the partials that occur in e, sorted by Compare.
func (e *Expr) Partials() []Partial {
	var out []Partial
	e.Walk(func(n *Expr) {
		if n.op == OpPartial {
			out = append(out, n.partial)
		}
	})
	slices.SortFunc(out, Partial.Compare)
	return out
}

// Walk calls visit for every node of e once, operands before the operations on
// them.
func (e *Expr) Walk(visit func(*Expr)) { walk(visit, e) }

// walk visits the nodes of several expressions, each node once.
func walk(visit func(*Expr), roots ...*Expr) {
	seen := map[*Expr]bool{}
	var down func(*Expr)
	down = func(n *Expr) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		for _, a := range n.arg {
			down(a)
		}
		visit(n)
	}
	for _, r := range roots {
		down(r)
	}
}
