package hard

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
)

// Mirror is a mirror symmetry of all fields: with x → σx = a + b − x on the axis
// [a, b], u_f(σx) = Signs[f]·u_f(x).
type Mirror struct {
	Axis  int
	Signs []float64 // +1 (even) or −1 (odd), per field
}

// Parity is (−1)^n.
func Parity(n uint8) float64 { return 1 - 2*float64(n%2) }

// Mirrors returns the mirror symmetries of a problem with the given lifts and soft
// conditions, at most one per axis of space. σ: x → a + b − x is one if the statement stays
// the same when every field u_f is replaced by s_f·u_f∘σ, with signs s_f of +1 (even) or
// −1 (odd). A solution that is unique has the symmetry too, since u and its mirror image
// both solve the problem.
//
// Each residual is compared with its image, up to a sign, at random places and with random
// values of the partials. Each condition must have one that is its image: enforced in the
// same way, and on the image of its place. A problem with data has no symmetry, since what
// was observed need not have it; nor has one with conditions on a curved boundary.
func Mirrors(p *pde.Problem, lifts []Lift, soft []int) []Mirror {
	if len(p.Data) > 0 || len(p.Fields) > maxMirrorFields {
		return nil
	}
	var found []Mirror
	for _, axis := range p.Box.Spatial() {
		m := mirrorTest{p: p, lifts: lifts, soft: soft, axis: axis}
		if !m.domain() {
			continue
		}
		for bits := range 1 << len(p.Fields) {
			signs := make([]float64, len(p.Fields))
			for f := range signs {
				signs[f] = Parity(uint8(bits >> f & 1))
			}
			if m.signs = signs; m.holds() {
				found = append(found, Mirror{axis, signs})
				break
			}
		}
	}
	return found
}

const (
	// maxMirrorFields is the number F of fields up to which the 2^F combinations of signs
	// are tried.
	maxMirrorFields = 6
	// mirrorProbes is at how many random places each residual is compared. Analytic
	// functions that agree at random places are equal.
	mirrorProbes = 24
	// mirrorTol bounds the difference of a residual and its image, relative to the largest
	// residual at the places. The rounding of a + b − x, 1e-16·|x|·|∂r/∂x|, stays below
	// 1e-12 in the gallery.
	mirrorTol = 1e-9
)

// mirrorTest tests one mirror with given signs.
type mirrorTest struct {
	p     *pde.Problem
	lifts []Lift
	soft  []int
	axis  int
	signs []float64
}

// domain reports whether the mirror maps the domain onto itself.
func (m *mirrorTest) domain() bool {
	if m.p.Box.Inside == nil {
		return true
	}
	for _, s := range probes(m.p.Box.Dim()) {
		x := make([]float64, len(s))
		for i, a := range m.p.Box.Axes {
			x[i] = a.At(s[i])
		}
		if m.p.Box.Inside.Holds(x) != m.p.Box.Inside.Holds(m.image(x)) {
			return false
		}
	}
	return true
}

// holds reports whether every statement and every lift has the symmetry.
func (m *mirrorTest) holds() bool {
	for _, e := range m.p.Equations {
		if !m.alike(e.Residual, e.Residual, pde.Piece{}) {
			return false
		}
	}
	for i := range m.p.Conditions {
		for _, piece := range m.p.Conditions[i].Pieces {
			if !m.imaged(i, piece) {
				return false
			}
		}
	}
	for _, l := range m.lifts {
		if !m.even(l.G, m.signs[l.Field]) || !m.even(l.Phi, 1) {
			return false
		}
	}
	return true
}

// imaged reports whether a condition, enforced in the same way as condition i, states on
// the image of the piece what condition i states on the piece.
func (m *mirrorTest) imaged(i int, piece pde.Piece) bool {
	if piece.Boundary != "" {
		return false
	}
	soft := slices.Contains(m.soft, i)
	for j, c := range m.p.Conditions {
		if slices.Contains(m.soft, j) != soft || (soft && c.Weight != m.p.Conditions[i].Weight) {
			continue
		}
		for _, q := range c.Pieces {
			if m.samePlace(piece, q) && m.alike(m.p.Conditions[i].Residual, c.Residual, piece) {
				return true
			}
		}
	}
	return false
}

// samePlace reports whether q is the image of p.
func (m *mirrorTest) samePlace(p, q pde.Piece) bool {
	if q.Boundary != "" || len(p.Fixed) != len(q.Fixed) {
		return false
	}
	for k, at := range p.Fixed {
		a := m.p.Box.Axes[at.Axis]
		v := at.Value
		if at.Axis == m.axis {
			v = a.From + a.To - v
		}
		if q.Fixed[k].Axis != at.Axis || math.Abs(q.Fixed[k].Value-v) > 1e-12*a.Length() {
			return false
		}
	}
	rng := rand.New(rand.NewPCG(1, 0))
	for range mirrorProbes {
		x := m.draw(rng, p)
		if p.Keep.Holds(x) != q.Keep.Holds(m.image(x)) {
			return false
		}
	}
	return true
}

// alike reports whether r at random places of the piece is ±q at their images, the fields
// there being s_f·u_f∘σ, with one sign for all places.
func (m *mirrorTest) alike(r, q *expr.Expr, on pde.Piece) bool {
	rng := rand.New(rand.NewPCG(2, 0))
	var here, there []float64
	for range mirrorProbes {
		x := m.draw(rng, on)
		normal := make([]float64, len(x))
		for i := range normal {
			normal[i] = rng.NormFloat64()
		}
		params := make([]float64, len(m.p.Params))
		for k := range params {
			params[k] = rng.NormFloat64()
		}
		values := map[expr.Partial]float64{}
		u := func(p expr.Partial) float64 {
			v, ok := values[p]
			if !ok {
				v = rng.NormFloat64()
				values[p] = v
			}
			return v
		}
		mirrored := func(p expr.Partial) float64 { return m.signs[p.Field] * Parity(p.Order[m.axis]) * u(p) }
		here = append(here, r.Eval(expr.Env{X: x, N: normal, U: u, Params: params}))
		flipped := slices.Clone(normal)
		flipped[m.axis] = -flipped[m.axis]
		there = append(there, q.Eval(expr.Env{X: m.image(x), N: flipped, U: mirrored, Params: params}))
	}
	return equalUpToSign(here, there)
}

// even reports whether e∘σ = sign·e. A nil e stands for a constant and passes.
func (m *mirrorTest) even(e *expr.Expr, sign float64) bool {
	if e == nil {
		return true
	}
	rng := rand.New(rand.NewPCG(3, 0))
	var here, there []float64
	for range mirrorProbes {
		x := m.draw(rng, pde.Piece{})
		here = append(here, e.Eval(expr.Env{X: x}))
		there = append(there, sign*e.Eval(expr.Env{X: m.image(x)}))
	}
	return close(here, there, 1)
}

// draw returns a random place of the box on the fixed axes of the piece.
func (m *mirrorTest) draw(rng *rand.Rand, on pde.Piece) []float64 {
	x := make([]float64, m.p.Box.Dim())
	for i, a := range m.p.Box.Axes {
		x[i] = a.At(rng.Float64())
	}
	for _, at := range on.Fixed {
		x[at.Axis] = at.Value
	}
	return x
}

// image returns σx.
func (m *mirrorTest) image(x []float64) []float64 {
	y := slices.Clone(x)
	a := m.p.Box.Axes[m.axis]
	y[m.axis] = a.From + a.To - x[m.axis]
	return y
}

// equalUpToSign reports whether b = a or b = −a, to mirrorTol.
func equalUpToSign(a, b []float64) bool { return close(a, b, 1) || close(a, b, -1) }

// close reports whether b = sign·a to mirrorTol of the largest |a|, everywhere.
func close(a, b []float64, sign float64) bool {
	size := 0.0
	for _, v := range a {
		size = max(size, math.Abs(v))
	}
	for i := range a {
		if !(math.Abs(b[i]-sign*a[i]) <= mirrorTol*size) {
			return false
		}
	}
	return true
}
