package pde

import (
	"slices"

	"pinn/pde/expr"
)

// Fixed pins one axis of a Piece to a value.
type Fixed struct {
	Axis  int
	Value float64
}

// Piece is one part of the place of a condition: the points of the closed
// domain at which every axis in Fixed has its value and Keep holds. With no
// Fixed axis it is the part of the domain itself where Keep holds. If Boundary
// is not empty the piece lies on the named curve instead of a face.
type Piece struct {
	Fixed    []Fixed
	Keep     *Predicate
	Boundary string
}

// Place returns the pieces of the place that a text such as
//
//	x = -1 or x = 1        x = 0 and y > 0.5        boundary
//
// states. It is made of comparisons of an axis with a constant, of other
// inequalities of axes, of the named boundaries and of the word boundary (all
// spatial faces that are not periodic, and all named boundaries), joined by and,
// or and not. An equality fixes its axis; within 1e-12 of the axis' length of an
// end it fixes that end. Pieces do not overlap but where faces meet: a later
// piece leaves out what an earlier one on the same face has.
//
// Faults are, beside those of any text, an equality outside the domain or at an
// end of a periodic axis, and a place that holds nowhere.
func (s *Scope) Place(text string, box Box, boundaries []string) ([]Piece, Faults) {
	s.settleAll()
	tree, faults := ParsePredicate(text)
	r := s.resolver(functionRules, faults)
	defer r.end()
	p := placer{resolver: r, box: box, boundaries: boundaries}
	either := p.alternatives(tree, false)
	if len(p.faults) > 0 {
		return nil, p.faults.sorted()
	}
	var parts []part
	for _, all := range either {
		if q, ok := p.part(all); ok {
			parts = append(parts, q)
		}
	}
	pieces := p.disjoint(parts)
	if len(p.faults) == 0 && !slices.ContainsFunc(pieces, p.exists) {
		p.faults.add(tree.pos, "this condition can hold nowhere: no part of the domain is like that")
	}
	if len(p.faults) > 0 {
		return nil, p.faults.sorted()
	}
	return pieces, nil
}

// placer turns the tree of a place into pieces.
type placer struct {
	*resolver
	box        Box
	boundaries []string
}

// exists reports whether enough of a piece lies in the domain to draw points.
func (p *placer) exists(q Piece) bool {
	return q.Boundary != "" || p.box.part(q).share() >= minShare
}

// disjoint returns the parts as pieces of which each leaves out what an earlier
// one on the same face has, and what lies within one of higher dimension.
func (p *placer) disjoint(parts []part) []Piece {
	g := p.s.g
	var pieces []Piece
	for j := range parts {
		q := parts[j]
		rest := q.cond
		if rest == nil {
			rest = g.Const(1)
		}
		for i := range parts {
			if other := &parts[i]; i != j && other.covers(&q) && (i < j || !q.covers(other)) {
				rest = g.And(rest, g.Not(p.at(p.holds(other), &q)))
			}
		}
		piece := Piece{Boundary: q.boundary}
		for axis := range p.box.Axes {
			if q.fixed(axis) {
				piece.Fixed = append(piece.Fixed, Fixed{axis, q.interval[axis].lo})
			}
		}
		switch v, number := rest.Const(); {
		case number && v == 0:
			continue
		case !number:
			piece.Keep = &Predicate{rest}
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// holds returns what must hold on the face of a part for a point to be in it.
func (p *placer) holds(q *part) *expr.Expr {
	if q.cond == nil {
		return p.s.g.Const(1)
	}
	return q.cond
}

// at returns a condition with the axes that q fixes put in.
func (p *placer) at(cond *expr.Expr, q *part) *expr.Expr {
	return p.s.g.Replace(cond, func(leaf *expr.Expr) *expr.Expr {
		if axis, _ := leaf.Index(); leaf.Op() == expr.OpAxis && q.fixed(axis) {
			return p.s.g.Const(q.interval[axis].lo)
		}
		return nil
	})
}

// Predicate is a truth value that depends on the place, such as
// x^2 + y^2 > 0.25^2. A nil *Predicate holds everywhere.
type Predicate struct {
	e *expr.Expr
}

// Holds reports whether the predicate is true at the point x, one coordinate per
// axis. A nil receiver holds everywhere. Holds may be called from several
// goroutines.
func (p *Predicate) Holds(x []float64) bool {
	return p == nil || p.e.Eval(expr.Env{X: x}) != 0
}

// Expr returns the truth value as an expression of the axes; nil for a nil
// receiver.
func (p *Predicate) Expr() *expr.Expr {
	if p == nil {
		return nil
	}
	return p.e
}

// String returns the predicate as the language writes it; a nil one is empty.
func (p *Predicate) String() string {
	if p == nil {
		return ""
	}
	return p.e.String()
}

// Predicate returns the truth value that a text states, as inside does. A text
// that holds everywhere by folding alone, such as 0 < 1, gives nil.
func (s *Scope) Predicate(text string) (*Predicate, Faults) {
	s.settleAll()
	tree, faults := ParsePredicate(text)
	r := s.resolver(functionRules, faults)
	defer r.end()
	e := r.truth(tree)
	if len(r.faults) > 0 || e == nil {
		return nil, r.faults.sorted()
	}
	if v, ok := e.Const(); ok {
		if v == 0 {
			r.faults.add(tree.pos, "this holds nowhere")
		}
		return nil, r.faults
	}
	return &Predicate{e}, nil
}
