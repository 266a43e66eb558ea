package pde

import (
	"math"
	"slices"
	"strings"

	"pinn/internal/suggest"
	"pinn/pde/expr"
)

// named resolves a name. A declared name wins over every other reading.
func (r *resolver) named(t *Syntax) *expr.Expr {
	s, g, name := r.s, r.s.g, t.text
	if i := slices.Index(s.axes, name); i >= 0 {
		return r.allowed(t, g.Axis(i), "an axis")
	}
	if i := slices.Index(s.fields, name); i >= 0 {
		return r.allowed(t, g.Partial(expr.Partial{Field: i}), "a field")
	}
	if i := slices.Index(s.params, name); i >= 0 {
		return r.allowed(t, g.Param(i), "an unknown parameter")
	}
	if d := s.byName[name]; d != nil {
		return r.declaration(t, d)
	}
	if i := slices.Index(r.columns, name); i >= 0 {
		return g.Column(i, name)
	}
	switch name {
	case "pi":
		return g.Const(math.Pi)
	case "e":
		return g.Const(math.E)
	}
	if f, ok := functionNamed(name); ok {
		r.faults.add(t.pos, "%s is a function: it needs %s in brackets", name, f.arity())
		return nil
	}
	if e, ok := r.normal(t); ok {
		return e
	}
	if e, ok := r.suffixed(t); ok {
		return e
	}
	r.unknown(t.pos, "name", name, s.candidates(r.columns))
	return nil
}

// allowed returns e if the text may contain it.
func (r *resolver) allowed(t *Syntax, e *expr.Expr, what string) *expr.Expr {
	if !r.admits(e) {
		r.faults.add(t.pos, "%s is %s; %s", t.text, what, r.clause)
		return nil
	}
	return e
}

// admits reports whether the text may contain all that e contains.
func (r *resolver) admits(e *expr.Expr) bool {
	usesAxis := false
	for i := range r.s.axes {
		usesAxis = usesAxis || e.UsesAxis(i)
	}
	return (r.axes || !usesAxis) && (r.partials || !e.HasPartials()) && (r.params || !e.HasParams()) &&
		(r.normals || !e.HasNormals()) && (r.data || !e.HasColumns())
}

// declaration resolves the name of a constant or definition.
func (r *resolver) declaration(t *Syntax, d *decl) *expr.Expr {
	if d.state == declBusy {
		r.faults.add(t.pos, "%s is defined by itself", t.text)
		return nil
	}
	if r.s.settle(d); d.expr == nil {
		r.faults.add(t.pos, "%s %s has a fault of its own", d.kind, t.text)
		r.faults[len(r.faults)-1].Follows = true
		return nil
	}
	if d.kind == kindDefinition && !r.axes {
		r.faults.add(t.pos, "%s is a definition; %s", t.text, r.clause)
		return nil
	}
	what := "a definition with fields or unknown parameters"
	if d.expr.HasNormals() && r.partials {
		what = "a definition with the normal"
	}
	return r.allowed(t, d.expr, what)
}

// normal resolves n_x. It is a component of the normal for every axis that is
// not time; n_x, n_y and n_z are so even where a field n is declared.
func (r *resolver) normal(t *Syntax) (e *expr.Expr, ok bool) {
	letter, found := strings.CutPrefix(t.text, "n_")
	i := slices.Index(r.s.axes, letter)
	if !found || !isReserved(t.text) && (i < 0 || r.hasDerivatives("n")) {
		return nil, false
	}
	switch {
	case len(r.s.spatial) == 0:
		r.faults.add(t.pos, "there is no normal where t is the only axis")
	case i < 0:
		r.faults.add(t.pos, "%s: %s is not an axis", t.text, letter)
	case letter == "t":
		r.faults.add(t.pos, "n_t: the normal has only spatial components")
	case !r.normals && r.hasDerivatives("n"):
		r.faults.add(t.pos, "%s is the normal, which stands only in conditions; write d(n, %s) for a derivative", t.text, letter)
	default:
		return r.allowed(t, r.s.g.Normal(i), "a component of the normal"), true
	}
	return nil, true
}

// hasDerivatives reports whether the name is that of a field or definition.
func (r *resolver) hasDerivatives(name string) bool {
	d := r.s.byName[name]
	return slices.Contains(r.s.fields, name) || d != nil && d.kind == kindDefinition
}

// suffixed resolves a derivative such as u_xt: what stands before the last _ is
// a field or definition, what stands after it are axes.
func (r *resolver) suffixed(t *Syntax) (e *expr.Expr, ok bool) {
	cut := strings.LastIndexByte(t.text, '_')
	if cut < 1 || cut == len(t.text)-1 {
		return nil, false
	}
	base, suffix := t.text[:cut], t.text[cut+1:]
	if !r.s.declared(base) {
		return nil, false
	}
	var axes []int
	for _, letter := range suffix {
		i := slices.Index(r.s.axes, string(letter))
		if i < 0 {
			return nil, r.strangeSuffix(t, base, string(letter))
		}
		axes = append(axes, i)
	}
	if !r.hasDerivatives(base) {
		r.faults.add(t.pos, "unknown name %s: only fields and definitions have derivatives, and %s is neither", t.text, base)
		return nil, true
	}
	name := *t
	name.text = base
	return r.diff(t.pos, r.named(&name), axes), true
}

// strangeSuffix notes that a letter after the underscore is not an axis, unless
// another name is near.
func (r *resolver) strangeSuffix(t *Syntax, base, letter string) bool {
	if suggest.Nearest(t.text, r.s.candidates(r.columns)) != "" || !r.hasDerivatives(base) {
		return false
	}
	r.faults.add(t.pos, "unknown name %s: %s is not an axis", t.text, letter)
	return true
}

// candidates lists what a name in an expression may have been meant to be: what
// is declared, the functions, pi, and derivatives up to second order of fields
// and definitions.
func (s *Scope) candidates(columns []string) []string {
	out := slices.Concat(columns, s.axes, s.fields)
	bases := slices.Clone(s.fields)
	for _, d := range s.decls {
		out = append(out, d.name)
		if d.kind == kindDefinition {
			bases = append(bases, d.name)
		}
	}
	out = append(out, s.params...)
	for _, f := range slices.Concat(functions, operators) {
		out = append(out, f.name)
	}
	out = append(out, "pi")
	for _, b := range bases[:min(len(bases), 50)] {
		for i, x := range s.axes {
			out = append(out, b+"_"+x)
			for _, y := range s.axes[i:] {
				out = append(out, b+"_"+x+y)
			}
		}
	}
	return out
}
