package qr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// problem is a tall J with right-hand side y, row by row.
type problem struct {
	n    int
	j    [][]float64
	y    []float64
	size float64 // ‖J‖ in the Frobenius norm
}

func draw(n, m int, rng *rand.Rand) *problem {
	p := &problem{n: n}
	for range m {
		row := make([]float64, n)
		for k := range row {
			row[k] = rng.NormFloat64() * math.Pow(10, -6*float64(k)/float64(n))
			p.size += row[k] * row[k]
		}
		p.j, p.y = append(p.j, row), append(p.y, rng.NormFloat64())
	}
	p.size = math.Sqrt(p.size)
	return p
}

// panel returns Jᵀ and y of rows from … to−1 with a stride beyond them.
func (p *problem) panel(from, to int) (jt, y []float64, stride int) {
	stride = to - from + 5
	jt = make([]float64, p.n*stride)
	for i := from; i < to; i++ {
		for k, v := range p.j[i] {
			jt[k*stride+i-from] = v
		}
	}
	return jt, slices.Clone(p.y[from:to]), stride
}

// givens folds one row after the other: the plain twin.
//
// Golub and Van Loan, section 5.1.8.
func givens(n int, r, c []float64, row []float64, y float64) {
	row = slices.Clone(row)
	for k := range n {
		h := math.Hypot(r[k*n+k], row[k])
		if h == 0 {
			continue
		}
		cs, sn := r[k*n+k]/h, row[k]/h
		for l := k; l < n; l++ {
			r[k*n+l], row[l] = cs*r[k*n+l]+sn*row[l], cs*row[l]-sn*r[k*n+l]
		}
		c[k], y = cs*c[k]+sn*y, cs*y-sn*c[k]
	}
}

// same fails unless the two triangles are equal up to the signs of their rows.
func same(t *testing.T, n int, r, c, wantR, wantC []float64, size float64) {
	t.Helper()
	// Both are backward stable: ε times the square root of the length of the sums, and
	// the condition 1e6 of these columns. Worst of the rows below: 4e-10.
	const tol = 1e-8
	for k := range n {
		sign := 1.0
		if r[k*n+k]*wantR[k*n+k] < 0 {
			sign = -1
		}
		for l := k; l < n; l++ {
			if d := math.Abs(sign*r[k*n+l] - wantR[k*n+l]); !(d <= tol*size) {
				t.Fatalf("R[%d][%d] = %g, want %g (tol %g)", k, l, sign*r[k*n+l], wantR[k*n+l], tol*size)
			}
		}
		if d := math.Abs(sign*c[k] - wantC[k]); !(d <= tol*size) {
			t.Fatalf("c[%d] = %g, want %g", k, sign*c[k], wantC[k])
		}
	}
}

// Panels folded one after the other give the triangle of all their rows.
func TestFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 7, 32, 33, 80, 129} {
		for _, m := range []int{1, n / 2, n, 3*n + 17} {
			t.Run(fmt.Sprintf("%d×%d", m, n), func(t *testing.T) {
				p := draw(n, m, rng)
				r, c := make([]float64, n*n), make([]float64, n)
				wantR, wantC := make([]float64, n*n), make([]float64, n)
				for i := range r { // what lies below the diagonal is not read
					if i/n > i%n {
						r[i] = math.NaN()
					}
				}
				f := New(n, 3)
				for from := 0; from < m; from += 60 {
					jt, y, stride := p.panel(from, min(m, from+60))
					f.Fold(r, c, jt, stride, len(y), y)
				}
				for i, row := range p.j {
					givens(n, wantR, wantC, row, p.y[i])
				}
				if m >= n {
					same(t, n, r, c, wantR, wantC, p.size)
				}
				gram(t, p, r, c)
			})
		}
	}
}

// gram checks that RᵀR = JᵀJ and Rᵀc = Jᵀy.
func gram(t *testing.T, p *problem, r, c []float64) {
	t.Helper()
	const tol = 1e-13 // rounding: ε·√m, m a few hundred. Worst seen: 4e-15
	for k := range p.n {
		for l := k; l <= p.n; l++ {
			var got, want float64
			for i := range p.j {
				x := p.y[i]
				if l < p.n {
					x = p.j[i][l]
				}
				want += p.j[i][k] * x
			}
			for i := range k + 1 {
				x := c[i]
				if l < p.n {
					x = r[i*p.n+l]
				}
				got += r[i*p.n+k] * x
			}
			if scale := p.size * math.Max(p.size, math.Sqrt(float64(len(p.j)))); !(math.Abs(got-want) <= tol*scale) {
				t.Fatalf("column %d·%d of the triangle: %g, want %g (tol %g)", k, l, got, want, tol*scale)
			}
		}
	}
}

// A multiple of the identity is folded as its rows would be.
func TestFoldDiagonal(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	for _, n := range []int{1, 31, 64, 97} {
		p := draw(n, 2*n, rng)
		r, c := make([]float64, n*n), make([]float64, n)
		f := New(n, 2)
		jt, y, stride := p.panel(0, 2*n)
		f.Fold(r, c, jt, stride, 2*n, y)
		wantR, wantC := slices.Clone(r), slices.Clone(c)
		const d = 0.25
		for k := range n {
			row := make([]float64, n)
			row[k] = d
			givens(n, wantR, wantC, row, 0)
		}
		work := make([]float64, n*n)
		for i := range work {
			work[i] = math.NaN()
		}
		f.FoldDiagonal(r, c, d, work, make([]float64, n))
		same(t, n, r, c, wantR, wantC, p.size)
	}
}

// The number of threads changes no bit, and nothing is allocated.
func TestFoldRepeats(t *testing.T) {
	const n, m = 200, 90
	p := draw(n, m, rand.New(rand.NewPCG(5, 2)))
	var first []float64
	for _, threads := range []int{1, 2, 7} {
		f := New(n, threads)
		r, c := make([]float64, n*n), make([]float64, n)
		jt, y, stride := p.panel(0, m)
		f.Fold(r, c, jt, stride, m, y)
		r = append(r, c...)
		if first == nil {
			first = r
		}
		for i := range r {
			if math.Float64bits(r[i]) != math.Float64bits(first[i]) {
				t.Fatalf("%d threads: element %d = %v, want %v", threads, i, r[i], first[i])
			}
		}
	}
}

// The smallest singular value survives where the normal equations lose it.
func TestFoldKeepsTheCondition(t *testing.T) {
	// Läuchli's matrix: J = [1 1; ε 0; 0 ε] has JᵀJ singular in float64.
	const e = 1e-10
	r, c := make([]float64, 4), make([]float64, 2)
	New(2, 1).Fold(r, c, []float64{1, e, 0, 1, 0, e}, 3, 3, []float64{0, 0, 0})
	if got, want := math.Abs(r[3]), e*math.Sqrt2; math.Abs(got-want) > 1e-15 { // rounding of R₁₂ = 1
		t.Errorf("R₂₂ = %g, want %g", got, want)
	}
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{480, 960} {
		b.Run(fmt.Sprintf("order=%d", n), func(b *testing.B) {
			const m = 1024
			p := draw(n, m, rand.New(rand.NewPCG(5, 2)))
			f := New(n, 1)
			r, c := make([]float64, n*n), make([]float64, n)
			jt, y, stride := p.panel(0, m)
			from := slices.Clone(jt)
			b.ReportAllocs()
			for b.Loop() {
				copy(jt, from)
				f.Fold(r, c, jt, stride, m, y)
			}
			b.ReportMetric(2*m*float64(n)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkFoldDiagonal(b *testing.B) {
	const n = 960
	f := New(n, 1)
	r, c, jt, y := make([]float64, n*n), make([]float64, n), make([]float64, n*n), make([]float64, n)
	for k := range n {
		r[k*n+k] = 1
	}
	b.ReportAllocs()
	for b.Loop() {
		f.FoldDiagonal(r, c, 1e-3, jt, y)
	}
	b.ReportMetric(2./3*n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
