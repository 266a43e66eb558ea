package solve

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"pinn/problems"
)

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
// of the training plan too; the statement is nil if there are errors.
func Read(src problems.Source, settings []string) (*Statement, problems.Diagnostics) {
	return read(src, settings, func(*problems.Spec) {})
}

// read lets apply change what the file says of training before that is checked.
func read(src problems.Source, settings []string, apply func(*problems.Spec)) (*Statement, problems.Diagnostics) {
	hard := map[*problems.Compiled]Hard{} // faults of settings are found by compiling without them, too
	checked := func(c *problems.Compiled, known problems.Diagnostics) problems.Diagnostics {
		apply(c.Spec)
		return check(c, known)
	}
	hardened := func(c *problems.Compiled, known problems.Diagnostics) (faults problems.Diagnostics) {
		if !known.HasErrors() {
			hard[c], faults = Harden(c.Spec, c.Problem)
		}
		return faults
	}
	c, faults := problems.Compile(src, settings, checked, hardened)
	if c == nil {
		return nil, faults
	}
	Fill(c.Spec, c.Problem, hard[c])
	return &Statement{Spec: c.Spec, Problem: c.Problem, Truth: c.Truth, Hard: hard[c], Read: c.Read}, faults
}
