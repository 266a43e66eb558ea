package problems

import (
	"strconv"
	"strings"
	"time"
)

// Spec is a decoded problem file: plain values with their places, no
// behaviour. Absent values are the zero Text, nil, "" or 0, as each field
// says; they leave the choice to the program. Order is that of the file.
type Spec struct {
	Name   string // base name of the file without .toml
	File   string // the file as it was given
	Title  string // "" if absent
	Source string // "" if absent

	Fields      []Text      // the unknown functions
	Axes        []Axis      // of [domain]
	Inside      Text        // predicate that keeps a part of the box
	Polygon     [][2]Text   // vertices in the first two axes, constant expressions
	Boundaries  []Boundary  // [[boundary]]
	Constants   []Named     // [constants]
	Parameters  []Parameter // [parameters]
	Definitions []Named     // [define]
	Equations   []Equation  // [[equation]]
	Conditions  []Condition // [[condition]]
	Data        []Data      // [[data]]
	Exact       []Named     // [exact]; the names are fields
	Reference   *Reference  // [reference]
	Target      *Target     // [target]

	Network Network // [network]
	Points  Points  // [points]
	Train   Train   // [train]
	Phases  []Phase // [[phase]]; empty: the default plan

	root *value // for Where
}

// Axis is one axis of the box. From and To are constant expressions.
type Axis struct {
	Name     Text // one letter
	From, To Text
	Periodic bool
	Pos      Pos // of the pair or table
}

// Named is a key with an expression: a constant, a definition, an exact
// solution, a coordinate of a curve.
type Named struct{ Name, Value Text }

// Interval is a range of a curve's parameter, of constant expressions.
type Interval struct {
	From, To Text
	Pos      Pos // of the pair
}

// Boundary is a named curve (surface) given by a parametrisation over s (and q).
type Boundary struct {
	Name  Text
	Curve []Named   // spatial axis → expression of s and q
	S, Q  *Interval // Q is nil for a curve
	Pos   Pos       // of the table
}

// Parameter is an unknown scalar. Start, Min, Max and Truth are nil if absent;
// Truth is only reported, never used.
type Parameter struct {
	Name                   Text
	Start, Min, Max, Truth *float64
	Pos                    Pos // of the table
}

// Equation is a statement that holds in the domain.
type Equation struct {
	Name   Text // label in reports
	Is     Text
	Weight float64 // > 0; 1 if absent
	Pos    Pos     // of the table
}

// Condition is a statement that holds at a part of the boundary, at an instant
// or at a point.
type Condition struct {
	Name    Text // label in reports
	At, Is  Text
	Enforce string  // "auto" (also if absent), "hard", "soft"
	Weight  float64 // > 0; 1 if absent
	Points  int     // 0 if absent
	Pos     Pos     // of the table
}

// Data is a statement that holds at given places with given columns: either a
// File with a header row, or Points, one row per place, under Columns.
type Data struct {
	Name    Text // label in reports
	File    Text
	Columns []Text
	Points  [][]float64
	Is      Text
	Weight  float64 // > 0; 1 if absent
	Pos     Pos     // of the table
}

// Reference is a solution to judge by: exactly one of File and Builtin is set.
type Reference struct{ File, Builtin Text }

// Target is what a finished run is judged by. All bounds are > 0.
type Target struct {
	RelL2      *float64           // relative L2 error over all fields
	MaxAbs     *float64           // largest absolute error
	Parameters map[string]float64 // relative error by name; nil if absent
}

// Network is the shape of the network.
type Network struct {
	Hidden     []int    // widths; nil if absent
	Activation string   // one of Activations; "" if absent
	Modes      []int    // of fourier; nil if absent
	ModeAxes   []string // axes of fourier, those that get the modes; nil for all
	NoFourier  bool     // fourier = "none"
	Separate   *bool    // one network per field; nil if absent
	Mirror     []string // axes whose mirror symmetry is built in; nil if absent
	NoMirror   bool     // mirror = "none"
}

// Points says where residuals are collected.
type Points struct {
	Interior *int      // number of interior points; nil if absent
	Sampler  string    // one of Samplers; "" if absent
	Resample *Resample // nil if absent
}

// Resample says how the points are redrawn. Method "none" keeps them.
type Resample struct {
	Method string   // one of ResampleMethods
	Every  *int     // steps between two draws
	Noise  *float64 // noise over signal power of the full gradient above which they are redrawn, too
	K, C   *float64 // exponent and offset of the density |r|^K/mean|r|^K + C
}

// Train holds what concerns the whole run.
type Train struct {
	Seed     *uint64       // below 2⁶³; nil if absent
	Time     time.Duration // wall-clock limit; 0 if absent
	FallBack *int          // how often a run may return to a first-order method; nil if absent
	Stages   *int          // networks one upon the other; nil if absent
	Slabs    *int          // slabs in time; nil if absent
}

// Where returns the place of the value of a key, written as in Diagnostic.Key
// (phase[1].switch.threshold). If the file does not have the key it is the
// place of the innermost table or array on the way that it has. A Spec that was
// not decoded from a file has no places, nor has a value that a setting brought:
// the zero Pos.
func (s *Spec) Where(key string) Pos {
	if s.root == nil {
		return Pos{}
	}
	v := s.root
	for step := range strings.SplitSeq(key, ".") {
		step, indices, _ := strings.Cut(step, "[")
		e := v.find(step)
		if e == nil {
			break
		}
		v = e.value
		for index := range strings.SplitSeq(indices, "[") {
			i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || v.kind != arrayValue || i < 0 || i >= len(v.items) {
				break
			}
			v = v.items[i]
		}
	}
	return v.place().pos()
}
