// Package pde states problems: the language of equations, the domain and its
// points, conditions. The solutions that judge an answer are in package judging.
//
// A statement such as
//
//	u_t + u*u_x = nu*u_xx
//
// goes through two steps. ParseStatement makes a Syntax tree. Scope, which knows
// the axes, fields, constants, definitions and unknown parameters, turns that
// into an expression, the residual left − right; derivatives of anything but fields
// are taken symbolically there, so that the leaves are partials such as u_xx.
// Package expr holds expressions, differentiates them and compiles them to programs:
// what training needs, and all that pinn needs to know of an equation.
//
// Mistakes in a text are Faults with byte offsets; all of a text are reported at
// once, and no text can make the package panic or work without end: a text is at
// most 64 KiB long, nests at most 1000 deep and adds at most 50 000 nodes to the
// graph.
//
// Box is the domain; a sampler of package cube fills it, or a Piece of its boundary,
// with Points.
//
// ExampleCompile of package expr shows the way from a text to numbers.
package pde
