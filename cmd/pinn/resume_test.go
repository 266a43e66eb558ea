//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/pinn/solve"
)

// killed runs pinn in dir and, unless after is 0, kills it a time after it has kept a
// state in runs, or at its beginning if one is there. It returns whether it came to
// its end, and what it wrote.
func killed(t *testing.T, dir string, after time.Duration, args ...string) (ended bool, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command("pinn", args...)
	var out, err bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	if after > 0 {
		go func() {
			for {
				if states, _ := filepath.Glob(filepath.Join(dir, "runs", ".run-*.partial", "state")); len(states) > 0 {
					time.Sleep(after)
					cmd.Process.Kill()
					return
				}
				select {
				case <-done:
					return
				case <-time.After(time.Millisecond):
				}
			}
		}()
	}
	cmd.Wait()
	close(done)
	return cmd.ProcessState.Exited(), out.String(), err.String()
}

// lastLine is the run folder that solve names.
func lastLine(out string) string {
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	return lines[len(lines)-1]
}

// finished solves in dir without being disturbed and returns the run folder and the
// time it took.
func finished(t *testing.T, dir string, args ...string) (run string, took time.Duration) {
	t.Helper()
	began := time.Now()
	ended, out, err := killed(t, dir, 0, args...)
	run = filepath.Join(dir, lastLine(out))
	if _, open := rundir.Open(run); !ended || open != nil {
		t.Fatalf("%v did not end well: %v\n%s", args, open, err)
	}
	return run, time.Since(began)
}

// phasesToKill are one phase each, of every kind that there is, and the two stages and
// the slabs of a run.
var phasesToKill = map[string]string{
	"adamw":     "steps = 200\nbatch = 32\nswitch = [{ rule = 'snr', every = 10, min_steps = 1000 }, { rule = 'noise-floor' }]\nresample = { method = 'rad', every = 60 }\n",
	"lbfgs":     "steps = 150\nhistory = 7\nresample = { method = 'rad', every = 40 }\n",
	"bfgs":      "steps = 150\nresample = { method = 'rar', every = 40 }\n",
	"ssbroyden": "steps = 150\nresample = { method = 'uniform', every = 40 }\n",
	"lm":        "steps = 60\nresample = { method = 'rad', every = 5 }\n",
	"spring":    "steps = 60\nbatch = 48\nresample = { method = 'rad', every = 25 }\n",
	slabs:       "[train]\nslabs = 3\n[[phase]]\nmethod = 'ssbroyden'\nsteps = 50\nresample = { method = 'rad', every = 40 }\n",
	twoStages:   "[train]\nstages = 2\n[[phase]]\nmethod = 'lbfgs'\nsteps = 60\n[[phase]]\nmethod = 'ssbroyden'\nstage = 2\nsteps = 90\nresample = { method = 'rad', every = 40 }\n",
}

const twoStages, slabs = "two stages", "slabs"

// rodWith writes rod.toml into dir with something to judge by, and with one phase of
// the method in place of its own.
func rodWith(t *testing.T, dir, method string) {
	t.Helper()
	text, err := os.ReadFile(problemFile(t, "rod.toml"))
	if err != nil {
		t.Fatal(err)
	}
	problem, _, _ := strings.Cut(string(text), "[[phase]]")
	head := "[[phase]]\nmethod = '" + method + "'\n"
	switch method {
	case twoStages:
		head = ""
	case slabs: // what holds at the end stands against marching
		begin, end := strings.Index(problem, "[[condition]]\nname    = \"probe\""), strings.Index(problem, "[network]")
		head, problem = "", problem[:begin]+problem[end:]
	}
	write(t, filepath.Join(dir, "rod.toml"), []byte(problem+"[exact]\nu = '1 - x^2'\n"+head+phasesToKill[method]))
}

// TestKillAndResume: a run that is killed at random moments, again and again, and
// each time goes on from what it had kept, ends with the bits of one that was left
// alone.
func TestKillAndResume(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	for method := range phasesToKill {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			rodWith(t, dir, method)
			solve := []string{"solve", "rod.toml", "--quiet", "--save-every", "1ns", "--threads", "1", "--out", "runs"}
			want, took := finished(t, dir, append(solve, "--out", "whole")...)
			rng := rand.New(rand.NewPCG(uint64(len(phasesToKill[method])), 2))
			kills := 0
			for try := 0; try < 3 && kills == 0; try++ { // a busy machine may be late with the first kill
				var run string
				if run, kills = pursued(t, dir, took, rng, solve...); !sameRuns(t, run, want) || rundir.HasState(run) {
					t.Errorf("after %d kills the run is another one, or has its state still", kills)
				}
				os.RemoveAll(filepath.Join(dir, "runs"))
			}
			if kills == 0 {
				t.Error("the run was never killed with a state")
			}
			t.Logf("killed %d times with a state", kills)
		})
	}
}

// pursued solves, kills the run at random moments of the time that it would take and
// lets it go on, up to three times, and then to its end.
func pursued(t *testing.T, dir string, took time.Duration, rng *rand.Rand, args ...string) (run string, kills int) {
	t.Helper()
	runs := filepath.Join(dir, "runs")
	for kill := 1; ; kill++ {
		after := time.Duration(1 + rng.Int64N(int64(took)/3))
		if kill > 3 {
			after = 0
		}
		ended, out, msg := killed(t, dir, after, args...)
		if ended {
			return filepath.Join(dir, lastLine(out)), kills
		}
		drafts := rundir.Unfinished(runs)
		if done, _ := rundir.List(runs); len(done) == 1 && len(drafts) == 0 { // killed after its end
			rundir.DropState(done[0])
			return done[0], kills
		}
		switch {
		case len(drafts) == 1:
			args, kills = []string{"solve", "--resume", drafts[0], "--quiet", "--save-every", "1ns"}, kills+1
		case len(drafts) > 1 || kills > 0:
			t.Fatalf("%d drafts that could go on after %d kills:\n%s", len(drafts), kills, msg)
		}
	}
}

func sameRuns(t *testing.T, got, want string) bool {
	t.Helper()
	fault, err := differs(got, want)
	if fault != "" || err != nil {
		t.Errorf("%s and %s differ in %q: %v", got, want, fault, err)
		return false
	}
	return true
}

// TestResumeInterrupted: an interrupted run goes on in a folder of its own and ends
// with the bits of one that was left alone; its first folder stays as it is.
func TestResumeInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	dir := t.TempDir()
	solve := []string{"solve", problemFile(t, "rod.toml"), "--out", "runs", "--set", "phase[0].steps=30000"}
	want, _ := finished(t, dir, append(solve, "--out", "whole")...)
	r := begin(t, dir, solve...)
	time.Sleep(150 * time.Millisecond) // of a second or so
	r.interrupt(t)
	if code := r.code(t); code != 130 {
		t.Skipf("it ended before it was interrupted, with code %d", code)
	}
	first := filepath.Join(dir, "runs", "run-0001")
	before, err := os.ReadFile(filepath.Join(first, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := finished(t, dir, "solve", "--resume", "runs/run-0001")
	sameRuns(t, got, want)
	run, err := rundir.Open(got)
	if err != nil || run.Run.Resumed != 1 || filepath.Base(got) != "run-0002" || rundir.HasState(got) {
		t.Errorf("%s: resumed %d times, %v", got, run.Run.Resumed, err)
	}
	after, err := os.ReadFile(filepath.Join(first, "run.json"))
	if err != nil || !bytes.Equal(before, after) || !rundir.HasState(first) {
		t.Errorf("the interrupted run has changed: %v", err)
	}
}

// half starts a run and kills it when it has kept a state; it returns the draft,
// relative to dir.
func half(t *testing.T, dir string, args ...string) string {
	t.Helper()
	r := begin(t, dir, append(args, "--save-every", "1ns", "--out", "runs", "--set", "phase[1].steps=100000000")...)
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		found, _ := filepath.Glob(filepath.Join(dir, "runs", ".run-*.partial", "state"))
		if len(found) == 1 {
			busy := rundir.Unfinished(filepath.Join(dir, "runs"))
			_, err := rundir.Reopen(filepath.Dir(found[0]))
			if len(busy) != 0 || err == nil || !strings.Contains(err.Error(), "another program is at work on it") {
				t.Errorf("a run at work counts as unfinished %v, and was reopened: %v", busy, err)
			}
			r.cmd.Process.Kill()
			<-r.ended
			return filepath.Join("runs", filepath.Base(filepath.Dir(found[0])))
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("no state was kept")
	return ""
}

// TestRefusedStates: what cannot go on, or not with the same bits, is refused with
// the file, what was expected, what was found, and what to do.
func TestRefusedStates(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	dir := t.TempDir()
	draft := half(t, dir, "solve", problemFile(t, "rod.toml"))
	state, problem := filepath.Join(dir, draft, "state"), filepath.Join(dir, draft, "problem.toml")
	whole, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(problem)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, env []string, words ...string) {
		t.Helper()
		cmd := exec.Command("pinn", "solve", "--resume", draft)
		var out, msg bytes.Buffer
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, &out, &msg, append(os.Environ(), env...)
		cmd.Run()
		for _, w := range words {
			if cmd.ProcessState.ExitCode() != 2 || out.Len() > 0 || !strings.Contains(msg.String(), w) {
				t.Errorf("%s: exit code %d, and said\n%swant 2 and %q", what, cmd.ProcessState.ExitCode(), msg.String(), w)
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for region := range 12 {
		at := (region*len(whole) + rng.IntN(len(whole))) / 12
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << rng.IntN(8)
		write(t, state, bad)
		refused(fmt.Sprint("a bit of byte ", at), nil, draft+"/state: ", "solve the problem from the beginning with pinn solve "+draft)
	}
	write(t, state, whole[:len(whole)/2])
	refused("half a file", nil, draft+"/state: ", "pinn solve "+draft)
	write(t, state, nil)
	refused("an empty file", nil, "cut short")
	write(t, state, whole)
	write(t, problem, bytes.Replace(text, []byte("1 - x^2"), []byte("1 - x^4"), 1))
	refused("another problem", nil, draft+"/state: is the state of another problem, with fingerprint ", "restore these, or solve")
	write(t, problem, bytes.Replace(text, []byte("seed = 1"), []byte("seed = 2"), 1))
	refused("other settings", nil, "is the state of another problem")
	write(t, problem, text)
	if tier := solve.ThisProgram().Kernel; tier != "go" {
		refused("another kernel", []string{"PINN_KERNEL=go"}, "was kept with kernel "+tier+", and this is go", "set PINN_KERNEL="+tier)
	}
	altered := func(what, word string, alter func(s *solve.State)) {
		t.Helper()
		s, err := solve.DecodeState(bytes.NewReader(whole))
		if err != nil {
			t.Fatal(err)
		}
		alter(s)
		var b bytes.Buffer
		if err := s.Encode(&b); err != nil {
			t.Fatal(err)
		}
		write(t, state, b.Bytes())
		refused(what, nil, word)
	}
	altered("another version", "program with version \"other\"", func(s *solve.State) { s.Program.Version = "other" })
	altered("another Go", "program with go \"other\"", func(s *solve.State) { s.Program.Go = "other" })
	altered("a state with nothing in it", "the state of the run does not fit: ", func(s *solve.State) { *s.Snapshot = hybrid.Snapshot{} })
	os.Remove(state)
	refused("no state", nil, "holds no state of a run")
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
