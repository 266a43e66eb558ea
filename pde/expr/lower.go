package expr

import "pinn/internal/rows"

// Lowering turns expressions into a list of row operations. Sums become linear
// combinations of products of at most two rows, so that each term is one
// instruction; numbers and unknown parameters become scalar factors; parts that
// depend on the place only are collected into as few rows as possible.

// row is a row operation: an input, a linear combination, or an operation on
// other rows. Equal rows of one program are the same pointer.
type row struct {
	kind   rowKind
	e      *Expr    // of rowStatic and rowUniform
	op     Op       // of rowApply
	arg    []*row   // of rowApply
	terms  []term   // of rowSum
	at     rows.Ref // where its values are
	live   bool     // it depends on a partial or an unknown parameter
	number int      // position in the program

	wants int  // adjoints it will be given
	adj   view // their sum so far
}

type rowKind uint8

const (
	rowInput   rowKind = iota // a partial or a coordinate
	rowStatic                 // an expression of the place
	rowUniform                // an expression with one value for all points
	rowSum                    // Σ coef·x·y
	rowProduct                // arg[0]·arg[1]
	rowInverse                // 1/arg[0]
	rowApply                  // op(arg…)
)

// term is coef·x·y, where coef has one value for all points and x, or y, or both
// may be missing.
type term struct {
	coef *Expr
	x, y *row
}

// lowering collects the rows of a program.
type lowering struct {
	g       *Graph
	layout  Layout
	place   bool // this is the program of the statics: coordinates are inputs
	rows    []*row
	byExpr  map[*Expr]*row
	pairs   map[[2]*row]*row // products
	inverse map[*row]*row
	uses    map[*Expr]int
	statics []*Expr // in the order of their rows
	partial map[Partial]int
	guard   bool // some if may hide infinite slopes
}

// newLowering prepares for the outputs.
func newLowering(g *Graph, outs []*Expr, layout Layout, place bool) *lowering {
	l := &lowering{
		g: g, layout: layout, place: place,
		byExpr: map[*Expr]*row{}, pairs: map[[2]*row]*row{}, inverse: map[*row]*row{},
		uses: map[*Expr]int{}, partial: map[Partial]int{},
	}
	for i, p := range layout.Partials {
		l.partial[p] = i
	}
	for _, e := range outs {
		l.uses[e]++
	}
	walk(func(n *Expr) {
		for _, a := range n.arg {
			l.uses[a]++
		}
		l.guard = l.guard || n.op == OpIf
	}, outs...)
	return l
}

func (l *lowering) append(r *row) *row {
	r.number = len(l.rows)
	l.rows = append(l.rows, r)
	return r
}

// isPlace reports whether e becomes a static of this program.
func (l *lowering) isPlace(e *Expr) bool { return !l.place && e.placeOnly() }

// row returns the row of an expression.
func (l *lowering) row(e *Expr) *row {
	if r := l.byExpr[e]; r != nil {
		return r
	}
	r := l.lower(e)
	l.byExpr[e] = r
	return r
}

func (l *lowering) lower(e *Expr) *row {
	switch {
	case e.uniform():
		return l.append(&row{kind: rowUniform, e: e, live: e.HasParams()})
	case l.isPlace(e):
		l.statics = append(l.statics, e)
		return l.append(&row{kind: rowStatic, e: e, at: rows.At(bankStatic, len(l.statics)-1)})
	}
	switch e.op {
	case OpAxis, OpNormal, OpColumn, OpPartial:
		return l.input(e)
	case OpNeg, OpAdd, OpSub, OpMul, OpDiv:
		s := newSum(l)
		s.expand(e, l.g.Const(1), true)
		return s.row()
	case OpPow:
		if _, n, ok := wholePower(e); ok {
			return l.power(l.row(e.arg[0]), n)
		}
	}
	r := &row{kind: rowApply, op: e.op}
	for _, a := range e.Args(nil) {
		r.arg = append(r.arg, l.row(a))
	}
	for i, a := range r.arg {
		condition := e.op.Logical() || e.op == OpIf && i == 0
		r.live = r.live || a.live && !condition && e.op != OpSign && e.op != OpStep
	}
	return l.append(r)
}

// input returns the row of a partial or, among the statics, of a coordinate, a
// component of the normal or a data column.
func (l *lowering) input(e *Expr) *row {
	switch d := l.layout.Axes; e.op {
	case OpPartial:
		i, ok := l.partial[e.partial]
		if !ok {
			panic("expr: Compile: the layout lacks a partial")
		}
		return l.append(&row{at: rows.At(bankPartial, i), live: true})
	case OpAxis:
		return l.append(&row{at: rows.At(bankCoord, e.index)})
	case OpNormal:
		return l.append(&row{at: rows.At(bankCoord, d+e.index)})
	default:
		k, _ := e.Index()
		return l.append(&row{at: rows.At(bankCoord, 2*d+k)})
	}
}

// maxWhole is the largest whole exponent that becomes multiplications.
const maxWhole = 64

// wholePower returns b and n if e = bⁿ with 2 ≤ |n| ≤ maxWhole, or n = −1.
func wholePower(e *Expr) (b *Expr, n int, ok bool) {
	if e.op != OpPow || e.arg[1].op != OpConst {
		return nil, 0, false
	}
	v := e.arg[1].val
	if n = int(v); float64(n) != v || n < -maxWhole || n > maxWhole || n == 0 {
		return nil, 0, false
	}
	return e.arg[0], n, true
}

// power returns the row of bⁿ by repeated squaring.
func (l *lowering) power(b *row, n int) *row {
	switch {
	case n < 0:
		return l.invert(l.power(b, -n))
	case n == 1:
		return b
	case n%2 == 0:
		half := l.power(b, n/2)
		return l.product(half, half)
	}
	return l.product(l.power(b, n-1), b)
}

// product returns the row x·y.
func (l *lowering) product(x, y *row) *row {
	if x.number > y.number {
		x, y = y, x
	}
	k := [2]*row{x, y}
	if r := l.pairs[k]; r != nil {
		return r
	}
	r := l.append(&row{kind: rowProduct, arg: k[:], live: x.live || y.live})
	l.pairs[k] = r
	return r
}

// invert returns the row 1/x.
func (l *lowering) invert(x *row) *row {
	if r := l.inverse[x]; r != nil {
		return r
	}
	r := l.append(&row{kind: rowInverse, arg: []*row{x}, live: x.live})
	l.inverse[x] = r
	return r
}
