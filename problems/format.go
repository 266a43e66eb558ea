package problems

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The functions of this file write one value as TOML, "" for an absent one.

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
