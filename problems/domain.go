package problems

import (
	"strings"

	"pinn/internal/suggest"
	"pinn/pde/expr"
)

// Bounds on the size of a problem.
const (
	maxFields   = 64
	maxVertices = 10000
	maxPoints   = 10_000_000
)

// fields reads the unknown functions.
func (d *decoder) fields(s *Spec, r *reader) {
	const must = `a list of names such as ["u"]`
	for i, v := range r.array("fields", must, maxFields) {
		key := index("fields", i)
		if v.kind != stringValue {
			r.wrong(v, key, "a name in quotes")
			continue
		}
		s.Fields = append(s.Fields, v.asText())
		d.declare("field", key, v.asText())
	}
	if r.v.find("fields") == nil {
		r.missing("fields", must)
	}
}

// domain reads [domain]: axes under any other key than these two.
func (d *decoder) domain(s *Spec, root *reader) {
	const must = "a table with an interval for each axis, such as x = [0, 1]"
	r := root.table("domain", must)
	if root.v.find("domain") == nil {
		root.missing("domain", must)
	}
	if r.v == nil {
		return
	}
	s.Inside = r.filled("inside", "a predicate in quotes")
	s.Polygon = r.polygon("polygon")
	for _, e := range r.v.entries {
		switch {
		case e.key == "inside" || e.key == "polygon":
		case len(e.key) > 1 && suggest.Nearest(e.key, r.asked) != "":
			r.unknown(e, r.asked)
		default:
			s.Axes = append(s.Axes, r.axis(e))
		}
	}
	switch n := len(s.Axes); {
	case n == 0:
		r.report(r.v.place(), "domain", "must have at least one axis, such as x = [0, 1], got none")
	case n > expr.MaxAxes:
		r.report(r.v.place(), "domain", "must have at most %d axes, got %d", expr.MaxAxes, n)
		s.Axes = s.Axes[:expr.MaxAxes]
	case n < 2 && s.Polygon != nil:
		r.report(r.v.find("polygon").place(), "domain.polygon", "must stand beside two axes, got %d", n)
	}
}

// axis reads x = [a, b] or x = { from = a, to = b, periodic = true }.
func (r *reader) axis(e entry) Axis {
	a := Axis{Name: e.text(), Pos: e.value.place().pos()}
	key := quoteKey(e.key)
	r.declare("axis", r.key(key), a.Name)
	if e.value.kind != tableValue {
		a.From, a.To = r.pair(e.value, key)
		return a
	}
	t := r.decoder.reader(e.value)
	a.From, a.To = t.end("from"), t.end("to")
	if p := t.flag("periodic"); p != nil {
		a.Periodic = *p
	}
	t.close()
	r.ordered(e.value, key, a.From, a.To)
	return a
}

// end reads one end of an interval, which must be there.
func (r *reader) end(key string) Text {
	v := r.get(key)
	if v == nil {
		r.missing(key, "a number or an expression in quotes")
		return Text{}
	}
	return r.expression(v, key)
}

// pair reads [a, b], two constant expressions, the first below the second.
func (r *reader) pair(v *value, key string) (from, to Text) {
	if v.kind != arrayValue || len(v.items) != 2 {
		r.wrong(v, key, "a pair [from, to]")
		return
	}
	from = r.expression(v.items[0], index(key, 0))
	to = r.expression(v.items[1], index(key, 1))
	r.ordered(v, key, from, to)
	return
}

// ordered reports an interval of two plain numbers that is empty or reversed.
func (r *reader) ordered(v *value, key string, from, to Text) {
	a, okA := plain(from)
	b, okB := plain(to)
	if okA && okB && a >= b {
		r.wrong(v, key, "an interval with its first end below the second")
	}
}

// polygon reads a list of vertices.
func (r *reader) polygon(key string) [][2]Text {
	const must = "a list of at least three vertices [x, y]"
	v := r.get(key)
	if v == nil {
		return nil
	}
	if v.kind != arrayValue || len(v.items) < 3 || len(v.items) > maxVertices {
		r.wrong(v, key, must)
		return nil
	}
	var list [][2]Text
	for i, item := range v.items {
		if item.kind != arrayValue || len(item.items) != 2 {
			r.wrong(item, index(key, i), "a vertex [x, y]")
			continue
		}
		x := r.expression(item.items[0], index(index(key, i), 0))
		y := r.expression(item.items[1], index(index(key, i), 1))
		list = append(list, [2]Text{x, y})
	}
	return list
}

// boundaries reads [[boundary]].
func (d *decoder) boundaries(s *Spec, root *reader) {
	for _, r := range root.tables("boundary") {
		b := Boundary{Pos: r.v.place().pos()}
		if b.Name = r.need("name", "a name in quotes"); b.Name.Set() {
			r.boundaryName(s, b.Name)
		}
		b.Curve = r.curve(s)
		b.S, b.Q = r.interval("s"), r.interval("q")
		if r.v.find("s") == nil {
			r.missing("s", "a pair [from, to]")
		}
		r.close()
		s.Boundaries = append(s.Boundaries, b)
	}
}

// boundaryName checks a name that at may use: a polygon and the whole boundary
// have names of their own.
func (r *reader) boundaryName(s *Spec, name Text) {
	edge := len(s.Polygon) > 0 && strings.HasPrefix(name.Value, "edge")
	if name.Value == "boundary" || edge {
		r.report(name.place(), r.key("name"), "must be a name that the language does not reserve, got %s", name.Value)
		return
	}
	r.declare("boundary", r.key("name"), name)
}

// curve reads the coordinates of a parametrised boundary: one expression for
// each spatial axis.
func (r *reader) curve(s *Spec) []Named {
	const must = "a table with an expression of s for each axis of space"
	if r.v.find("curve") == nil {
		r.missing("curve", must)
	}
	t := r.table("curve", must)
	if t.v == nil {
		return nil
	}
	var list []Named
	for _, axis := range s.Axes {
		x := axis.Name.Value
		if x == "t" {
			continue
		}
		if v := t.get(x); v == nil {
			t.missing(quoteKey(x), "an expression of s")
		} else {
			list = append(list, Named{t.v.find(x).text(), t.expression(v, quoteKey(x))})
		}
	}
	t.close()
	return list
}

// interval reads the range of a curve's parameter.
func (r *reader) interval(key string) *Interval {
	v := r.get(key)
	if v == nil {
		return nil
	}
	from, to := r.pair(v, key)
	return &Interval{from, to, v.place().pos()}
}
