package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
)

// disk mounts a small disk of its own, which needs the rights of root.
func disk(t *testing.T, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("no disk can be mounted here, which takes the rights of root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// ends runs a command line and returns its exit code and what it said.
func ends(t *testing.T, cmd *exec.Cmd) (code int, stdout, stderr string) {
	t.Helper()
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), msg.String()
}

// TestFullDisk: a disk that is full at any moment of a run, from its first file to
// its last, ends it with exit code 1 and a remedy; nothing half written looks like
// a run. What had been kept goes on once there is room.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	rod := problemFile(t, "rod.toml")
	whole := t.TempDir()
	want, _ := finished(t, whole, "solve", rod, "--quiet", "--out", "runs")
	resumed := false
	for _, size := range []string{"4k", "64k", "500k", "800k"} {
		dir := disk(t, "size="+size)
		runs := filepath.Join(dir, "runs")
		code, out, msg := ends(t, exec.Command("pinn", "solve", rod, "--quiet", "--out", runs, "--save-every", "10ms"))
		if code != 1 || out != "" || !strings.Contains(msg, "no space left on device; free some space, or choose another disk with --out") {
			t.Errorf("a disk of %s: exit code %d, said %q", size, code, out+msg)
		}
		if list, _ := rundir.List(runs); len(list) != 0 {
			t.Errorf("a disk of %s: the runs %v are there", size, list)
		}
		drafts := rundir.Unfinished(runs)
		if len(drafts) == 0 {
			if entries, _ := os.ReadDir(dir); len(entries) != 0 {
				t.Errorf("a disk of %s: %v are left of a run that cannot go on", size, entries)
			}
			continue
		}
		if !strings.Contains(msg, "what was trained is kept: pinn solve --resume "+drafts[0]+" goes on with it") {
			t.Errorf("a disk of %s: said %q, want to hear of %s", size, msg, drafts[0])
		}
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=50m"); err != nil {
			t.Fatal(err)
		}
		got, _ := finished(t, "/", "solve", "--quiet", "--resume", drafts[0])
		sameButWarnings(t, got, want)
		resumed = true
	}
	if !resumed {
		t.Error("no run was kept")
	}
}

// sameButWarnings compares two runs, of which one may have been told that a state
// could not be kept.
func sameButWarnings(t *testing.T, got, want string) {
	t.Helper()
	for _, file := range []string{"weights", "solution.csv", "problem.toml"} {
		a, err := os.ReadFile(filepath.Join(got, file))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(want, file))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v", file, err)
		}
	}
}

// TestFileSizeLimit: a limit on the size of files is an error like a full disk.
func TestFileSizeLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", `ulimit -f 100 && exec pinn solve "$0" --quiet --out runs`, problemFile(t, "rod.toml"))
	cmd.Dir = dir
	code, out, msg := ends(t, cmd)
	if code != 1 || out != "" || !strings.Contains(msg, "file too large; raise the limit on the size of files (ulimit -f)") {
		t.Errorf("exit code %d, said %q", code, out+msg)
	}
	nothingIn(t, filepath.Join(dir, "runs"))
}

// TestReadOnlyDisk: where nothing can be written nothing is trained.
func TestReadOnlyDisk(t *testing.T) {
	dir := disk(t, "size=1m")
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=1m"); err != nil {
		t.Fatal(err)
	}
	code, out, msg := ends(t, exec.Command("pinn", "solve", problemFile(t, "tiny.toml"), "--out", filepath.Join(dir, "runs")))
	if code != 1 || out != "" || !strings.Contains(msg, "pinn: begin a run: ") || !strings.Contains(msg, "the disk is read-only: choose another place with --out") || strings.Contains(msg, "plan") {
		t.Errorf("exit code %d, said %q", code, out+msg)
	}
}
