// Package accuracy keeps what pinn bench accuracy measured, and derives from it all
// that the documents say of accuracy. The runs are in these files:
//
//	results/accuracy/PROBLEM.csv           Row: one run per line, exact to the last bit
//	results/accuracy/courses.csv           Courses: the error along the runs, thinned
//	results/accuracy/PROBLEM.svg           the figure of the courses
//
// Store reads and writes them; schema names the columns of a Row. Tables makes the
// tables, Document puts a table between its markers into a text, and Drift names
// every cell of the committed tables that does not follow from the rows. The package
// reads no problem and trains nothing; package contest does.
package accuracy
