// Package pde states problems: the language of equations, the domain and its
// points, conditions. The solutions that judge an answer are in package judging.
//
// A statement such as
//
//	u_t + u*u_x = nu*u_xx
//
// goes through four steps. ParseStatement makes a Syntax tree. Scope, which knows
// the axes, fields, constants, definitions and unknown parameters, turns that
// into an Expr, the residual left − right; derivatives of anything but fields are
// taken symbolically there, so that the leaves of an Expr are partials such as
// u_xx. Expressions are nodes of a Graph in which equal ones are identical.
// Compile makes a Program of several expressions, which computes them at tiles of
// points, and in an adjoint sweep their derivatives by every partial and unknown
// parameter: what training needs, and all that pinn needs to know of an equation.
//
// Mistakes in a text are Faults with byte offsets; all of a text are reported at
// once, and no text can make the package panic or work without end: a text is at
// most 64 KiB long, nests at most 1000 deep and adds at most 50 000 nodes to the
// graph.
//
// Box is the domain; a sampler of package cube fills it, or a Piece of its boundary,
// with Points.
//
// ExampleCompile shows the way from a text to numbers.
package pde
