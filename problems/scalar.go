package problems

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
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

// The functions below write one value as TOML, "" for an absent one.

// field is an entry of an inline table.
type field struct{ key, value string }

// table writes an inline table of the fields that have a value; "" if none has.
func table(fields ...field) string {
	var parts []string
	for _, f := range fields {
		if f.value != "" {
			parts = append(parts, quoteKey(f.key)+" = "+f.value)
		}
	}
	if parts == nil {
		return ""
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// list writes an array; "" for an empty one.
func list[T any](items []T, write func(T) string) string {
	if len(items) == 0 {
		return ""
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = write(item)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// statement writes text that is a string in the file.
func statement(t Text) string {
	if !t.Set() {
		return ""
	}
	return quote(t.Value)
}

// expression writes text that may be a number in the file, and then is one.
func expression(t Text) string {
	if t.Set() && isNumber(t.Value) {
		return t.Value
	}
	return statement(t)
}

// isNumber tells whether Decode reads s as a number and back as s.
func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if strings.Trim(digits, "0123456789") == "" {
		_, err := strconv.ParseInt(s, 10, 64)
		return err == nil && (len(digits) == 1 || digits[0] != '0')
	}
	whole, _, _ := strings.Cut(strings.ToLower(digits), "e")
	whole, decimals, hasPoint := strings.Cut(whole, ".")
	if whole == "" || whole[0] == '+' || len(whole) > 1 && whole[0] == '0' || hasPoint && decimals == "" {
		return false
	}
	_, ok := plain(NewText(s))
	return ok
}

func real(x *float64) string {
	if x == nil {
		return ""
	}
	return formatFloat(*x)
}

func count(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func positiveInteger(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func truth(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// formatFloat writes the shortest decimal that reads back to x.
func formatFloat(x float64) string {
	if x == 0 && math.Signbit(x) {
		return "-0.0" // an integer −0 would lose its sign
	}
	s := strconv.FormatFloat(x, 'g', -1, 64)
	mantissa, exponent, ok := strings.Cut(s, "e")
	if !ok {
		return s
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "e" + sign + strings.TrimLeft(exponent, "+-0")
}

// formatDuration writes 90s as "1m30s" and 5m0s as "5m"; "" for 0.
func formatDuration(t time.Duration) string {
	if t == 0 {
		return ""
	}
	s := t.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return quote(s)
}

func quoteUnlessEmpty(s string) string {
	if s == "" {
		return ""
	}
	return quote(s)
}

// quote writes a TOML string: a literal one where a basic one would need
// escapes and a literal one can do without.
func quote(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsAny(s, `"\`) && !strings.Contains(s, "'") && !strings.ContainsFunc(s, unprintable) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xFFFF && unprintable(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		case unprintable(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// quoteKey writes a key, quoted unless TOML lets it stand bare.
func quoteKey(key string) string {
	const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	if key == "" || strings.Trim(key, bare) != "" {
		return quote(key)
	}
	return key
}
