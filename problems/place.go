package problems

import (
	"bytes"
	"cmp"
	"sort"
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
