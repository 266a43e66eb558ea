package problems

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Set returns the text of a problem file with one key changed or added, as the
// setting key=value says:
//
//	train.seed=2   network.hidden=[40, 40]   phase[0].batch=128   title=A title
//
// The value is TOML; what is no TOML value is a string. Everything else in the
// file keeps its text, comments included, and its line unless a line is added
// above it. Whether the key makes sense is for Decode to say.
func Set(src []byte, setting string) ([]byte, error) {
	key, value, ok := strings.Cut(setting, "=")
	path := settingPath(strings.TrimSpace(key))
	if !ok || slices.Contains(path, "") {
		return nil, fmt.Errorf("must be key=value, as in train.seed=2, got %q", setting)
	}
	src = bytes.TrimPrefix(src, byteOrderMark)
	t, _, message := walk(src)
	if t == nil {
		return nil, fmt.Errorf("the file must be valid TOML: %s", message)
	}
	value = settingValue(strings.TrimSpace(value))
	v, rest, err := t.root.follow(path)
	if err != nil {
		return nil, err
	}
	if len(rest) == 0 {
		if v.origin != fromValue {
			return nil, fmt.Errorf("%s is a table: set its keys one by one", key)
		}
		return splice(src, v.start, v.end, value), nil
	}
	for i := range rest {
		rest[i] = quoteKey(rest[i])
	}
	return insert(src, v, rest, value)
}

// settingPath splits a.b[0].c into a, b, 0, c.
func settingPath(key string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(key), ".")
}

// settingValue returns text if it is one TOML value, else text as a string.
func settingValue(text string) string {
	t, _, _ := walk([]byte("x = " + text + "\n"))
	if t != nil && len(t.root.entries) == 1 && t.root.entries[0].key == "x" {
		return text
	}
	return quote(text)
}

// follow goes down from v along path as far as the file does and returns where
// it ends and what is left of the path.
func (v *value) follow(path []string) (end *value, rest []string, err error) {
	name := ""
	for len(path) > 0 {
		switch v.kind {
		case tableValue:
			e := v.find(path[0])
			if e == nil {
				return v, slices.Clone(path), nil
			}
			v = e.value
		case arrayValue:
			i, err := strconv.Atoi(path[0])
			if err != nil || i < 0 || i >= len(v.items) {
				return nil, nil, fmt.Errorf("%s has %d elements, counted from 0: there is no [%s]", v.path(), len(v.items), path[0])
			}
			v = v.items[i]
		default:
			return nil, nil, fmt.Errorf("%s is no table: it has no key %s", name, path[0])
		}
		name, path = path[0], path[1:]
	}
	return v, nil, nil
}

// insert adds the dotted key path = value to the table v.
func insert(src []byte, v *value, path []string, value string) ([]byte, error) {
	line := strings.Join(path, ".") + " = " + value
	switch {
	case v.parent == nil && len(path) == 1:
		return splice(src, 0, 0, line+"\n"), nil
	case v.parent == nil:
		line = "\n[" + path[0] + "]\n" + strings.Join(path[1:], ".") + " = " + value + "\n"
		if len(src) > 0 && src[len(src)-1] != '\n' {
			line = "\n" + line
		}
		return splice(src, len(src), len(src), line), nil
	case v.origin == fromHeader:
		return afterLine(src, v.start, line), nil
	case v.origin == fromValue && len(v.entries) == 0:
		return splice(src, v.start+1, v.start+1, " "+line+" "), nil
	case v.origin == fromValue:
		return splice(src, v.start+1, v.start+1, " "+line+","), nil
	}
	return nil, fmt.Errorf("%s is spread over the file: set its keys there", v.path())
}

// afterLine puts a line below the one that holds the offset.
func afterLine(src []byte, offset int, line string) []byte {
	n := bytes.IndexByte(src[offset:], '\n')
	if n < 0 {
		return splice(src, len(src), len(src), "\n"+line+"\n")
	}
	at := offset + n + 1
	return splice(src, at, at, line+"\n")
}

// splice returns src with [start, end) replaced.
func splice(src []byte, start, end int, text string) []byte {
	return slices.Concat(src[:start], []byte(text), src[end:])
}
