package main

import (
	"bytes"
	"crypto/sha256"
	encoding "encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
	"pinn/optim"
	"pinn/problems"
)

// saved is the state of a run with what must agree where it goes on: the file state
// of its folder.
type saved struct {
	problem     string // its name
	fingerprint string // of the problem's text and files
	resumed     int    // times that the run has gone on before
	snapshot    *hybrid.Snapshot
	along       trail
}

// stateFormat is that of the state; a program refuses any other.
const stateFormat = "3"

// What stands in the metadata of a state, and the name of the tensor with the snapshot.
const (
	keyFormat      = "state format"
	keyProblem     = "problem"
	keyFingerprint = "fingerprint of the problem"
	keyResumed     = "resumed"
	snapshotName   = "snapshot"
)

// program is what bits depend on beside the problem, in the order of the messages.
func program() [][2]string {
	b := thisBuild()
	return [][2]string{
		{keyFormat, stateFormat}, {"version", b.Version}, {"commit", b.Commit}, {"go", b.Go}, {"platform", b.OS + "/" + b.Arch}, {"kernel", b.Kernel},
	}
}

// encode returns the file.
func (s saved) encode() (rundir.Weights, error) {
	w := rundir.Weights{Metadata: map[string]string{
		keyProblem: s.problem, keyFingerprint: s.fingerprint, keyResumed: strconv.Itoa(s.resumed),
	}}
	for _, p := range program() {
		w.Metadata[p[0]] = p[1]
	}
	var b bytes.Buffer
	if err := s.snapshot.Encode(&b); err != nil {
		return rundir.Weights{}, err
	}
	w.Tensors = tensorsOf(append(s.along.state(), optim.Vector{Name: snapshotName, Values: packed(b.Bytes())}))
	return w, nil
}

// readState reads the state in a folder. One of another program or kernel is refused:
// it would go on with other bits.
func readState(dir string) (saved, error) {
	w, err := rundir.ReadState(dir)
	if err != nil {
		return saved{}, fmt.Errorf("%w; %s", err, afresh(dir))
	}
	if err := sameProgram(w.Metadata); err != nil {
		return saved{}, fmt.Errorf("%s: %w, or %s", rundir.StatePath(dir), err, afresh(dir))
	}
	s := saved{problem: w.Metadata[keyProblem], fingerprint: w.Metadata[keyFingerprint]}
	s.resumed, err = strconv.Atoi(w.Metadata[keyResumed])
	var marks []optim.Vector
	var packed []float64
	for _, v := range vectorsOf(w) {
		if v.Name == snapshotName {
			packed = v.Values
			continue
		}
		marks = append(marks, v)
	}
	if err == nil {
		s.snapshot, err = hybrid.DecodeSnapshot(bytes.NewReader(unpacked(packed)))
	}
	if err != nil {
		return saved{}, fmt.Errorf("%s: %w; %s", rundir.StatePath(dir), err, afresh(dir))
	}
	if err := s.along.restore(marks); err != nil {
		return saved{}, fmt.Errorf("%s: %w; %s", rundir.StatePath(dir), err, afresh(dir))
	}
	return s, nil
}

// packed holds bytes in numbers, four in each behind their count.
func packed(b []byte) []float64 {
	v := []float64{float64(len(b))}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	for ; len(b) > 0; b = b[4:] {
		v = append(v, float64(encoding.LittleEndian.Uint32(b)))
	}
	return v
}

func unpacked(v []float64) (b []byte) {
	if len(v) == 0 {
		return nil
	}
	for _, x := range v[1:] {
		b = encoding.LittleEndian.AppendUint32(b, uint32(x))
	}
	return b[:min(len(b), max(0, int(v[0])))]
}

// sameProgram compares the program that kept a state with this one.
func sameProgram(meta map[string]string) error {
	for _, p := range program() {
		key, here := p[0], p[1]
		there, ok := meta[key]
		switch {
		case ok && there == here:
			continue
		case key == keyFormat:
			return fmt.Errorf("must be a %s %s, got %q; go on with the program that wrote it", key, here, there)
		case key == "kernel":
			return fmt.Errorf("was kept with kernel %s, and this is %s: the bits differ; set PINN_KERNEL=%s where the processor has it", there, here, there)
		}
		return fmt.Errorf("was kept by a program with %s %q, and this one has %q: the bits may differ; go on with that program", key, there, here)
	}
	return nil
}

// afresh is the way out where a state is of no use.
func afresh(dir string) string {
	return "solve the problem from the beginning with pinn solve " + dir
}

// fingerprint identifies a problem by its filled text and the files that it names.
func fingerprint(text []byte, st *statement) (string, error) {
	h := sha256.New()
	add := func(content []byte) {
		fmt.Fprintf(h, "%d:", len(content))
		h.Write(content)
	}
	add(text)
	for _, name := range files(st.spec) {
		content, err := st.read(name)
		if err != nil {
			return "", err
		}
		add(content)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// files are the files that a problem names.
func files(spec *problems.Spec) (names []string) {
	if r := spec.Reference; r != nil && r.File.Set() {
		names = append(names, r.File.Value)
	}
	for _, d := range spec.Data {
		if d.File.Set() {
			names = append(names, d.File.Value)
		}
	}
	return names
}
