// Package accuracy keeps the runs of pinn bench accuracy and derives from them all
// that the documents say of accuracy. A run is a file:
//
//	results/accuracy/PROBLEM/METHOD/seed-N.json   Record: what was reached, when, and how
//	results/accuracy/PROBLEM/METHOD/seed-N.csv    Course: the error along the run, thinned
//	results/accuracy/PROBLEM/error.svg, .png      drawn from the courses
//
// Load reads them, Tables makes the tables, Document puts a table between its
// markers into a text, and Document.Drift names every cell of a committed table that
// no longer follows from the files. The package knows no problem and trains nothing.
package accuracy
