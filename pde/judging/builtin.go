package judging

import (
	"errors"
	"fmt"
	"math"

	"pinn/pde"
)

// builtins is the table of reference solutions that problem files may name.
var builtins = []struct {
	name string
	new  func(b pde.Box, fields []string, constants map[string]float64) (Truth, error)
}{
	{"burgers-cole-hopf", newColeHopf},
}

// NewBuiltin returns the named reference solution for a problem with the given
// domain, fields and constants. The error says what the problem lacks.
//
//	burgers-cole-hopf  Burgers' equation on x ∈ [−1, 1] from u = −sin(πx) at the
//	                   first end of t; the viscosity is the constant nu
func NewBuiltin(name string, b pde.Box, fields []string, constants map[string]float64) (Truth, error) {
	for _, r := range builtins {
		if r.name != name {
			continue
		}
		t, err := r.new(b, fields, constants)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return t, nil
	}
	return nil, fmt.Errorf("no built-in reference is named %q", name)
}

// Builtins returns the names that NewBuiltin knows.
func Builtins() []string {
	names := make([]string, len(builtins))
	for i, r := range builtins {
		names[i] = r.name
	}
	return names
}

// colehopf is the solution of u_t + u·u_x = ν·u_xx with u = −sin(πx) at the
// initial time t₀, which is odd, has period 2 and vanishes at x = ±1.
//
// For τ = t − t₀ > 0, with w = √(2ντ) and E(η) = −cos(π(x−η))/(2πν) − η²/(4ντ),
//
//	u = −∫ sin(π(x−η)) e^{E(η)} dη / ∫ e^{E(η)} dη,
//
// by the trapezoidal rule with equal nodes on [−H, H], which converges
// spectrally because the integrands are entire and die out at the ends.
//
// Half width. Every maximum of E satisfies η = τ·u₀ with |u₀| ≤ 1, and the
// nearest maximum of the cosine term is never further than 1, so what lies
// outside min(τ + 12w, √(1 + 160ντ)) is below e^−40 of the largest term.
//
// Spacing. The rule of spacing h errs by the integrands' spectrum beyond 2π/h.
// With A = 1/(2πν) that spectrum is the lines I_k(A) at πk, from exp(A·cos),
// each widened by the Gaussian factor e^{−ω²ντ}; the integral itself may be as
// small as e^−A. Hence 2π/h = πK + √(40/(ντ)) with I_K(A) ≤ e^{−A−40}.
//
// Cole, Quart. Appl. Math. 9 (1951) 225; Hopf, Comm. Pure Appl. Math. 3 (1950)
// 201; this form: Basdevant et al., Computers and Fluids 14 (1986) 23.
type colehopf struct {
	box   pde.Box
	x, t  int // axes
	nu    float64
	lines float64 // K above
}

var _ Truth = (*colehopf)(nil)

// minNu is the smallest viscosity accepted: the number of nodes grows as 1/ν,
// to 5e4 there.
const minNu = 1e-5

// newColeHopf checks that the problem has the domain the solution belongs to.
func newColeHopf(b pde.Box, fields []string, constants map[string]float64) (Truth, error) {
	nu, ok := constants["nu"]
	switch {
	case !ok:
		return nil, errors.New("needs the constant nu")
	case !(nu >= minNu) || math.IsInf(nu, 0):
		return nil, fmt.Errorf("nu must be at least %g, got %g", minNu, nu)
	case len(fields) != 1:
		return nil, fmt.Errorf("must have one field, got %d", len(fields))
	case b.Dim() != 2 || b.Time() < 0:
		return nil, errors.New("must have one spatial axis and the time axis t")
	}
	c := &colehopf{box: b, x: b.Spatial()[0], t: b.Time(), nu: nu, lines: besselLines(1 / (2 * math.Pi * nu))}
	if a := b.Axes[c.x]; math.Abs(a.From+1) > 1e-12 || math.Abs(a.To-1) > 1e-12 {
		return nil, fmt.Errorf("%s must run from -1 to 1, got %g to %g", a.Name, a.From, a.To)
	}
	return c, nil
}

// Known implements Truth.
func (c *colehopf) Known() []bool { return []bool{true} }

// Where implements Truth: the judging grid.
func (c *colehopf) Where() pde.Points { return c.box.JudgingGrid() }

// Free implements Truth.
func (c *colehopf) Free() bool { return true }

// At implements Truth.
func (c *colehopf) At(p pde.Points) [][]float64 {
	u := make([]float64, p.N)
	var scratch []float64
	for i := range u {
		x := p.At(i)
		u[i], scratch = c.value(x[c.x], x[c.t]-c.box.Axes[c.t].From, scratch)
	}
	return [][]float64{u}
}

// besselLines returns a K with I_K(a) ≤ e^{−a−40}, from the bound
//
//	I_K(a) ≤ (a/2)^K/K! · e^{a²/(4K)},  K! ≥ (K/e)^K.
func besselLines(a float64) float64 {
	k := math.Ceil(a) + 1
	for k*(math.Log(2*k/a)-1)-a*a/(4*k) < a+40 {
		k += 1 + math.Floor(k/64)
	}
	return k
}

// value returns u at x ∈ [−1, 1] and the time tau after the start. scratch is
// reused for the exponents and returned for the next call.
func (c *colehopf) value(x, tau float64, scratch []float64) (float64, []float64) {
	nu := c.nu
	switch {
	case tau*(2+10*nu) < 1e-17: // |u_t| ≤ 2 + 10ν there
		return -math.Sin(math.Pi * x), scratch
	case nu*tau > 5: // |u| ≤ e^{−π²ντ}
		return 0, scratch
	}
	half := min(tau+12*math.Sqrt(2*nu*tau), math.Sqrt(1+160*nu*tau))
	spacing := 2 * math.Pi / (math.Pi*c.lines + math.Sqrt(40/(nu*tau)))
	n := int(math.Ceil(half / spacing))
	h := half / float64(n)

	exponent := scratch[:0]
	top := math.Inf(-1)
	for k := -n; k <= n; k++ {
		eta := float64(k) * h
		e := -math.Cos(math.Pi*(x-eta))/(2*math.Pi*nu) - eta*eta/(4*nu*tau)
		exponent = append(exponent, e)
		top = max(top, e)
	}
	num, den := 0.0, 0.0
	for k, e := range exponent {
		if w := math.Exp(e - top); w > 0 {
			num += w * math.Sin(math.Pi*(x-float64(k-n)*h))
			den += w
		}
	}
	return -num / den, exponent
}
