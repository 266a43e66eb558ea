package build

import (
	"testing"

	"pinn/problems"
)

// TestCurvatureSteps: waves, transport and dispersion get three times the steps of what
// dissipates or does not evolve.
func TestCurvatureSteps(t *testing.T) {
	for name, more := range map[string]bool{
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
		if more {
			want *= 3
		}
		for stage, want := range map[int]int{1: want, 2: 2 * want / 5} {
			plan := Phases(spec, stage)
			if got := *plan[len(plan)-1].Steps; got != want {
				t.Errorf("%s: %d steps of the last phase of stage %d, want %d", name, got, stage, want)
			}
		}
	}
}

// TestDefaultStages: two stages, unless the file has a plan of its own or data, or the
// network is too large for a dense method.
func TestDefaultStages(t *testing.T) {
	const begin = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n[[condition]]\nat = 'boundary'\nis = 'u = 0'\n"
	for text, want := range map[string]int{
		"":                              2,
		"[train]\nstages = 1\n":         1,
		"[[phase]]\nmethod = 'adamw'\n": 1,
		"[[data]]\nis = 'u = w'\ncolumns = ['x', 'w']\npoints = [[0.5, 1]]\n": 1,
		"[network]\nhidden = [90, 90]\n":                                      1,
	} {
		spec, _, faults := compile([]byte(begin + text))
		if spec == nil || faults.HasErrors() {
			t.Fatalf("%q: %v", text, faults)
		}
		if got := Stages(spec); got != want {
			t.Errorf("%q: %d stages, want %d", text, got, want)
		}
	}
}
