package pde

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// distance returns the number of characters to insert, delete, replace or swap
// with a neighbour to turn a into b: the restricted Damerau–Levenshtein distance.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, row := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		next := make([]int, len(t)+1)
		next[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			next[j+1] = min(next[j]+1, row[j+1]+1, row[j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}

// nearest returns the candidate that a person may have meant by name, or "" if
// none is near: the same letters in another case, or at most one edit for names
// up to four characters, two up to eight, three beyond, and never all
// characters. Earlier candidates win ties.
func nearest(name string, candidates []string) string {
	n := utf8.RuneCountInString(name)
	if n > 40 {
		return ""
	}
	best, least := "", min((n+3)/4, 3, n-1)+1
	for _, c := range candidates {
		if c == name || utf8.RuneCountInString(c) > n+3 {
			continue
		}
		d := distance(name, c)
		if strings.EqualFold(name, c) {
			d = 0
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// candidates lists what a name in an expression may have been meant to be: what
// is declared, the functions, pi, and derivatives up to second order of fields
// and definitions.
func (s *Scope) candidates(columns []string) []string {
	out := slices.Concat(columns, s.axes, s.fields)
	bases := slices.Clone(s.fields)
	for _, d := range s.decls {
		out = append(out, d.name)
		if d.kind == kindDefinition {
			bases = append(bases, d.name)
		}
	}
	out = append(out, s.params...)
	for _, f := range slices.Concat(functions, operators) {
		out = append(out, f.name)
	}
	out = append(out, "pi")
	for _, b := range bases[:min(len(bases), 50)] {
		for i, x := range s.axes {
			out = append(out, b+"_"+x)
			for _, y := range s.axes[i:] {
				out = append(out, b+"_"+x+y)
			}
		}
	}
	return out
}
