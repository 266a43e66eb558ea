package problems

import (
	"bytes"
	"sort"
)

// Pos is a place in a problem file: line and column, both from 1, the column in
// characters (code points), a tab being one. The zero Pos is no place at all:
// the value did not come from a file.
type Pos struct{ Line, Column int }

// before orders places by line, then column.
func (p Pos) before(q Pos) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// chunk is the distance in bytes between two entries of source.counts.
const chunk = 1024

// source is the text of a file with the two indices that turn a byte offset
// into a Pos in O(log lines + chunk), however long the lines are.
type source struct {
	data   []byte
	lines  []int // offset of the first byte of each line
	counts []int // counts[i] = characters that begin before byte i·chunk
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// newSource indexes data. A byte order mark is no part of the text: editors do
// not count it as a column.
func newSource(data []byte) *source {
	data = bytes.TrimPrefix(data, byteOrderMark)
	s := &source{data: data[:len(data):len(data)], lines: []int{0}}
	n := 0
	for i, c := range data {
		if i%chunk == 0 {
			s.counts = append(s.counts, n)
		}
		if startsCharacter(c) {
			n++
		}
		if c == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	if len(data)%chunk == 0 {
		s.counts = append(s.counts, n)
	}
	return s
}

// startsCharacter tells whether c is anything but a UTF-8 continuation byte.
func startsCharacter(c byte) bool { return c&0xC0 != 0x80 }

// characters returns how many characters begin before the byte offset.
func (s *source) characters(offset int) int {
	n := s.counts[offset/chunk]
	for _, c := range s.data[offset-offset%chunk : offset] {
		if startsCharacter(c) {
			n++
		}
	}
	return n
}

// pos returns the place of the character that holds the byte offset; offsets
// outside the text are clamped to its ends.
func (s *source) pos(offset int) Pos {
	offset = max(0, min(offset, len(s.data)))
	for offset > 0 && offset < len(s.data) && !startsCharacter(s.data[offset]) {
		offset--
	}
	line := sort.SearchInts(s.lines, offset+1) - 1
	return Pos{line + 1, s.characters(offset) - s.characters(s.lines[line]) + 1}
}
