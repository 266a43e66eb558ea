package problems

import (
	"math"
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

// span is a range of numbers; says names it in "must be …".
type span struct {
	has  func(x float64) bool
	says string
}

var (
	anyNumber   = span{func(float64) bool { return true }, "a number"}
	positive    = span{func(x float64) bool { return x > 0 }, "a number above 0"}
	notNegative = span{func(x float64) bool { return x >= 0 }, "a number of at least 0"}
	belowOne    = span{func(x float64) bool { return x >= 0 && x < 1 }, "a number from 0 to below 1"}
	upToOne     = span{func(x float64) bool { return x > 0 && x <= 1 }, "a number above 0 and up to 1"}
	insideOne   = span{func(x float64) bool { return x > 0 && x < 1 }, "a number above 0 and below 1"}
	fraction    = span{func(x float64) bool { return x >= 0 && x <= 1 }, "a number from 0 to 1"}
)

// number returns a finite number in a range.
func (r *reader) number(key string, in span) *float64 {
	v := r.get(key)
	if v == nil {
		return nil
	}
	x, ok := r.asNumber(v, key, in)
	if !ok {
		return nil
	}
	return &x
}

// integer returns an integer from least to most.
func (r *reader) integer(key string, least, most int) *int {
	v := r.get(key)
	if v == nil {
		return nil
	}
	n, ok := r.asInteger(v, key, least, most)
	if !ok {
		return nil
	}
	return &n
}

// asNumber converts a value to a finite number in a range.
func (r *reader) asNumber(v *value, key string, in span) (float64, bool) {
	if v.kind != integerValue && v.kind != floatValue {
		r.wrong(v, key, in.says)
		return 0, false
	}
	if !r.finite(v, key) {
		return 0, false
	}
	x, err := strconv.ParseFloat(decimal(v.token()), 64)
	if err != nil || !in.has(x) {
		r.wrong(v, key, in.says)
		return 0, false
	}
	return x, true
}

// finite reports a number that float64 (or, for an integer, int64) cannot hold.
func (r *reader) finite(v *value, key string) bool {
	token := decimal(v.token())
	if v.kind == integerValue {
		if _, err := strconv.ParseInt(token, 10, 64); err != nil {
			r.wrong(v, key, "an integer of at most 64 bits")
			return false
		}
		return true
	}
	x, _ := strconv.ParseFloat(token, 64)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.wrong(v, key, "a finite number")
		return false
	}
	return true
}

// asInteger converts a value to an integer from least to most.
func (r *reader) asInteger(v *value, key string, least, most int) (int, bool) {
	must := "an integer of at least " + strconv.Itoa(least)
	if v.kind == integerValue {
		n, err := strconv.ParseInt(decimal(v.token()), 10, 64) // below the range: the least int64
		switch {
		case n > int64(most) || err != nil && n >= 0:
			must = "an integer of at most " + strconv.Itoa(most)
		case n >= int64(least):
			return int(n), true
		}
	}
	r.wrong(v, key, must)
	return 0, false
}
