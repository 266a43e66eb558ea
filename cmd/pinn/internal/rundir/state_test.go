package rundir

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// someState is a small state with a part of every kind.
func someState(x float64) Weights {
	return Weights{Metadata: map[string]string{"kernel": "avx2", "words": `["a","β"]`}, Tensors: []Tensor{
		{Name: "theta", Shape: []int{2}, Data: []float64{x, -0.5}}, {Name: "none", Shape: []int{0}}, {Name: "steps", Shape: []int{1}, Data: []float64{7}},
	}}
}

func TestStateIsReplaced(t *testing.T) {
	d, err := Create(t.TempDir(), "p")
	if err != nil {
		t.Fatal(err)
	}
	dir := d.Dir()
	if HasState(dir) {
		t.Error("a new draft has a state")
	}
	for _, x := range []float64{1, 2} {
		if err := d.WriteState(someState(x)); err != nil {
			t.Fatal(err)
		}
		got, err := ReadState(dir)
		if err != nil || got.Tensors[0].Data[0] != x || !reflect.DeepEqual(got.Metadata, someState(x).Metadata) || len(got.Tensors) != 3 {
			t.Errorf("state %+v, %v", got, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v are left in the draft, want the state alone", entries)
	}
	// One that cannot be written leaves the one before.
	bad := someState(3)
	bad.Tensors[0].Shape = []int{5}
	if err := d.WriteState(bad); err == nil {
		t.Error("a state that cannot be was written")
	}
	if got, err := ReadState(dir); err != nil || got.Tensors[0].Data[0] != 2 {
		t.Errorf("after a failure the state is %+v, %v", got, err)
	}
	folder, err := d.Commit()
	if err != nil || !HasState(folder) {
		t.Fatalf("%v, state %v", err, HasState(folder))
	}
	if err := errors.Join(DropState(folder), DropState(folder)); err != nil || HasState(folder) {
		t.Errorf("DropState: %v", err)
	}
	if err := d.WriteState(someState(1)); err == nil {
		t.Error("a state was written after Commit")
	}
}

// A state with any of its bytes altered, lost or added is refused.
func TestStateAlteredAnywhere(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	if err := someState(1).Encode(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	try := func(what string, at int, src []byte) {
		t.Helper()
		if err := os.WriteFile(StatePath(dir), src, fileMode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadState(dir); err == nil || !strings.HasPrefix(err.Error(), StatePath(dir)+": ") {
			t.Errorf("%s %d: %v, want an error that names the file", what, at, err)
		}
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		try("altered byte", i, bad)
		try("cut at", i, whole[:i])
	}
	try("a byte more at", len(whole), append(bytes.Clone(whole), 0))
}

// Encode puts into the file the digest by which it is read again.
func TestEncodeDigest(t *testing.T) {
	var b bytes.Buffer
	if err := someState(1).Encode(&b); err != nil {
		t.Fatal(err)
	}
	_, stated, err := parseWeights(b.Bytes())
	if err != nil || stated != digest(b.Bytes(), stated) || stated == blank {
		t.Errorf("the file states %s, %v", stated, err)
	}
}

func TestReopen(t *testing.T) {
	root := t.TempDir()
	d, err := Create(root, "p")
	if err != nil {
		t.Fatal(err)
	}
	dir, parent := d.Dir(), filepath.Join(root, "p")
	if err := errors.Join(d.WriteProblem([]byte("x")), d.WriteState(someState(1)), d.WriteRun(Run{Problem: "p", Status: Solved})); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Figures(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, stateDraft), []byte("half"), fileMode); err != nil {
		t.Fatal(err)
	}
	locks := func() bool { // whether this system has them
		held, err := lock(dir)
		unlock(held)
		return errors.Is(err, errBusy)
	}()
	if locks {
		if got := Unfinished(parent); len(got) != 0 {
			t.Errorf("unfinished while at work: %v", got)
		}
		if _, err := Reopen(dir); !errors.Is(err, errBusy) {
			t.Errorf("Reopen of a draft at work: %v", err)
		}
	}
	if err := d.Close(); err != nil { // as the end of the program does
		t.Fatal(err)
	}
	if got := Unfinished(parent); !reflect.DeepEqual(got, []string{dir}) {
		t.Errorf("unfinished: %v, want %s", got, dir)
	}
	again, err := Reopen(dir + "/")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{problemFile, stateFile}; !reflect.DeepEqual(names, want) {
		t.Errorf("a reopened draft holds %v, want %v", names, want)
	}
	if err := again.Abort(); err != nil || !HasState(dir) {
		t.Errorf("Abort removed a draft that it had not made: %v", err)
	}
	if again, err = Reopen(dir); err != nil {
		t.Fatal(err)
	}
	if err := again.WriteRun(Run{Problem: "p", Status: Solved}); err != nil {
		t.Fatal(err)
	}
	folder, err := again.Commit()
	if err != nil || filepath.Base(folder) != "run-0001" || len(Unfinished(parent)) != 0 {
		t.Errorf("committed as %s, %v", folder, err)
	}
	if _, err := Reopen(folder); err == nil {
		t.Error("a finished run was reopened")
	}
	if _, err := Reopen(filepath.Join(parent, ".run-GONE.partial")); err == nil {
		t.Error("a draft that is not there was reopened")
	}
}

// A draft without a state is removed by Close, as nothing can go on with it.
func TestCloseWithoutState(t *testing.T) {
	root := t.TempDir()
	d, err := Create(root, "p")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.WriteProblem([]byte("x")), d.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(root); len(entries) != 0 {
		t.Errorf("%v are left", entries)
	}
}

func BenchmarkEncodeState(b *testing.B) {
	// The triangle of H of the default network with 961 parameters.
	w := Weights{Tensors: []Tensor{{Name: "inverse_hessian", Shape: []int{961 * 962 / 2}, Data: make([]float64, 961*962/2)}}}
	b.SetBytes(8 * 961 * 962 / 2)
	for b.Loop() {
		if err := w.Encode(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
