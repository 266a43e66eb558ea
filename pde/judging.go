package pde

import (
	"fmt"
	"strings"

	"pinn/pde/cube"
)

// JudgingGrid returns the points on which a solution is compared with the truth:
// an even grid with both ends, 101 points per axis in one or two dimensions and
// 41 in three, a periodic axis without its second end; in more dimensions the
// first 20 000 points of the plain Sobol sequence. Points outside Ω are dropped.
// On the grid the last axis runs fastest.
func (b Box) JudgingGrid() Points {
	if b.JudgingCounts() == nil {
		return b.judgingSobol()
	}
	return b.EvenGrid(b.JudgingCounts())
}

// judgingSobolN is the number of Sobol points before any are dropped.
const judgingSobolN = 20000

// JudgingCounts returns how many points of the judging grid lie along each
// axis, or nil if the judging points are a Sobol set.
func (b Box) JudgingCounts() []int {
	per := 0
	switch {
	case b.Dim() <= 2:
		per = 101
	case b.Dim() == 3:
		per = 41
	default:
		return nil
	}
	counts := make([]int, b.Dim())
	for i, a := range b.Axes {
		counts[i] = per
		if a.Periodic {
			counts[i]--
		}
	}
	return counts
}

// JudgingText says in words what JudgingGrid is, given the number of points that
// lie in Ω, for example "even grid x 101 × t 101, 10201 points in the domain".
func (b Box) JudgingText(points int) string {
	counts := b.JudgingCounts()
	if counts == nil {
		return fmt.Sprintf("Sobol set of %d, %d points in the domain", judgingSobolN, points)
	}
	axes := make([]string, b.Dim())
	for i, a := range b.Axes {
		axes[i] = fmt.Sprintf("%s %d", a.Name, counts[i])
	}
	return fmt.Sprintf("even grid %s, %d points in the domain", strings.Join(axes, " × "), points)
}

// EvenGrid returns the even grid with counts[i] points along axis i, both ends
// included, a periodic axis without its second end; points outside Ω are
// dropped. The last axis runs fastest. A count of 1 gives the first end.
func (b Box) EvenGrid(counts []int) Points {
	if len(counts) != b.Dim() {
		panic("pde: EvenGrid: one count per axis")
	}
	total := 1
	for _, c := range counts {
		total *= c
	}
	pts := Points{D: b.Dim()}
	x := make([]float64, b.Dim())
	for k := range total {
		for i, rest := b.Dim()-1, k; i >= 0; i-- {
			x[i] = b.Axes[i].tick(rest%counts[i], counts[i])
			rest /= counts[i]
		}
		pts.add(b, x)
	}
	return pts
}

// tick returns point k of n even ones on the axis. It rounds as At does, unlike
// floats.Span: tables of reference solutions hold these coordinates.
func (a Axis) tick(k, n int) float64 {
	switch {
	case k == 0:
		return a.From
	case a.Periodic:
		return a.At(float64(k) / float64(n))
	case k == n-1:
		return a.To
	}
	return a.At(float64(k) / float64(n-1))
}

// judgingSobol returns the part of the fixed Sobol set that lies in Ω.
func (b Box) judgingSobol() Points {
	d := b.Dim()
	all := make([]float64, judgingSobolN*d)
	cube.PlainSobol(all, judgingSobolN, d)
	pts := Points{D: d}
	x := make([]float64, d)
	for k := range judgingSobolN {
		for i, a := range b.Axes {
			x[i] = a.At(all[k*d+i])
		}
		pts.add(b, x)
	}
	return pts
}

// add appends x if it lies in Ω.
func (p *Points) add(b Box, x []float64) {
	if b.Contains(x) {
		p.X = append(p.X, x...)
		p.N++
	}
}
