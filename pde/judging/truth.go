// Package judging holds the known solutions that an answer is judged by: exact ones,
// tables, built-in ones; and the errors of an answer against them. Package pinn does not
// import it: training, switching and stopping cannot see what is known.
package judging

import "pinn/pde"

// Truth is a known solution u*. It serves judging only: a Problem does not hold
// one, so training, switching and stopping cannot see it.
type Truth interface {
	// Known tells for each field whether its solution is known.
	Known() []bool
	// Where returns the points on which to judge: the judging grid of the
	// domain, or the points of the file.
	Where() pde.Points
	// Free reports whether At can be asked at any point of the domain, not
	// only at the points of Where.
	Free() bool
	// At returns the values u*, indexed by field and then by point of p, with
	// a nil row for each field that is not known.
	At(p pde.Points) [][]float64
}
