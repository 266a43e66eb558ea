// Package engine measures how fast losses, gradients and normal equations are on some
// networks and problems, and what share of the machine's peak that is.
//
// # Counting
//
// A loss and its gradient count as
//
//	6·C·N·Σ in·out
//
// operations: C partials carried by N points through the layers in×out, two
// operations for each product, one product on the way up and two on the way down.
// Activations, residuals and sums count as nothing, however long they take, so that
// 100 % is out of reach. Terms at other places (soft conditions) count with their own
// C and N. The normal equations count as R·P² for R residuals and P parameters: one
// triangle of JᵀJ, the rows of J for nothing. The ceiling is kernel.FMAPeak of as
// many threads, measured between the cases.
//
// Times are minima of repetitions that go round all measurements of a case in turn: a
// busy machine makes them longer, never shorter, and strikes all alike.
package engine
