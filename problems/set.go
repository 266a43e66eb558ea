package problems

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pinn/internal/suggest"
)

// set returns the tree with one key changed or added, as the setting key=value
// says:
//
//	train.seed=2   network.hidden=[40, 40]   phase[0].batch=128   title=A title
//
// The value is TOML; what is no TOML value is a string. t stays as it is. The
// tree is nil if the setting is none, if the file has no such element, or if the
// file does not have the name that it gives. Whether the key makes sense
// otherwise is for decode to say. number counts the settings from 1.
func (t *tree) set(number int, setting string) (*tree, Diagnostics) {
	fault := func(key, format string, args ...any) Diagnostics {
		return Diagnostics{{File: settingFile(setting), Key: key, Message: fmt.Sprintf(format, args...)}}
	}
	key, text, ok := strings.Cut(setting, "=")
	path := settingPath(strings.TrimSpace(key))
	if !ok || slices.Contains(path, "") {
		return nil, fault("", "must be key=value, as in train.seed=2, got %q", setting)
	}
	own := settingTree(number, strings.TrimSpace(text))
	v := own.root.entries[0].value
	var faults Diagnostics
	for _, name := range givenNames(path, v) {
		if must := t.mustHave(path[0], name); must != "" {
			faults = append(faults, fault(path[0]+"."+quoteKey(name), "%s", must)...)
		}
	}
	if faults != nil {
		return nil, faults
	}
	root, err := t.root.with(path, "", v)
	if err != nil {
		return nil, fault("", "%v", err)
	}
	return &tree{doc: t.doc, root: root, clashes: slices.Concat(t.clashes, own.clashes)}, nil
}

// settingFile is what stands for the file in the diagnostics of a setting.
func settingFile(setting string) string { return "--set " + setting }

// settingPath splits a.b[0].c into a, b, 0, c.
func settingPath(key string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(key), ".")
}

// settingTree returns a tree with a single entry: text if it is one TOML value,
// else text as a string.
func settingTree(number int, text string) *tree {
	for _, value := range []string{text, quote(text)} {
		doc := newDocument([]byte("x = " + value + "\n"))
		doc.number = number
		t, _, _ := walk(doc)
		if t == nil || len(t.root.entries) != 1 || t.root.entries[0].key != "x" {
			continue
		}
		below := slices.ContainsFunc(t.clashes, func(c clash) bool { return c.parent == t.root }) // such as a header [x]
		if !below {
			return t
		}
	}
	panic("problems: a quoted string is no TOML value")
}

// chosenNames are the tables whose keys are names that the file chooses, and what
// the names are. What a setting gives there must be in the file: a setting
// changes values, and a misspelt name would change nothing.
var chosenNames = map[string]string{"constants": "constant", "define": "definition", "parameters": "parameter", "domain": "axis"}

// givenNames returns the names that a setting gives in a table of chosen names,
// one by one or as a whole table.
func givenNames(path []string, v *value) []string {
	switch {
	case chosenNames[path[0]] == "":
		return nil
	case len(path) > 1:
		return path[1:2]
	case v.kind != tableValue:
		return nil // a fault of its own
	}
	var names []string
	for _, e := range v.entries {
		names = append(names, e.key)
	}
	return names
}

// mustHave says what is wrong with a name of a table of chosen names, "" if the
// file has it.
func (t *tree) mustHave(table, name string) string {
	var known []string
	if e := t.root.find(table); e != nil && e.value.inside != nil {
		for _, e := range e.value.entries {
			known = append(known, e.key)
		}
	}
	if table == "domain" {
		known = append(known, "inside", "polygon")
	}
	if slices.Contains(known, name) {
		return ""
	}
	hint := "; it has " + strings.Join(known, ", ")
	if near := suggest.Nearest(name, known); near != "" || len(known) > fewNames {
		hint = suggest.DidYouMean(name, known)
	} else if known == nil {
		hint = "; it has none"
	}
	return fmt.Sprintf("must be a name that the file has, got the %s %s%s", chosenNames[table], clip([]byte(name)), hint)
}

// with returns a copy of v in which the value at path, counted from v, is child.
// Everything that is not on the way there is shared. name is the last step that
// leads to v, for messages.
func (v *value) with(path []string, name string, child *value) (*value, error) {
	if len(path) == 0 {
		if v.origin != fromValue {
			return nil, fmt.Errorf("%s is a table: set its keys one by one", v.path())
		}
		return child, nil
	}
	switch v.kind {
	case tableValue:
		return v.withEntry(path, child)
	case arrayValue:
		return v.withItem(path, child)
	}
	return nil, fmt.Errorf("%s is no table: it has no key %s", name, path[0])
}

// withEntry is with for a table.
func (v *value) withEntry(path []string, child *value) (*value, error) {
	out := v.copy()
	for i, e := range v.entries {
		if e.key != path[0] {
			continue
		}
		next, err := e.value.with(path[1:], path[0], child)
		if err != nil {
			return nil, err
		}
		out.entries[i].value = next
		out.adopt(next, path[0], 0)
		return out, nil
	}
	if len(path) > 1 && strings.Trim(path[1], "0123456789") == "" {
		return nil, fmt.Errorf("%s has 0 elements: there is no [%s]", path[0], path[1])
	}
	at := out
	key := name{path[0], child.doc, 0, 0}
	for _, step := range path[1:] {
		at = at.add(key, newContainer(tableValue, fromDots, child.place()))
		key.key = step
	}
	at.add(key, child)
	return out, nil
}

// withItem is with for an array.
func (v *value) withItem(path []string, child *value) (*value, error) {
	i, err := strconv.Atoi(path[0])
	if err != nil || i < 0 || i >= len(v.items) {
		return nil, fmt.Errorf("%s has %d elements, counted from 0: there is no [%s]", v.path(), len(v.items), path[0])
	}
	next, err := v.items[i].with(path[1:], path[0], child)
	if err != nil {
		return nil, err
	}
	out := v.copy()
	out.items[i] = next
	out.adopt(next, "", i)
	return out, nil
}

// copy returns an array or a table with the same elements in lists of its own.
// The elements still name v as their parent, which leads to the same path.
func (v *value) copy() *value {
	in := *v.inside
	in.items, in.entries, in.index = slices.Clone(in.items), slices.Clone(in.entries), maps.Clone(in.index)
	out := *v
	out.inside = &in
	return &out
}

// blame says where each diagnostic of a file with all settings comes from. earlier
// are the diagnostics of the file as given and after each setting but the last.
// What the file has too keeps its place there. What a setting brought follows, in
// the order of the settings, under the name of the setting and without a place,
// since the fault may show anywhere in the file. A setting brought what is there
// after it and all later ones, but not before it.
func blame(list Diagnostics, earlier []Diagnostics, settings []string) Diagnostics {
	from := make([]Diagnostics, len(settings))
	for i := len(settings) - 1; i >= 0; i-- {
		var older Diagnostics
		for _, d := range list {
			if j := slices.IndexFunc(earlier[i], d.alike); j >= 0 {
				older = append(older, earlier[i][j])
				earlier[i] = slices.Delete(earlier[i], j, j+1)
				continue
			}
			d.File, d.Pos, d.Message = settingFile(settings[i]), Pos{}, lineOf.ReplaceAllString(d.Message, "")
			from[i] = append(from[i], d)
		}
		list = older
	}
	list.Sort()
	return append(list, slices.Concat(from...)...)
}

// lineOf is how messages refer to another line of the file.
var lineOf = regexp.MustCompile(` in line \d+`)

// alike reports whether two diagnostics say the same, wherever.
func (d Diagnostic) alike(e Diagnostic) bool {
	return d.Key == e.Key && d.Warning == e.Warning && d.Message == e.Message
}
