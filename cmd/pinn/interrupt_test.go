//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pinn/cmd/pinn/internal/rundir"
)

// running is a pinn that was started and has begun to train.
type running struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
	stderr bytes.Buffer
	ended  chan error
}

// begin starts pinn in dir and returns when it says what it is about to train.
func begin(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command("pinn", args...), ended: make(chan error, 1)}
	r.cmd.Dir, r.cmd.Stdout = dir, &r.stdout
	pipe, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	announced := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			r.stderr.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "interior points") || strings.HasPrefix(lines.Text(), "noise: ") {
				announced <- true
			}
		}
		r.ended <- r.cmd.Wait()
		close(announced)
	}()
	t.Cleanup(func() { r.cmd.Process.Kill() })
	if !<-announced {
		t.Fatalf("pinn ended before it trained:\n%s", &r.stderr)
	}
	return r
}

func (r *running) interrupt(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// code waits for the end and returns the exit code.
func (r *running) code(t *testing.T) int {
	t.Helper()
	select {
	case err := <-r.ended:
		var e *exec.ExitError
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
		return r.cmd.ProcessState.ExitCode()
	case <-time.After(time.Minute):
		t.Fatal("pinn does not end")
		return 0
	}
}

// problemFile returns the absolute path of a file in testdata/problems.
func problemFile(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "problems", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestInterrupt: the first interrupt finishes the step and leaves a whole folder.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	dir := t.TempDir()
	r := begin(t, dir, "solve", problemFile(t, "rod.toml"), "--set", "phase[1].steps=100000000")
	time.Sleep(200 * time.Millisecond) // somewhere in training
	r.interrupt(t)
	if code := r.code(t); code != 130 {
		t.Fatalf("exit code %d, want 130; it said\n%s", code, &r.stderr)
	}
	lines := strings.Split(strings.TrimSuffix(r.stdout.String(), "\n"), "\n")
	run := lines[len(lines)-1]
	if want := filepath.Join("results", "rod", "run-0001"); run != want {
		t.Errorf("the last line is %q, want %q", run, want)
	}
	if !strings.Contains(r.stdout.String(), "\ninterrupted\n") || !strings.Contains(r.stderr.String(), "stop: interrupted") {
		t.Errorf("nothing about an interrupt in\n%s%s", &r.stderr, &r.stdout)
	}
	folder, err := rundir.Open(filepath.Join(dir, run))
	if err != nil {
		t.Fatal(err)
	}
	if folder.Run.Status != rundir.Interrupted {
		t.Errorf("status %s", folder.Run.Status)
	}
	if n := len(folder.Run.Phases); n == 0 || folder.Run.Phases[n-1].Ended != "interrupted" {
		t.Errorf("phases %+v", folder.Run.Phases)
	}
	trace, err := folder.Trace()
	if err != nil || trace.Rows() == 0 {
		t.Errorf("trace: %v, %d rows", err, trace.Rows())
	}
	solution, err := folder.Solution()
	if err != nil || solution.Rows() != 101*101 {
		t.Errorf("solution: %v, %d rows", err, solution.Rows())
	}
	if _, err := folder.Weights(); err != nil {
		t.Error(err)
	}
	if events, err := folder.Events(); err != nil || len(events) == 0 || events[len(events)-1].Reason != "interrupted" {
		t.Errorf("events: %v, %+v", err, events)
	}
	if figures, err := os.ReadDir(folder.FiguresDir()); err != nil || len(figures) == 0 {
		t.Errorf("figures: %v, %d files", err, len(figures))
	}
}

// TestSecondInterrupt: the second ends the program at once, and nothing is left
// of the run, whatever the program was doing.
func TestSecondInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	// One step takes seconds, so that the second interrupt comes within it.
	training := []string{"solve", "poisson", "--out", "runs", "--set", "points.interior=100000", "--set", "network.hidden=[128, 128]",
		"--set", `phase=[{ method = "lbfgs", steps = 100 }]`}
	// Here the first ends the training; judging, writing and drawing take a second.
	writing := []string{"solve", problemFile(t, "rod.toml"), "--out", "runs", "--set", "phase[1].steps=100000000"}
	for _, row := range []struct {
		name string
		args []string
		wait time.Duration // until the second; two at once would count as one
	}{
		{"training", training, 50 * time.Millisecond},
		{"writing", writing, 10 * time.Millisecond},
		{"writing, later", writing, 30 * time.Millisecond},
		{"drawing", writing, 100 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := begin(t, dir, row.args...)
			r.interrupt(t)
			time.Sleep(row.wait)
			// A busy program may take two interrupts in a short time for one.
			done := make(chan struct{})
			defer close(done)
			go func() {
				for {
					r.cmd.Process.Signal(syscall.SIGINT)
					select {
					case <-time.After(50 * time.Millisecond):
					case <-done:
						return
					}
				}
			}()
			if code := r.code(t); code != 130 {
				t.Fatalf("exit code %d, want 130; it said\n%s", code, &r.stderr)
			}
			if r.stdout.Len() > 0 && row.name != "training" {
				t.Skip("the folder was there before the second interrupt")
			}
			nothingIn(t, filepath.Join(dir, "runs"))
		})
	}
}

// nothingIn fails if there is anything in a folder; the folder itself may be there.
func nothingIn(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && path != root {
			t.Errorf("it left %s", path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// TestInterruptLab: an interrupt ends the experiment in hand and leaves nothing of it.
func TestInterruptLab(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	dir := t.TempDir()
	r := begin(t, dir, "lab", "noise")
	time.Sleep(200 * time.Millisecond)
	r.interrupt(t)
	if code := r.code(t); code != 130 || !strings.Contains(r.stderr.String(), "noise: interrupted; nothing of it was written") {
		t.Errorf("exit code %d, want 130; it said\n%s", code, &r.stderr)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "results", "lab")); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
