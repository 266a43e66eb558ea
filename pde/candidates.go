package pde

import "slices"

// candidates lists what a name in an expression may have been meant to be: what
// is declared, the functions, pi, and derivatives up to second order of fields
// and definitions.
func (s *Scope) candidates(columns []string) []string {
	out := slices.Concat(columns, s.axes, s.fields)
	bases := slices.Clone(s.fields)
	for _, d := range s.decls {
		out = append(out, d.name)
		if d.kind == kindDefinition {
			bases = append(bases, d.name)
		}
	}
	out = append(out, s.params...)
	for _, f := range slices.Concat(functions, operators) {
		out = append(out, f.name)
	}
	out = append(out, "pi")
	for _, b := range bases[:min(len(bases), 50)] {
		for i, x := range s.axes {
			out = append(out, b+"_"+x)
			for _, y := range s.axes[i:] {
				out = append(out, b+"_"+x+y)
			}
		}
	}
	return out
}
