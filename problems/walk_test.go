package problems

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// documents exercise every way to write a value and a table.
var documents = []string{
	"",
	"a = 1\nb = -2.5e-3\nc = true\nd = \"x\"\ne = 'y'\n",
	"a = 0x1F\nb = 1_000\nc = +7\nd = 0b101\ne = +0.5\nf = 1_0.5_0\n",
	"a = [ 1 , [2, 3] , # two, three ]\n  [ ] , { b = 4 , c = [5] } ,\n]\n",
	"a.b.c = 1\na.b.d = { e.f = 2, g = {} }\n[x.y]\nz = 3\n[x]\nw = 4\n",
	"[[a]]\nb = 1\n[a.c]\nd = 2\n[[a.e]]\nf = 3\n[[a.e]]\nf = 4\n[[a]]\n[a.c]\nd = 5\n",
	"\"quoted key\".'other \"key\"' = \"\\u00e9\\t\\\"\"\n\"\" = 1\n",
	"a = \"\"\"\nline one\nline \\\n     two\"\"\"\"\"\nb = '''\r\nraw\r\n'''\r\n",
	"[ a . b ]\nc=[[[[1]]]]#x\n[[ d ]]\n[[\td\t]]\n",
	"a = {\n  b = 1, # one\n  c = [\n 2 # two\n, 3],\n}\n",
	"µ = 1\n",
	"a = 1979-05-27T07:32:00Z\n",
}

// TestWalkTwin holds the walk over go-toml's unstable parser to its public
// decoder: the same values, for documents of every shape.
func TestWalkTwin(t *testing.T) {
	for i, doc := range documents {
		t.Run(strconv.Itoa(i), func(t *testing.T) { checkTwin(t, []byte(doc)) })
	}
	for _, name := range Gallery() {
		t.Run(name, func(t *testing.T) {
			src, _ := Open(name)
			checkTwin(t, src)
		})
	}
}

// checkTwin fails if the walk and toml.Unmarshal disagree on doc, and returns
// whether doc is TOML.
func checkTwin(t *testing.T, doc []byte) bool {
	t.Helper()
	src := newDocument(doc)
	var want map[string]any
	err := toml.Unmarshal(src.data, &want)
	tree, offset, message := walk(src)
	if err != nil {
		return false // clashes, dates and integers beyond 64 bits are ours to find later
	}
	if tree == nil || len(tree.clashes) > 0 {
		t.Fatalf("walk(%q) = %q at %d, %v; toml accepts it", doc, message, offset, tree)
	}
	checkPlaces(t, src, tree.root)
	// Printed, NaN equals NaN, and a thousand levels take no longer than one.
	got := fmt.Sprintf("%#v", plainValue(t, tree.root))
	if want := fmt.Sprintf("%#v", want); got != want {
		t.Fatalf("walk(%q) = %s, want %s", doc, got, want)
	}
	return true
}

// plainValue converts a value of the walk to what toml.Unmarshal makes of it.
func plainValue(t *testing.T, v *value) any {
	switch v.kind {
	case tableValue:
		m := map[string]any{}
		for _, e := range v.entries {
			m[e.key] = plainValue(t, e.value)
		}
		return m
	case arrayValue:
		list := []any{}
		for _, item := range v.items {
			list = append(list, plainValue(t, item))
		}
		return list
	case stringValue:
		return v.text
	case boolValue:
		return v.token() == "true"
	case integerValue:
		n, err := strconv.ParseInt(decimal(v.token()), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	case floatValue:
		x, _ := strconv.ParseFloat(decimal(v.token()), 64)
		return x
	}
	var m struct{ A any }
	if err := toml.Unmarshal([]byte("A = "+v.token()), &m); err != nil {
		t.Fatal(err)
	}
	return m.A
}

// checkPlaces fails unless every value written in one piece begins and ends
// with the bytes of its kind, and every key token is that key.
func checkPlaces(t *testing.T, src *document, v *value) {
	t.Helper()
	token := string(src.data[v.start:v.end])
	ends := map[kind]string{arrayValue: "[]", tableValue: "{}"}[v.kind]
	switch {
	case v.start == v.end && (v.origin != fromValue || v.parent == nil):
	case ends != "" && (token[:1] != ends[:1] || token[len(token)-1:] != ends[1:]):
		t.Errorf("array or table is at %q", token)
	case v.kind == stringValue && (len(token) < 2 || token[0] != token[len(token)-1]):
		t.Errorf("string %q is at %q", v.text, token)
	case ends == "" && strings.TrimSpace(token) != token:
		t.Errorf("scalar is at %q", token)
	}
	if v.inside == nil {
		return
	}
	for _, item := range v.items {
		checkPlaces(t, src, item)
	}
	for _, e := range v.entries {
		if key := string(src.data[e.start:e.end]); key != e.key && key[0] != '"' && key[0] != '\'' {
			t.Errorf("key %q is at %q", e.key, key)
		}
		checkPlaces(t, src, e.value)
	}
}

// TestWalkClash: what TOML forbids is found with its place, by us and by
// go-toml alike; the first use stays.
func TestWalkClash(t *testing.T) {
	for _, c := range []struct{ name, before, here, after, key string }{
		{"key", "a = 1\n", "a", " = 2\n", "a"},
		{"key in a table", "[a]\nb = 1\n", "b", " = 2\n", "a.b"},
		{"key in an inline table", "a = { b = 1, ", "b", " = 2 }", "a.b"},
		{"key in a table of a list", "a = [0, { b = 1, ", "b", " = 2 }]", "a[1].b"},
		{"header", "[a]\n[", "a", "]\n", "a"},
		{"header of a value", "a = 1\n[", "a", "]\n", "a"},
		{"header through a value", "a = 1\n[", "a", ".b]\n", "a"},
		{"header of an inline table", "a = {}\n[", "a", ".b]\n", "a"},
		{"header of a dotted table", "a.b = 1\n[", "a", "]\n", "a"},
		{"header of an array of tables", "[[a]]\n[", "a", "]\n", "a"},
		{"array of tables over a table", "[a]\n[[", "a", "]]\n", "a"},
		{"array of tables over an array", "a = []\n[[", "a", "]]\n", "a"},
		{"second element", "[[a]]\n[[a]]\nb = 1\n", "b", " = 2\n", "a[1].b"},
		{"dots into a table", "[a.b]\n[a]\n", "b", ".c = 1\n", "a.b"},
		{"dots into a value", "a = 1\n", "a", ".b = 1\n", "a"},
		{"dots over dots", "a.b = 1\na.", "b", " = 2\n", "a.b"},
		{"quoted", "\"a b\" = 1\n", "'a b'", " = 2\n", `"a b"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := newDocument([]byte(c.before + c.here + c.after))
			tree, _, message := walk(src)
			if tree == nil {
				t.Fatal(message)
			}
			d := &decoder{doc: src}
			d.clashes(tree.clashes)
			if len(d.list) != 1 || d.list[0].Pos != src.pos(len(c.before)) || d.list[0].Key != c.key {
				t.Errorf("clashes = %v, want one at %v: %s", d.list, src.pos(len(c.before)), c.key)
			}
			if err := toml.Unmarshal(src.data, new(map[string]any)); err == nil {
				t.Error("go-toml accepts it")
			}
		})
	}
}

// TestWalkSyntax: a syntax error is one place and one line.
func TestWalkSyntax(t *testing.T) {
	for _, c := range []struct{ name, before, after, says string }{
		{"no value", "a = ", "\nb = 1\n", "start of value"},
		{"no equals sign", "a ", "1\n", "'='"},
		{"unterminated string", `a = "b`, "\nc = 1\n", "new lines"},
		{"unterminated array", "a = [1\n", "b = 1\n", "','"},
		{"unquoted duration", "time = 60", "s\n", "quoted"},
		{"carriage return", "a = 1", "\rb = 1\n", "newline"},
		{"bad escape", `a = "`, `\q"`, "escape"},
		{"not UTF-8", `a = "`, "\xff\"", "UTF-8"},
		{"end of file", `a = `, "", "end of input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := c.before + c.after
			_, list := Decode("f.toml", []byte(doc))
			want := newDocument([]byte(doc)).pos(min(len(c.before), len(doc)-1))
			if len(list) != 1 || list[0].Pos != want || !strings.Contains(list[0].Message, c.says) {
				t.Errorf("Decode(%q) = %v, want one fault at %v about %s", doc, list, want, c.says)
			}
		})
	}
}
