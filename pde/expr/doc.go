// Package expr holds the formulas of equations: expressions, their derivatives, and
// the programs that compute them.
//
// A Graph owns expressions and makes equal ones identical; its constructors (Add, Mul,
// Func, If, …) simplify as they build. The leaves are numbers, coordinates, unknown
// parameters, components of the normal, columns of data, and partials: the fields and
// their derivatives, such as u and u_xx, each named by a Partial.
//
// Diff differentiates an expression along an axis, DiffPartial and DiffParam by a
// partial and by an unknown parameter; all are symbolic. Eval computes an expression
// at one point, plainly. Compile makes a Program of several expressions, which computes
// them at tiles of points, and in an adjoint sweep their derivatives by every partial
// and unknown parameter, without allocating.
//
// An expression prints in the language of package pde, which turns texts into
// expressions. ExampleCompile shows the way from a text to numbers.
package expr
