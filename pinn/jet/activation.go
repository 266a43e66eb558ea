package jet

import (
	"math"

	"pinn/internal/kernel"
	"pinn/internal/rows"
	"pinn/pde/expr"
)

// Activation is one scalar function s. build appends the program that carries any jet
// through it; fused gives a faster routine for some jets. A new activation is its
// derivatives in one function and a row in the table below.
type Activation struct {
	name  string
	build func(b *builder)
	fused func(words []string, t int) Routine // nil if it has no faster routine
}

// activations are the functions that a network may name.
var activations = []Activation{
	{"tanh", buildTanh, fuseTanh},
	{"sin", buildSin, nil},
	{"swish", func(b *builder) { b.tower(swish) }, nil},
	{"gelu", func(b *builder) { b.tower(gelu) }, nil},
	{"softplus", func(b *builder) { b.tower(softplus) }, nil},
}

// Name returns the name of the activation.
func (a Activation) Name() string { return a.name }

// Activations returns the names of all activations.
func Activations() []string {
	names := make([]string, len(activations))
	for i, a := range activations {
		names[i] = a.name
	}
	return names
}

// Find returns the activation of the name, or panics.
func Find(name string) Activation {
	for _, a := range activations {
		if a.name == name {
			return a
		}
	}
	panic("jet: unknown activation")
}

// buildTanh uses s' = 1 − s², so that no other derivative of s is needed:
//
//	S_0 = 1 − h_0²,   S_β = −Σ_{γ≤β} C(β,γ) h_γ h_{β−γ}   (β ≠ 0).
func buildTanh(b *builder) {
	b.Apply(kernel.Tanh, b.h(0), b.z(0))
	for c, alpha := range b.set.order {
		if c > 0 {
			b.output(alpha)
		}
		if !b.wants(alpha) {
			continue
		}
		first := true
		b.set.Below(alpha, func(gamma expr.Multi) {
			i, j := b.set.Index(gamma), b.set.Index(alpha.Sub(gamma))
			if i > j {
				return // γ and β−γ give the same product, which is added once, doubled
			}
			factor := -alpha.Binom(gamma)
			if i != j {
				factor *= 2
			}
			b.Product(first, b.s(c), factor, b.h(i), b.h(j))
			first = false
		})
		if c == 0 {
			b.AddConst(b.s(0), 1, b.s(0))
		}
	}
}

// buildSin uses that the derivative of S = cos∘z is −h:
//
//	S_0 = cos z_0,   S_{α+e_i} = −Σ_{β≤α} C(α,β) h_{α−β} z_{β+e_i}.
func buildSin(b *builder) {
	b.Apply(kernel.Sin, b.h(0), b.z(0))
	if b.wants(expr.Multi{}) {
		b.Apply(kernel.Cos, b.s(0), b.z(0))
	}
	for c, alpha := range b.set.order[1:] {
		b.output(alpha)
		if b.wants(alpha) {
			b.chain(b.s(c+1), -1, alpha, func(m expr.Multi) rows.Ref { return b.h(b.set.Index(m)) })
		}
	}
}

// sigmoid computes dst = 1/(1+e^{−x}) = (1 + tanh(x/2))/2.
func sigmoid(dst, src []float64) {
	kernel.Scale(dst, 0.5, src)
	kernel.Tanh(dst, dst)
	kernel.Scale(dst, 0.5, dst)
	kernel.AddConst(dst, 0.5, dst)
}

// softplusValue computes dst = log(1+e^x) = max(x, 0) + log1p(e^{−|x|}).
func softplusValue(dst, src []float64) {
	for i, x := range src {
		dst[i] = max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	}
}

// normalCDF computes dst = Φ(x), the standard normal distribution function.
func normalCDF(dst, src []float64) {
	for i, x := range src {
		dst[i] = 0.5 * math.Erfc(-x*(math.Sqrt2/2))
	}
}

// normalDensity computes dst = φ(x) = e^{−x²/2}/√(2π).
func normalDensity(dst, src []float64) {
	kernel.MulC(dst, -0.5, src, src)
	kernel.Exp(dst, dst)
	kernel.Scale(dst, 1/math.Sqrt(2*math.Pi), dst)
}

// logistic holds coefficients of polynomials, lowest power first. The derivatives of
// S = sigmoid(z) are S⁽ⁿ⁺¹⁾ = S(1−S)·logistic[n](S).
var logistic = [][]float64{
	{1},
	{1, -2},
	{1, -6, 6},
	{1, -14, 36, -24},
	{1, -30, 150, -240, 120},
	{1, -62, 540, -1560, 1800, -720},
}

// softplus is s = log(1+e^z), with s_1 = S = sigmoid(z) and s_{n+1} = S⁽ⁿ⁾.
func softplus(b *builder, d []rows.Ref) {
	b.Apply(softplusValue, d[0], b.z(0))
	if len(d) > 1 {
		b.sigmoids(d[1:])
	}
}

// swish is s = zS with S = sigmoid(z), so that s_n = z S⁽ⁿ⁾ + n S⁽ⁿ⁻¹⁾.
func swish(b *builder, d []rows.Ref) {
	sigmoid := make([]rows.Ref, len(d))
	for n := range d {
		sigmoid[n] = b.temp()
	}
	b.sigmoids(sigmoid)
	for n := range d {
		b.Mul(d[n], b.z(0), sigmoid[n])
		if n > 0 {
			b.Axpy(d[n], float64(n), sigmoid[n-1])
		}
	}
}

// sigmoids appends d[n] = S⁽ⁿ⁾(z_0) for S = sigmoid.
func (b *builder) sigmoids(d []rows.Ref) {
	b.Apply(sigmoid, d[0], b.z(0))
	if len(d) == 1 {
		return
	}
	q := b.temp() // S − S²
	b.Product(true, q, -1, d[0], d[0])
	b.Axpy(q, 1, d[0])
	for n := 1; n < len(d); n++ {
		b.polynomial(d[n], logistic[n-1], d[0], q)
	}
}

// hermite holds coefficients of polynomials, lowest power first. The derivatives of gelu
// are s_{n+2} = φ(z)·hermite[n](z), with the normal density φ.
var hermite = [][]float64{
	{2, 0, -1},
	{0, -4, 0, 1},
	{-4, 0, 7, 0, -1},
	{0, 18, 0, -11, 0, 1},
	{18, 0, -51, 0, 16, 0, -1},
}

// gelu is s = zΦ(z) with the normal distribution function Φ and its density φ, so that
// s_1 = Φ + zφ, s_2 = φ(2−z²), and so on.
func gelu(b *builder, d []rows.Ref) {
	cdf := b.temp()
	b.Apply(normalCDF, cdf, b.z(0))
	b.Mul(d[0], b.z(0), cdf)
	if len(d) == 1 {
		return
	}
	density := b.temp()
	b.Apply(normalDensity, density, b.z(0))
	b.Mul(d[1], b.z(0), density)
	b.Axpy(d[1], 1, cdf)
	for n := 2; n < len(d); n++ {
		b.polynomial(d[n], hermite[n-2], b.z(0), density)
	}
}
