package kernel

import (
	"slices"
	"strings"
)

// maxJet is the largest number of components of a jet that a routine handles.
const maxJet = 8

// TanhJet carries the partial derivatives of a function through tanh, all in one pass
// over its rows: component c of a unit is the row of n points at c·t. It is immutable.
//
//	forward   h_0 = tanh(z_0 + bias),  h_α by Leibniz' rule from S_β and z
//	adjoint   z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α
//
// with S_β = ∂^β tanh'(z), which needs nothing but h: tanh' = 1 − h².
type TanhJet struct {
	shape int
	t     int
	last  int         // where the last row begins
	rows  [maxJet]int // where each component of the shape stands, in elements
	bytes [maxJet]int // the same in bytes
}

// NewTanhJet returns the jet of a set of derivatives. Each is a word over the letters of
// the axes, sorted: "", "x", "t", "xx" for u, u_x, u_t and u_xx. The words come in the
// order of the caller's rows, the value first. NewTanhJet reports false if there is no
// routine for the set; the names of the axes and the order of the rows do not matter.
func NewTanhJet(words []string, t int) (*TanhJet, bool) {
	if len(words) == 0 || len(words) > maxJet || words[0] != "" {
		return nil, false
	}
	var axes []byte
	for _, w := range words {
		for i := range len(w) {
			if !slices.Contains(axes, w[i]) {
				axes = append(axes, w[i])
			}
		}
	}
	for i, s := range jetShapes {
		shape := strings.Fields(s)
		shape[0] = ""
		if len(shape) != len(words) {
			continue
		}
		j := &TanhJet{shape: i, t: t, last: (len(words) - 1) * t}
		if j.match(shape, words, axes, "") {
			return j, true
		}
	}
	return nil, false
}

// match looks for an assignment of axes to the letters a, b, … of the shape that makes
// its words those of the set; the first letters have the axes chosen. If it finds one it
// stores the rows.
func (j *TanhJet) match(shape, words []string, axes []byte, chosen string) bool {
	if len(chosen) < len(axes) {
		for _, a := range axes {
			if strings.IndexByte(chosen, a) < 0 && j.match(shape, words, axes, chosen+string(a)) {
				return true
			}
		}
		return false
	}
	for c, w := range shape {
		letters := []byte(w)
		for i, l := range letters {
			if int(l-'a') >= len(chosen) {
				return false
			}
			letters[i] = chosen[l-'a']
		}
		slices.Sort(letters)
		row := slices.Index(words, string(letters))
		if row < 0 {
			return false
		}
		j.rows[c], j.bytes[c] = row*j.t, 8*row*j.t
	}
	return true
}

// Forward puts h in place of z: n points, a multiple of 8 and at most t.
func (j *TanhJet) Forward(z []float64, n int, bias float64) {
	j.check(z, n)
	switch {
	case n == 0:
	case tier == tierGo:
		jetForwardGo[j.shape](z, &j.rows, n, bias)
	default:
		jetForwardVec(j.shape, n, ptr(z), &j.bytes[0], bias)
	}
}

// Adjoint puts z̄ in place of h̄, given the h of Forward: n points, a multiple of 8 and
// at most t.
func (j *TanhJet) Adjoint(bar, h []float64, n int) {
	j.check(bar, n)
	j.check(h, n)
	switch {
	case n == 0:
	case tier == tierGo:
		jetAdjointGo[j.shape](bar, h, &j.rows, n)
	default:
		jetAdjointVec(j.shape, n, ptr(bar), ptr(h), &j.bytes[0])
	}
}

// check panics unless a unit's rows of n points lie in a.
func (j *TanhJet) check(a []float64, n int) {
	if n < 0 || n%8 != 0 || n > j.t {
		panic("kernel: points of a jet must be a multiple of 8 and fit their rows")
	}
	if n > 0 && len(a) < j.last+n {
		panic("kernel: slice too short for its jet")
	}
}
