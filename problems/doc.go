// Package problems holds the gallery of problem files and reads such files
// into plain values. It knows TOML and the keys of a problem file; it knows
// nothing of mathematics: statements and expressions stay text with positions.
//
//	file bytes ─ walk ─→ tree of values with byte offsets (walk.go, tree.go)
//	tree ─ Decode ─→ Spec and Diagnostics                 (decode.go and on)
//	Spec ─ Encode ─→ canonical TOML, which Decode reads back to an equal Spec
//
// Decode reports every fault of a file at once, each as
// file:line:column: key: must …, got …. What needs the language of equations
// (unknown names, cycles, a missing =, intervals between expressions) is for
// the caller, who points into the file with Text.At and Spec.Where.
//
// The values 0 and "absent" are never confused: optional numbers are pointers,
// and nil leaves the choice to the program.
package problems
