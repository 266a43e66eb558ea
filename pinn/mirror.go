package pinn

import (
	"math"
	"math/rand/v2"
	"slices"

	"pinn/pde"
	"pinn/pde/expr"
)

// FindMirrors returns the mirror symmetries of a problem with the given lifts, at
// most one per spatial axis: those σ: x → a + b − x for which the statement does
// not change if every field is put in place of s_f·u_f∘σ, its signs s_f being +1
// (even) or −1 (odd). Where the solution is unique it has every symmetry of the
// statement: both u and its mirror image solve it.
//
// Each residual is compared with its image, up to its own sign, at random places
// and random values of the partials; each condition must be the image of one that
// is enforced in the same way, on the image of its place. A problem with data, or
// with a curved boundary, has none: its observations need not be symmetric.
func FindMirrors(p *pde.Problem, lifts []Lift, soft []int) []Mirror {
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
				signs[f] = parity(uint8(bits >> f & 1))
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
	// maxMirrorFields bounds the 2^F combinations of signs.
	maxMirrorFields = 6
	// mirrorProbes is how many random places and values each residual is compared
	// at: a difference of analytic functions that is zero at all of them is zero.
	mirrorProbes = 24
	// mirrorTol bounds the difference of a residual and its image relative to the
	// largest residual of the probes: rounding in a + b − x, 1e-16·|x|·|∂r/∂x|, of
	// the gallery stays below 1e-12.
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

// imaged reports whether a condition that is enforced as condition i is states on
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

// alike reports whether q at the image of a place, with the image of the fields
// there, is ±r, with one sign for all probes.
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
		mirrored := func(p expr.Partial) float64 { return m.signs[p.Field] * parity(p.Order[m.axis]) * u(p) }
		here = append(here, r.Eval(expr.Env{X: x, N: normal, U: u, Params: params}))
		flipped := slices.Clone(normal)
		flipped[m.axis] = -flipped[m.axis]
		there = append(there, q.Eval(expr.Env{X: m.image(x), N: flipped, U: mirrored, Params: params}))
	}
	return equalUpToSign(here, there)
}

// even reports whether e∘σ = sign·e; nil is a number.
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

func (m *mirrorTest) image(x []float64) []float64 {
	y := slices.Clone(x)
	a := m.p.Box.Axes[m.axis]
	y[m.axis] = a.From + a.To - x[m.axis]
	return y
}

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
