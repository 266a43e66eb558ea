package solve

import (
	"fmt"
	"slices"
	"strings"

	"pinn/pde"
	"pinn/problems"
)

// compiler gathers the diagnostics of one file while its texts become
// expressions.
type compiler struct {
	spec        *problems.Spec
	scope       *pde.Scope
	problem     *pde.Problem
	read        ReadFile
	known       problems.Diagnostics // of the decoder
	box         bool                 // the domain is sound
	diagnostics problems.Diagnostics
}

// ReadFile returns the bytes of a file that the problem file names, its path as
// written there.
type ReadFile func(path string) ([]byte, error)

// key formats the name of a place in the file, as in Diagnostic.Key.
func key(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func (c *compiler) fault(pos problems.Pos, key, format string, args ...any) {
	c.diagnose(false, pos, key, format, args...)
}

func (c *compiler) warn(pos problems.Pos, key, format string, args ...any) {
	c.diagnose(true, pos, key, format, args...)
}

// diagnose adds a diagnostic, unless the decoder has refused what stands there,
// a part of it or what it is a part of.
func (c *compiler) diagnose(warning bool, pos problems.Pos, key, format string, args ...any) {
	for _, d := range c.known {
		if !d.Warning && (d.Pos == pos || within(key, d.Key) || within(d.Key, key)) {
			return
		}
	}
	c.diagnostics = append(c.diagnostics, problems.Diagnostic{
		File: c.spec.File, Pos: pos, Key: key, Message: fmt.Sprintf(format, args...), Warning: warning,
	})
}

// refused reports whether the decoder has found an error in the value of key.
func (c *compiler) refused(key string) bool {
	return slices.ContainsFunc(c.known, func(d problems.Diagnostic) bool { return !d.Warning && within(d.Key, key) })
}

// within reports whether key names the value of whole or a part of it.
func within(key, whole string) bool {
	rest, ok := strings.CutPrefix(key, whole)
	return ok && whole != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// faults reports what is wrong with a text, each fault at its character. A fault
// that only repeats one of another text is left out.
func (c *compiler) faults(text problems.Text, key string, faults pde.Faults) {
	for _, f := range faults {
		if !f.Follows {
			c.fault(text.At(f.Offset), key, "%s", f.Message)
		}
	}
}

// number returns the value of a constant expression of the file, and whether it
// has one.
func (c *compiler) number(text problems.Text, key string) (float64, bool) {
	v, faults := c.scope.Number(text.Value)
	c.faults(text, key, faults)
	return v, len(faults) == 0
}
