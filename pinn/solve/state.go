package solve

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"pinn/hybrid"
	"pinn/internal/kernel"
	"pinn/internal/sealed"
)

// State is what an unfinished run needs to go on with the same bits, as plain values.
type State struct {
	Problem     string // name of the problem
	Fingerprint string // of the problem's text and the files that it names, see setup.Setup.Fingerprint
	Program     Program
	Resumed     int // times that the run has gone on before
	Snapshot    *hybrid.Snapshot
	Marks       []Mark // of the error along the run
}

// stateKind is the kind of an encoded state. Its body is a State by encoding/gob, which
// keeps every bit of a float64.
var stateKind = sealed.Kind{Magic: "pinn state", Format: 3}

// Encode writes the state.
func (s *State) Encode(w io.Writer) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(s); err != nil {
		return fmt.Errorf("encode the state of a run: %w", err)
	}
	return stateKind.Write(w, body.Bytes())
}

// DecodeState reads what Encode wrote. One that is cut short, has bytes to spare, or was
// altered anywhere is refused before any of it is used.
func DecodeState(r io.Reader) (*State, error) {
	body, err := stateKind.Read(r)
	if err != nil {
		return nil, err
	}
	s := &State{}
	if err := gob.NewDecoder(bytes.NewReader(body)).Decode(s); err != nil {
		return nil, fmt.Errorf("decode the state of a run: %w", err)
	}
	if s.Snapshot == nil {
		return nil, errors.New("the file holds no run")
	}
	return s, nil
}

// SameProgram says what this program differs in from the one that kept the state: with
// other kernels or another build the bits may differ.
func (s *State) SameProgram() error {
	there, here := s.Program, ThisProgram()
	if there.Kernel != here.Kernel {
		return fmt.Errorf("was kept with kernel %s, and this is %s: the bits differ; set PINN_KERNEL=%s where the processor has it", there.Kernel, here.Kernel, there.Kernel)
	}
	for _, p := range [][3]string{
		{"version", there.Version, here.Version}, {"commit", there.Commit, here.Commit}, {"go", there.Go, here.Go},
		{"platform", there.OS + "/" + there.Arch, here.OS + "/" + here.Arch},
	} {
		if p[1] != p[2] {
			return fmt.Errorf("was kept by a program with %s %q, and this one has %q: the bits may differ; go on with that program", p[0], p[1], p[2])
		}
	}
	return nil
}

// Program identifies the program: what the bits of a run depend on beside the problem.
type Program struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Kernel  string `json:"kernel"` // tier of the vector kernels
}

// ThisProgram returns what the Go tool recorded in the binary, and the kernels that it
// uses on this machine.
func ThisProgram() Program {
	p := Program{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Kernel: kernel.Tier()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return p
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		p.Version = v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			p.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			p.Commit += "+changes"
		}
	}
	return p
}
