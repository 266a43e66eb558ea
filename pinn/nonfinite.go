package pinn

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// NonFinite says where a residual, or its derivative by an element of θ, is NaN or infinite.
type NonFinite struct {
	Term  string
	What  string    // "residual" or "gradient"
	Axes  []string  // names of the coordinates
	Point []float64 // one coordinate per axis
	Value float64
	Layer string // in words, where in the network the first such number appears
}

// String returns the place and the value as a sentence without its full stop.
func (n NonFinite) String() string {
	var at []string
	for i, x := range n.Point {
		at = append(at, fmt.Sprintf("%s = %.6g", n.Axes[i], x))
	}
	return fmt.Sprintf("the %s of %s is %g at %s, %s", n.What, n.Term, n.Value, strings.Join(at, ", "), n.Layer)
}

// FindNonFinite says, as NonFinite.String does, at which point a residual is not finite at θ
// or, if all are, a derivative of one by θ; "" if there is none. It is for the report on a
// loss that is not finite.
func (l *Loss) FindNonFinite(theta []float64) string {
	if n, ok := l.findNonFinite(theta); ok {
		return n.String()
	}
	return ""
}

// findNonFinite is FindNonFinite with its own type.
func (l *Loss) findNonFinite(theta []float64) (n NonFinite, ok bool) {
	l.at(theta)
	w := l.engine.workers[0]
	for i := range l.full.tiles {
		p, number := l.full.locate(i)
		x := w.forward(p, number, theta, l.params, true)
		for o, m := range p.terms {
			if j := slices.IndexFunc(x.residual(o), notFinite); j >= 0 {
				return l.nonFinite("residual", m, i, j, x.residual(o)[j], x.firstNotFinite(j)), true
			}
		}
	}
	return l.findGradient(theta)
}

// findGradient looks for a row of the Jacobian that is not finite.
func (l *Loss) findGradient(theta []float64) (n NonFinite, ok bool) {
	p := l.rows()
	for from := 0; from < l.full.tiles; {
		next := p.fill(from, theta)
		for tile, first := range p.first {
			part, _ := l.full.locate(from + tile)
			for _, c := range p.cells[first:][:len(part.terms)] {
				for i := range l.Dim() {
					row := p.jt[i*p.stride+c.col:][:c.n]
					if j := slices.IndexFunc(row, notFinite); j >= 0 {
						return l.nonFinite("gradient", c.term, from+tile, j, row[j], "by "+l.parameter(i)), true
					}
				}
			}
		}
		from = next
	}
	return NonFinite{}, false
}

// nonFinite returns what is known of point j of a tile.
func (l *Loss) nonFinite(what string, term, tile, j int, value float64, layer string) NonFinite {
	p, number := l.full.locate(tile)
	n := NonFinite{Term: l.names[term], What: what, Value: value, Layer: layer, Point: slices.Clone(p.pts.At(number*p.cut + j))}
	for _, a := range l.problem.Box.Axes {
		n.Axes = append(n.Axes, a.Name)
	}
	return n
}

// notFinite reports whether v is NaN or infinite.
func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

// firstNotFinite says in which layer, from the inputs up, the first number that is not finite
// appears at point j of a tile that was evaluated with keep.
func (x *tile) firstNotFinite(j int) string {
	tr := x.part.ansatz
	bad := func(rows []float64, n int) bool {
		for k := range n {
			if notFinite(rows[k*tr.t+j]) {
				return true
			}
		}
		return false
	}
	if bad(x.statics, tr.static) {
		return "and so is what its place gives: an input or a hard condition"
	}
	per := tr.width() / tr.t
	for n, net := range tr.net.nets {
		for i, l := range net.layers[:len(net.layers)-1] {
			if bad(x.blocks.hidden[n][i].h, l.out*per) {
				return "from " + tr.net.layerName(n, i) + " on"
			}
		}
	}
	for n, net := range tr.net.nets {
		if bad(x.u[net.first*tr.field():], net.fields*tr.set.Len()) {
			return "from " + tr.net.layerName(n, len(net.layers)-1) + " on"
		}
	}
	return "though every layer is finite there"
}

// layerName names layer i of network n.
func (n *MLP) layerName(net, i int) string {
	name, hidden := "the output layer", len(n.nets[net].layers)-1
	if i < hidden {
		name = fmt.Sprintf("hidden layer %d of %d", i+1, hidden)
	}
	if len(n.nets) > 1 {
		name += fmt.Sprintf(" of network %d", net+1)
	}
	return name
}

// parameter names element i of θ by its layer.
func (l *Loss) parameter(i int) string {
	for n, net := range l.net.nets {
		for k, layer := range net.layers {
			switch {
			case i >= layer.w && i < layer.b:
				return "a weight of " + l.net.layerName(n, k)
			case i >= layer.b && i < layer.b+layer.out:
				return "a bias of " + l.net.layerName(n, k)
			}
		}
	}
	return "the unknown parameter " + l.problem.Params[i-l.net.size].Name
}
