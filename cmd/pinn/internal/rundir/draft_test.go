package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pinn/hybrid"
	"pinn/internal/safetensors"
)

func create(t testing.TB, root, problem string) *Draft {
	t.Helper()
	d, err := Create(root, problem)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestDraft(t *testing.T) {
	root := t.TempDir()
	d := create(t, root, "burgers")
	var solution Table
	solution.Add("x", []float64{0, 1})
	solution.Add("u", []float64{2, 3})
	var trace Table
	trace.Add(hybrid.ColStep, []float64{1})
	trace.AddWords(hybrid.ColMethod, []string{"adamw"})
	events := []Event{{Number: 1, Kind: "stop", Why: "done"}}
	for _, err := range []error{
		d.WriteProblem([]byte("title = \"x\"\n")), d.WriteRun(sample()), d.WriteTrace(&trace),
		d.WriteEvents(events), d.WriteSolution(&solution), d.WriteWeights(safetensors.File{Metadata: map[string]string{"activation": "tanh"}, Tensors: []safetensors.Tensor{{Name: "k", Data: []float64{2}}}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if figures, err := d.Figures(); err != nil || filepath.Dir(figures) != d.Dir() {
		t.Fatalf("Figures = %s, %v", figures, err)
	}
	if got := names(t, filepath.Join(root, "burgers")); len(got) != 1 || got[0][0] != '.' {
		t.Errorf("before Commit the folder holds %v, want one hidden name", got)
	}
	if _, err := Open(d.Dir()); err == nil || !strings.Contains(err.Error(), "never finished") {
		t.Errorf("Open of a draft: %v", err)
	}
	path, err := d.Commit()
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "burgers", "run-0001"); path != want {
		t.Errorf("Commit = %s, want %s", path, want)
	}
	if err := d.Abort(); err != nil || !isDir(path) {
		t.Errorf("Abort after Commit: %v, folder there: %t", err, isDir(path))
	}
	if got := names(t, filepath.Join(root, "burgers")); !slices.Equal(got, []string{"run-0001"}) {
		t.Errorf("after Commit the folder holds %v", got)
	}
	info, err := os.Stat(filepath.Join(path, runFile))
	if err != nil || info.Mode().Perm()&0o444 == 0 || info.Mode().Perm()&0o111 != 0 {
		t.Errorf("run.json: %v, %v", info, err)
	}
	readAll(t, path)
}

// readAll reads every part of the run that TestDraft wrote.
func readAll(t *testing.T, path string) {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Run.Problem != "burgers" {
		t.Errorf("problem = %q", f.Run.Problem)
	}
	if src, err := f.Problem(); err != nil || string(src) != "title = \"x\"\n" {
		t.Errorf("Problem = %q, %v", src, err)
	}
	if trace, err := f.Trace(); err != nil || trace.Words(hybrid.ColMethod)[0] != "adamw" {
		t.Errorf("Trace = %v, %v", trace, err)
	}
	if events, err := f.Events(); err != nil || events[0].Why != "done" {
		t.Errorf("Events = %v, %v", events, err)
	}
	if s, err := f.Solution(); err != nil || s.Numbers("u")[1] != 3 {
		t.Errorf("Solution = %v, %v", s, err)
	}
	if w, err := f.Weights(); err != nil || len(w.Tensors) != 1 {
		t.Errorf("Weights = %v, %v", w, err)
	}
}

func TestAbort(t *testing.T) {
	root := t.TempDir()
	d := create(t, root, "")
	if err := d.WriteProblem(nil); err != nil {
		t.Fatal(err)
	}
	if err := d.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); len(got) != 0 {
		t.Errorf("Abort left %v", got)
	}
	if _, err := d.Commit(); err == nil {
		t.Error("Commit after Abort gave no error")
	}
	if err := d.WriteRun(sample()); err == nil {
		t.Error("a write after Abort gave no error")
	}
}

// TestAbortLeavesNoParents: the folders that Create made go with the draft unless
// something else is in them; those that were there stay.
func TestAbortLeavesNoParents(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := create(t, deep, "p").Abort(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); len(got) != 0 {
		t.Errorf("Abort left %v", got)
	}

	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := create(t, deep, "p").Abort(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, deep); len(got) != 0 {
		t.Errorf("Abort left %v", got)
	}

	first, second := create(t, deep, "p"), create(t, deep, "p")
	if err := first.Abort(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Commit(); err != nil {
		t.Errorf("an Abort beside it: %v", err)
	}

	t.Chdir(root)
	d := create(t, "", "r")
	if err := d.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, "."); !slices.Equal(got, []string{"a"}) {
		t.Errorf("there is %v", got)
	}
}

// TestParallelAborts: removing parents and making them may cross.
func TestParallelAborts(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				d, err := Create(root, "p")
				if err == nil {
					err = d.Abort()
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// TestCommitNeverReplaces puts things of all kinds in the way.
func TestCommitNeverReplaces(t *testing.T) {
	root := t.TempDir()
	if err := errors.Join(
		os.Mkdir(filepath.Join(root, "run-0003"), 0o755),
		os.WriteFile(filepath.Join(root, "run-0004"), []byte("mine"), 0o644),
		os.Mkdir(filepath.Join(root, ".run-0005.claim"), 0o755),
		os.Mkdir(filepath.Join(root, "run-99999x"), 0o755),
		os.Mkdir(filepath.Join(root, "run-00007"), 0o755),
	); err != nil {
		t.Fatal(err)
	}
	path, err := create(t, root, "").Commit()
	if err != nil || filepath.Base(path) != "run-0006" {
		t.Errorf("Commit = %s, %v, want run-0006", path, err)
	}
	if b, err := os.ReadFile(filepath.Join(root, "run-0004")); err != nil || string(b) != "mine" {
		t.Errorf("the file in the way holds %q, %v", b, err)
	}
}

func TestParallelCommits(t *testing.T) {
	const writers, runs = 8, 5
	root := t.TempDir()
	var wait sync.WaitGroup
	paths := make([][]string, writers)
	for w := range writers {
		wait.Go(func() {
			for r := range runs {
				d, err := Create(root, "p")
				if err == nil {
					err = d.WriteProblem(fmt.Appendf(nil, "%d %d", w, r))
				}
				if err != nil {
					t.Error(err)
					return
				}
				path, err := d.Commit()
				if err != nil {
					t.Error(err)
				}
				paths[w] = append(paths[w], path)
			}
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for w, own := range paths {
		for r, path := range own {
			b, err := os.ReadFile(filepath.Join(path, problemFile))
			if want := fmt.Sprintf("%d %d", w, r); err != nil || string(b) != want || seen[path] {
				t.Errorf("%s holds %q, %v, want %q once", path, b, err, want)
			}
			seen[path] = true
		}
	}
	for _, name := range names(t, filepath.Join(root, "p")) {
		if _, ok := runNumber(name); !ok {
			t.Errorf("%s was left behind", name)
		}
	}
}

func TestCreateFaults(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, root, problem, want string }{
		{"file in the way", file, "p", "a file stands where a folder is needed"},
		{"long", filepath.Join(root, strings.Repeat("x", 300)), "p", "choose a shorter path"},
		{"outside", root, "..", "cannot name a folder"},
		{"path", root, "a/b", "cannot name a folder"},
		{"dot", root, ".", "cannot name a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Create(c.root, c.problem)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Create = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestReadOnly(t *testing.T) {
	root := t.TempDir()
	d := create(t, root, "p")
	if err := os.Chmod(d.Dir(), 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(d.Dir(), 0o755)
	if f, err := os.Create(filepath.Join(d.Dir(), "probe")); err == nil {
		f.Close()
		t.Skip("this user may write to read-only folders")
	}
	err := d.WriteRun(sample())
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "make the folder writable") {
		t.Errorf("WriteRun = %v", err)
	}
}

// TestWriteBelowFile meets a place that nobody can write to.
func TestWriteBelowFile(t *testing.T) {
	d := create(t, t.TempDir(), "p")
	if err := errors.Join(os.Remove(d.Dir()), os.WriteFile(d.Dir(), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	err := d.WriteRun(sample())
	if err == nil || !strings.Contains(err.Error(), d.Dir()) || !strings.Contains(err.Error(), "a file stands") {
		t.Errorf("WriteRun = %v, want the path and the remedy", err)
	}
	if _, err := d.Figures(); err == nil {
		t.Error("Figures gave no error")
	}
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	for name, fill := range map[string]func(io.Writer) error{
		"small": sample().Encode,
		"large": func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<20)); return err },
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip(err)
			}
			err = Remedy(fillFile(f, fill))
			if err == nil || !strings.Contains(err.Error(), "no space left on device; free some space") {
				t.Errorf("writing to a full disk: %v", err)
			}
			if _, err := f.Write(nil); !errors.Is(err, os.ErrClosed) {
				t.Errorf("the file was left open: %v", err)
			}
		})
	}
}

func TestWriteTwice(t *testing.T) {
	d := create(t, t.TempDir(), "p")
	if err := d.WriteProblem(nil); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteProblem(nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second write: %v, want it to exist", err)
	}
}

func TestInclude(t *testing.T) {
	d := create(t, t.TempDir(), "p")
	for _, c := range []struct{ path, want string }{
		{"a/ref.csv", "ref.csv"}, {"b/REF.csv", "REF-2.csv"}, {"trace.csv", "trace-2.csv"}, {"./a/ref.csv", "ref.csv"},
	} {
		if got, err := d.Include(c.path, []byte(c.path)); err != nil || got != c.want {
			t.Errorf("Include(%s) = %s, %v, want %s", c.path, got, err, c.want)
		}
	}
	if b, err := os.ReadFile(filepath.Join(d.Dir(), "REF-2.csv")); err != nil || string(b) != "b/REF.csv" {
		t.Errorf("the copy holds %q, %v", b, err)
	}
}

// TestPut replaces a file, and leaves neither a part of one nor a hidden one.
func TestPut(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "table.csv")
	for _, text := range []string{"long content", "short"} {
		if err := Put(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("the file holds %q, %v, want %q", got, err, text)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if Put(filepath.Join(dir, "folder"), nil) == nil || Put(filepath.Join(dir, "nowhere", "x"), nil) == nil {
		t.Error("a file was put where none can be")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("%v, %v, want the table and the folder alone", left, err)
	}
}
