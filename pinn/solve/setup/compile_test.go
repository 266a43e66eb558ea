package setup

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/problems"
)

// filled takes a text all the way to a filled Spec; nil with errors. The files
// beside it are those of the gallery.
func filled(src []byte) (*problems.Spec, *pde.Problem, problems.Diagnostics) {
	beside, err := problems.FromGallery("burgers")
	if err != nil {
		return nil, nil, problems.Diagnostics{{Message: err.Error()}}
	}
	st, all := Read(problems.Source{File: "test.toml", Text: src, Read: beside.Read}, nil)
	if st == nil {
		return nil, nil, all
	}
	return st.Spec, st.Problem, all
}

// galleryTexts returns the files of the gallery.
func galleryTexts() (texts [][]byte) {
	for _, name := range problems.Gallery() {
		src, _ := problems.Open(name)
		texts = append(texts, src)
	}
	return texts
}

// TestDamagedFiles compiles the files of the gallery with a line or a piece of
// text taken out or doubled: whatever that gives, it is told by diagnostics.
func TestDamagedFiles(t *testing.T) {
	tries := 40
	if testing.Short() {
		tries = 4
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for _, src := range galleryTexts() {
		lines := strings.SplitAfter(string(src), "\n")
		for range tries {
			i := rng.IntN(len(lines))
			checkAnyText(t, []byte(strings.Join(lines[:i], "")+strings.Join(lines[i+1:], "")))
			from := rng.IntN(len(src))
			to := min(len(src), from+1+rng.IntN(8))
			checkAnyText(t, append(append([]byte(nil), src[:from]...), src[to:]...))
			checkAnyText(t, append(append([]byte(nil), src[:to]...), src[from:]...))
		}
	}
}

// TestFilledFilesCompileEqually: the file that a run leaves, everything filled in,
// states the same problem as the file that the run was asked for.
func TestFilledFilesCompileEqually(t *testing.T) {
	for i, src := range galleryTexts() {
		spec, before, all := filled(src)
		if spec == nil {
			t.Fatal(all)
		}
		_, after, all := filled(spec.Encode())
		if after == nil {
			t.Fatal(all)
		}
		for k, e := range before.Equations {
			if got := after.Equations[k].Residual.String(); got != e.Residual.String() || after.Equations[k].Weight != e.Weight {
				t.Errorf("%s: equation %d is %s, was %s", problems.Gallery()[i], k, got, e.Residual)
			}
		}
		for k, c := range before.Conditions {
			if got := after.Conditions[k].Residual.String(); got != c.Residual.String() || !reflect.DeepEqual(after.Conditions[k].Pieces, c.Pieces) {
				t.Errorf("%s: condition %d is %s, was %s", problems.Gallery()[i], k, got, c.Residual)
			}
		}
	}
}

// checkAnyText demands that a text is compiled or refused with a word; what is
// compiled is written and read again to the same.
func checkAnyText(t *testing.T, src []byte) {
	t.Helper()
	spec, _, all := filled(src)
	if spec == nil {
		if !all.HasErrors() {
			t.Fatalf("refused without a word:\n%s", src)
		}
		return
	}
	once := spec.Encode()
	again, _, all := filled(once)
	if again == nil {
		t.Fatalf("%v in what was written:\n%s", all, once)
	}
	if twice := again.Encode(); !bytes.Equal(once, twice) {
		t.Fatalf("written again:\n%s\nwritten:\n%s", twice, once)
	}
}

// FuzzStatement: no text makes the compiler panic.
func FuzzStatement(f *testing.F) {
	for _, src := range galleryTexts() {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkAnyText(t, src) })
}
