package figure

import (
	"math"
	"slices"
)

// lattice is a tensor grid found in a list of points: the places along each
// axis, rising, and for each cell the row of the point in it, −1 if none. Cells
// count with the last axis fastest.
type lattice struct {
	at   [][]float64
	rows []int
}

// leastFill is the share of cells that points must fill to count as a grid: a
// ring cut out of a box fills a third of it, scattered points next to nothing.
const leastFill = 0.05

// newLattice finds the grid on which the points lie; ok is false if there is
// none. Points with a coordinate that cannot be drawn are passed over; places
// closer than 1e-9 of the axis' length are one.
func newLattice(columns [][]float64) (l lattice, ok bool) {
	cells, n := 1, 0
	for _, c := range columns {
		places := distinct(c)
		if len(places) == 0 {
			return lattice{}, false
		}
		l.at = append(l.at, places)
		n = len(c)
		cells *= len(places)
		if float64(cells)*leastFill > float64(n) {
			return lattice{}, false
		}
	}
	l.rows = make([]int, cells)
	for i := range l.rows {
		l.rows[i] = -1
	}
	for row := range n {
		if cell, ok := l.find(columns, row); ok {
			l.rows[cell] = row
		}
	}
	return l, true
}

// find returns the cell of one point.
func (l lattice) find(columns [][]float64, row int) (int, bool) {
	cell := 0
	for k, c := range columns {
		if !drawable(c[row]) {
			return 0, false
		}
		cell = cell*len(l.at[k]) + nearest(l.at[k], c[row])
	}
	return cell, true
}

// distinct returns the different places in c, rising.
func distinct(c []float64) []float64 {
	var all []float64
	for _, v := range c {
		if drawable(v) {
			all = append(all, v)
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return nil
	}
	close := 1e-9 * (all[len(all)-1] - all[0])
	out := all[:1]
	for _, v := range all[1:] {
		if v-out[len(out)-1] > close {
			out = append(out, v)
		}
	}
	return out
}

// nearest returns the index of the place nearest to v; places rise.
func nearest(places []float64, v float64) int {
	i, found := slices.BinarySearch(places, v)
	if found || i == 0 {
		return i
	}
	if i == len(places) || v-places[i-1] <= places[i]-v {
		return i - 1
	}
	return i
}

// sheet is a two-dimensional part of an answer: the places along both sides and
// the row of the point in each cell, row = rows[i*len(y)+j], −1 if none.
type sheet struct {
	x, y []float64
	rows []int
}

// sheet returns the lattice over the axes i (to the right) and j (up), with
// every other axis at the place whose index at gives.
func (l lattice) sheet(i, j int, at []int) sheet {
	strides := make([]int, len(l.at))
	stride := 1
	for k := len(l.at) - 1; k >= 0; k-- {
		strides[k] = stride
		stride *= len(l.at[k])
	}
	base := 0
	for k, index := range at {
		if k != i && k != j {
			base += index * strides[k]
		}
	}
	s := sheet{x: l.at[i], y: l.at[j]}
	for a := range s.x {
		for b := range s.y {
			s.rows = append(s.rows, l.rows[base+a*strides[i]+b*strides[j]])
		}
	}
	return s
}

// value returns the column's value in cell (i, j), NaN if the cell is blank.
func (s sheet) value(column []float64, i, j int) float64 {
	row := s.rows[i*len(s.y)+j]
	if row < 0 {
		return math.NaN()
	}
	return column[row]
}

// alongX returns the values at the jth place of y; alongY at the ith of x.
func (s sheet) alongX(column []float64, j int) []float64 {
	out := make([]float64, len(s.x))
	for i := range out {
		out[i] = s.value(column, i, j)
	}
	return out
}

func (s sheet) alongY(column []float64, i int) []float64 {
	out := make([]float64, len(s.y))
	for j := range out {
		out[j] = s.value(column, i, j)
	}
	return out
}
