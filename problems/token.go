package problems

import (
	"strconv"
	"strings"
	"unicode"
)

// asText converts a string or number to Text.
func (v *value) asText() Text {
	t := Text{Value: v.text, set: true, doc: v.doc, start: v.start, end: v.end}
	if v.kind != stringValue {
		t.Value = decimal(v.token())
	}
	return t
}

// decimal normalises a TOML number: no underscores, no plus in front, and an
// integer with a radix prefix in base ten if 64 bits hold it.
func decimal(token string) string {
	token = strings.TrimPrefix(strings.ReplaceAll(token, "_", ""), "+")
	if len(token) > 2 && token[0] == '0' && strings.IndexByte("xob", token[1]) >= 0 {
		if n, err := strconv.ParseInt(token, 0, 64); err == nil {
			return strconv.FormatInt(n, 10)
		}
	}
	return token
}

// plain returns the number that t is, if it is one and no expression.
func plain(t Text) (float64, bool) {
	if !t.Set() || strings.Trim(t.Value, "0123456789.eE+-") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(t.Value, 64)
	return x, err == nil
}

// show returns a value as "got …" prints it: as written, on one line, cut short.
func (v *value) show() string {
	switch {
	case v.kind == tableValue && v.end == v.start:
		return "a table"
	case v.kind == arrayValue && v.end == v.start:
		return "an array of tables"
	}
	return clip([]byte(v.token()))
}

// clip returns the first line of b, cut to 40 characters, without control
// characters.
func clip(b []byte) string {
	const most = 40
	var out strings.Builder
	n := 0
	for _, r := range string(b[:min(len(b), 4*most+4)]) {
		if n == most || r == '\n' || r == '\r' {
			return out.String() + "…"
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		out.WriteRune(r)
		n++
	}
	return out.String()
}
