// Package triangle works on several threads with symmetric matrices of which the upper
// triangle is stored, row-major, for dense second-order methods: Cholesky's
// factorisation, products with a vector, updates of rank two. The bits of a result do
// not depend on the number of threads. No goroutine outlives the call that starts it.
package triangle
