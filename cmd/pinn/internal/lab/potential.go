package lab

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// potential is an energy surface with its gradient, in one or two variables, and the
// wall: where the energy is repulsive.
type potential struct {
	name     string
	axes     string // one letter each
	from, to []float64
	energy   func(x []float64) float64
	slope    func(dst, x []float64) // ∇E = −force
	wall     func(x []float64) bool
}

// morse is E = (1 − e^{−a(r−1)})², a = 4, in units of its depth and length.
//
// Source: Morse, Phys. Rev. 34 (1929) 57.
func morse() potential {
	const a = 4
	return potential{
		name: "Morse", axes: "r", from: []float64{0.55}, to: []float64{2.5},
		energy: func(x []float64) float64 { e := 1 - math.Exp(-a*(x[0]-1)); return e * e },
		slope: func(dst, x []float64) {
			e := math.Exp(-a * (x[0] - 1))
			dst[0] = 2 * a * e * (1 - e)
		},
		wall: func(x []float64) bool { return x[0] < 0.75 },
	}
}

// lennardJones is E = 4(r⁻¹² − r⁻⁶).
//
// Source: Lennard-Jones, Proc. R. Soc. A 106 (1924) 463.
func lennardJones() potential {
	return potential{
		name: "Lennard-Jones", axes: "r", from: []float64{0.9}, to: []float64{2.5},
		energy: func(x []float64) float64 { s := math.Pow(x[0], -6); return 4 * (s*s - s) },
		slope: func(dst, x []float64) {
			s := math.Pow(x[0], -6)
			dst[0] = -24 * (2*s*s - s) / x[0]
		},
		wall: func(x []float64) bool { return x[0] < 1 },
	}
}

// muellerBrown is E/100 of the four-term surface
//
//	E = Σ A_k·exp(a_k(x−x_k)² + b_k(x−x_k)(y−y_k) + c_k(y−y_k)²),
//
// with minima near (−0.558, 1.442), (0.623, 0.028) and (−0.050, 0.467).
//
// Source: Müller, Brown, Theor. Chim. Acta 53 (1979) 75.
func muellerBrown() potential {
	type term struct{ amp, a, b, c, x, y float64 }
	terms := []term{{-200, -1, 0, -10, 1, 0}, {-100, -1, 0, -10, 0, 0.5}, {-170, -6.5, 11, -6.5, -0.5, 1.5}, {15, 0.7, 0.6, 0.7, -1, 1}}
	return potential{
		name: "Müller–Brown", axes: "xy", from: []float64{-1.7, -0.6}, to: []float64{1.2, 2.1},
		energy: func(x []float64) (e float64) {
			for _, t := range terms {
				u, v := x[0]-t.x, x[1]-t.y
				e += t.amp / 100 * math.Exp(t.a*u*u+t.b*u*v+t.c*v*v)
			}
			return e
		},
		slope: func(dst, x []float64) {
			clear(dst)
			for _, t := range terms {
				u, v := x[0]-t.x, x[1]-t.y
				e := t.amp / 100 * math.Exp(t.a*u*u+t.b*u*v+t.c*v*v)
				dst[0] += e * (2*t.a*u + t.b*v)
				dst[1] += e * (t.b*u + 2*t.c*v)
			}
		},
		wall: func(x []float64) bool { return x[0] > 0.5 && x[1] > 1.3 },
	}
}

// sample draws count points evenly where keep holds.
func (p potential) sample(count int, keep func(x []float64) bool, rng *rand.Rand) (points [][]float64) {
	for len(points) < count {
		x := make([]float64, len(p.from))
		for i := range x {
			x[i] = p.from[i] + (p.to[i]-p.from[i])*rng.Float64()
		}
		if keep(x) {
			points = append(points, x)
		}
	}
	return points
}

// file is the problem of fitting energies and forces at points: data only. The forces
// are the network's own derivatives.
func (p potential) file(points [][]float64, hidden string, seed uint64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "fields = [\"u\"]\n\n[domain]\n")
	columns := []string{}
	for i, a := range p.axes {
		fmt.Fprintf(&b, "%c = [%g, %g]\n", a, p.from[i], p.to[i])
		columns = append(columns, fmt.Sprintf("%q", string(a)))
	}
	rows := func(value func(x []float64) float64) string {
		var r []string
		for _, x := range points {
			cells := []string{}
			for _, v := range append(append([]float64{}, x...), value(x)) {
				cells = append(cells, fmt.Sprintf("%.17g", v))
			}
			r = append(r, "["+strings.Join(cells, ", ")+"]")
		}
		return strings.Join(r, ", ")
	}
	data := func(name, is string, value func(x []float64) float64) {
		fmt.Fprintf(&b, "\n[[data]]\nis = %q\ncolumns = [%s, %q]\npoints = [%s]\n", is, strings.Join(columns, ", "), name, rows(value))
	}
	data("energy", "u = energy", p.energy)
	g := make([]float64, len(p.axes))
	for i, a := range p.axes {
		data("force", fmt.Sprintf("-u_%c = force", a), func(x []float64) float64 { p.slope(g, x); return -g[i] })
	}
	fmt.Fprintf(&b, "\n[network]\nhidden = %s\nactivation = \"tanh\"\nfourier = \"none\"\nmirror = \"none\"\n\n[train]\nseed = %d\n", hidden, seed)
	return []byte(b.String())
}
