package expr

// sum gathers the terms of a linear combination. Equal products are added up.
type sum struct {
	l     *lowering
	terms []term
	index map[[2]*row]int
	place *Expr // the terms that depend on the place only
}

func newSum(l *lowering) *sum {
	return &sum{l: l, index: map[[2]*row]int{}, place: l.g.Const(0)}
}

// expand adds coef·e, taking sums apart. own is true if nobody but this sum uses
// e, so that taking it apart costs nothing.
func (s *sum) expand(e, coef *Expr, own bool) {
	g := s.l.g
	switch {
	case e.uniform():
		s.add(g.Mul(coef, e), nil, nil)
		return
	case s.l.isPlace(e):
		s.addPlace(coef, e)
		return
	case e.op == OpNeg:
		s.expand(e.arg[0], g.Neg(coef), own && s.l.uses[e.arg[0]] == 1)
		return
	case e.op == OpMul && e.arg[0].op == OpConst:
		s.expand(e.arg[1], g.Mul(coef, e.arg[0]), own && s.l.uses[e.arg[1]] == 1)
		return
	case e.op == OpDiv && e.arg[1].op == OpConst:
		s.expand(e.arg[0], g.Div(coef, e.arg[1]), own && s.l.uses[e.arg[0]] == 1)
		return
	case (e.op == OpAdd || e.op == OpSub) && own:
		s.expand(e.arg[0], coef, s.l.uses[e.arg[0]] == 1)
		if e.op == OpSub {
			coef = g.Neg(coef)
		}
		s.expand(e.arg[1], coef, s.l.uses[e.arg[1]] == 1)
		return
	}
	f := factors{l: s.l, coef: coef, place: g.Const(1)}
	f.split(e, own)
	s.addFactors(f)
}

// addPlace adds coef·e for e that depends on the place only.
func (s *sum) addPlace(coef, e *Expr) {
	if coef.op == OpConst {
		s.place = s.l.g.Add(s.place, s.l.g.Mul(coef, e))
		return
	}
	s.add(coef, s.l.row(e), nil)
}

// addFactors adds a product.
func (s *sum) addFactors(f factors) {
	if len(f.rows) == 0 {
		s.expand(f.place, f.coef, true)
		return
	}
	for len(f.rows) > 2 {
		f.rows = append(f.rows[2:], s.l.product(f.rows[0], f.rows[1]))
	}
	if !f.place.is(1) {
		if len(f.rows) == 2 {
			f.rows = []*row{s.l.product(f.rows[0], f.rows[1])}
		}
		f.rows = append(f.rows, s.l.row(f.place))
	}
	if len(f.rows) == 1 {
		f.rows = append(f.rows, nil)
	}
	s.add(f.coef, f.rows[0], f.rows[1])
}

// add adds the term coef·x·y.
func (s *sum) add(coef *Expr, x, y *row) {
	if y != nil && x.number > y.number {
		x, y = y, x
	}
	k := [2]*row{x, y}
	i, ok := s.index[k]
	if !ok {
		i = len(s.terms)
		s.index[k] = i
		s.terms = append(s.terms, term{s.l.g.Const(0), x, y})
	}
	s.terms[i].coef = s.l.g.Add(s.terms[i].coef, coef)
}

// row returns the row of the sum.
func (s *sum) row() *row {
	s.settlePlace()
	r := &row{kind: rowSum}
	for _, t := range s.terms {
		if t.coef.is(0) {
			continue
		}
		r.terms = append(r.terms, t)
		r.live = r.live || t.coef.HasParams() || t.x != nil && t.x.live || t.y != nil && t.y.live
	}
	switch {
	case len(r.terms) == 0:
		return s.l.row(s.l.g.Const(0))
	case len(r.terms) == 1 && r.terms[0].x == nil:
		return s.l.row(r.terms[0].coef)
	case len(r.terms) == 1 && r.terms[0].coef.is(1) && r.terms[0].y == nil:
		return r.terms[0].x
	case len(r.terms) == 1 && r.terms[0].coef.is(1):
		return s.l.product(r.terms[0].x, r.terms[0].y)
	}
	return s.l.append(r)
}

// settlePlace turns what depends on the place into one row, which takes up the
// number of the sum.
func (s *sum) settlePlace() {
	g := s.l.g
	if s.place.op != OpConst {
		if i, ok := s.index[[2]*row{}]; ok && s.terms[i].coef.op == OpConst {
			s.place = g.Add(s.place, s.terms[i].coef)
			s.terms[i].coef = g.Const(0)
		}
	}
	if s.place.op == OpConst {
		s.add(s.place, nil, nil)
	} else {
		s.add(g.Const(1), s.l.row(s.place), nil)
	}
}

// factors is a product taken apart: a factor with one value for all points, one
// that depends on the place only, and rows.
type factors struct {
	l     *lowering
	coef  *Expr
	place *Expr
	rows  []*row
}

// split multiplies by e. own is true if nobody else uses e.
func (f *factors) split(e *Expr, own bool) {
	g, uses := f.l.g, f.l.uses
	switch {
	case e.uniform():
		f.coef = g.Mul(f.coef, e)
		return
	case f.l.isPlace(e):
		f.place = g.Mul(f.place, e)
		return
	case e.op == OpNeg:
		f.coef = g.Neg(f.coef)
		f.split(e.arg[0], own && uses[e.arg[0]] == 1)
		return
	case e.op == OpMul && (own || f.scalar(e.arg[0]) || f.scalar(e.arg[1])):
		f.split(e.arg[0], own && uses[e.arg[0]] == 1)
		f.split(e.arg[1], own && uses[e.arg[1]] == 1)
		return
	case e.op == OpDiv:
		f.split(e.arg[0], own && uses[e.arg[0]] == 1)
		f.divide(e.arg[1])
		return
	}
	if b, n, ok := wholePower(e); ok && n > 1 && own {
		// as two rows, which the term multiplies
		r := f.l.row(b)
		f.rows = append(f.rows, f.l.power(r, n/2), f.l.power(r, n-n/2))
		return
	}
	f.rows = append(f.rows, f.l.row(e))
}

// divide divides by e.
func (f *factors) divide(e *Expr) {
	switch {
	case e.uniform():
		f.coef = f.l.g.Div(f.coef, e)
	case f.l.isPlace(e):
		f.place = f.l.g.Div(f.place, e)
	default:
		f.rows = append(f.rows, f.l.invert(f.l.row(e)))
	}
}

// scalar reports whether e needs no row of its own as a factor.
func (f *factors) scalar(e *Expr) bool { return e.uniform() || f.l.isPlace(e) }
