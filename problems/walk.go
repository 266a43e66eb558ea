package problems

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"
)

// This file is the only one that touches go-toml's unstable package, whose
// promises end at the pinned version; walk_test.go holds it to the public
// decoder.

// walker turns the parser's statements into a tree with byte offsets. The
// parser (v2.4.3) gives the range of keys, scalars and whole key-values, but of
// an inline table only the brace and of an array nothing: those are measured
// here from what surrounds them.
type walker struct {
	*tree
	data   []byte // of the document
	parser unstable.Parser
}

// walk parses a document. On a syntax error it returns a nil tree, the
// offset of the error and what is wrong there.
func walk(doc *document) (t *tree, offset int, message string) {
	w := &walker{tree: newTree(doc), data: doc.data}
	w.parser.Reset(doc.data)
	for w.parser.NextExpression() {
		w.statement(w.parser.Expression())
	}
	err := w.parser.Error()
	if err == nil {
		return w.tree, 0, ""
	}
	var at *unstable.ParserError
	if errors.As(err, &at) {
		offset = int(w.parser.Range(at.Highlight).Offset)
	}
	return nil, offset, err.Error()
}

// statement adds one top-level statement to the tree.
func (w *walker) statement(n *unstable.Node) {
	path := w.keyPath(n)
	switch n.Kind {
	case unstable.Table:
		w.header(path, false, w.bracket(path[0].start, 1))
	case unstable.ArrayTable:
		w.header(path, true, w.bracket(path[0].start, 2))
	case unstable.KeyValue:
		w.keyValue(w.current, n)
	}
}

// bracket returns the offset of the first of n brackets that stand, with white
// space after them, before the offset.
func (w *walker) bracket(offset, n int) int {
	return len(bytes.TrimRight(w.data[:offset], " \t")) - n
}

// keyPath returns the parts of the key of a table, array table or key-value.
func (w *walker) keyPath(n *unstable.Node) []name {
	var path []name
	for it := n.Key(); it.Next(); {
		k := it.Node()
		start := int(k.Raw.Offset)
		path = append(path, name{string(k.Data), w.doc, start, start + int(k.Raw.Length)})
	}
	return path
}

// keyValue adds key = value to the table v.
func (w *walker) keyValue(v *value, n *unstable.Node) {
	path := w.keyPath(n)
	start := w.skip(path[len(path)-1].end, " \t=")
	w.assign(v, path, w.value(n.Value(), start))
}

// value converts the value that starts at the offset.
func (w *walker) value(n *unstable.Node, start int) *value {
	switch n.Kind {
	case unstable.Array:
		return w.array(n, start)
	case unstable.InlineTable:
		return w.inlineTable(n, start)
	}
	v := &value{kind: kinds[n.Kind], doc: w.doc, start: int(n.Raw.Offset), end: int(n.Raw.Offset + n.Raw.Length)}
	if v.kind == stringValue {
		v.text = string(n.Data)
	}
	return v
}

func (w *walker) array(n *unstable.Node, start int) *value {
	v := newContainer(arrayValue, fromValue, place{w.doc, start})
	next := start + 1
	for it := n.Children(); it.Next(); {
		item := w.value(it.Node(), w.gap(next))
		v.push(item)
		next = item.end
	}
	v.end = w.gap(next) + 1
	return v
}

func (w *walker) inlineTable(n *unstable.Node, start int) *value {
	v := newContainer(tableValue, fromValue, place{w.doc, start})
	next := start + 1
	for it := n.Children(); it.Next(); {
		w.keyValue(v, it.Node())
		raw := it.Node().Raw
		next = int(raw.Offset + raw.Length)
	}
	v.end = w.gap(next) + 1
	return v
}

// kinds maps the parser's kinds of scalars to ours.
var kinds = map[unstable.Kind]kind{
	unstable.String:        stringValue,
	unstable.Integer:       integerValue,
	unstable.Float:         floatValue,
	unstable.Bool:          boolValue,
	unstable.LocalDate:     dateValue,
	unstable.LocalTime:     dateValue,
	unstable.LocalDateTime: dateValue,
	unstable.DateTime:      dateValue,
}

// gap returns the offset of the first byte at or after offset that is not
// white space, a comma, a line break or a comment.
func (w *walker) gap(offset int) int {
	for {
		offset = w.skip(offset, " \t\r\n,")
		if offset >= len(w.data) || w.data[offset] != '#' {
			return offset
		}
		if line := bytes.IndexByte(w.data[offset:], '\n'); line >= 0 {
			offset += line
		} else {
			return len(w.data)
		}
	}
}

// skip returns the offset of the first byte at or after offset that is not in
// the set.
func (w *walker) skip(offset int, set string) int {
	for offset < len(w.data) && bytes.IndexByte([]byte(set), w.data[offset]) >= 0 {
		offset++
	}
	return offset
}
