package pde

import "pinn/pde/expr"

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
