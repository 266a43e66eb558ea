package build

import (
	"testing"

	"pinn/problems"
)

// TestCurvatureSteps: waves, transport and dispersion get twice the steps of what
// dissipates or does not evolve.
func TestCurvatureSteps(t *testing.T) {
	for name, twice := range map[string]bool{
		"advection": true, "kdv": true, "wave": true,
		"heat": false, "burgers": false, "allen-cahn": false, "poisson": false, "beam": false, "elasticity-plate": false,
	} {
		text, ok := problems.Open(name)
		if !ok {
			t.Fatalf("%s is not in the gallery", name)
		}
		spec, _, faults := compile(text)
		if spec == nil {
			t.Fatal(faults)
		}
		want := curvature
		if twice {
			want *= 2
		}
		if got := *spec.Phases[len(spec.Phases)-1].Steps; got != want {
			t.Errorf("%s: %d steps of the last phase, want %d", name, got, want)
		}
	}
}
