package expr

import "math"

// Expr is a node of a Graph: a number, a leaf such as x or u_xx, or an operation
// on other nodes. It is immutable and unique within its graph: two expressions
// that were built alike are the same pointer, so == compares them and shared
// parts are shared. An Expr is built through the constructors of Graph or the
// methods of pde.Scope; its methods may be called from several goroutines.
type Expr struct {
	g       *Graph
	op      Op
	arg     [3]*Expr // operands, nil from the first missing one on
	val     float64  // of OpConst
	index   int      // of OpAxis, OpParam, OpNormal, OpColumn
	partial Partial  // of OpPartial
	id      int      // position in the graph; operands have smaller ones
	height  int      // longest way down to a leaf
	size    int      // nodes of the tree with nothing shared, at most maxTree
	has     traits
	axes    uint16 // axes that occur as leaves
}

// traits says what occurs anywhere below a node.
type traits uint8

const (
	hasPartial traits = 1 << iota
	hasParam
	hasNormal
	hasColumn
	hasKink
	hasBad // a number that is NaN or infinite
)

const (
	maxTree   = 1 << 40 // where the count of unshared nodes saturates
	maxHeight = 1 << 15 // bounds every recursion over expressions
	maxNodes  = 1 << 20 // of one graph
)

// Graph owns expressions and makes equal ones identical. The order of its nodes
// depends only on the order of the calls. A graph is not safe for concurrent use
// while expressions are being built. It holds at most about a million nodes;
// Full reports that an expression was refused.
type Graph struct {
	nodes   []*Expr
	byKey   map[key]*Expr
	diffs   map[diffKey]*Expr
	columns []column // what the index of an OpColumn means
	names   names    // how leaves print
	limit   int      // nodes the graph may reach
	tall    int      // height a node may reach
	full    bool     // some constructor was refused
	refused *Expr    // what it returned
}

// key is what makes a node unique; operands are named by their ids plus one.
type key struct {
	op      Op
	a, b, c int
	val     uint64
	index   int
	partial Partial
}

// names holds what SetNames was given.
type names struct {
	axes, fields, params []string
	taken                func(name string) bool
}

type column struct {
	index int
	name  string
}

// NewGraph returns an empty graph. SetNames gives its leaves their names.
func NewGraph() *Graph {
	g := &Graph{byKey: map[key]*Expr{}, diffs: map[diffKey]*Expr{}, limit: maxNodes, tall: maxHeight}
	g.refused = &Expr{g: g, op: OpConst, val: math.NaN(), size: 1, has: hasBad}
	return g
}

// Len returns the number of nodes in the graph.
func (g *Graph) Len() int { return len(g.nodes) }

// SetNames says how the leaves print: the names of the axes, fields and unknown
// parameters by their index. taken, if not nil, reports names that mean something
// else, so that a derivative of that name must be printed in another way.
func (g *Graph) SetNames(axes, fields, params []string, taken func(name string) bool) {
	g.names = names{axes, fields, params, taken}
}

// Full reports whether an expression did not fit into the graph. Expressions
// built since then are meaningless.
func (g *Graph) Full() bool { return g.full }

// Limit lets at most n more nodes into the graph until lift is called, after
// which the graph is not Full, whatever was refused. Inside another limit it
// changes nothing: that limit holds.
func (g *Graph) Limit(n int) (lift func()) {
	if g.limit != maxNodes {
		return func() {}
	}
	g.limit = min(len(g.nodes)+n, maxNodes)
	return func() { g.limit, g.full = maxNodes, false }
}

// Const returns the number v.
func (g *Graph) Const(v float64) *Expr {
	if v == 0 {
		v = 0 // drops the sign of −0
	}
	return g.leaf(Expr{op: OpConst, val: v})
}

// Axis returns the coordinate along the axis.
func (g *Graph) Axis(axis int) *Expr {
	if axis < 0 || axis >= MaxAxes {
		panic("expr: axis out of range")
	}
	return g.leaf(Expr{op: OpAxis, index: axis, axes: 1 << axis})
}

// Partial returns the derivative p of a field.
func (g *Graph) Partial(p Partial) *Expr {
	if p.Field < 0 || p.Order.Order() > MaxOrder {
		panic("expr: Partial out of range")
	}
	return g.leaf(Expr{op: OpPartial, partial: p, has: hasPartial})
}

// Param returns the unknown parameter k.
func (g *Graph) Param(k int) *Expr {
	return g.leaf(Expr{op: OpParam, index: k, has: hasParam})
}

// Normal returns the component of the outward unit normal along the axis.
func (g *Graph) Normal(axis int) *Expr {
	if axis < 0 || axis >= MaxAxes {
		panic("expr: axis out of range")
	}
	return g.leaf(Expr{op: OpNormal, index: axis, has: hasNormal})
}

// Column returns column k of the data set that a statement belongs to. The name
// is how the leaf prints; leaves of different names differ.
func (g *Graph) Column(k int, name string) *Expr {
	i := 0
	for i < len(g.columns) && g.columns[i] != (column{k, name}) {
		i++
	}
	if i == len(g.columns) {
		g.columns = append(g.columns, column{k, name})
	}
	return g.leaf(Expr{op: OpColumn, index: i, has: hasColumn})
}

func (g *Graph) leaf(e Expr) *Expr {
	k := key{op: e.op, val: math.Float64bits(e.val), index: e.index, partial: e.partial}
	if e.val != e.val || math.IsInf(e.val, 0) {
		e.has |= hasBad
	}
	return g.intern(k, e)
}

// node returns the node op(a, b, c) as it stands, without simplifying it.
func (g *Graph) node(op Op, a, b, c *Expr) *Expr {
	e := Expr{op: op, arg: [3]*Expr{a, b, c}, size: 1}
	k := key{op: op}
	for i, arg := range e.arg {
		if arg == nil {
			break
		}
		if arg.g != g {
			panic("expr: expression of another graph")
		}
		if arg == g.refused {
			return arg
		}
		e.height = max(e.height, arg.height+1)
		e.size = min(e.size+arg.size, maxTree)
		e.has |= arg.has
		e.axes |= arg.axes
		*[]*int{&k.a, &k.b, &k.c}[i] = arg.id + 1
	}
	if op.kinked() {
		e.has |= hasKink
	}
	if op.commutes() && k.a > k.b {
		k.a, k.b = k.b, k.a
	}
	return g.intern(k, e)
}

func (g *Graph) intern(k key, e Expr) *Expr {
	if old := g.byKey[k]; old != nil {
		return old
	}
	if len(g.nodes) >= g.limit || e.height > g.tall {
		g.full = true
		return g.refused
	}
	e.g, e.id, e.size = g, len(g.nodes), max(e.size, 1)
	n := &e
	g.nodes = append(g.nodes, n)
	g.byKey[k] = n
	return n
}
