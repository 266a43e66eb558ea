// Package kernel holds the arithmetic of the hot path: matrix products on thin
// tiles, elementwise functions and sums.
package kernel
