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

// TestPlaces: the fault points at «here», and at nothing else.
func TestPlaces(t *testing.T) {
	const domain = "[domain]\nx = [0, 1]\n"
	for _, c := range []struct{ name, before, here, after, says string }{
		{"unknown key", "fields = [\"u\"]\n", `feilds`, " = 1\n" + domain + rest, "feilds: unknown key; did you mean fields?"},
		{"quoted unknown key", "fields = [\"u\"]\n", `"feilds"`, " = 1\n" + domain + rest, "feilds: unknown key"},
		{"unknown section", "fields = [\"u\"]\n" + domain + rest + "[", `tran`, "]\n", "tran: unknown key; did you mean train?"},
		{"unknown list", "fields = [\"u\"]\n" + domain + rest + "[[ ", `phases`, " ]]\n", "phases: unknown key; did you mean phase?"},
		{"value", "fields = [\"u\", ", `3`, "]\n" + domain + rest, "fields[1]: must be a name"},
		{"value after characters", "title = \"\"\nfields = [\"u\", \"ψ\", ", `3`, "]\n" + domain + rest, "fields[2]: must be a name"},
		{"tab before", "fields\t=\t[\t\"u\",\t", `3`, "]\n" + domain + rest, "fields[1]: must be a name"},
		{"carriage return", "title = \"\"\r\nfields = [\"u\",\r\n  ", `3`, "]\r\n" + domain + rest, "fields[1]: must be a name"},
		{"byte order mark", "\ufefffields = [\"u\", ", `3`, "]\n" + domain + rest, "fields[1]: must be a name"},
		{"pair", "fields = [\"u\"]\n[domain]\nx = ", `[1, 0]`, "\n" + rest, "domain.x: must be an interval"},
		{"interval in a table", "fields = [\"u\"]\n[domain]\nx = ", `{ from = 1, to = 0 }`, "\n" + rest, "domain.x: must be an interval"},
		{"second of a pair", "fields = [\"u\"]\n[domain]\nx = [0, # 0\n ", `nan`, "]\n" + rest, "domain.x[1]: must be a finite number"},
		{"missing key", "fields = [\"u\"]\n" + domain, `[[equation]]`, "\nweight = 1\n", "equation[0].is: must be a statement"},
		{"missing key, indented", "fields = [\"u\"]\n" + domain + "  ", `[[ equation ]]`, "\nweight = 1\n", "equation[0].is: must be a statement"},
		{"missing key, second", "fields = [\"u\"]\n" + domain + rest, `[[equation]]`, "\nweight = 1\n", "equation[1].is: must be a statement"},
		{"missing key, inline", "fields = [\"u\"]\nequation = [", `{ weight = 1 }`, "]\n" + domain, "equation[0].is: must be a statement"},
		{"missing section", "", `f`, "ields = [\"u\"]\n" + rest, "domain: must be a table"},
		{"dotted keys", "fields = [\"u\"]\ntrain.", `sead`, " = 1\n" + domain + rest, "train.sead: unknown key; did you mean seed?"},
		{"sub-table", "fields = [\"u\"]\n" + domain + rest + "[[phase]]\nmethod = \"adam\"\n[phase.switch]\nrule = \"snr\"\n", `vote`, " = 3\n", "phase[0].switch.vote: unknown key; did you mean votes?"},
		{"sub-table of the second", "fields = [\"u\"]\n" + domain + rest + "[[phase]]\nmethod = \"adam\"\n[[phase]]\nmethod = \"adam\"\n[[phase.switch]]\nrule = \"snr\"\n", `vote`, " = 3\n", "phase[1].switch[0].vote: unknown key; did you mean votes?"},
		{"name twice", "fields = [\"u\", ", `"u"`, "]\n" + domain + rest, "fields[1]: must differ"},
		{"reserved key", "fields = [\"u\"]\n" + domain + rest + "[constants]\n", `pi`, " = 3\n", "constants.pi: must be a name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := c.before + c.here + c.after
			_, list := Decode("f.toml", []byte(doc))
			before := strings.TrimPrefix(c.before, "\ufeff")
			want := newDocument([]byte(before + c.here + c.after)).pos(len(before))
			if len(list) != 1 || list[0].Pos != want || !strings.HasPrefix(list[0].Key+": "+list[0].Message, c.says) {
				t.Errorf("Decode = %v\nwant one fault at %v: %s", list, want, c.says)
			}
			if want.Line != strings.Count(before, "\n")+1 {
				t.Errorf("line %d, want %d", want.Line, strings.Count(before, "\n")+1)
			}
		})
	}
}

// TestWhere: a key has the place of its value, a key that is not in the file
// the place of the innermost thing that is.
func TestWhere(t *testing.T) {
	const doc = "fields = [\"u\"]\n[domain]\nx = [0, 1]\n[[equation]]\nis = \"u_x = 1\"\n[[phase]]\nmethod = \"adamw\"\nswitch = { rule = \"snr\", votes = 3 }\n"
	s, list := Decode("f.toml", []byte(doc))
	if len(list) > 0 {
		t.Fatal(list)
	}
	for key, want := range map[string]Pos{
		"fields[0]":             {1, 11},
		"domain.x":              {3, 5},
		"domain.x[1]":           {3, 9},
		"domain.x[7]":           {3, 5},
		"domain.y":              {2, 1},
		"equation[0]":           {4, 1},
		"equation[0].is":        {5, 6},
		"phase[0].method":       {7, 10},
		"phase[0].switch.votes": {8, 34},
		"phase[0].switch.every": {8, 10},
		"phase[0].batch":        {6, 1},
		"phase[3].batch":        {6, 1},
		"points.interior":       {1, 1},
		"":                      {1, 1},
	} {
		if got := s.Where(key); got != want {
			t.Errorf("Where(%q) = %v, want %v", key, got, want)
		}
	}
	if got := new(Spec).Where("fields"); got != (Pos{}) {
		t.Errorf("Where of a Spec without a file = %v, want none", got)
	}
}
