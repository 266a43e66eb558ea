package solve

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinn/hybrid"
)

// someState is a small state with a part of every kind.
func someState(t *testing.T) []byte {
	t.Helper()
	s := &State{Problem: "p", Fingerprint: "f", Program: ThisProgram(), Resumed: 2, Snapshot: &hybrid.Snapshot{},
		Marks: []Mark{{Step: 1, Theta: []float64{1, -0.5}}}}
	var b bytes.Buffer
	if err := s.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestStateRoundTrip(t *testing.T) {
	s, err := DecodeState(bytes.NewReader(someState(t)))
	if err != nil || s.Problem != "p" || s.Resumed != 2 || s.Program != ThisProgram() || s.Marks[0].Theta[1] != -0.5 {
		t.Errorf("%+v, %v", s, err)
	}
	if err := s.SameProgram(); err != nil {
		t.Error(err)
	}
}

// A state with any of its bytes altered, lost or added is refused.
func TestStateAlteredAnywhere(t *testing.T) {
	whole := someState(t)
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		if _, err := DecodeState(bytes.NewReader(bad)); err == nil {
			t.Errorf("an altered byte %d is taken", i)
		}
		if _, err := DecodeState(bytes.NewReader(whole[:i])); err == nil {
			t.Errorf("a state cut at %d is taken", i)
		}
	}
	if _, err := DecodeState(bytes.NewReader(append(bytes.Clone(whole), 0))); err == nil {
		t.Error("a byte more is taken")
	}
}

// TestSameProgram: what the bits depend on must agree, and the message says what does not.
func TestSameProgram(t *testing.T) {
	for want, change := range map[string]func(p *Program){
		`version "other"`:        func(p *Program) { p.Version = "other" },
		`commit "other"`:         func(p *Program) { p.Commit = "other" },
		`go "other"`:             func(p *Program) { p.Go = "other" },
		`platform "other`:        func(p *Program) { p.OS = "other" },
		"set PINN_KERNEL=other ": func(p *Program) { p.Kernel = "other" },
	} {
		s := State{Program: ThisProgram()}
		change(&s.Program)
		if err := s.SameProgram(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// TestKeeperCadence: a state is kept every five seconds, less often where it takes
// long, as often as is asked for, and always at the last chance.
func TestKeeperCadence(t *testing.T) {
	for _, row := range []struct {
		every, cost time.Duration
		want        int // in 1000 s of steps of 100 ms, the last one included
	}{
		{0, 0, 201}, {0, 2 * time.Second, 10}, {time.Second, 2 * time.Second, 334}, {time.Nanosecond, 0, 10001},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			k := &keeper{every: row.every, last: time.Now(), write: func(*hybrid.Snapshot) error {
				n++
				time.Sleep(row.cost)
				return nil
			}}
			take := func() *hybrid.Snapshot { return &hybrid.Snapshot{} }
			for end := time.Now().Add(1000 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				k.keep(false, take)
			}
			k.keep(true, take)
			if n < row.want-2 || n > row.want+2 {
				t.Errorf("every %v at a cost of %v: kept %d times, want %d", row.every, row.cost, n, row.want)
			}
		})
	}
}

// TestKeeperFails: a state that cannot be kept is said once, and is no warning of the
// run if a later one can.
func TestKeeperFails(t *testing.T) {
	var said []string
	var fault error
	k := &keeper{every: time.Nanosecond, write: func(*hybrid.Snapshot) error { return fault },
		warn: func(step int, err error) { said = append(said, err.Error()) }}
	take := func() *hybrid.Snapshot { return &hybrid.Snapshot{} }
	fault = errors.New("the disk is full")
	k.keep(false, take)
	k.keep(true, take)
	if len(said) != 1 || !strings.HasPrefix(said[0], "the state of step 0 could not be kept") || k.err == nil {
		t.Errorf("said %q, error %v", said, k.err)
	}
	fault = nil
	k.keep(true, take)
	if k.err != nil {
		t.Errorf("error %v after a state was kept", k.err)
	}
}
