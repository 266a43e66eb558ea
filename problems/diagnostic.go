package problems

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Diagnostic is one mistake in a problem file: where, in which key, and what.
// Indices in Key count from 0 (condition[1].at); Key is empty for a fault of
// the whole file. A Warning leaves the file usable.
type Diagnostic struct {
	File         string
	Pos          Pos
	Key, Message string
	Warning      bool
}

// String returns file:line:column: key: message on one line, with "warning: "
// before the key of a warning. The position is left out where there is none.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.File)
	if d.Pos != (Pos{}) {
		fmt.Fprintf(&b, ":%d:%d", d.Pos.Line, d.Pos.Column)
	}
	b.WriteString(": ")
	if d.Warning {
		b.WriteString("warning: ")
	}
	if d.Key != "" {
		b.WriteString(d.Key + ": ")
	}
	b.WriteString(d.Message)
	return b.String()
}

// Diagnostics is a list of mistakes. As an error it is all of them, one per
// line; use Err to get a nil error from a list without mistakes.
type Diagnostics []Diagnostic

// Error returns one line per diagnostic, without a final line break.
func (l Diagnostics) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Err returns l as an error if it has errors, else nil.
func (l Diagnostics) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return l
}

// HasErrors tells whether any diagnostic is more than a warning.
func (l Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return !d.Warning })
}

// Sort orders l by position, errors before warnings at one place; what is still
// equal keeps its order.
func (l Diagnostics) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(comparePos(a.Pos, b.Pos), cmp.Compare(rank(a), rank(b)))
	})
}

// comparePos orders by line, then column.
func comparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func rank(d Diagnostic) int {
	if d.Warning {
		return 1
	}
	return 0
}
