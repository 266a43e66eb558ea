package pde

import "testing"

// TestNeedsNormal: a condition knows from its residual whether it needs a normal.
func TestNeedsNormal(t *testing.T) {
	s := testScope(t)
	for text, want := range map[string]bool{
		"dn(u) = 0":           true,
		"u_t + dn(u) = 0":     true,
		"n_x*v = 1":           true,
		"u = sin(x)":          false,
		"u_x = 0":             false,
		"u + 0*n_x = sin(y)":  false, // nothing of the normal is left
		"dn(u) - dn(u) = u_t": false,
	} {
		if got := (Condition{Residual: residual(t, s, text, Context{Normals: true})}).NeedsNormal(); got != want {
			t.Errorf("%s needs a normal: %v, want %v", text, got, want)
		}
	}
	if (Condition{}).NeedsNormal() {
		t.Error("a condition that states nothing needs a normal")
	}
}
