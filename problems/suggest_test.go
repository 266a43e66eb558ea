package problems

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSuggest(t *testing.T) {
	keys := []string{"name", "at", "is", "enforce", "weight", "points"}
	for _, c := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"ponits", keys, "points"},
		{"point", keys, "points"},
		{"wieght", keys, "weight"},
		{"WEIGHT", keys, "weight"},
		{"si", keys, "is"},
		{"att", keys, "at"},
		{"zzz", keys, ""},
		{"", keys, ""},
		{"points", keys, ""},
		{"u_tt2", []string{"u", "u_t", "u_tt"}, "u_tt"},
		{"v", []string{"u", "w"}, ""},
		{"U", []string{"u", "w"}, "u"},
		{"lamda", []string{"mu", "lambda"}, "lambda"},
		{"axb", []string{"xxb", "ayb"}, "ayb"},
		{"ψη", []string{"ψψ"}, "ψψ"},
		{"anything", nil, ""},
		{strings.Repeat("a", 1000), []string{strings.Repeat("a", 999)}, ""},
	} {
		if got := Suggest(c.name, c.candidates); got != c.want {
			t.Errorf("Suggest(%q, %v) = %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
}

// TestDistance holds the three-row form to the recursion it comes from.
func TestDistance(t *testing.T) {
	short := rapid.SliceOfN(rapid.SampledFrom([]rune("abc")), 0, 6)
	rapid.Check(t, func(r *rapid.T) {
		a, b := short.Draw(r, "a"), short.Draw(r, "b")
		if got, want := distance(a, b), plainDistance(a, b); got != want {
			r.Fatalf("distance(%q, %q) = %d, want %d", string(a), string(b), got, want)
		}
	})
}

func plainDistance(a, b []rune) int {
	i, j := len(a), len(b)
	if i == 0 || j == 0 {
		return i + j
	}
	d := plainDistance(a[:i-1], b[:j-1])
	if a[i-1] != b[j-1] {
		d++
	}
	d = min(d, plainDistance(a[:i-1], b)+1, plainDistance(a, b[:j-1])+1)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		d = min(d, plainDistance(a[:i-2], b[:j-2])+1)
	}
	return d
}
