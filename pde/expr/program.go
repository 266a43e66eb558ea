package expr

import (
	"math"
	"slices"

	"pinn/internal/kernel"
	"pinn/internal/rows"
)

// Layout gives the rows of the blocks of a Program their meanings: the partials in
// their order, and the numbers of unknown parameters, of data columns and of axes.
type Layout struct {
	Partials              []Partial
	Params, Columns, Axes int
}

// Program computes expressions, and their derivatives by every partial and
// unknown parameter, at many points at once. It works on blocks: a flat slice of
// rows, each with a number per point, row i beginning at i·stride.
//
// What the expressions share is computed once. What depends on the place only
// (coordinates, normals, data columns) is a static: FillStatics computes it once
// per point set. A Program is immutable and may be used by several goroutines,
// each with a Tape of its own.
type Program struct {
	layout   Layout
	outs     []rows.Ref
	forward  []rows.Instr
	adjoint  []rows.Instr
	scalars  []*Expr    // numbers and expressions of the unknown parameters
	values   int        // rows of bankValue
	adjoints int        // rows of bankAdjoint
	fixed    []rows.Ref // rows of bankValue that hold numbers, scalars[numbers[i]]
	numbers  []int32
	nstatic  int
	statics  *Program // computes the statics; nil in itself
}

// Compile returns the program of the expressions, which must belong to one graph
// and contain nothing that the layout lacks; Compile panics otherwise. It may
// add nodes to the graph.
func Compile(outs []*Expr, layout Layout) *Program {
	layout.Partials = slices.Clone(layout.Partials)
	if len(outs) == 0 {
		return &Program{layout: layout, statics: &Program{}}
	}
	g := outs[0].g
	limit, tall := g.limit, g.tall
	g.limit, g.tall = math.MaxInt, math.MaxInt
	defer func() { g.limit, g.tall = limit, tall }()
	for _, e := range outs {
		check(e, layout)
	}
	p, statics := compile(g, outs, layout, false)
	p.statics, _ = compile(g, statics, layout, true)
	return p
}

// check panics if the layout lacks something that e contains.
func check(e *Expr, layout Layout) {
	e.Walk(func(n *Expr) {
		k, _ := n.Index()
		switch n.op {
		case OpAxis, OpNormal:
			if k >= layout.Axes {
				panic("expr: Compile: the layout lacks an axis")
			}
		case OpParam:
			if k >= layout.Params {
				panic("expr: Compile: the layout lacks a parameter")
			}
		case OpColumn:
			if k >= layout.Columns {
				panic("expr: Compile: the layout lacks a data column")
			}
		}
	})
}

// compile returns the program of outs, or of the statics of another program, and
// the expressions of its own statics.
func compile(g *Graph, outs []*Expr, layout Layout, place bool) (*Program, []*Expr) {
	m := &emitter{lowering: newLowering(g, outs, layout, place), slot: map[*Expr]int32{}}
	m.scalar(g.Const(1)) // rows.One
	var list []*row
	for _, e := range outs {
		list = append(list, m.row(e))
	}
	p := &Program{layout: layout, nstatic: len(m.statics)}
	p.outs = m.forward(list)
	if !place {
		p.adjoint, p.adjoints = m.backward(list)
	}
	p.forward, p.values, p.fixed, p.numbers, p.scalars = m.code, m.values, m.fixed, m.numbers, m.scalars
	return p, m.statics
}

// Outs returns the number of expressions.
func (p *Program) Outs() int { return len(p.outs) }

// Statics returns the number of rows that FillStatics writes.
func (p *Program) Statics() int { return p.nstatic }

// chunk is the number of points for which FillStatics works at a time.
const chunk = 256

// FillStatics computes the statics at n points: it stores them in the first
// Statics() rows of dst. coords is a block with the coordinates (Axes rows), then
// the components of the normals (Axes rows, needed only if normals occur), then
// the data columns. FillStatics allocates.
func (p *Program) FillStatics(dst []float64, stride int, coords []float64, cstride, n int) {
	if p.nstatic == 0 {
		return
	}
	need(dst, p.nstatic, stride, n)
	t := p.statics.NewTape(chunk)
	for i := 0; i < n; i += chunk {
		m := min(chunk, n-i)
		t.banks.Set(bankCoord, coords[i:], cstride)
		t.n = m
		rows.Run(p.statics.forward, &t.banks, t.scalars, m)
		for k := range p.nstatic {
			copy(dst[k*stride+i:], t.Out(k)[:m])
		}
	}
}

// need panics unless the block has count rows of n numbers.
func need(b []float64, count, stride, n int) {
	if n > stride || count > 0 && len(b) < (count-1)*stride+n {
		panic("expr: block too small")
	}
}

// Tape holds what one worker needs to run a Program: the values of all parts of
// the expressions at up to Stride points.
type Tape struct {
	p       *Program
	stride  int
	n       int
	banks   rows.Banks
	scalars []float64
}

// NewTape returns a tape for up to stride points at a time.
func (p *Program) NewTape(stride int) *Tape {
	t := &Tape{
		p: p, stride: stride,
		scalars: make([]float64, len(p.scalars)),
	}
	t.banks.Set(bankValue, make([]float64, p.values*stride), stride)
	t.banks.Set(bankAdjoint, make([]float64, p.adjoints*stride), stride)
	for i, e := range p.scalars {
		t.scalars[i] = e.val // right for numbers
	}
	for i, r := range p.fixed {
		kernel.Fill(t.banks.Row(r, stride), t.scalars[p.numbers[i]])
	}
	return t
}

// Stride returns the stride of the blocks that go with the tape.
func (t *Tape) Stride() int { return t.stride }

// Forward computes the expressions at n points from their statics, the partials
// in the order of the layout, and the unknown parameters. statics and partials
// are blocks with stride t.Stride() ≥ n. The results are in t.Out. Forward does
// not allocate.
func (p *Program) Forward(t *Tape, n int, statics, partials, params []float64) {
	if t.p != p {
		panic("expr: tape of another program")
	}
	if len(params) < p.layout.Params {
		panic("expr: too few parameters")
	}
	need(statics, p.nstatic, t.stride, n)
	need(partials, len(p.layout.Partials), t.stride, n)
	t.n = n
	t.banks.Set(bankStatic, statics, t.stride)
	t.banks.Set(bankPartial, partials, t.stride)
	for i, e := range p.scalars {
		if e.op != OpConst {
			t.scalars[i] = e.Eval(Env{Params: params})
		}
	}
	rows.Run(p.forward, &t.banks, t.scalars, n)
}

// Out returns the values of expression i at the points of the last Forward. The
// slice belongs to the tape: it must not be written to and changes with the next
// Forward.
func (t *Tape) Out(i int) []float64 { return t.banks.Row(t.p.outs[i], max(t.n, 0)) }

// Adjoint computes, at each of the n points,
//
//	dpartials_α = Σ_i seed_i ∂out_i/∂u_α,   dparams_k = Σ_i seed_i ∂out_i/∂k .
//
// It must follow a Forward with the same inputs. All blocks have stride
// t.Stride(): seeds a row per expression, dpartials a row per partial of the
// layout, dparams a row per unknown parameter; the last two are overwritten, with
// zeros where nothing depends on the row. Adjoint does not allocate.
func (p *Program) Adjoint(t *Tape, n int, seeds, statics, partials, params []float64, dpartials, dparams []float64) {
	if t.p != p || t.n != n {
		panic("expr: Adjoint without its Forward")
	}
	need(seeds, len(p.outs), t.stride, n)
	need(statics, p.nstatic, t.stride, n)
	need(partials, len(p.layout.Partials), t.stride, n)
	need(dpartials, len(p.layout.Partials), t.stride, n)
	need(dparams, p.layout.Params, t.stride, n)
	t.banks.Set(bankStatic, statics, t.stride)
	t.banks.Set(bankPartial, partials, t.stride)
	t.banks.Set(bankSeed, seeds, t.stride)
	t.banks.Set(bankDPartial, dpartials, t.stride)
	t.banks.Set(bankDParam, dparams, t.stride)
	rows.Run(p.adjoint, &t.banks, t.scalars, n)
}
