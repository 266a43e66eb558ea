package pde

// Expr is an immutable, hash-consed node of a Graph.
type Expr struct {
	op Op
}

// Op is the operation of a node.
type Op uint8

// Graph owns expressions and makes equal ones identical.
type Graph struct {
	nodes []*Expr
}

// NewGraph returns an empty graph.
func NewGraph() *Graph { return &Graph{} }
