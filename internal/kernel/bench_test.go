package kernel

import (
	"fmt"
	"testing"
)

// forTiers runs f as a sub-benchmark for each tier of the machine.
func forTiers(b *testing.B, f func(b *testing.B)) {
	for t := range offered() + 1 {
		b.Run("tier="+tierNames[t], func(b *testing.B) {
			was := tier
			tier = t
			defer func() { tier = was }()
			f(b)
		})
	}
}

// report gives the rate of b.N rounds of flops floating-point operations.
func report(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func ramp(n int) []float64 {
	a := make([]float64, n)
	for i := range a {
		a[i] = float64(i*7919%1000)/500 - 1
	}
	return a
}

func BenchmarkGemm(b *testing.B) {
	forTiers(b, func(b *testing.B) {
		for _, s := range [][3]int{{20, 240, 20}, {20, 960, 20}, {20, 1024, 20}, {64, 960, 64}, {128, 960, 128}, {128, 1024, 128}, {1, 960, 20}, {20, 960, 1}, {20, 960, 2}} {
			m, n, k := s[0], s[1], s[2]
			x, y, c := ramp(m*k), ramp(k*n), make([]float64, m*n)
			b.Run(fmt.Sprintf("op=gemm/m=%d/n=%d/k=%d", m, n, k), func(b *testing.B) {
				for b.Loop() {
					Gemm(m, n, k, x, k, y, n, c, n)
				}
				report(b, 2*m*n*k)
			})
			b.Run(fmt.Sprintf("op=gemmtn/m=%d/n=%d/k=%d", m, n, k), func(b *testing.B) {
				for b.Loop() {
					GemmTN(m, n, k, x, m, y, n, c, n)
				}
				report(b, 2*m*n*k)
			})
		}
	})
}

func BenchmarkGemmNTAdd(b *testing.B) {
	forTiers(b, func(b *testing.B) {
		for _, s := range [][3]int{{20, 20, 240}, {20, 20, 960}, {20, 2, 960}, {1, 20, 960}, {64, 64, 960}, {128, 128, 960}, {128, 128, 1024}} {
			m, n, t := s[0], s[1], s[2]
			x, y, c := ramp(m*t), ramp(n*t), make([]float64, m*n)
			b.Run(fmt.Sprintf("op=gemmnt/m=%d/n=%d/t=%d", m, n, t), func(b *testing.B) {
				for b.Loop() {
					GemmNTAdd(m, n, t, x, t, y, t, c, n)
				}
				report(b, 2*m*n*t)
			})
		}
	})
}

func BenchmarkSyrkAddColumns(b *testing.B) {
	forTiers(b, func(b *testing.B) {
		for _, s := range [][2]int{{64, 256}, {240, 256}, {941, 64}, {941, 256}, {2011, 64}, {2011, 256}, {2011, 512}} {
			n, t := s[0], s[1]
			x, c := ramp(n*t), make([]float64, n*n)
			b.Run(fmt.Sprintf("op=syrk/n=%d/t=%d", n, t), func(b *testing.B) {
				for b.Loop() {
					SyrkAddColumns(n, 0, n, t, x, t, c, n)
				}
				report(b, n*n*t)
			})
		}
	})
}

func BenchmarkDense(b *testing.B) {
	forTiers(b, func(b *testing.B) {
		for _, n := range []int{1000, 5000} {
			a, x, y := ramp(n*n), ramp(n), make([]float64, n)
			b.Run(fmt.Sprintf("op=symv/n=%d", n), func(b *testing.B) {
				for b.Loop() {
					SymvUpperRows(n, 0, n, a, n, x, y)
				}
				report(b, 2*n*n)
			})
			b.Run(fmt.Sprintf("op=rank2/n=%d", n), func(b *testing.B) {
				for b.Loop() {
					Rank2UpperRows(n, 0, n, 0.999, 1e-6, 1e-6, 1e-6, x, x, a, n)
				}
				report(b, 5*n*n/2)
			})
		}
	})
}

func BenchmarkElementwise(b *testing.B) {
	type op struct {
		name string
		f    func(dst, x, y []float64)
	}
	ops := []op{
		{"tanh", func(dst, x, _ []float64) { Tanh(dst, x) }},
		{"exp", func(dst, x, _ []float64) { Exp(dst, x) }},
		{"sin", func(dst, x, _ []float64) { Sin(dst, x) }},
		{"cos", func(dst, x, _ []float64) { Cos(dst, x) }},
		{"add", Add},
		{"mul", Mul},
		{"muladd", MulAdd},
		{"muladdc", func(dst, x, y []float64) { MulAddC(dst, 1e-9, x, y) }},
		{"axpy", func(dst, x, _ []float64) { Axpy(dst, 1e-9, x) }},
		{"fill", func(dst, _, _ []float64) { Fill(dst, 1) }},
		{"dot", func(_, x, y []float64) { sink = Dot(x, y) }},
		{"sum", func(_, x, _ []float64) { sink = Sum(x) }},
	}
	forTiers(b, func(b *testing.B) {
		for _, o := range ops {
			for _, n := range []int{64, 256, 4096} {
				x, y, dst := ramp(n), ramp(n), make([]float64, n)
				b.Run(fmt.Sprintf("op=%s/n=%d", o.name, n), func(b *testing.B) {
					for b.Loop() {
						o.f(dst, x, y)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
				})
			}
		}
	})
}

var sink float64

func BenchmarkFMAPeak(b *testing.B) {
	forTiers(b, func(b *testing.B) {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
				var rate float64
				for b.Loop() {
					rate = max(rate, FMAPeak(threads))
				}
				b.ReportMetric(rate, "GFLOP/s")
			})
		}
	})
}
