package kernel

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// jetWords returns the words of a shape, the value as "".
func jetWords(shape string) []string {
	w := strings.Fields(shape)
	w[0] = ""
	return w
}

// splits calls f for every way to deal the letters of a word to two words; each
// letter counts as another, so that no binomials are needed.
func splits(word string, f func(a, b string)) {
	for m := range 1 << len(word) {
		var a, b []byte
		for i := range len(word) {
			if m>>i&1 == 0 {
				a = append(a, word[i])
			} else {
				b = append(b, word[i])
			}
		}
		f(string(a), string(b))
	}
}

func sorted(word string) string {
	b := []byte(word)
	slices.Sort(b)
	return string(b)
}

// textbookJet is the twin of the routines at one point: h and S = 1 − h² by the
// product rule.
type textbookJet struct {
	z, h, s map[string]float64
}

func newTextbookJet(words []string, z []float64, bias float64) *textbookJet {
	j := &textbookJet{map[string]float64{}, map[string]float64{}, map[string]float64{}}
	for c, w := range words {
		j.z[w] = z[c]
	}
	for _, w := range words { // of increasing length
		if w == "" {
			j.h[w] = math.Tanh(z[0] + bias)
		} else {
			splits(w[1:], func(a, b string) { j.h[w] += j.s[a] * j.z[sorted(b+w[:1])] })
		}
		splits(w, func(a, b string) { j.s[w] -= j.h[a] * j.h[b] })
		if w == "" {
			j.s[w]++
		}
	}
	return j
}

// adjoint returns z̄ by the product rule: h̄_α reaches z_γ through every split of α.
func (j *textbookJet) adjoint(words []string, bar []float64) map[string]float64 {
	out := map[string]float64{}
	for c, w := range words {
		splits(w, func(a, b string) { out[b] += j.s[a] * bar[c] })
	}
	return out
}

// tolJet bounds the error of a component relative to the largest of its unit, at least
// 1. Theory: 3 ulp of tanh and some tens of products, whose sums may cancel: up to 24
// products of four normal numbers, of size 100, make 100·30·2⁻⁵³ = 3e-13. Worst of 100
// seeds × 17 shapes × 3 tiers × 40 points: 7.0e-14 (linux/amd64, go1.26). Margin 14.
const tolJet = 1e-12

func TestTanhJet(t *testing.T) {
	const stride = 40
	eachTier(t, func(t *testing.T) {
		for _, shape := range jetShapes {
			t.Run(shape, func(t *testing.T) {
				words := jetWords(shape)
				for _, n := range []int{0, 8, 16, 24, 40} {
					checkTanhJet(t, words, n, stride)
				}
			})
		}
	})
}

func checkTanhJet(t *testing.T, words []string, n, stride int) {
	t.Helper()
	j, ok := NewTanhJet(words, stride)
	if !ok {
		t.Fatal("no routine")
	}
	rng := newRand(uint64(n))
	size := (len(words)-1)*stride + n
	z, bar := make([]float64, size+8), make([]float64, size+8)
	for i := range z {
		z[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
	}
	h, out := slices.Clone(z), slices.Clone(bar)
	const bias = 0.3
	j.Forward(h[:size], n, bias)
	j.Adjoint(out[:size], h[:size], n)
	for i := range z {
		if p := i % stride; i >= size || p >= n {
			if h[i] != z[i] || out[i] != bar[i] {
				t.Fatalf("n = %d: element %d outside the rows has changed", n, i)
			}
		}
	}
	for p := range n {
		var zs, bars []float64
		for c := range words {
			zs, bars = append(zs, z[c*stride+p]), append(bars, bar[c*stride+p])
		}
		twin := newTextbookJet(words, zs, bias)
		zbar := twin.adjoint(words, bars)
		for c, w := range words {
			i := c*stride + p
			compareJet(t, fmt.Sprintf("n = %d: h_%s", n, w), h[i], twin.h[w], largest(twin.h))
			compareJet(t, fmt.Sprintf("n = %d: z̄_%s", n, w), out[i], zbar[w], largest(zbar))
		}
	}
}

func largest(m map[string]float64) float64 {
	v := 1.0
	for _, x := range m {
		v = max(v, math.Abs(x))
	}
	return v
}

func compareJet(t *testing.T, what string, got, want, scale float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolJet*scale) {
		t.Fatalf("%s = %v, want %v (tol %g of %g)", what, got, want, tolJet, scale)
	}
}

// TestTanhJetNames: axes of other names and rows in another order are the same jet,
// with the same bits.
func TestTanhJetNames(t *testing.T) {
	const n = 16
	tests := []struct{ shape, other []string }{
		{[]string{"", "a", "b", "aa"}, []string{"", "b", "a", "aa"}},
		{[]string{"", "a", "b", "aa"}, []string{"", "c", "d", "cc"}},
		{[]string{"", "a", "b", "aa"}, []string{"", "d", "c", "cc"}},
		{[]string{"", "a", "b", "aa", "ab", "bb"}, []string{"", "c", "a", "cc", "ac", "aa"}},
		{[]string{"", "a", "b", "c", "aa", "bb"}, []string{"", "c", "b", "a", "cc", "aa"}},
	}
	eachTier(t, func(t *testing.T) {
		for _, tt := range tests {
			t.Run(strings.Join(tt.other, " "), func(t *testing.T) {
				a, ok := NewTanhJet(tt.shape, n)
				b, ok2 := NewTanhJet(tt.other, n)
				if !ok || !ok2 || a.shape != b.shape {
					t.Fatal("not one shape")
				}
				rng := newRand(1)
				x, y := make([]float64, n*len(tt.shape)), make([]float64, n*len(tt.shape))
				for c := range tt.shape {
					for p := range n {
						v := rng.NormFloat64()
						x[a.rows[c]+p], y[b.rows[c]+p] = v, v
					}
				}
				a.Forward(x, n, 1)
				b.Forward(y, n, 1)
				for c, w := range tt.shape {
					for p := range n {
						if got, want := y[b.rows[c]+p], x[a.rows[c]+p]; !sameBits(got, want) {
							t.Fatalf("h_%s = %v, want %v", w, got, want)
						}
					}
				}
			})
		}
	})
}

func TestTanhJetRefuses(t *testing.T) {
	for _, words := range [][]string{
		nil, {"a"}, {"", "a", "b", "ab"}, {"", "a", "aa", "aaa", "aaaa", "aaaaa"},
		{"", "a", "b", "c", "d", "e"}, {"a", ""},
	} {
		if _, ok := NewTanhJet(words, 8); ok {
			t.Errorf("%q has a routine, want none", words)
		}
	}
}

// A jet panics on points that are no multiple of 8 or longer than its rows, and on
// slices that end before its last row.
func TestTanhJetPanics(t *testing.T) {
	j, _ := NewTanhJet([]string{"", "x"}, 16)
	full := make([]float64, 32)
	for name, f := range map[string]func(){
		"points":        func() { j.Forward(full, 12, 0) },
		"long rows":     func() { j.Forward(full, 24, 0) },
		"negative":      func() { j.Forward(full, -8, 0) },
		"short z":       func() { j.Forward(full[:31], 16, 0) },
		"short adjoint": func() { j.Adjoint(full[:31], full, 16) },
		"short h":       func() { j.Adjoint(full, full[:31], 16) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("returned, want a panic")
				}
			}()
			f()
		})
	}
	j.Forward(full[:24], 8, 0) // the last row ends with the points in hand
}

func BenchmarkTanhJet(b *testing.B) {
	const n = 120
	for _, shape := range jetShapes {
		words := jetWords(shape)
		j, _ := NewTanhJet(words, n)
		z, bar := Aligned(n*len(words)), Aligned(n*len(words))
		b.Run("of=forward/set="+strings.ReplaceAll(shape, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				j.Forward(z, n, 0.1)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/point")
		})
		b.Run("of=adjoint/set="+strings.ReplaceAll(shape, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				j.Adjoint(bar, z, n)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/point")
		})
	}
}
