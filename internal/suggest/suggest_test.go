package suggest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	keys := []string{"name", "at", "is", "enforce", "weight", "points"}
	leaves := []string{"x", "u", "nu", "lambda", "sin", "sinh", "u_tt", "exp"}
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
		{"y", leaves, ""},
		{"mu", leaves, "u"},
		{"lamda", leaves, "lambda"},
		{"labmda", leaves, "lambda"},
		{"Lambda", leaves, "lambda"},
		{"sine", leaves, "sin"},
		{"EXP", leaves, "exp"},
		{"u_tt2", leaves, "u_tt"},
		{"gamma", leaves, ""},
		{"quux", leaves, ""},
		{strings.Repeat("a", 1000), []string{strings.Repeat("a", 999)}, ""},
	} {
		if got := Nearest(c.name, c.candidates); got != c.want {
			t.Errorf("Nearest(%q, %v) = %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"u_tt2", "u_tt", 1}, {"ponits", "points", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"λx", "μx", 1},
	} {
		if got := distance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("distance(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestDistanceAgainstRecursion holds the three-row form to the recursion it comes from.
func TestDistanceAgainstRecursion(t *testing.T) {
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
