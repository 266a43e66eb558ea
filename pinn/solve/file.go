package solve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"pinn/internal/safetensors"
	"pinn/pde"
	"pinn/pinn/solve/setup"
	"pinn/problems"
)

// What stands in the metadata of the weights of an answer.
const (
	keyProblem  = "problem"
	keyFields   = "fields"
	keyText     = "problem.toml" // the filled file; missing for a problem stated in Go
	keyFile     = "file:"        // before the path of a file that it names
	keyTraining = "training"     // of a problem stated in Go, the choices that its networks follow from
)

// choices is what the networks of a problem stated in Go follow from.
type choices struct {
	Network problems.Network
	Train   problems.Train
}

// Weights returns the networks of the answer as named tensors: θ of each part and, of a
// second stage, what it was built by.
func (a *Answer) Weights() safetensors.File {
	return safetensors.File{
		Metadata: map[string]string{keyProblem: a.Setup.Spec.Name, keyFields: strings.Join(a.Setup.Problem.Fields, " ")},
		Tensors:  tensorsOf(append(a.last.namedBefore(), a.last.named(a.best)...)),
	}
}

// Save writes the answer to a file in the safetensors format, its problem with it, so
// that Load makes it a function of the place again.
func (a *Answer) Save(path string) error {
	w := a.Weights()
	if err := describe(w.Metadata, a.Setup); err != nil {
		return fmt.Errorf("save the answer: %w", err)
	}
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		return fmt.Errorf("save the answer: %w", err)
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}

// describe puts the problem into the metadata.
func describe(meta map[string]string, st *setup.Setup) error {
	if st.InGo() {
		text, err := json.Marshal(choices{st.Spec.Network, st.Spec.Train})
		meta[keyTraining] = string(text)
		return err
	}
	meta[keyText] = string(st.Spec.Encode())
	for _, name := range st.Files() {
		content, err := st.Read(name)
		if err != nil {
			return err
		}
		meta[keyFile+name] = string(content)
	}
	return nil
}

// Load reads an answer that Save wrote of a problem file. Of what the run left it holds
// the fields alone: they can be evaluated, judged and saved again.
func Load(path string) (*Answer, error) {
	w, err := readFile(path)
	if err != nil {
		return nil, err
	}
	text, ok := w.Metadata[keyText]
	if !ok {
		return nil, fmt.Errorf("%s: holds an answer of a problem stated in Go; use LoadProblem", path)
	}
	st, faults := setup.Read(problems.Source{File: path, Name: w.Metadata[keyProblem], Text: []byte(text), Read: func(name string) ([]byte, error) {
		content, ok := w.Metadata[keyFile+name]
		if !ok {
			return nil, fmt.Errorf("%s: does not hold the file %s", path, name)
		}
		return []byte(content), nil
	}}, nil)
	if st == nil {
		return nil, faults
	}
	return judged(st, w)
}

// LoadProblem reads an answer that Save wrote of a problem stated in Go, which must be
// stated in the same way.
func LoadProblem(path string, p *pde.Problem) (*Answer, error) {
	w, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var c choices
	if err := json.Unmarshal([]byte(w.Metadata[keyTraining]), &c); err != nil {
		return nil, fmt.Errorf("%s: holds no answer of a problem stated in Go; use Load", path)
	}
	st, faults := setup.New(p, nil, func(spec *problems.Spec) { spec.Network, spec.Train = c.Network, c.Train })
	if st == nil {
		return nil, fmt.Errorf("%s: %w", path, faults)
	}
	return judged(st, w)
}

func readFile(path string) (safetensors.File, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return safetensors.File{}, err
	}
	w, err := safetensors.Decode(src)
	if err != nil {
		return w, fmt.Errorf("%s: %w", path, err)
	}
	return w, nil
}

// judged returns the answer that weights describe, judged.
func judged(st *setup.Setup, w safetensors.File) (*Answer, error) {
	a, err := Trained(st, w)
	if err == nil {
		a.Judge()
	}
	return a, err
}

// Trained returns the answer that weights describe, as a function of the place alone; see
// Answer.Judge. The error says what of them does not fit the problem.
func Trained(st *setup.Setup, w safetensors.File) (*Answer, error) {
	last, theta, err := ofWeights(st, w)
	if err != nil {
		return nil, fmt.Errorf("the weights do not fit the problem: %w", err)
	}
	return &Answer{Setup: st, form: last.answer(theta), last: last, best: theta, Slabs: last.slab, NetworkParameters: last.size()}, nil
}
