package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOpenFaults(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"empty/x": "", "broken/run.json": "{", "parts/run.json": `{"problem":"p","status":"solved"}`,
		"parts/trace.csv": "a\nx\n", "parts/events.csv": "a\n", "parts/weights": "short", "file": "",
	} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"absent": "no such file",
		"empty":  "is not a run folder: the run has no run.json",
		"broken": "restore the file or solve the problem again",
		"file":   "this is a file",
	} {
		_, err := Open(filepath.Join(root, name))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s) = %v, want an error with %q", name, err, want)
		}
	}
	f, err := Open(filepath.Join(root, "parts"))
	if err != nil {
		t.Fatal(err)
	}
	_, trace := f.Trace()
	_, events := f.Events()
	_, weights := f.Weights()
	for part, err := range map[string]error{"trace.csv": trace, "events.csv": events, "weights": weights} {
		if err == nil || !strings.Contains(err.Error(), filepath.Join("parts", part)) {
			t.Errorf("broken %s: %v", part, err)
		}
	}
	_, problem := f.Problem()
	_, solution := f.Solution()
	for part, err := range map[string]error{"problem.toml": problem, "solution.csv": solution} {
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "the run has no "+part) {
			t.Errorf("missing %s: %v", part, err)
		}
	}
}

func TestList(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"run-0002/run.json", "run-10000/run.json", "run-0010/run.json", "run-0003/x", ".run-a.partial/run.json", "other/run.json"} {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := List(root)
	want := []string{filepath.Join(root, "run-0002"), filepath.Join(root, "run-0010"), filepath.Join(root, "run-10000")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("List = %v, %v, want %v", got, err, want)
	}
	if _, err := List(filepath.Join(root, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("List of no folder: %v", err)
	}
}

func TestReachable(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"results/p/run-0001":              filepath.Join("results", "p", "run-0001"),
		"./results//p":                    filepath.Join("results", "p"),
		filepath.Join(wd, "out", "run"):   filepath.Join("out", "run"),
		"../elsewhere":                    filepath.Join(filepath.Dir(wd), "elsewhere"),
		filepath.Join(wd, "..", "beside"): filepath.Join(filepath.Dir(wd), "beside"),
	} {
		if got := Reachable(path); got != want {
			t.Errorf("Reachable(%s) = %s, want %s", path, got, want)
		}
	}
}
