package jet

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"pinn/internal/rows"
	"pinn/pde/expr"
	"pinn/pinn/pinntest"
)

// scalars are the activations as functions of a complex number: all that the
// twin below knows of them.
var scalars = map[string]func(z complex128) complex128{
	"tanh":     cmplx.Tanh,
	"sin":      cmplx.Sin,
	"swish":    func(z complex128) complex128 { return z / (1 + cmplx.Exp(-z)) },
	"softplus": func(z complex128) complex128 { return cmplx.Log(1 + cmplx.Exp(z)) },
	"gelu":     func(z complex128) complex128 { return z * (1 + complexErf(z/math.Sqrt2)) / 2 },
}

// complexErf sums the power series of erf, good to 1e-13 for |z| ≤ 2.
func complexErf(z complex128) complex128 {
	sum, term := complex(0, 0), z
	for n := range 60 {
		sum += term / complex(float64(2*n+1), 0)
		term *= -z * z / complex(float64(n+1), 0)
	}
	return sum * complex(2/math.Sqrt(math.Pi), 0)
}

// cauchy returns the k-th derivative of s at x from Cauchy's integral over a
// circle of radius 1, by the trapezoidal rule, which is spectrally accurate.
func cauchy(s func(complex128) complex128, x float64, k int) float64 {
	const n = 64
	sum, factorial := complex(0, 0), 1.0
	for i := range n {
		w := cmplx.Exp(complex(0, 2*math.Pi*float64(i)/n))
		sum += s(complex(x, 0)+w) * cmplx.Pow(w, complex(float64(-k), 0))
	}
	for i := 2; i <= k; i++ {
		factorial *= float64(i)
	}
	return factorial * real(sum) / n
}

// faaDiBruno returns h_α for h = s(z) from the components of z: the sum over all
// partitions of the |α| single derivatives into blocks B of
//
//	s_{number of blocks}(z_0)·Π_B z_B.
func faaDiBruno(s func(complex128) complex128, alpha expr.Multi, z func(expr.Multi) float64) float64 {
	var slots []int
	for axis, k := range alpha {
		for range k {
			slots = append(slots, axis)
		}
	}
	sum := 0.0
	var place func(i int, blocks []expr.Multi)
	place = func(i int, blocks []expr.Multi) {
		if i == len(slots) {
			p := cauchy(s, z(expr.Multi{}), len(blocks))
			for _, b := range blocks {
				p *= z(b)
			}
			sum += p
			return
		}
		for j := range blocks {
			blocks[j][slots[i]]++
			place(i+1, blocks)
			blocks[j][slots[i]]--
		}
		place(i+1, append(blocks, expr.Unit(slots[i])))
	}
	place(0, nil)
	return sum
}

// testSets are jet sets of every kind that problems use, and harder ones.
var testSets = map[string]*Set{
	"value":     NewSet(),
	"first":     NewSet(expr.Unit(0), expr.Unit(1)),
	"burgers":   NewSet(expr.Unit(1), expr.Multi{2}),
	"plate":     NewSet(expr.Multi{2}, expr.Multi{1, 1}, expr.Multi{0, 2}),
	"heat3d":    NewSet(expr.Multi{2}, expr.Multi{0, 2}, expr.Multi{0, 0, 2}, expr.Multi{0, 0, 0, 1}),
	"kdv":       NewSet(expr.Unit(1), expr.Multi{3}),
	"beam":      NewSet(expr.Multi{4}),
	"bihar":     NewSet(expr.Multi{4}, expr.Multi{2, 2}, expr.Multi{0, 4}),
	"mixed":     NewSet(expr.Multi{2, 1, 1}, expr.Multi{1, 3}),
	"four axes": NewSet(expr.Multi{1, 1, 1, 1}),
}

// runUnit carries one unit with the given z through a routine of the jet and
// returns the rows of the banks H and S.
func runUnit(j *Jet, r *rows.Program, z []float64, points int) (h, s []float64) {
	h, s = make([]float64, len(z)), make([]float64, len(z))
	work := make([]float64, j.Work*points)
	r.Run(unitBanks(points, map[rows.Bank][]float64{BankZ: z, BankH: h, BankS: s, BankWork: work}), points)
	return h, s
}

// unitBanks lays the banks of a unit on the given rows of so many points.
func unitBanks(points int, mem map[rows.Bank][]float64) *rows.Banks {
	b := &rows.Banks{}
	for bank, m := range mem {
		b.Set(bank, m, points)
	}
	return b
}

func TestJetAgainstFaaDiBruno(t *testing.T) {
	const points = 8
	// tol bounds the error of h_α relative to 1 + |h_α|. Theory: Cauchy's integral
	// is good to ε·k! ≈ 5e-15, times 15 products of up to four numbers of size 1.5.
	// Worst of 50 seeds × 50 cases: 2.6e-12. Margin 40.
	const tol = 1e-10
	for _, a := range activations {
		for name, set := range testSets {
			t.Run(a.name+"/"+name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				j := New(a, set, points)
				z := make([]float64, set.Len()*points)
				for i := range z {
					z[i] = max(-1.5, min(1.5, rng.NormFloat64()))
				}
				forward, _ := runUnit(j, &j.Forward, z, points)
				value, _ := runUnit(j, &j.Value, z, points)
				for c, alpha := range set.order {
					for p := range points {
						want := faaDiBruno(scalars[a.name], alpha, func(m expr.Multi) float64 {
							return z[set.Index(m)*points+p]
						})
						got := forward[c*points+p]
						if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
							t.Fatalf("h_%v = %v, want %v (tol %g)", alpha, got, want, tol)
						}
						if v := value[c*points+p]; v != got {
							t.Fatalf("h_%v = %v without the adjoint's rows, %v with them", alpha, v, got)
						}
					}
				}
			})
		}
	}
}

func TestJetAdjointIsTranspose(t *testing.T) {
	// tol bounds the error of z̄ relative to its largest element, for central
	// differences at h = 6e-6. Theory: h² + ε/h ≈ 1e-10. Worst of 50 seeds × 50
	// cases: 2.3e-10. Margin 40.
	const points, h, tol = 4, 6e-6, 1e-8
	for _, a := range activations {
		for name, set := range testSets {
			t.Run(a.name+"/"+name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(3, 4))
				j := New(a, set, points)
				n := set.Len() * points
				z, bar := make([]float64, n), make([]float64, n)
				for i := range z {
					z[i], bar[i] = max(-1.5, min(1.5, rng.NormFloat64())), rng.NormFloat64()
				}
				_, s := runUnit(j, &j.Forward, z, points)
				zbar := append([]float64(nil), bar...)
				j.Adjoint.Run(unitBanks(points, map[rows.Bank][]float64{BankZ: zbar, BankS: s}), points)
				f := func(i int, step float64) float64 {
					moved := append([]float64(nil), z...)
					moved[i] += step
					out, _ := runUnit(j, &j.Forward, moved, points)
					sum := 0.0
					for k := range out {
						sum += bar[k] * out[k]
					}
					return sum
				}
				scale := 1.0
				for _, v := range zbar {
					scale = max(scale, math.Abs(v))
				}
				for i := range z {
					want := (f(i, h) - f(i, -h)) / (2 * h)
					if !(math.Abs(zbar[i]-want) <= tol*scale) {
						t.Fatalf("z̄[%d] = %v, want %v (tol %g of %g)", i, zbar[i], want, tol, scale)
					}
				}
			})
		}
	}
}

func TestJetInstructionCounts(t *testing.T) {
	// The general path is as lean as a hand-written one where it matters most.
	a := Find("tanh")
	j := New(a, testSets["burgers"], 8)
	got := fmt.Sprint(len(j.Value.Code), len(j.Forward.Code), len(j.Adjoint.Code))
	if want := "8 11 8"; got != want {
		t.Errorf("instructions for value, forward, adjoint = %s, want %s", got, want)
	}
}

// TestFusedJets compares the fused routines with the general programs, unit by unit.
func TestFusedJets(t *testing.T) {
	// tol bounds the difference relative to the largest component. Theory: some 100
	// roundings of 2⁻⁵³ on either side. Worst of 50 seeds × all sets × 3 tiers: 1.9e-15
	// (linux/amd64, go1.26). Margin 54.
	const points, tol = 24, 1e-13
	fused := 0
	for _, a := range activations {
		for name, set := range testSets {
			j := New(a, set, points)
			if j.Fused == nil {
				continue
			}
			fused++
			t.Run(a.name+"/"+name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(5, 6))
				n := set.Len() * points
				z, bar := make([]float64, n), make([]float64, n)
				for i := range z {
					z[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
				}
				h := slices.Clone(z)
				for p := range points {
					h[p] -= 0.5
				}
				j.Fused.Forward(h, points, 0.5)
				want, s := runUnit(j, &j.Forward, z, points)
				pinntest.Agrees(t, "h", h, want, tol)

				wantBar := slices.Clone(bar)
				j.Adjoint.Run(unitBanks(points, map[rows.Bank][]float64{BankZ: wantBar, BankS: s}), points)
				j.Fused.Adjoint(bar, h, points)
				pinntest.Agrees(t, "z̄", bar, wantBar, tol)
			})
		}
	}
	if fused < 5 {
		t.Errorf("%d jets are fused, want those of the problems that people solve", fused)
	}
}

// TestFusedSets: every set that a problem of the gallery carries has its routine.
func TestFusedSets(t *testing.T) {
	x, y, z := expr.Unit(0), expr.Unit(1), expr.Unit(2)
	for _, tt := range []struct {
		name string
		set  *Set
	}{
		{"value", NewSet()},
		{"advection", NewSet(x, y)},
		{"heat, axes (x, t)", NewSet(y, expr.Multi{2})},
		{"heat, axes (t, x)", NewSet(x, expr.Multi{0, 2})},
		{"wave", NewSet(expr.Multi{2}, expr.Multi{0, 2})},
		{"heat-2d", NewSet(z, expr.Multi{2}, expr.Multi{0, 2})},
		{"plate", NewSet(expr.Multi{2}, expr.Multi{1, 1}, expr.Multi{0, 2})},
		{"kdv", NewSet(y, expr.Multi{3})},
		{"beam", NewSet(expr.Multi{4})},
		{"beam's end", NewSet(expr.Multi{3})},
	} {
		if Fuse(Find("tanh"), tt.set, 8) == nil {
			t.Errorf("%s has no routine", tt.name)
		}
	}
}

// TestSet: a set holds all below each of its members, sorted so that these come before it.
func TestSet(t *testing.T) {
	for name, set := range testSets {
		for c, alpha := range set.All() {
			if set.At(c) != alpha || set.Index(alpha) != c {
				t.Errorf("%s: component %d is %v, whose index is %d", name, c, set.At(c), set.Index(alpha))
			}
			count := 1 // Π (α_i + 1)
			for i, k := range alpha {
				count *= int(k) + 1
				if k == 0 {
					continue
				}
				below := alpha
				below[i]--
				if b := set.Index(below); b < 0 || b >= c {
					t.Errorf("%s: %v is component %d, before which %v must come: it is %d", name, alpha, c, below, b)
				}
			}
			set.Below(alpha, func(beta expr.Multi) {
				count--
				if !beta.Le(alpha) {
					t.Errorf("%s: %v is not below %v", name, beta, alpha)
				}
			})
			if count != 0 {
				t.Errorf("%s: Below misses %d of what is below %v", name, count, alpha)
			}
		}
		if set.Index(expr.Multi{0, 0, 0, 5}) != -1 {
			t.Errorf("%s: the index of a multi-index that it lacks is not −1", name)
		}
	}
	if n := NewSetUpTo(5, expr.Multi{5}).MaxOrder(); n != 5 {
		t.Errorf("largest order %d, want 5", n)
	}
}

// TestStep: no other axis leaves fewer multi-indices below.
func TestStep(t *testing.T) {
	below := func(alpha expr.Multi) int {
		n := 1
		for _, k := range alpha {
			n *= int(k) + 1
		}
		return n
	}
	for name, set := range testSets {
		for _, alpha := range set.All()[1:] {
			got, axis := Step(alpha)
			if got.Add(axis) != alpha {
				t.Errorf("%s: %v is not %v and one derivative by axis %d", name, alpha, got, axis)
			}
			for i, k := range alpha {
				other := alpha
				if other[i]--; k > 0 && below(other) < below(got) {
					t.Errorf("%s: %v to %v leaves %d below, axis %d only %d", name, alpha, got, below(got), i, below(other))
				}
			}
		}
	}
}

func TestJetRefuses(t *testing.T) {
	pinntest.Panics(t, map[string]func(){
		"activation": func() { Find("relu") },
		"order":      func() { NewSet(expr.Multi{3, 2}) },
		"order 6":    func() { NewSetUpTo(5, expr.Multi{3, 3}) },
	})
	for i, name := range Activations() {
		if a := Find(name); a.Name() != name || a.Name() != activations[i].name {
			t.Errorf("activation %d is %s and is found as %s", i, name, a.Name())
		}
	}
}
