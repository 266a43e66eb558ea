package problems

import (
	"strconv"
	"strings"
)

// kind is what a value of the file is.
type kind uint8

const (
	stringValue kind = iota
	integerValue
	floatValue
	boolValue
	dateValue
	arrayValue
	tableValue
)

// origin is how a table or an array came to be; it decides how the file may
// extend it (TOML 1.0, "Table").
type origin uint8

const (
	fromValue    origin = iota // scalar, inline table, array in brackets: closed
	fromHeader                 // [a], or one element of [[a]]
	fromPath                   // a in [a.b]: may still get its own header
	fromDots                   // a in a.b = 1: only more dotted keys
	fromElements               // the array of all [[a]]
)

// value is one value of the file with its place: bytes [start, end) of the
// document for what is written in one piece. A table made by a header starts at
// the header's bracket, one made by dots at its key; both have end = start.
type value struct {
	kind       kind
	origin     origin
	doc        *document
	start, end int
	text       string // decoded, of a string only
	*inside           // of arrays and tables only
}

// inside is what an array or a table holds, and where it stands itself.
type inside struct {
	items   []*value       // array
	entries []entry        // table, in file order
	index   map[string]int // large table: key → position in entries

	parent *value // nil for the root
	key    string // its key in a parent table
	at     int    // its index in a parent array
}

// place returns where the value begins.
func (v *value) place() place { return place{v.doc, v.start} }

// token returns the bytes of the value as they are written.
func (v *value) token() string { return string(v.doc.data[v.start:v.end]) }

// name is a key, or one part of a dotted one, with its token.
type name struct {
	key        string
	doc        *document
	start, end int
}

// place returns where the key begins.
func (n name) place() place { return place{n.doc, n.start} }

// text returns the key as a Text.
func (n name) text() Text {
	return Text{Value: n.key, set: true, doc: n.doc, start: n.start, end: n.end}
}

// entry is one key of a table.
type entry struct {
	name
	value *value
}

func newContainer(k kind, o origin, at place) *value {
	return &value{kind: k, origin: o, doc: at.doc, start: at.offset, end: at.offset, inside: &inside{}}
}

// find returns the entry of a table, or nil; a nil value has none.
func (v *value) find(key string) *entry {
	if v == nil || v.inside == nil {
		return nil
	}
	if v.index != nil {
		if i, ok := v.index[key]; ok {
			return &v.entries[i]
		}
		return nil
	}
	for i := range v.entries {
		if v.entries[i].key == key {
			return &v.entries[i]
		}
	}
	return nil
}

// add appends an entry that find does not know yet and returns its value.
func (v *value) add(n name, child *value) *value {
	const small = 16 // a table of so many entries is searched without an index
	v.entries = append(v.entries, entry{n, child})
	if v.index != nil {
		v.index[n.key] = len(v.entries) - 1
	} else if len(v.entries) > small {
		v.index = make(map[string]int, 2*small)
		for i := range v.entries {
			v.index[v.entries[i].key] = i
		}
	}
	v.adopt(child, n.key, 0)
	return child
}

// adopt tells an array or a table where it stands: under a key or at an index of v.
func (v *value) adopt(child *value, key string, at int) {
	if child.inside != nil {
		child.parent, child.key, child.at = v, key, at
	}
}

// push appends an element to an array.
func (v *value) push(item *value) {
	v.adopt(item, "", len(v.items))
	v.items = append(v.items, item)
}

// path returns the key of an array or a table from the root, such as
// phase[0].switch; it is empty for the root.
func (v *value) path() string {
	var steps []string
	for ; v.parent != nil; v = v.parent {
		if v.parent.kind == arrayValue {
			steps = append(steps, "["+strconv.Itoa(v.at)+"]")
		} else {
			steps = append(steps, "."+quoteKey(v.key))
		}
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		b.WriteString(steps[i])
	}
	return strings.TrimPrefix(b.String(), ".")
}

// tree grows the root table of a file, one statement after the other. A
// statement that TOML forbids (a key given twice, a table reopened) is noted in
// clashes and goes into a table that nobody reads.
type tree struct {
	doc           *document
	root, current *value
	clashes       []clash
}

// clash is a name that may not be used in the table parent, since the file has
// used it otherwise before.
type clash struct {
	parent *value
	name   name
	old    *value
}

func newTree(doc *document) *tree {
	root := newContainer(tableValue, fromHeader, place{doc, 0})
	return &tree{doc: doc, root: root, current: root}
}

// header handles [path], or [[path]] if element is true; start is the offset of
// its first bracket.
func (t *tree) header(path []name, element bool, start int) {
	t.current = newContainer(tableValue, fromHeader, place{t.doc, start})
	last := path[len(path)-1]
	parent := t.descend(path[:len(path)-1], start)
	if parent == nil {
		return
	}
	old := parent.find(last.key)
	switch {
	case old == nil && element:
		parent.add(last, newContainer(arrayValue, fromElements, place{t.doc, start})).push(t.current)
	case old == nil:
		parent.add(last, t.current)
	case element && old.value.origin == fromElements:
		old.value.push(t.current)
	case !element && old.value.origin == fromPath:
		t.current = old.value
		t.current.origin, t.current.start, t.current.end = fromHeader, start, start
		old.name = last
	default:
		t.clashes = append(t.clashes, clash{parent, last, old.value})
	}
}

// descend follows the leading parts of a header's path from the root, making
// tables that are not there yet. It returns nil if a part is no open table.
func (t *tree) descend(path []name, start int) *value {
	v := t.root
	for _, n := range path {
		old := v.find(n.key)
		switch {
		case old == nil:
			v = v.add(n, newContainer(tableValue, fromPath, place{t.doc, start}))
		case old.value.origin == fromElements:
			v = old.value.items[len(old.value.items)-1]
		case old.value.kind == tableValue && old.value.origin != fromValue:
			v = old.value
		default:
			t.clashes = append(t.clashes, clash{v, n, old.value})
			return nil
		}
	}
	return v
}

// assign handles path = child inside the table v.
func (t *tree) assign(v *value, path []name, child *value) {
	for _, n := range path[:len(path)-1] {
		old := v.find(n.key)
		switch {
		case old == nil:
			v = v.add(n, newContainer(tableValue, fromDots, n.place()))
		case old.value.origin == fromDots:
			v = old.value
		default:
			t.clashes = append(t.clashes, clash{v, n, old.value})
			return
		}
	}
	last := path[len(path)-1]
	if old := v.find(last.key); old != nil {
		t.clashes = append(t.clashes, clash{v, last, old.value})
		return
	}
	v.add(last, child)
}
