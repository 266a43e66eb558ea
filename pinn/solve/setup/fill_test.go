package setup

import (
	"math"
	"strings"
	"testing"

	"pinn/problems"
)

// TestDefaultSlabs: waves, transport and dispersion are cut into slabs of time with a
// network each; what dissipates or does not evolve has a second network instead.
func TestDefaultSlabs(t *testing.T) {
	for name, want := range map[string]int{
		"advection": 4, "kdv": 8, "wave": 4,
		"heat": 1, "burgers": 1, "allen-cahn": 1, "poisson": 1, "beam": 1, "elasticity-plate": 1,
	} {
		text, ok := problems.Open(name)
		if !ok {
			t.Fatalf("%s is not in the gallery", name)
		}
		for more, want := range map[string]int{"": want, "\n[train]\nstages = 2\n": 1, "\n[[phase]]\nmethod = 'lbfgs'\n": 1, "\n[train]\nslabs = 3\n": 3} {
			spec, _, faults := filled(append(text[:len(text):len(text)], more...))
			if want == 3 && (name == "poisson" || name == "beam" || name == "elasticity-plate") {
				continue // there is no time
			}
			if spec == nil {
				t.Fatal(faults)
			}
			networks := 2
			if want > 1 || strings.Contains(more, "phase") {
				networks = 1
			}
			if slabs(spec) != want || stages(spec) != networks {
				t.Errorf("%s%s: %d slabs and %d stages, want %d and %d", name, more, slabs(spec), stages(spec), want, networks)
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
		spec, _, faults := filled([]byte(begin + text))
		if spec == nil || faults.HasErrors() {
			t.Fatalf("%q: %v", text, faults)
		}
		if got := stages(spec); got != want {
			t.Errorf("%q: %d stages, want %d", text, got, want)
		}
	}
}

// TestShare: the parts of a run follow one another, and share all of it.
func TestShare(t *testing.T) {
	for _, slabs := range []int{1, 3} {
		for _, stages := range []int{1, 2} {
			spec := &problems.Spec{}
			spec.Train.Slabs, spec.Train.Stages = &slabs, &stages
			end := 0.0
			for slab := 1; slab <= slabs; slab++ {
				for stage := 1; stage <= stages; stage++ {
					from, to := share(spec, slab, stage)
					want := 1 / float64(slabs)
					if stages == 2 {
						want *= float64(3-stage) / 3
					}
					if !(math.Abs(from-end) <= 1e-15 && math.Abs(to-from-want) <= 1e-15) {
						t.Errorf("slab %d of %d, stage %d of %d: from %v to %v, want %v from %v on", slab, slabs, stage, stages, from, to, want, end)
					}
					end = to
				}
			}
			if math.Abs(end-1) > 1e-15 {
				t.Errorf("%d slabs and %d stages end at %v, want 1", slabs, stages, end)
			}
		}
	}
}
