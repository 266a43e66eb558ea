package build

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"pinn/pde"
	"pinn/problems"
)

// compile takes a text all the way to a filled Spec; nil with errors. The files
// beside it are those of the gallery.
func compile(src []byte) (*problems.Spec, *pde.Problem, problems.Diagnostics) {
	c, hard, all := Compile(problems.Source{File: "test.toml", Text: src, Read: func(path string) ([]byte, error) { return fs.ReadFile(problems.Files, path) }}, nil)
	if c == nil {
		return nil, nil, all
	}
	Fill(c.Spec, c.Problem, hard)
	return c.Spec, c.Problem, all
}

// galleryTexts returns the files of the gallery.
func galleryTexts() (texts [][]byte) {
	for _, name := range problems.Gallery() {
		src, _ := problems.Open(name)
		texts = append(texts, src)
	}
	return texts
}

// TestFaultsAtOnce: the faults that the decoder finds and those of the language
// come together, in the order of the file, and none twice.
func TestFaultsAtOnce(t *testing.T) {
	for _, row := range []struct{ name, src, want string }{
		{"both kinds", `fields = ["u"]
colour = 1
[domain]
x = [0, 1]
[[equation]]
is = "u_xx = q"
[[condition]]
at = "x = 2"
is = "u = 0"
wieght = 2
`, `
test.toml:2:1: colour: unknown key
test.toml:6:14: equation[0].is: unknown name q
test.toml:8:7: condition[0].at: x = 2 lies outside the domain: x runs from 0 to 1
test.toml:10:1: condition[0].wieght: unknown key; did you mean weight?`},
		{"a value that the decoder refused is refused once", `fields = ["u"]
[domain]
x = [1, 0]
y = [0, nan]
[constants]
pi = "q"
a = inf
b = "a"
[[equation]]
is = 3
[[condition]]
at = 4
is = "u = b"
`, `
test.toml:3:5: domain.x: must be an interval with its first end below the second, got [1, 0]
test.toml:4:9: domain.y[1]: must be a finite number, got nan
test.toml:6:1: constants.pi: must be a name that the language does not reserve, got pi
test.toml:7:5: constants.a: must be a finite number, got inf
test.toml:10:6: equation[0].is: must be a statement such as "u_t = u_xx", got 3
test.toml:12:6: condition[0].at: must be a place such as "t = 0" or "boundary", got 4`},
		{"a domain with a fault hides no statement", `fields = ["u"]
[domain]
x = [0, "q"]
[[equation]]
is = "u_xx = r"
[[condition]]
at = "x = 0"
is = "u = sni(x)"
[exact]
u = "y"
`, `
test.toml:3:10: domain.x: unknown name q
test.toml:5:14: equation[0].is: unknown name r
test.toml:8:11: condition[0].is: unknown function sni; did you mean sin?
test.toml:10:6: exact.u: unknown name y`},
		{"no fields, no axes: nothing to say about statements", `[[equation]]
is = "u_xx = 0"
`, `
test.toml:1:1: fields: must be a list of names such as ["u"], got nothing
test.toml:1:1: domain: must be a table with an interval for each axis, such as x = [0, 1], got nothing`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, all := compile([]byte(row.src))
			if got := "\n" + all.Error(); got != row.want {
				t.Errorf("got%s\nwant%s", got, row.want)
			}
		})
	}
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

// checkAnyText demands that a text is compiled or refused with a word; what is
// compiled is written and read again to the same.
func checkAnyText(t *testing.T, src []byte) {
	t.Helper()
	spec, _, all := compile(src)
	if spec == nil {
		if !all.HasErrors() {
			t.Fatalf("refused without a word:\n%s", src)
		}
		return
	}
	once := spec.Encode()
	again, _, all := compile(once)
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
