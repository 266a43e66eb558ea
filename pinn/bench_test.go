package pinn

import (
	"fmt"
	"testing"
)

// benchCases are the evaluations whose cost doc.go and the commits quote.
var benchCases = []struct {
	problem string
	state   func(tb testing.TB) *stated
	hidden  []int
	points  int
	s       string // the activation
}{
	{"burgers", burgers, []int{20, 20, 20}, 10000, "tanh"},
	{"burgers", burgers, []int{64, 64, 64, 64}, 10000, "tanh"},
	{"heat2d", heat2d, []int{20, 20, 20}, 10000, "tanh"},
	{"kdv", kdv, []int{20, 20, 20}, 10000, "tanh"},
	{"beam", beam, []int{20, 20, 20}, 10000, "tanh"},
	{"burgers", burgers, []int{20, 20, 20}, 10000, "sin"}, // general programs
}

// netName names a network as in 3x20, with its activation unless that is tanh.
func netName(h []int, activation string) string {
	name := fmt.Sprintf("%dx%d", len(h), h[0])
	if activation != "tanh" {
		name += "-" + activation
	}
	return name
}

// forBench runs f as one benchmark per case.
func forBench(b *testing.B, f func(b *testing.B, l *built)) {
	for _, c := range benchCases {
		b.Run(fmt.Sprintf("problem=%s/net=%s", c.problem, netName(c.hidden, c.s)), func(b *testing.B) {
			l := build(c.state(b), NetSpec{Hidden: c.hidden, Activation: c.s}, LossOptions{Interior: c.points})
			b.ReportAllocs()
			f(b, l)
		})
	}
}

func BenchmarkValueGrad(b *testing.B) {
	forBench(b, func(b *testing.B, l *built) {
		grad := make([]float64, l.Dim())
		for b.Loop() {
			l.ValueGrad(grad, l.theta)
		}
	})
}

func BenchmarkValue(b *testing.B) {
	forBench(b, func(b *testing.B, l *built) {
		for b.Loop() {
			l.Value(l.theta)
		}
	})
}

// BenchmarkSplit reports the share of each stage of loss and gradient, on one
// thread.
func BenchmarkSplit(b *testing.B) {
	forBench(b, func(b *testing.B, l *built) {
		var sum Profile
		for b.Loop() {
			p := l.Profile(l.theta)
			sum.Products += p.Products
			sum.Activations += p.Activations
			sum.Residual += p.Residual
			sum.Rest += p.Rest
		}
		total := float64(sum.Total())
		b.ReportMetric(100*float64(sum.Products)/total, "%products")
		b.ReportMetric(100*float64(sum.Activations)/total, "%activations")
		b.ReportMetric(100*float64(sum.Residual)/total, "%residual")
		b.ReportMetric(100*float64(sum.Rest)/total, "%rest")
	})
}

func BenchmarkMinibatch(b *testing.B) {
	forBench(b, func(b *testing.B, l *built) {
		grad := make([]float64, l.Dim())
		batches := l.deal(512)
		k := 0
		for b.Loop() {
			batches.ValueGrad(k%batches.Len(), grad, l.theta)
			k++
		}
	})
}

func BenchmarkNormalEquations(b *testing.B) {
	l := build(burgers(b), NetSpec{Hidden: []int{20, 20, 20}, Activation: "tanh"}, LossOptions{Interior: 4000})
	n := l.Dim()
	a, g := make([]float64, n*n), make([]float64, n)
	b.ReportAllocs()
	for b.Loop() {
		l.NormalEquations(a, g, l.theta)
	}
}

// BenchmarkDraw reports the time of drawing the points of a loss: of a first network, and of
// one that corrects a solution.
func BenchmarkDraw(b *testing.B) {
	o := LossOptions{Interior: 10000}
	spec := NetSpec{Hidden: []int{20, 20, 20}, Activation: "tanh"}
	s := burgers(b)
	first := build(s, spec, o)
	for name, l := range map[string]*built{"first": first, "second": corrected(s, first, spec, 0.5, o)} {
		for _, method := range []string{"uniform", "rad"} {
			b.Run("stage="+name+"/method="+method, func(b *testing.B) {
				rng := stream(1, 1, 1)
				for b.Loop() {
					l.Resample(method, 0, 1, 1, l.theta, rng)
				}
			})
		}
	}
}

func BenchmarkResample(b *testing.B) {
	l := build(burgers(b), NetSpec{Hidden: []int{20, 20, 20}, Activation: "tanh"}, LossOptions{Interior: 4000})
	rng := stream(1, 1, 1)
	b.ReportAllocs()
	for b.Loop() {
		l.Resample("rad", 0, 1, 1, l.theta, rng)
	}
}
