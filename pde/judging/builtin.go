package judging

import (
	"fmt"

	"pinn/pde"
)

// builtins is the table of reference solutions that problem files may name.
var builtins = []struct {
	name string
	new  func(b pde.Box, fields []string, constants map[string]float64) (Truth, error)
}{
	{"burgers-cole-hopf", newColeHopf},
}

// NewBuiltin returns the named reference solution for a problem with the given
// domain, fields and constants. The error says what the problem lacks.
//
//	burgers-cole-hopf  Burgers' equation on x ∈ [−1, 1] from u = −sin(πx) at the
//	                   first end of t; the viscosity is the constant nu
func NewBuiltin(name string, b pde.Box, fields []string, constants map[string]float64) (Truth, error) {
	for _, r := range builtins {
		if r.name != name {
			continue
		}
		t, err := r.new(b, fields, constants)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return t, nil
	}
	return nil, fmt.Errorf("no built-in reference is named %q", name)
}

// Builtins returns the names that NewBuiltin knows.
func Builtins() []string {
	names := make([]string, len(builtins))
	for i, r := range builtins {
		names[i] = r.name
	}
	return names
}
