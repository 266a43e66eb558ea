package problems_test

import (
	"fmt"
	"slices"
	"testing"

	"pinn/problems"
)

// TestGallery: every file of the gallery is found by its name and decodes
// without a word, under a title and with something to be judged by.
func TestGallery(t *testing.T) {
	names := problems.Gallery()
	if !slices.Contains(names, "burgers") || !slices.IsSorted(names) {
		t.Fatalf("Gallery() = %v", names)
	}
	for _, name := range names {
		src, ok := problems.Open(name)
		if !ok {
			t.Fatalf("Open(%q) finds nothing", name)
		}
		s, list := problems.Decode(name, src)
		if len(list) > 0 {
			t.Fatal(list)
		}
		if s.Name != name || s.Title == "" || s.Source == "" || s.Target == nil || s.Exact == nil && s.Reference == nil {
			t.Errorf("%s: a file of the gallery has a title, a source, a solution and a target", name)
		}
	}
	if _, ok := problems.Open("burgers.toml"); !ok {
		t.Error("Open must know burgers.toml as well as burgers")
	}
	if _, ok := problems.Open("no-such-problem"); ok {
		t.Error("Open finds what is not there")
	}
}

func ExampleDecode() {
	src := []byte(`fields = ["u"]

[domain]
x = [1, -1]

[[equation]]
is = "u_xx = 1"

[[condition]]
at = "boundary"
is = "u = 0"
ponits = 10
`)
	_, faults := problems.Decode("slip.toml", src)
	for _, f := range faults {
		fmt.Println(f)
	}
	// Output:
	// slip.toml:4:5: domain.x: must be an interval with its first end below the second, got [1, -1]
	// slip.toml:12:1: condition[0].ponits: unknown key; did you mean points?
}
