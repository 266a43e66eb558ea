package solve

import (
	"bytes"
	"strings"
	"testing"

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
