package pde

import (
	"fmt"
	"slices"

	"pinn/pde/expr"
)

// declKind says what a declared name is.
type declKind uint8

const (
	kindConstant declKind = iota
	kindDefinition
)

func (k declKind) String() string { return [...]string{"constant", "definition"}[k] }

// decl is a name with a text, and what the text means once it was resolved.
type decl struct {
	kind   declKind
	name   string
	text   string
	state  declState
	expr   *expr.Expr // nil if faulty
	faults Faults
}

type declState uint8

const (
	declOpen declState = iota
	declBusy           // being resolved: met again, it is a cycle
	declDone
)

// Scope gives names their meaning: axes, fields, constants, definitions and
// unknown parameters. Declare everything first; then Check, and resolve texts to
// expressions of the scope's graph. A Scope is not safe for concurrent use.
type Scope struct {
	g       *expr.Graph
	axes    []string
	fields  []string
	params  []string
	decls   []*decl
	byName  map[string]*decl
	spatial []int // axes that are not time
}

// maxStatement bounds the nodes that one text may add to the graph.
const maxStatement = 50_000

// NewScope returns a scope with the axes and fields in their order, and names the
// leaves of g after them. The axis named t is time, all others are spatial. The
// names must be valid and differ (see ValidName); NewScope panics if there are
// more than MaxAxes axes.
func NewScope(g *expr.Graph, axes, fields []string) *Scope {
	if len(axes) > expr.MaxAxes {
		panic("pde: too many axes")
	}
	s := &Scope{g: g, axes: slices.Clone(axes), fields: slices.Clone(fields), byName: map[string]*decl{}}
	for i, x := range axes {
		if x != "t" {
			s.spatial = append(s.spatial, i)
		}
	}
	s.name()
	return s
}

// name tells the graph how its leaves are called.
func (s *Scope) name() {
	s.g.SetNames(s.axes, s.fields, s.params, s.declared)
}

// Graph returns the graph that holds the scope's expressions.
func (s *Scope) Graph() *expr.Graph { return s.g }

// declared reports whether the name is that of an axis, field, constant,
// definition or parameter.
func (s *Scope) declared(name string) bool {
	return s.byName[name] != nil || slices.Contains(s.axes, name) ||
		slices.Contains(s.fields, name) || slices.Contains(s.params, name)
}

// ValidName returns an error if the language does not allow the name to be
// declared: a name begins with a letter, goes on with letters, digits and
// underscores, and is no word of the language.
func ValidName(name string) error {
	if name == "" || nameLength(name) != len(name) {
		return fmt.Errorf("a name must be letters, digits and _, beginning with a letter, got %q", name)
	}
	if isReserved(name) {
		return fmt.Errorf("the name %s is reserved", name)
	}
	return nil
}

// Constant declares a constant: a number or an expression of constants.
func (s *Scope) Constant(name, text string) error {
	return s.declare(&decl{kind: kindConstant, name: name, text: text})
}

// Define declares a definition: an expression of everything but data columns.
func (s *Scope) Define(name, text string) error {
	return s.declare(&decl{kind: kindDefinition, name: name, text: text})
}

// Parameter declares the next unknown parameter; the first one has index 0.
func (s *Scope) Parameter(name string) error {
	if err := s.free(name); err != nil {
		return err
	}
	s.params = append(s.params, name)
	s.name()
	return nil
}

func (s *Scope) declare(d *decl) error {
	if err := s.free(d.name); err != nil {
		return err
	}
	s.decls = append(s.decls, d)
	s.byName[d.name] = d
	return nil
}

// free returns an error if the name cannot be declared, or was before.
func (s *Scope) free(name string) error {
	if err := ValidName(name); err != nil {
		return err
	}
	if s.declared(name) {
		return fmt.Errorf("the name %s is declared twice", name)
	}
	return nil
}

// Mistake is what Check found wrong with one declaration.
type Mistake struct {
	Kind   string // "constant" or "definition"
	Name   string
	Faults Faults // offsets into the declaration's own text
}

// Check resolves all constants and definitions and returns those with faults, in
// the order of their declaration: unknown names, cycles, constants that are not
// constant or not finite.
func (s *Scope) Check() []Mistake {
	var out []Mistake
	for _, d := range s.decls {
		s.settle(d)
		if len(d.faults) > 0 {
			out = append(out, Mistake{d.kind.String(), d.name, d.faults})
		}
	}
	return out
}

// settle resolves a declaration unless that was done.
func (s *Scope) settle(d *decl) {
	if d.state != declOpen {
		return
	}
	d.state = declBusy
	rules := definitionRules
	if d.kind == kindConstant {
		rules = constantRules
	}
	d.expr, d.faults = s.expression(d.text, rules)
	d.state = declDone
}

// settleAll resolves all declarations.
func (s *Scope) settleAll() {
	for _, d := range s.decls {
		s.settle(d)
	}
}

// Value returns the value of a sound constant.
func (s *Scope) Value(name string) (v float64, ok bool) {
	d := s.byName[name]
	if d == nil || d.kind != kindConstant {
		return 0, false
	}
	if s.settle(d); d.expr == nil {
		return 0, false
	}
	return d.expr.Const()
}

// Context says what a statement may use beyond axes, fields, constants,
// definitions and parameters.
type Context struct {
	Normals     bool     // n_x and dn(e): the statement is a condition
	DataColumns []string // columns of a data set: names in the statement
}

// Residual returns left − right of the statement left = right. Every statement
// must contain a field or an unknown parameter.
func (s *Scope) Residual(text string, c Context) (*expr.Expr, Faults) {
	s.settleAll()
	for i, name := range c.DataColumns {
		s.g.Column(i, name) // from now on no derivative prints as this name
	}
	left, right, faults := ParseStatement(text)
	rules := equationRules
	rules.columns = c.DataColumns
	if c.Normals {
		rules.normals = true
	}
	r := s.resolver(rules, faults)
	defer r.end()
	a, b := r.value(left), r.value(right)
	if a == nil || b == nil || len(r.faults) > 0 {
		return nil, r.faults.sorted()
	}
	e := s.g.Sub(a, b)
	if !e.HasPartials() && !e.HasParams() {
		r.faults.add(0, "the statement contains no unknown: no field and no parameter is left in it")
		return nil, r.faults
	}
	return e, nil
}

// Function returns an expression of the axes alone, as an exact solution is.
func (s *Scope) Function(text string) (*expr.Expr, Faults) {
	s.settleAll()
	return s.expression(text, functionRules)
}

// Number returns the value of a constant expression.
func (s *Scope) Number(text string) (float64, Faults) {
	s.settleAll()
	e, faults := s.expression(text, constantRules)
	if e == nil {
		return 0, faults
	}
	v, _ := e.Const()
	return v, nil
}

// expression parses and resolves a text; the result is nil if there are faults.
func (s *Scope) expression(text string, rules rules) (*expr.Expr, Faults) {
	tree, faults := ParseExpr(text)
	r := s.resolver(rules, faults)
	defer r.end()
	e := r.value(tree)
	if len(r.faults) > 0 {
		return nil, r.faults.sorted()
	}
	return e, nil
}
