// Package record turns the answer of a run into the records of its folder, tables and
// figures, and a folder back into an answer. rundir knows how records are written, solve
// what they say; this package is where the two meet, for every command that leaves or
// reads runs.
package record
