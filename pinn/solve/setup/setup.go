package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"pinn/pde"
	"pinn/pde/judging"
	"pinn/problems"
)

// Setup is a problem ready to be trained: compiled, its hard conditions and mirror
// symmetries found, and every choice made that it leaves open.
type Setup struct {
	Spec    *problems.Spec // filled: encoded, it is a file that repeats the run
	Problem *pde.Problem   // all that training may see
	Truth   judging.Truth  // what the answer is judged by, nil if nothing is given
	Hard    Hard
	Read    problems.ReadFile // reads the files that the problem names; nil if it names none
}

// Find returns the problem file at arg, the problem.toml of the folder arg, or the
// gallery problem called arg, in this order.
func Find(arg string) (problems.Source, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return problems.FromFile(filepath.Join(arg, "problem.toml"))
	case err == nil:
		return problems.FromFile(arg)
	case !errors.Is(err, fs.ErrNotExist):
		return problems.Source{}, err
	}
	return problems.FromGallery(arg)
}

// Read compiles a source with the settings key=value put into it, finds what can hold by
// construction, and makes the choices that it leaves open. All faults come at once, those
// of the training plan too; the setup is nil if there are errors.
func Read(src problems.Source, settings []string) (*Setup, problems.Diagnostics) {
	return ReadWith(src, settings, func(*problems.Spec) {})
}

// ReadWith is Read with a function that may change what the file says of training before
// that is checked and filled in. It is called once or more.
func ReadWith(src problems.Source, settings []string, change func(*problems.Spec)) (*Setup, problems.Diagnostics) {
	hard := map[*problems.Compiled]Hard{} // faults of settings are found by compiling without them, too
	checked := func(c *problems.Compiled, known problems.Diagnostics) problems.Diagnostics {
		change(c.Spec)
		return check(c, known)
	}
	hardened := func(c *problems.Compiled, known problems.Diagnostics) (faults problems.Diagnostics) {
		if !known.HasErrors() {
			hard[c], faults = harden(c.Spec, c.Problem)
		}
		return faults
	}
	c, faults := problems.Compile(src, settings, checked, hardened)
	if c == nil {
		return nil, faults
	}
	st := &Setup{Spec: c.Spec, Problem: c.Problem, Truth: c.Truth, Hard: hard[c], Read: c.Read}
	st.Fill()
	return st, faults
}

// New returns the setup of a problem that is stated in Go, and of a truth, nil for
// none. change may say how to train.
func New(p *pde.Problem, truth judging.Truth, change func(*problems.Spec)) (*Setup, problems.Diagnostics) {
	spec := &problems.Spec{Name: "problem", File: "problem"}
	change(spec)
	if faults := check(&problems.Compiled{Spec: spec, Problem: p}, nil); faults.HasErrors() {
		return nil, faults
	}
	hard, faults := harden(spec, p)
	if faults.HasErrors() {
		return nil, faults
	}
	st := &Setup{Spec: spec, Problem: p, Truth: truth, Hard: hard}
	st.Fill()
	return st, nil
}

// InGo reports whether the problem is stated in Go and has no file.
func (st *Setup) InGo() bool { return len(st.Spec.Fields) == 0 }

// Fingerprint identifies a problem by a text of it, such as its filled file, and the
// contents of the files that it names. The error is that of a file that cannot be read.
func (st *Setup) Fingerprint(text []byte) (string, error) {
	h := sha256.New()
	add := func(content []byte) {
		fmt.Fprintf(h, "%d:", len(content))
		h.Write(content)
	}
	add(text)
	for _, name := range st.Files() {
		content, err := st.Read(name)
		if err != nil {
			return "", err
		}
		add(content)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Files returns the paths of the files that the problem names, as they are written there.
func (st *Setup) Files() (names []string) {
	if r := st.Spec.Reference; r != nil && r.File.Set() {
		names = append(names, r.File.Value)
	}
	for _, d := range st.Spec.Data {
		if d.File.Set() {
			names = append(names, d.File.Value)
		}
	}
	return names
}
