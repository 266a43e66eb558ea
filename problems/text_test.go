package problems

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTextAt: the byte of the value that «here» makes has the place of «here»
// in the file, through every kind of string.
func TestTextAt(t *testing.T) {
	for _, c := range []struct{ name, before, here, after, value string }{
		{"basic", `a = "u_t + u*`, `)`, `u_x"`, "u_t + u*)u_x"},
		{"first", `a = "`, `x`, `"`, "x"},
		{"closing quote", `a = "xy`, `"`, ``, "xy"},
		{"empty", `a = "`, `"`, ``, ""},
		{"literal", `a = 'C:\n`, `*`, `'`, `C:\n*`},
		{"after an escape", `a = "\t`, `x`, `"`, "\tx"},
		{"an escape", `a = "x`, `\t`, `y"`, "x\ty"},
		{"escaped quote", `a = "x\"`, `y`, `"`, `x"y`},
		{"short unicode escape", `a = "\u00e9`, `x`, `"`, "éx"},
		{"unicode escape", `a = "x`, `\u00e9`, `y"`, "xéy"},
		{"long unicode escape", `a = "\U0001F600`, `x`, `"`, "😀x"},
		{"hexadecimal escape", `a = "\x41`, `x`, `"`, "Ax"},
		{"after a multi-byte character", `a = "ναι `, `x`, `"`, "ναι x"},
		{"multi-byte key", `"ναι" = "`, `x`, `"`, "x"},
		{"tab before", "a\t=\t\"\t", `x`, `"`, "\tx"},
		{"multi-line", "a = \"\"\"\nu_t\n  + ", `x`, `"""`, "u_t\n  + x"},
		{"multi-line, first line", `a = """`, `x`, "\ny\"\"\"", "x\ny"},
		{"multi-line, CRLF", "a = \"\"\"\r\nu\r\n", `x`, "\r\n\"\"\"", "u\r\nx\r\n"},
		{"multi-line, folded", "a = \"\"\"u \\  \n\n   ", `x`, `"""`, "u x"},
		{"multi-line, quotes inside", `a = """"u" `, `x`, `"""""`, `"u" x""`},
		{"multi-line literal", "a = '''\nu\\\n", `x`, `'''`, "u\\\nx"},
		{"multi-line literal, quote", `a = ''''`, `x`, `'''`, "'x"},
		{"in an inline table", `a = { b = "u`, `x`, `" }`, "ux"},
		{"in an array", "a = [1, # one\n \"u", `x`, `"]`, "ux"},
		{"number", `a = `, `1_000`, ``, "1000"},
		{"number with a plus", `a = `, `+0.5`, ``, "0.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := newDocument([]byte(c.before + c.here + c.after))
			text := onlyText(t, src)
			if text.Value != c.value {
				t.Fatalf("Value = %q, want %q", text.Value, c.value)
			}
			want := src.pos(len(c.before))
			at := strings.Index(c.value, unescaped(c.here))
			if c.here == `"` {
				at = len(c.value)
			}
			if got := text.At(max(at, 0)); got != want {
				t.Errorf("At(%d) = %v, want %v", at, got, want)
			}
		})
	}
}

// unescaped is the value of the escapes that TestTextAt points at.
func unescaped(s string) string {
	return strings.NewReplacer(`\t`, "\t", `\u00e9`, "é").Replace(s)
}

// onlyText returns the innermost last string or number of a document.
func onlyText(t *testing.T, doc *document) Text {
	t.Helper()
	tree, _, message := walk(doc)
	if tree == nil {
		t.Fatal(message)
	}
	v := tree.root
	for v.inside != nil {
		if v.kind == arrayValue {
			v = v.items[len(v.items)-1]
		} else {
			v = v.entries[len(v.entries)-1].value
		}
	}
	return v.asText()
}

// TestTextClamps: offsets outside the value have the nearest place, and a Text
// without a file has none.
func TestTextClamps(t *testing.T) {
	text := onlyText(t, newDocument([]byte(`a = "xy"`)))
	if got, want := text.At(-1), (Pos{1, 6}); got != want {
		t.Errorf("At(-1) = %v, want %v", got, want)
	}
	if got, want := text.At(99), (Pos{1, 8}); got != want {
		t.Errorf("At(99) = %v, want %v", got, want)
	}
	if got, want := text.Pos(), (Pos{1, 5}); got != want {
		t.Errorf("Pos() = %v, want %v", got, want)
	}
	if own := NewText("x"); own.At(0) != (Pos{}) || own.Pos() != (Pos{}) || !own.Set() || (Text{}).Set() {
		t.Error("a Text without a file must be set and have no place")
	}
}

// TestLocateMeasuresTheValue: the units of a basic string add up to the value
// that the parser makes of it, whatever its escapes.
func TestLocateMeasuresTheValue(t *testing.T) {
	piece := rapid.SampledFrom([]string{"u", "é", "😀", `\"`, `\\`, `\t`, `\e`, `\x7E`, `\u00e9`, `\U0001F600`, " ", "'"})
	folds := rapid.SampledFrom([]string{"\n", "\r\n", "\\\n  ", "\\ \r\n\t", `""`, "x"})
	rapid.Check(t, func(r *rapid.T) {
		quotes, pieces := `"`, rapid.SliceOf(piece)
		if rapid.Bool().Draw(r, "multi-line") {
			quotes, pieces = `"""`, rapid.SliceOf(rapid.OneOf(piece, folds))
		}
		body := strings.Join(pieces.Draw(r, "pieces"), "")
		doc := "a = " + quotes + body + quotes
		tree, _, _ := walk(newDocument([]byte(doc)))
		if tree == nil {
			r.Skip("quotes in a row")
		}
		token, value := []byte(doc)[4:], tree.root.entries[0].value.text
		end := len(token) - len(quotes)
		if got := locate(token, len(value)); got != end {
			r.Fatalf("locate(%q, %d) = %d, want the end %d", token, len(value), got, end)
		}
		for i := range value {
			at := locate(token, i)
			if c := token[at]; c != '\\' && c != value[i] {
				r.Fatalf("locate(%q, %d) = %d: %q, want %q", token, i, at, c, value[i])
			}
		}
	})
}

// TestPosCountsCharacters: the indexed place is the counted one.
func TestPosCountsCharacters(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab\té😀\r\n"))).Draw(r, "text")
		text = strings.Repeat(text, rapid.SampledFrom([]int{1, 7, 600}).Draw(r, "times"))
		offset := rapid.IntRange(0, len(text)).Draw(r, "offset")
		for offset < len(text) && !startsCharacter(text[offset]) {
			offset++
		}
		before := text[:offset]
		line := strings.LastIndexByte(before, '\n') + 1
		want := Pos{strings.Count(before, "\n") + 1, len([]rune(before[line:])) + 1}
		if got := newDocument([]byte(text)).pos(offset); got != want {
			r.Fatalf("pos(%d) = %v, want %v", offset, got, want)
		}
	})
}
