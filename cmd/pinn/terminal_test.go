//go:build linux

package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"pinn/hybrid"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal of the given width: what is written to tty can
// be read from master.
func terminal(t *testing.T, width uint16) (master, tty *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
		t.Fatal(err)
	}
	return master, tty
}

// onTerminal runs pinn with a terminal as its standard error and returns what
// was written there.
func onTerminal(t *testing.T, width uint16, env []string, args ...string) string {
	t.Helper()
	master, tty := terminal(t, width)
	cmd := exec.Command("pinn", args...)
	cmd.Dir, cmd.Stderr = t.TempDir(), tty
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR="), env...)
	written := make(chan string)
	go func() {
		var b bytes.Buffer
		b.ReadFrom(master) // ends with EIO once nobody holds the terminal
		written <- b.String()
	}()
	err := cmd.Run()
	tty.Close()
	if err != nil {
		t.Error(err)
	}
	return <-written
}

// TestTerminal: on a terminal one line is redrawn, never wider than the terminal,
// with the method in bold unless colour is refused.
func TestTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: trains")
	}
	solve := []string{"solve", problemFile(t, "rod.toml")}
	for _, row := range []struct {
		name        string
		env, flags  []string
		redrawn     bool
		bold, quiet bool
	}{
		{"default", nil, nil, true, true, false},
		{"NO_COLOR", []string{"NO_COLOR=1"}, nil, true, false, false},
		{"color never", nil, []string{"--color", "never"}, true, false, false},
		{"color always goes before NO_COLOR", []string{"NO_COLOR=1"}, []string{"--color=always"}, true, true, false},
		{"dumb", []string{"TERM=dumb"}, nil, false, false, false},
		{"quiet", nil, []string{"--quiet"}, false, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			const width = 60
			got := onTerminal(t, width, row.env, append(solve[:len(solve):len(solve)], row.flags...)...)
			if row.quiet {
				if got != "" {
					t.Errorf("it wrote %q", got)
				}
				return
			}
			if !strings.HasPrefix(got, "rod: A rod that cools at one end\r\n") {
				t.Errorf("it does not begin with the title: %q", got)
			}
			if redrawn := strings.Contains(got, "\r\x1b[K"); redrawn != row.redrawn {
				t.Errorf("redrawn = %v, want %v in %q", redrawn, row.redrawn, got)
			}
			if bold := strings.Contains(got, "\r\x1b[1madamw\x1b[0m ") || strings.Contains(got, "\r\x1b[1mlbfgs\x1b[0m "); bold != row.bold {
				t.Errorf("bold = %v, want %v in %q", bold, row.bold, got)
			}
			for _, piece := range strings.Split(got, "\r") {
				line, drawn := strings.CutSuffix(piece, "\x1b[K")
				line = strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(line)
				if drawn && utf8.RuneCountInString(line) >= width {
					t.Errorf("a line of %d characters on a terminal of %d: %q", utf8.RuneCountInString(line), width, line)
				}
			}
		})
	}
}

// TestStatus: the line names the slab and the stage, and bounds what is left of the whole
// run; without a limit of time by its steps.
func TestStatus(t *testing.T) {
	nan := math.NaN()
	now := hybrid.Progress{LegName: "slab 2 of 4", Method: "adamw", PhaseStep: 30, PhaseSteps: 100, StepsLeft: 7000, Rate: 100,
		Loss: 0.5, HeldOut: nan, SNR: nan, FullSNR: nan, Seconds: 61, TimeLeft: -1}
	if got, want := status(now), "slab 2 of 4: adamw 30/100  loss 5.00e-01  100/s  1:01, at most 7000 steps left, 1:10 at this pace"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p := &progress{color: true}
	if got, want := p.paint(now, cut(status(now), 20)), "slab 2 of 4: \x1b[1madamw\x1b[0m 3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	now.LegName, now.TimeLeft = "", 90*time.Second
	if got, want := status(now), "adamw 30/100  loss 5.00e-01  100/s  1:01, at most 1:30 left"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	now.TimeLeft, now.StepsLeft = -1, -1
	if got := status(now); strings.Contains(got, "left") {
		t.Errorf("without a limit: %q", got)
	}
}

// TestTerminalResized: a terminal that is made narrower is given lines that fit.
func TestTerminalResized(t *testing.T) {
	master, tty := terminal(t, 80)
	defer tty.Close()
	p := (&app{err: tty, color: "never"}).progress()
	now := hybrid.Progress{Method: "adamw", Loss: 0.5, HeldOut: 0.5, SNR: 1, FullSNR: 2, Rate: 100, TimeLeft: time.Minute}
	read := make([]byte, 4096)
	for _, width := range []uint16{80, 30, 10, 80} {
		if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}); err != nil {
			t.Fatal(err)
		}
		p.show(now)
		fmt.Fprint(tty, "|")
		n, err := master.Read(read)
		for err == nil && !bytes.Contains(read[:n], []byte("|")) {
			var m int
			m, err = master.Read(read[n:])
			n += m
		}
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(strings.Trim(string(read[:n]), "\r|"), "\x1b[K")
		if got := utf8.RuneCountInString(line); got >= int(width) || width > narrowest && got < 20 {
			t.Errorf("on a terminal of %d: %q", width, line)
		}
	}
}
