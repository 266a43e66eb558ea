package accuracy

import (
	"slices"
	"testing"
)

// TestMethodNames checks that no two methods share a name, and that the name of a
// threshold tells it.
func TestMethodNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range All() {
		if seen[m.Name] || m.What == "" {
			t.Errorf("%s: stands there twice, or says nothing", m.Name)
		}
		seen[m.Name] = true
	}
	if n := len(Methods) + len(Thresholds); len(seen) != n {
		t.Errorf("%d methods, want %d", len(seen), n)
	}
	for _, c := range []struct {
		name string
		want float64
		ok   bool
	}{{"snr-1.4", 1.4, true}, {"snr-1", 1, true}, {"snr", 0, false}, {"snr-x", 0, false}, {"snr-3", 0, false}, {"adamw", 0, false}} {
		if v, ok := ThresholdOf(c.name); ok != c.ok || ok && v != c.want {
			t.Errorf("ThresholdOf(%q) = %v, %v, want %v, %v", c.name, v, ok, c.want, c.ok)
		}
	}
}

// TestDrawn leaves the thresholds out of the figures.
func TestDrawn(t *testing.T) {
	for _, m := range All() {
		_, threshold := ThresholdOf(m.Name)
		if drawn(m.Name) == threshold {
			t.Errorf("%s: drawn = %v", m.Name, drawn(m.Name))
		}
	}
	if drawn("sorcery") {
		t.Error("figures show a method that is not there")
	}
}

// TestByMethod orders methods as the tables do, and strangers after them.
func TestByMethod(t *testing.T) {
	names := []string{"zeta", "snr-2", "alpha", "adamw", "default", "snr"}
	slices.SortFunc(names, byMethod)
	if want := []string{"default", "snr", "adamw", "snr-2", "alpha", "zeta"}; !slices.Equal(names, want) {
		t.Errorf("the order is %q, want %q", names, want)
	}
}
