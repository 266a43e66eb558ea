package expr

// Size returns how many nodes e has if nothing is shared.
func (e *Expr) Size() int { return e.size }

// PlaceOnly reports whether e is fixed by the place alone.
func (e *Expr) PlaceOnly() bool { return e.placeOnly() }

// Passes returns how many instructions the two sweeps of a program have.
func (p *Program) Passes() (forward, adjoint int) { return len(p.forward), len(p.adjoint) }

// Raw returns the node op(a, b, c) as it stands, without simplifying it.
func (g *Graph) Raw(op Op, a, b, c *Expr) *Expr { return g.node(op, a, b, c) }
