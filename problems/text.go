package problems

import (
	"bytes"
	"cmp"
	"sort"
	"unicode/utf8"
)

// Pos is a place in a problem file: line and column, both from 1, the column in
// characters (code points), a tab being one. The zero Pos is no place at all:
// the value did not come from a file.
type Pos struct{ Line, Column int }

// place is a byte of a document. The zero place is none.
type place struct {
	doc    *document
	offset int
}

// pos returns the place as line and column, the zero Pos if it is in no file.
func (p place) pos() Pos {
	if p.doc == nil {
		return Pos{}
	}
	return p.doc.pos(p.offset)
}

// compare orders places: the file before the settings, these as they were given.
func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.doc.number, q.doc.number), cmp.Compare(p.offset, q.offset))
}

// chunk is the distance in bytes between two entries of document.counts.
const chunk = 1024

// document is a text with the two indices that turn a byte offset into a Pos in
// O(log lines + chunk), however long the lines are. The file is document 0; each
// setting is one, counted from 1, whose values have no Pos.
type document struct {
	data   []byte
	number int
	lines  []int // offset of the first byte of each line
	counts []int // counts[i] = characters that begin before byte i·chunk
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// newDocument indexes data. A byte order mark is no part of the text: editors do
// not count it as a column.
func newDocument(data []byte) *document {
	data = bytes.TrimPrefix(data, byteOrderMark)
	d := &document{data: data[:len(data):len(data)], lines: []int{0}}
	n := 0
	for i, c := range data {
		if i%chunk == 0 {
			d.counts = append(d.counts, n)
		}
		if startsCharacter(c) {
			n++
		}
		if c == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	if len(data)%chunk == 0 {
		d.counts = append(d.counts, n)
	}
	return d
}

// startsCharacter tells whether c is anything but a UTF-8 continuation byte.
func startsCharacter(c byte) bool { return c&0xC0 != 0x80 }

// characters returns how many characters begin before the byte offset.
func (d *document) characters(offset int) int {
	n := d.counts[offset/chunk]
	for _, c := range d.data[offset-offset%chunk : offset] {
		if startsCharacter(c) {
			n++
		}
	}
	return n
}

// pos returns the place of the character that holds the byte offset; offsets
// outside the text are clamped to its ends.
func (d *document) pos(offset int) Pos {
	if d.number > 0 {
		return Pos{}
	}
	offset = max(0, min(offset, len(d.data)))
	for offset > 0 && offset < len(d.data) && !startsCharacter(d.data[offset]) {
		offset--
	}
	line := sort.SearchInts(d.lines, offset+1) - 1
	return Pos{line + 1, d.characters(offset) - d.characters(d.lines[line]) + 1}
}

// Text is a string or a number of the file as text, with its place. The zero
// Text is an absent value. Numbers are normalised: no underscores, no leading
// plus, decimal.
type Text struct {
	Value      string
	set        bool
	doc        *document // nil: not from a file
	start, end int       // the token in doc, quotes included
}

// NewText returns a Text that is set and has no place in a file.
func NewText(value string) Text { return Text{Value: value, set: true} }

// Set tells whether the value was given, even if it is empty.
func (t Text) Set() bool { return t.set }

// Pos returns the place where the token begins: the opening quote of a string,
// the first character of a number or of a key. It is the zero Pos if t did not
// come from a file but from a setting or from code.
func (t Text) Pos() Pos {
	return t.place().pos()
}

// place returns where the token begins.
func (t Text) place() place { return place{t.doc, t.start} }

// At returns the place in the file of the byte Value[offset]. It looks through
// quotes, escapes, folded line ends and the line breaks of multi-line strings;
// a byte inside a character or an escape has the place where that begins. The
// offset len(Value) is the closing quote; other offsets outside Value are
// clamped. In a number every offset has the place of the number.
func (t Text) At(offset int) Pos {
	if t.doc == nil {
		return Pos{}
	}
	token := t.doc.data[t.start:t.end]
	offset = max(0, min(offset, len(t.Value)))
	return t.doc.pos(t.start + locate(token, offset))
}

// locate returns the index in a TOML string token, quotes included, of what
// produced byte offset of its value. Other tokens are one place: 0.
func locate(token []byte, offset int) int {
	begin, end, basic := body(token)
	if !basic {
		return min(begin+offset, end)
	}
	for i, value := begin, 0; i < end; {
		raw, decoded := basicUnit(token[i:end])
		if value += decoded; offset < value {
			return i
		}
		i += raw
	}
	return end
}

// body returns the part of a string token between its quotes and whether
// escapes count there. A line break right after triple quotes is not content.
// A token that is no string has an empty body at 0.
func body(token []byte) (begin, end int, basic bool) {
	if len(token) < 2 || token[0] != '"' && token[0] != '\'' {
		return 0, 0, false
	}
	basic = token[0] == '"'
	if n := len(token); n < 6 || token[1] != token[0] || token[2] != token[0] {
		return 1, n - 1, basic
	}
	begin = 3
	switch rest := token[3:]; {
	case bytes.HasPrefix(rest, []byte("\n")):
		begin = 4
	case bytes.HasPrefix(rest, []byte("\r\n")):
		begin = 5
	}
	return begin, len(token) - 3, basic
}

// basicUnit returns how many bytes the first unit of a basic string's body has
// in the file and in the value. A unit is a byte, an escape, or a backslash
// that folds the line break and the white space after it (no bytes of value).
func basicUnit(b []byte) (raw, decoded int) {
	if b[0] != '\\' || len(b) < 2 {
		return 1, 1
	}
	switch b[1] {
	case ' ', '\t', '\r', '\n':
		return 1 + len(b[1:]) - len(bytes.TrimLeft(b[1:], " \t\r\n")), 0
	case 'x':
		return unicodeEscape(b, 4)
	case 'u':
		return unicodeEscape(b, 6)
	case 'U':
		return unicodeEscape(b, 10)
	}
	return 2, 1
}

// unicodeEscape measures \xHH, \uHHHH or \UHHHHHHHH of n bytes at the start
// of b.
func unicodeEscape(b []byte, n int) (raw, decoded int) {
	n = min(n, len(b))
	r := rune(0)
	for _, c := range b[2:n] {
		r = r<<4 | hexDigit(c)
	}
	return n, max(1, utf8.RuneLen(r))
}

// hexDigit returns the value of a hexadecimal digit.
func hexDigit(c byte) rune {
	switch {
	case c >= 'a':
		return rune(c-'a') + 10
	case c >= 'A':
		return rune(c-'A') + 10
	}
	return rune(c - '0')
}
