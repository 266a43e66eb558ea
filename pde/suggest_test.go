package pde

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"u_tt2", "u_tt", 1}, {"ponits", "points", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"λx", "μx", 1},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"x", "u", "nu", "lambda", "sin", "sinh", "u_tt", "exp"}
	for name, want := range map[string]string{
		"y": "", "mu": "u", "lamda": "lambda", "labmda": "lambda", "Lambda": "lambda", "sine": "sin", "EXP": "exp", "u_tt2": "u_tt", "gamma": "", "quux": "",
	} {
		if got := nearest(name, names); got != want {
			t.Errorf("nearest(%s) = %q, want %q", name, got, want)
		}
	}
}
