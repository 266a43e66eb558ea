// Package rows executes straight programs of arithmetic on rows of numbers. An
// instruction reads up to three rows of n numbers, one per point, and writes one.
// The residuals of package expr and the jets of package pinn are such programs.
//
// Rows stand in banks. A program names a row by its bank and its number there, so
// that the same program runs on any memory: whoever runs it says where the banks lie.
package rows
