package kernel

import (
	"fmt"
	"math"
	"testing"
)

func TestSyrkAddColumns(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	rng := newRand(13)
	for _, s := range shapes(rng, 300, 1, 600) {
		a := newMatrix(s.m, s.k, s.k+s.lda, s.off, rng.NormFloat64)
		was := newMatrix(s.m, s.m, s.m+s.ldc, s.off, rng.NormFloat64)
		want, size := products2(a, a, was, true)
		cut := rng.IntN(s.m + 1)
		tiers(fmt.Sprintf("SyrkAddColumns n=%d t=%d lda=+%d ldc=+%d", s.m, s.k, s.lda, s.ldc), func(name string) {
			c, parts := was.clone(), was.clone()
			SyrkAddColumns(s.m, 0, s.m, s.k, a.data, a.ld, c.data, c.ld)
			c.checkCanaries(t, name, was, func(i, j int) bool { return i <= j })
			for i := range s.m {
				for j := i; j < s.m; j++ {
					checkSum(t, name, i, j, c.at(i, j), want[i*s.m+j], size[i*s.m+j], s.k)
				}
			}
			// Any two ranges of columns give the bits of the whole.
			SyrkAddColumns(s.m, 0, cut, s.k, a.data, a.ld, parts.data, parts.ld)
			SyrkAddColumns(s.m, cut, s.m, s.k, a.data, a.ld, parts.data, parts.ld)
			parts.checkCanaries(t, name+" in two ranges", c, func(i, j int) bool { return false })
			if tier == tierGo || s.m == 0 || s.k == 0 {
				return
			}
			// The form for large orders, at orders where each of its edges shows.
			c = was.clone()
			syrkVec(0, cut, s.k, a.data, a.ld, c.data, c.ld)
			syrkVec(cut, s.m, s.k, a.data, a.ld, c.data, c.ld)
			c.checkCanaries(t, name+" packed", was, func(i, j int) bool { return i <= j })
			for i := range s.m {
				for j := i; j < s.m; j++ {
					checkSum(t, name+" packed", i, j, c.at(i, j), want[i*s.m+j], size[i*s.m+j], s.k)
				}
			}
		})
	}
}

func TestSymvUpperRows(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := newRand(14)
		for n := range 70 {
			name := fmt.Sprintf("SymvUpperRows n=%d", n)
			a := newMatrix(n, n, n+rng.IntN(3), rng.IntN(3), rng.NormFloat64)
			for i := range n {
				for j := range i {
					a.data[i*a.ld+j] = canary
				}
			}
			x := newMatrix(1, n, n+1, 1, rng.NormFloat64)
			y := newMatrix(1, n, n+1, 2, rng.NormFloat64)
			was, parts := y.clone(), y.clone()
			SymvUpperRows(n, 0, n, a.data, a.ld, x.data, y.data)
			y.checkCanaries(t, name, was, everywhere)
			SymvUpperRows(n, 0, n/3, a.data, a.ld, x.data, parts.data)
			SymvUpperRows(n, n/3, n, a.data, a.ld, x.data, parts.data)
			for i := range n {
				want := was.at(0, i)
				size := math.Abs(want)
				for j := range n {
					v := a.at(min(i, j), max(i, j)) * x.at(0, j)
					want += v
					size += math.Abs(v)
				}
				checkSum(t, name, 0, i, y.at(0, i), want, size, n+1)
				checkSum(t, name+" in two ranges", 0, i, parts.at(0, i), want, size, n+1)
			}
		}
	})
}

func TestRank2UpperRows(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		rng := newRand(15)
		const scale, xx, xy, yy = 0.75, 2.5, -1.25, 0.5
		for n := range 70 {
			name := fmt.Sprintf("Rank2UpperRows n=%d", n)
			c := newMatrix(n, n, n+rng.IntN(3), rng.IntN(3), rng.NormFloat64)
			x, y := newMatrix(1, n, n+1, 1, rng.NormFloat64), newMatrix(1, n, n+1, 2, rng.NormFloat64)
			was := c.clone()
			Rank2UpperRows(n, 0, n, scale, xx, xy, yy, x.data, y.data, c.data, c.ld)
			c.checkCanaries(t, name, was, func(i, j int) bool { return i <= j })
			// Any two ranges of rows give the bits of the whole.
			parts := was.clone()
			Rank2UpperRows(n, 0, n/3, scale, xx, xy, yy, x.data, y.data, parts.data, parts.ld)
			Rank2UpperRows(n, n/3, n, scale, xx, xy, yy, x.data, y.data, parts.data, parts.ld)
			parts.checkCanaries(t, name+" in two ranges", c, func(i, j int) bool { return false })
			for i := range n {
				for j := i; j < n; j++ {
					xi, xj, yi, yj := x.at(0, i), x.at(0, j), y.at(0, i), y.at(0, j)
					terms := []float64{scale * was.at(i, j), xx * xi * xj, xy * xi * yj, xy * yi * xj, yy * yi * yj}
					var want, size float64
					for _, v := range terms {
						want += v
						size += math.Abs(v)
					}
					checkSum(t, name, i, j, c.at(i, j), want, size, len(terms))
				}
			}
		}
	})
}
