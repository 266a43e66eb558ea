package solve

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// long reports whether the long tests are wanted.
func long() bool { return os.Getenv("PINN_LONG") != "" }

// starts is how many random starts the numeric tests of the gallery try: one in
// the short tier, three by default, and as many as the tolerances were measured
// with in the long one.
func starts() uint64 {
	switch {
	case long():
		return 50
	case testing.Short():
		return 1
	}
	return 3
}

// opened returns a problem of the gallery with the settings put into it.
func opened(t testing.TB, name string, settings ...string) *setup.Setup {
	t.Helper()
	src, err := problems.FromGallery(name)
	if err != nil {
		t.Fatal(err)
	}
	st, faults := setup.Read(src, settings)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return st
}

// small makes a problem so small that every component of its gradient can be
// checked by differences; its points fill no tile evenly.
var small = []string{"network.hidden=[5, 4]", "points.interior=37"}

// prepared returns the run of a statement.
func prepared(t testing.TB, st *setup.Setup) *Run {
	t.Helper()
	r, faults, err := New(st, Options{Threads: 1})
	if r == nil {
		t.Fatal(faults, err)
	}
	return r
}

// someTheta returns a start of the network with biases that are not 0, so that
// every derivative of the activations matters.
func someTheta(tr *Run, start uint64) []float64 {
	rng := rand.New(rand.NewPCG(start, 17))
	theta := make([]float64, tr.Loss().Dim())
	tr.Loss().Start(theta, rng)
	for i, decays := range tr.Loss().Decays() {
		if !decays && i < tr.Network().Size() {
			theta[i] = 0.3 * rng.NormFloat64()
		}
	}
	return theta
}

// eachProblem runs a test for every file of the gallery.
func eachProblem(t *testing.T, test func(t *testing.T, name string)) {
	for _, name := range problems.Gallery() {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// TestGalleryStates: every file compiles without a word, has something to judge
// the answer by, and all conditions that may be hard either are or say why not.
func TestGalleryStates(t *testing.T) {
	eachProblem(t, func(t *testing.T, name string) {
		st := opened(t, name)
		if st.Truth == nil {
			t.Error("nothing to judge the answer by")
		}
		if st.Spec.Target == nil || st.Spec.Target.RelL2 == nil {
			t.Error("no target")
		}
		if st.Spec.Name != name {
			t.Errorf("name %q", st.Spec.Name)
		}
		prepared(t, st)
		noted := map[int]bool{}
		for _, n := range st.Hard.Notes {
			noted[n.Condition] = true
		}
		for _, i := range st.Hard.Soft {
			if !noted[i] && st.Spec.Conditions[i].Enforce != "soft" {
				t.Errorf("condition %d is soft without a word", i)
			}
		}
	})
}

// TestFill: filling twice is filling once, and what is filled in is all that is
// needed: the filled file, read back, is filled already and says the same.
func TestFill(t *testing.T) {
	eachProblem(t, func(t *testing.T, name string) {
		st := opened(t, name)
		once := st.Spec.Encode()
		st.Fill()
		if twice := st.Spec.Encode(); !bytes.Equal(once, twice) {
			t.Errorf("filled twice:\n%s\nfilled once:\n%s", twice, once)
		}
		again, faults := setup.Read(problems.Source{File: name + ".toml", Text: once, Read: st.Read}, nil)
		if len(faults) > 0 {
			t.Fatalf("%v in\n%s", faults, once)
		}
		if got := again.Spec.Encode(); !bytes.Equal(once, got) {
			t.Errorf("written, read and filled:\n%s\nbefore:\n%s", got, once)
		}
		for i, e := range st.Problem.Equations {
			if got := again.Problem.Equations[i].Residual.String(); got != e.Residual.String() {
				t.Errorf("equation %d reads %s, was %s", i, got, e.Residual)
			}
		}
		for i, c := range st.Problem.Conditions {
			if got := again.Problem.Conditions[i].Residual.String(); got != c.Residual.String() {
				t.Errorf("condition %d reads %s, was %s", i, got, c.Residual)
			}
		}
	})
}

// TestEncode: what is written of a file as it stands, nothing filled in, reads
// back to the same.
func TestEncode(t *testing.T) {
	eachProblem(t, func(t *testing.T, name string) {
		src, _ := problems.Open(name)
		spec, faults := problems.Decode(name+".toml", src)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		once := spec.Encode()
		again, faults := problems.Decode(name+".toml", once)
		if len(faults) > 0 {
			t.Fatalf("%v in\n%s", faults, once)
		}
		if twice := again.Encode(); !bytes.Equal(once, twice) {
			t.Errorf("written twice:\n%s\nonce:\n%s", twice, once)
		}
	})
}
