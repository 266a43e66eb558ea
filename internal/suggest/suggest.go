// Package suggest answers "did you mean": it finds the name that a misspelt one was
// most likely meant to be.
package suggest

import "strings"

// longest bounds the length of the names, in bytes, that Nearest compares.
const longest = 64

// Nearest returns the candidate that name was most likely meant to be, or "" if
// none is near. Near is a Damerau–Levenshtein distance (optimal string
// alignment, upper and lower case alike) of at most a third of the longer
// name, rounded, and never above 3. Of two equally near candidates the one with
// the longer common beginning wins, then the earlier one.
func Nearest(name string, candidates []string) string {
	if len(name) > longest {
		return ""
	}
	best, bestDistance, bestPrefix := "", 4, 0
	folded := []rune(strings.ToLower(name))
	for _, c := range candidates {
		if c == name || c == "" || len(c) > longest {
			continue
		}
		other := []rune(strings.ToLower(c))
		d, p := distance(folded, other), commonPrefix(folded, other)
		if d > (max(len(folded), len(other))+1)/3 {
			continue
		}
		if d < bestDistance || d == bestDistance && p > bestPrefix {
			best, bestDistance, bestPrefix = c, d, p
		}
	}
	return best
}

// distance is the optimal string alignment distance: the least number of
// insertions, deletions, substitutions and swaps of neighbours, no part of the
// text being edited twice.
//
//	D(i,j) = min( D(i−1,j)+1, D(i,j−1)+1, D(i−1,j−1)+[aᵢ≠bⱼ], D(i−2,j−2)+1 if aᵢaᵢ₋₁ = bⱼ₋₁bⱼ )
func distance(a, b []rune) int {
	var rows [3][longest + 1]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, up, up2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			substitute := up[j-1]
			if a[i-1] != b[j-1] {
				substitute++
			}
			row[j] = min(up[j]+1, row[j-1]+1, substitute)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], up2[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

func commonPrefix(a, b []rune) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// DidYouMean is the end of a message about a word that is not among those known: the
// near one, "" if there is none.
func DidYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
