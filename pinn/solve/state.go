package solve

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"pinn/hybrid"
	"pinn/internal/sealed"
)

// State is what an unfinished run needs to go on with the same bits, as plain values.
type State struct {
	Problem     string // name of the problem
	Fingerprint string // of the problem's text and the files that it names, see Statement.Fingerprint
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
