// Package pdetest holds test material for package pde: it proves that a truth
// (an exact or built-in solution) satisfies the equations and conditions of its
// problem. Derivatives come from differences of the solution's values, never
// from the symbolic code that is under test elsewhere, and every tolerance
// follows from the error that the differences estimate for themselves.
//
// The one function to know is TestTruth.
package pdetest
