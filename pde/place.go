package pde

// Fixed pins one axis of a Piece to a value.
type Fixed struct {
	Axis  int
	Value float64
}

// Piece is one part of the place of a condition: the points of the closed
// domain at which every axis in Fixed has its value and Keep holds. With no
// Fixed axis it is the part of the domain itself where Keep holds. If Boundary
// is not empty the piece lies on the named curve instead of a face.
type Piece struct {
	Fixed    []Fixed
	Keep     *Predicate
	Boundary string
}
