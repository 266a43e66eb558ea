package pde

import "math"

// Axis is one closed interval [From, To] of the domain, with From < To. A
// periodic axis identifies its two ends; it has no faces.
type Axis struct {
	Name     string
	From, To float64
	Periodic bool
}

// Length returns To − From.
func (a Axis) Length() float64 { return a.To - a.From }

// At returns the coordinate From + s·Length() for s in [0, 1], never outside
// [From, To].
func (a Axis) At(s float64) float64 {
	return min(max(a.From+s*a.Length(), a.From), a.To)
}

// End tells which end of the axis the value v is: -1 for From, +1 for To, 0 for
// neither. Equality is judged to 1e-12 of the length. A periodic axis has no
// ends, so the answer is 0.
func (a Axis) End(v float64) int {
	tol := 1e-12 * a.Length()
	switch {
	case a.Periodic:
		return 0
	case math.Abs(v-a.From) <= tol:
		return -1
	case math.Abs(v-a.To) <= tol:
		return 1
	}
	return 0
}

// Box is the domain Ω: a product of closed intervals with named axes, some
// periodic, of which only the part where Inside holds belongs to Ω. A nil
// Inside keeps the whole box. The axis named t is time, all others are spatial.
type Box struct {
	Axes   []Axis
	Inside *Predicate
}

// Dim returns the number of axes d.
func (b Box) Dim() int { return len(b.Axes) }

// Time returns the index of the axis named t, or -1 if there is none.
func (b Box) Time() int { return b.Index("t") }

// Index returns the index of the named axis, or -1.
func (b Box) Index(name string) int {
	for i, a := range b.Axes {
		if a.Name == name {
			return i
		}
	}
	return -1
}

// Spatial returns the indices of the axes other than time, in order.
func (b Box) Spatial() []int {
	var s []int
	for i, a := range b.Axes {
		if a.Name != "t" {
			s = append(s, i)
		}
	}
	return s
}

// Faces returns one piece for each end of each spatial axis that is not
// periodic: first the faces From, To of the first axis, then of the next.
// Inside may cut parts of them away; SampleOn sees to that.
func (b Box) Faces() []Piece {
	var ps []Piece
	for _, i := range b.Spatial() {
		if a := b.Axes[i]; !a.Periodic {
			ps = append(ps, Piece{Fixed: []Fixed{{i, a.From}}}, Piece{Fixed: []Fixed{{i, a.To}}})
		}
	}
	return ps
}

// Contains reports whether the point x, one coordinate per axis, lies in Ω.
func (b Box) Contains(x []float64) bool {
	for i, a := range b.Axes {
		if !(a.From <= x[i] && x[i] <= a.To) { // false for NaN
			return false
		}
	}
	return b.Inside.Holds(x)
}

// slack is the distance from Ω up to which a point of a file counts as inside.
const slack = 1e-9

// Near reports whether the point x lies within 1e-9 of Ω. If so it has moved x
// onto the box, which changes a coordinate by at most that. The distance from
// the part that Inside keeps is judged along each axis and each diagonal.
func (b Box) Near(x []float64) bool {
	all := make([]int, len(b.Axes))
	for i, a := range b.Axes {
		tol := max(slack, 4e-16*math.Abs(a.From), 4e-16*math.Abs(a.To))
		if !(a.From-tol <= x[i] && x[i] <= a.To+tol) {
			return false
		}
		x[i] = min(max(x[i], a.From), a.To)
		all[i] = i
	}
	return b.touches(x, all, func(Axis) float64 { return slack })
}

// touches reports whether Ω contains one of the points x + e with e_i ∈ {−δ_i,
// 0, δ_i} along the given axes and 0 along the others. It leaves x as it was.
func (b Box) touches(x []float64, along []int, delta func(Axis) float64) bool {
	if len(along) == 0 || b.Inside == nil {
		return b.Contains(x)
	}
	i := along[0]
	was := x[i]
	defer func() { x[i] = was }()
	for _, e := range [...]float64{0, -1, 1} {
		x[i] = b.Axes[i].wrap(was + e*delta(b.Axes[i]))
		if b.touches(x, along[1:], delta) {
			return true
		}
	}
	return false
}

// wrap moves v by a period into [From, To] if the axis is periodic and v lies
// at most one period outside.
func (a Axis) wrap(v float64) float64 {
	switch {
	case a.Periodic && v < a.From:
		return v + a.Length()
	case a.Periodic && v > a.To:
		return v - a.Length()
	}
	return v
}

// Points is an n×d row-major block of coordinates; the columns are the axes in
// order. Normals is nil if no point has one, otherwise an n×d block of outward
// unit normals whose rows are zero where a point has none. The time component
// of a normal is always zero.
type Points struct {
	N, D    int
	X       []float64
	Normals []float64
}

// At returns the coordinates of point i as a slice of X.
func (p Points) At(i int) []float64 { return p.X[i*p.D : (i+1)*p.D : (i+1)*p.D] }

// Normal returns the normal at point i as a slice of Normals, or nil if the
// points have no normals at all.
func (p Points) Normal(i int) []float64 {
	if p.Normals == nil {
		return nil
	}
	return p.Normals[i*p.D : (i+1)*p.D : (i+1)*p.D]
}

// MissingNormal returns the index of the first point without a normal, or -1
// if every point has one.
func (p Points) MissingNormal() int {
	for i := range p.N {
		zero := true
		for _, c := range p.Normal(i) {
			zero = zero && c == 0
		}
		if zero {
			return i
		}
	}
	return -1
}
