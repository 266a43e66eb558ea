package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestGemmSmoke(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m, n, k := r.IntN(20), r.IntN(40), r.IntN(20)
		a, b, c := make([]float64, m*k), make([]float64, k*n), make([]float64, m*n)
		for i := range a {
			a[i] = r.NormFloat64()
		}
		for i := range b {
			b[i] = r.NormFloat64()
		}
		Gemm(m, n, k, a, k, b, n, c, n)
		for i := range m {
			for j := range n {
				var s float64
				for p := range k {
					s += a[i*k+p] * b[p*n+j]
				}
				if math.Abs(s-c[i*n+j]) > 1e-12 {
					t.Fatal(m, n, k, i, j)
				}
			}
		}
	}
}
