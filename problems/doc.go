// Package problems holds the gallery of problem files and turns such a file into
// a problem: everything that training may see and, apart from it, the truth that
// an answer is judged by.
//
//	Source   ─ parse ─→  tree of values, each with its place        (walk.go, tree.go)
//	tree     ─ set ─→    tree with a setting key=value put into it  (set.go)
//	tree     ─ decode ─→ Spec: plain values, statements as text     (decode.go and on)
//	Spec     ─ compile ─→ pde.Problem and judging.Truth                 (compile.go and on)
//	Spec     ─ Encode ─→ canonical TOML, which Decode reads back to an equal Spec
//
// Compile does the first four; Decode stops at the Spec. Both report every fault
// of a file at once, each as file:line:column: key: must …, got …. A fault that a
// setting brings is told at the setting: --set key=value: key: must …, got ….
// Packages that know more than the language of equations add their faults as
// Checks.
//
// The values 0 and "absent" are never confused in a Spec: optional numbers are
// pointers, and nil leaves the choice to the program.
package problems
