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

	"pinn/cmd/pinn/internal/lock"
)

// someState is the state of a run, of which this package knows nothing.
func someState(x byte) []byte { return []byte{1, 2, 3, x} }

// writes returns what writes a state.
func writes(state []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(state)
		return err
	}
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
	if _, err := ReadState(dir); err == nil || !strings.Contains(err.Error(), "holds no state of a run") {
		t.Errorf("no state: %v", err)
	}
	for _, x := range []byte{1, 2} {
		if err := d.WriteState(writes(someState(x))); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadState(dir); err != nil || !bytes.Equal(got, someState(x)) {
			t.Errorf("state %v, %v", got, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v are left in the draft, want the state alone", entries)
	}
	// One that cannot be written leaves the one before.
	if err := d.WriteState(func(w io.Writer) error {
		return errors.Join(writes(someState(3))(w), errors.New("it cannot be encoded"))
	}); err == nil {
		t.Error("a state that cannot be was written")
	}
	if got, err := ReadState(dir); err != nil || !bytes.Equal(got, someState(2)) {
		t.Errorf("after a failure the state is %v, %v", got, err)
	}
	folder, err := d.Commit()
	if err != nil || !HasState(folder) {
		t.Fatalf("%v, state %v", err, HasState(folder))
	}
	if err := errors.Join(DropState(folder), DropState(folder)); err != nil || HasState(folder) {
		t.Errorf("DropState: %v", err)
	}
	if err := d.WriteState(writes(someState(1))); err == nil {
		t.Error("a state was written after Commit")
	}
}

func TestReopen(t *testing.T) {
	root := t.TempDir()
	d, err := Create(root, "p")
	if err != nil {
		t.Fatal(err)
	}
	dir, parent := d.Dir(), filepath.Join(root, "p")
	if err := errors.Join(d.WriteProblem([]byte("x")), d.WriteState(writes(someState(1))), d.WriteRun(Run{Problem: "p", Status: Solved})); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Figures(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, stateDraft), []byte("half"), fileMode); err != nil {
		t.Fatal(err)
	}
	locks := func() bool { // whether this system has them
		held, err := lock.Try(dir)
		held.Release()
		return errors.Is(err, lock.ErrBusy)
	}()
	if locks {
		if got := Unfinished(parent); len(got) != 0 {
			t.Errorf("unfinished while at work: %v", got)
		}
		if _, err := Reopen(dir); !errors.Is(err, lock.ErrBusy) {
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
