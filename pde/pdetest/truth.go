// Package pdetest holds test material for package pde: it proves that a truth
// (an exact or built-in solution) satisfies the equations and conditions of its
// problem. Derivatives come from differences of the solution's values, never
// from the symbolic code that is under test elsewhere, and every tolerance
// follows from the error that the differences estimate for themselves.
//
// The one function to know is TestTruth.
package pdetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pinn/pde"
	"pinn/pde/cube"
	"pinn/pde/judging"
)

const (
	// rounding is the relative error of a truth's values: a few units in the
	// last place for an expression, 4 for the Cole–Hopf quadrature.
	rounding = 16 * 0x1p-53
	// margin multiplies the estimated errors of the derivatives, which were
	// never below 1.4 times the true ones (see TestDerivative).
	margin = 10
	// resolved is the largest tolerance, relative to the size of the terms of a
	// statement, at which passing still proves something.
	resolved = 1e-5
	// inner is the part of each axis, away from the ends, that points are taken
	// from; nearer to an end differences are one-sided and less accurate.
	inner = 1 - 2*reach
)

// Report is what Check found for one equation or condition.
type Report struct {
	Name    string
	Skipped string    // why nothing was checked, or ""
	Fault   error     // why nothing could be checked, or nil
	Points  int       // how many points were tried
	Worst   float64   // |r| at the point where |r| is largest beside Tol
	Tol     float64   // what |r| may be there
	Scale   float64   // the largest term of the statement: what a large |r| is
	At      []float64 // that point
}

// Err returns why the statement does not hold, or nil.
func (r Report) Err() error {
	switch {
	case r.Skipped != "":
		return nil
	case r.Fault != nil:
		return fmt.Errorf("%s: %w", r.Name, r.Fault)
	case !(r.Worst <= r.Tol):
		return fmt.Errorf("%s: residual %.3g at %v, want at most %.1e (terms of size %.1e)", r.Name, r.Worst, r.At, r.Tol, r.Scale)
	case !(r.Tol <= resolved*r.Scale):
		return fmt.Errorf("%s: differences are too coarse at %v: tolerance %.1e for terms of size %.1e", r.Name, r.At, r.Tol, r.Scale)
	}
	return nil
}

// TestTruth fails unless the truth satisfies every equation and condition of the
// problem at 50 random points each. params are the true values of the unknown
// parameters, in their order. Statements with a field whose truth is not known
// are skipped, with a note.
func TestTruth(t testing.TB, p *pde.Problem, truth judging.Truth, params []float64) {
	t.Helper()
	if !truth.Free() {
		t.Fatal("pdetest: a table cannot be differentiated")
	}
	for _, r := range Check(p, truth, params, 50, rand.New(rand.NewPCG(1, 1))) {
		if err := r.Err(); err != nil {
			t.Error(err)
		}
		if r.Skipped != "" {
			t.Logf("%s: skipped: %s", r.Name, r.Skipped)
			continue
		}
		t.Logf("%s: %d points, residual %.1e, tolerance %.1e, terms %.1e", r.Name, r.Points, r.Worst, r.Tol, r.Scale)
	}
}

// Check evaluates every equation at n random points of the domain and every
// condition at n random points of its place, with the truth and the differences
// of its values for the fields and their derivatives. The truth must be Free.
func Check(p *pde.Problem, truth judging.Truth, params []float64, n int, rng *rand.Rand) []Report {
	c := newChecker(p, truth, params)
	var reports []Report
	for i, e := range p.Equations {
		name := fmt.Sprintf("equation[%d] %s", i, e.Name)
		pts, err := p.Box.Sample(cube.Uniform{}, 4*n, rng)
		reports = append(reports, c.check(name, e.Residual, c.inner(pts, n), err))
	}
	for i, k := range p.Conditions {
		name := fmt.Sprintf("condition[%d] %s at %s", i, k.Name, k.At)
		pts, err := p.Box.SampleOn(k.Pieces, cube.Uniform{}, 4*n, rng)
		if err == nil && k.NeedsNormal() && pts.MissingNormal() >= 0 {
			err = fmt.Errorf("no normal at %v", pts.At(pts.MissingNormal()))
		}
		reports = append(reports, c.check(name, k.Residual, c.inner(pts, n), err))
	}
	return reports
}
