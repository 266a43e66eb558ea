package judging

import "math"

// RelL2 returns the relative L2 error of u against ref at the same n points,
//
//	‖u − ref‖₂ / ‖ref‖₂,
//
// a pure number. It is a ratio of unweighted discrete norms, so it estimates
// the ratio of L²(Ω) norms only where the points cover Ω evenly. If ref is zero
// at every point the result is NaN or +Inf: use an absolute error there. A value
// that is not finite makes the result NaN; squares neither overflow nor underflow.
// RelL2 panics if len(u) != len(ref) or both are empty.
func RelL2(u, ref []float64) float64 {
	checkNorm(u, ref)
	return relL2([][]float64{u}, [][]float64{ref})
}

// MaxAbs returns the largest absolute error max|u − ref|, in units of u. It is
// NaN if any difference is NaN. It panics if len(u) != len(ref) or both are
// empty.
func MaxAbs(u, ref []float64) float64 {
	checkNorm(u, ref)
	worst := 0.0
	for i := range u {
		worst = max(worst, math.Abs(u[i]-ref[i])) // max keeps NaN
	}
	return worst
}

// Errors are the errors of a solution against the truth. RelL2 and MaxAbs have
// one entry per field, NaN for a field without a truth; Known tells them apart
// from failures. AllRelL2 pools the fields that have a truth,
//
//	(Σ_f ‖u_f − ref_f‖₂²)^½ / (Σ_f ‖ref_f‖₂²)^½,
//
// and AllMaxAbs is the largest of theirs.
type Errors struct {
	Known               []bool
	RelL2, MaxAbs       []float64
	AllRelL2, AllMaxAbs float64
}

// Judge compares u with ref, both indexed by field and then by point; a nil row
// of ref is a field without a truth, and the same row of u is not looked at.
// Judge panics if the rows do not match or no field has a truth.
func Judge(u, ref [][]float64) Errors {
	if len(u) != len(ref) {
		panic("judging: Judge: different numbers of fields")
	}
	e := Errors{Known: make([]bool, len(ref)), RelL2: make([]float64, len(ref)), MaxAbs: make([]float64, len(ref))}
	var us, refs [][]float64
	for f := range ref {
		if ref[f] == nil {
			e.RelL2[f], e.MaxAbs[f] = math.NaN(), math.NaN()
			continue
		}
		e.Known[f] = true
		e.RelL2[f], e.MaxAbs[f] = RelL2(u[f], ref[f]), MaxAbs(u[f], ref[f])
		e.AllMaxAbs = max(e.AllMaxAbs, e.MaxAbs[f])
		us, refs = append(us, u[f]), append(refs, ref[f])
	}
	if us == nil {
		panic("judging: Judge: no field has a truth")
	}
	e.AllRelL2 = relL2(us, refs)
	return e
}

// relL2 returns the pooled relative L2 error of the rows.
func relL2(u, ref [][]float64) float64 {
	var diff, norm norm2
	for f := range u {
		for i := range u[f] {
			diff.add(u[f][i] - ref[f][i])
			norm.add(ref[f][i])
		}
	}
	return diff.value() / norm.value()
}

// norm2 accumulates a Euclidean norm s·√q without overflow or underflow; s is
// the largest absolute value so far and q = Σ (v/s)². (BLAS dnrm2.) Unlike floats.Norm
// it goes on from one field to the next, and is NaN for infinities.
type norm2 struct {
	s, q float64
	bad  bool // a NaN or an infinity was added
}

func (n *norm2) add(v float64) {
	v = math.Abs(v)
	switch {
	case v > math.MaxFloat64 || v != v:
		n.bad = true
	case v > n.s:
		n.q = 1 + n.q*(n.s/v)*(n.s/v)
		n.s = v
	case v > 0:
		n.q += (v / n.s) * (v / n.s)
	}
}

func (n *norm2) value() float64 {
	if n.bad {
		return math.NaN()
	}
	return n.s * math.Sqrt(n.q)
}

func checkNorm(u, ref []float64) {
	if len(u) != len(ref) || len(u) == 0 {
		panic("judging: norm of unequal or empty vectors")
	}
}
