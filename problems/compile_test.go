package problems

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pinn/pde"
)

// fromText is a source without files beside it.
func fromText(text string) Source { return Source{File: "p.toml", Text: []byte(text)} }

const bend = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n"

// problemText writes everything of a problem that the file states.
func problemText(c *Compiled) string {
	var b strings.Builder
	p := c.Problem
	fmt.Fprintln(&b, p.Fields, p.Params, p.Constants)
	for _, a := range p.Box.Axes {
		fmt.Fprintln(&b, a)
	}
	for _, e := range p.Equations {
		fmt.Fprintln(&b, e.Name, e.Residual, e.Weight)
	}
	for _, k := range p.Conditions {
		fmt.Fprintln(&b, k.Name, k.At, k.Residual, k.Enforce, k.Weight, k.Points, k.NeedsNormal(), len(k.Pieces))
		for _, piece := range k.Pieces {
			fmt.Fprintln(&b, piece.Fixed, piece.Keep != nil)
		}
	}
	for _, d := range p.Data {
		fmt.Fprintln(&b, d.Name, d.Points, d.Columns, d.Residual, d.Weight)
	}
	if r := c.Spec.Reference; c.Truth != nil && !(r != nil && r.Builtin.Set()) { // the built-in ones take seconds
		at := c.Truth.Where()
		fmt.Fprintln(&b, at.N, at.X[:at.D])
		for _, u := range c.Truth.At(at) {
			fmt.Fprintln(&b, u[:min(len(u), 50)])
		}
	}
	return b.String()
}

// settingsOf are settings that leave a file of the gallery good.
func settingsOf(s *Spec) []string {
	list := []string{"title=other", "train.seed=7", "train.time=5m", "network.hidden=[3, 4]", "points.interior=50", "points.sampler=halton", "target.max_abs=2"}
	for i := range s.Equations {
		list = append(list, fmt.Sprintf("equation[%d].weight=%d", i, i+2), fmt.Sprintf("equation[%d].is=%s + 0.25*%s", i, s.Equations[i].Is.Value, s.Fields[0].Value))
	}
	for i := range s.Conditions {
		list = append(list, fmt.Sprintf("condition[%d].points=%d", i, i+2), fmt.Sprintf("condition[%d].enforce=soft", i))
	}
	for i, n := range s.Constants {
		list = append(list, fmt.Sprintf("constants.%s=(%s)*%d", n.Name.Value, n.Value.Value, i+2))
	}
	return list
}

// TestCompileEncoded: every file of the gallery, changed by settings, states the
// same problem once it is written and compiled again.
func TestCompileEncoded(t *testing.T) {
	for _, name := range Gallery() {
		t.Run(name, func(t *testing.T) {
			src, err := FromGallery(name)
			if err != nil {
				t.Fatal(err)
			}
			plain, faults := Compile(src, nil)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			checkEncoded(t, plain)
			if slices.ContainsFunc(plain.Spec.Data, func(d Data) bool { return len(d.Points) > 0 }) || testing.Short() && name != "burgers" {
				return
			}
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(settingsOf(plain.Spec)), 1, 5, rapid.ID[string])
			for i := range 3 {
				settings := some.Example(i)
				c, faults := Compile(src, settings)
				if plain.Spec.Reference != nil && c == nil {
					continue // a built-in solution is for one problem
				}
				if c == nil {
					t.Fatalf("%v: %v", settings, faults)
				}
				checkEncoded(t, c)
				if got := problemText(plain); strings.Contains(fmt.Sprint(settings), "weight") && got == problemText(c) {
					t.Errorf("%v change nothing in\n%s", settings, got)
				}
			}
		})
	}
}

func checkEncoded(t *testing.T, c *Compiled) {
	t.Helper()
	once := c.Spec.Encode()
	again, faults := Compile(Source{File: c.Spec.File, Text: once, Read: c.Read}, nil)
	if again == nil {
		t.Fatalf("%v in\n%s", faults, once)
	}
	if diff := cmp.Diff(problemText(c), problemText(again)); diff != "" {
		t.Errorf("written and compiled again (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(c.Spec, again.Spec, equalUpToPlaces); diff != "" {
		t.Errorf("written and read again (-before +after):\n%s", diff)
	}
}

// TestCompileSettingsEqualFile: a setting gives the problem of the file in which
// its value is written.
func TestCompileSettingsEqualFile(t *testing.T) {
	file := "fields = ['u']\n[domain]\nx = [0, 1]\nt = [0, %s]\n[constants]\nk = %s\n[[equation]]\nis = '%s'\n[[condition]]\nat = 't = 0'\nis = 'u = 0'\n"
	ends := rapid.SampledFrom([]string{"1", "2.5", "'2*pi'", "1e-3"})
	statements := rapid.SampledFrom([]string{"u_t = u_xx", "u_t + u*u_x = k*u_xx", "u_t = k", "0 = u_t - sin(k*x)"})
	rapid.Check(t, func(r *rapid.T) {
		end, k, is := ends.Draw(r, "end"), ends.Draw(r, "k"), statements.Draw(r, "is")
		written, _ := Compile(fromText(fmt.Sprintf(file, end, k, is)), nil)
		set, faults := Compile(fromText(fmt.Sprintf(file, "7", "8", "u_t = x")), []string{"domain.t=[0, " + end + "]", "constants.k=" + k, "equation[0].is=" + is})
		if set == nil || problemText(set) != problemText(written) {
			r.Fatalf("%v: got\n%s\nwant\n%s", faults, problemText(set), problemText(written))
		}
	})
}

// TestBlame: a fault is of the setting that brought it and not of one before or
// after, however often the same is said.
func TestBlame(t *testing.T) {
	const bad = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = z'\n"
	const inFile = "p.toml:5:14: equation[0].is: unknown name z"
	for _, row := range []struct {
		name, text string
		settings   []string
		want       string
	}{
		{"of the file, beside settings", bad, []string{"title=a", "source=b"}, inFile},
		{"one more, brought by the second setting", bad, []string{"title=a", "equation[0].is=u_xx = z + z"}, inFile + "\n--set equation[0].is=u_xx = z + z: equation[0].is: unknown name z"},
		{"one more, beside a later setting", bad, []string{"equation[0].is=u_xx = z + z", "title=a"}, inFile + "\n--set equation[0].is=u_xx = z + z: equation[0].is: unknown name z"},
		{"brought, put right, brought again", bend, []string{"train.seed=-1", "train.seed=1", "train.seed=-1", "title=a"}, "--set train.seed=-1: train.seed: must be an integer of at least 0, got -1"},
		{"put right", bad, []string{"equation[0].is=u_xx = 1"}, ""},
		{"put right, and brought again", bad, []string{"equation[0].is=u_xx = 1", "equation[0].is=u_x = z"}, "--set equation[0].is=u_x = z: equation[0].is: unknown name z"},
		{"two settings, in their order", bend, []string{"train.seed=-1", "points.interior=0"}, "--set train.seed=-1: train.seed: must be an integer of at least 0, got -1\n--set points.interior=0: points.interior: must be an integer of at least 1, got 0"},
		{"a name of the file that a setting takes", bend + "[constants]\nk = 1\n", []string{"fields=['u', 'k']"}, "--set fields=['u', 'k']: fields[1]: must differ from all other names, got k again (constant)"},
		{"two settings at fault at one key", bend, []string{"network={ hidden = [0] }", "network.hidden[0]=-1"}, "--set network.hidden[0]=-1: network.hidden[0]: must be an integer of at least 1, got -1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, faults := Compile(fromText(row.text), row.settings)
			if faults.Error() != row.want || (c == nil) != (row.want != "") {
				t.Errorf("got\n%v\nwant\n%s", faults, row.want)
			}
		})
	}
}

// TestChecks: a check is asked once where there are no faults, sees the faults so
// far, adds to them in the order of the file and where the decoder has not spoken,
// and its faults too are told at the setting that brought them.
func TestChecks(t *testing.T) {
	asked := 0
	seeds := func(c *Compiled, known Diagnostics) (list Diagnostics) {
		asked++
		if s := c.Spec.Train.Seed; s == nil || *s == 13 {
			k := "train.seed"
			list = append(list, Diagnostic{File: c.Spec.File, Pos: c.Spec.Where(k), Key: k, Message: fmt.Sprintf("is unlucky beside %d", len(known))})
		}
		return list
	}
	for _, row := range []struct {
		name, text string
		settings   []string
		asked      int
		want       string
	}{
		{"good", bend + "[train]\nseed = 1\n", nil, 1, ""},
		{"good with settings", bend, []string{"train.seed=13", "train.seed=2"}, 1, ""},
		{"in the file", bend + "[train]\nseed = 13\n", nil, 1, "p.toml:7:8: train.seed: is unlucky beside 0"},
		{"sorted", "nothing = 0\n" + bend + "[train]\nseed = 13\n[trian]\n", nil, 1, "p.toml:1:1: nothing: unknown key\np.toml:8:8: train.seed: is unlucky beside 2\np.toml:9:2: trian: unknown key; did you mean train?"},
		{"refused by the decoder", bend + "[train]\nseed = -1\n", nil, 1, "p.toml:7:8: train.seed: must be an integer of at least 0, got -1"},
		{"of a setting", bend + "[train]\nseed = 1\n", []string{"title=a", "train.seed=13", "source=b"}, 4, "--set train.seed=13: train.seed: is unlucky beside 0"},
		{"nothing to check", "fields = ['u']\n", nil, 0, "p.toml:1:1: domain: must be a table with an interval for each axis, such as x = [0, 1], got nothing\np.toml:1:1: equation: must be given at least once as [[equation]], or [[data]] in its place, got nothing"},
		{"no TOML", "fields", []string{"title=a"}, 0, "p.toml:1:6: must be valid TOML: expected '=' after key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			asked = 0
			c, faults := Compile(fromText(row.text), row.settings, seeds)
			if got := faults.Error(); got != row.want || (c == nil) != (row.want != "") {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			if asked != row.asked {
				t.Errorf("asked %d times, want %d", asked, row.asked)
			}
		})
	}
}

// TestPlacesOfSettings: what a setting brought has no place in the file, what
// stands beside it keeps its own.
func TestPlacesOfSettings(t *testing.T) {
	c, faults := Compile(fromText(bend+"[[condition]]\nat = 'x = 0'\nis = 'u = 0'\n"), []string{"equation[0].is=u_xx = 2", "condition[0].weight=2"})
	if c == nil {
		t.Fatal(faults)
	}
	s := c.Spec
	for _, p := range []Pos{s.Equations[0].Is.Pos(), s.Equations[0].Is.At(3), s.Where("equation[0].is"), s.Where("condition[0].weight")} {
		if p != (Pos{}) {
			t.Errorf("the setting is at %v", p)
		}
	}
	if got, want := s.Conditions[0].Is.At(2), (Pos{8, 9}); got != want {
		t.Errorf("the condition is at %v, want %v", got, want)
	}
}

// TestFromFile: the files beside a problem file are found from its folder; its name
// is that of the file, unless the source gives another.
func TestFromFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rod.toml")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	absolute := filepath.Join(t.TempDir(), "far.csv")
	write(absolute, "x,far\n0.5,1\n")
	write(filepath.Join(dir, "near.csv"), "x,near\n0.5,1\n")
	write(path, bend+"[[data]]\nfile = 'near.csv'\nis = 'u = near'\n[[data]]\nfile = '"+absolute+"'\nis = 'u = far'\n")
	src, err := FromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{"": "rod", "bar": "bar"} {
		src.Name = given
		if c, faults := Compile(src, nil); c == nil || c.Spec.Name != want || c.Spec.File != path || len(c.Problem.Data) != 2 {
			t.Errorf("%v, want the name %s and two data sets", faults, want)
		}
	}
	if _, err := FromFile(filepath.Join(dir, "no.toml")); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, faults := Compile(fromText(string(src.Text)), nil); !strings.Contains(faults.Error(), "near.csv cannot be read: the problem does not come from a folder") {
		t.Errorf("a source without files: %v", faults)
	}
}

// TestFromGallery: with and without .toml; a name that is near is suggested.
func TestFromGallery(t *testing.T) {
	for _, name := range []string{"kdv", "kdv.toml"} {
		src, err := FromGallery(name)
		if err != nil {
			t.Fatal(err)
		}
		if c, faults := Compile(src, nil); c == nil || c.Spec.Name != "kdv" || c.Spec.File != "kdv.toml" {
			t.Errorf("%s: %v", name, faults)
		}
	}
	for name, want := range map[string]string{
		"burgrs":           "burgrs: no such file, and no problem of the gallery has that name; did you mean burgers?",
		"some/burgrs.toml": "some/burgrs.toml: no such file, and no problem of the gallery has that name; did you mean burgers?",
		"zzzzzzzzz":        "zzzzzzzzz: no such file, and no problem of the gallery has that name; pinn list shows the gallery",
	} {
		if _, err := FromGallery(name); err == nil || err.Error() != want {
			t.Errorf("FromGallery(%q): %v, want %s", name, err, want)
		}
	}
}

// TestUnknownStart: where an unknown parameter starts if the file does not say.
func TestUnknownStart(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	for _, row := range []struct {
		p    Parameter
		want float64
	}{
		{Parameter{}, 1}, {Parameter{Min: number(3)}, 4}, {Parameter{Max: number(-3)}, -4}, {Parameter{Min: number(-3), Max: number(4)}, 0.5},
		{Parameter{Start: number(0)}, 0}, {Parameter{Start: number(2), Min: number(-3), Max: number(4)}, 2},
	} {
		if got := unknown(row.p); got.Start != row.want {
			t.Errorf("%v starts at %v, want %v", row.p, got.Start, row.want)
		}
	}
	if below, above := unknown(Parameter{Min: number(0)}).Bounded(); !below || above {
		t.Error("min = 0 bounds below, and not above")
	}
}

// TestTruthApart: what an answer is judged by is in Truth and not in the Problem.
func TestTruthApart(t *testing.T) {
	c, faults := Compile(fromText(bend+"[exact]\nu = 'x^2/2'\n"), nil)
	if c == nil {
		t.Fatal(faults)
	}
	at := pde.Points{N: 1, D: 1, X: []float64{0.5}}
	if got := c.Truth.At(at)[0][0]; got != 0.125 {
		t.Errorf("u(0.5) = %v, want 0.125", got)
	}
	if c, _ := Compile(fromText(bend), nil); c.Truth != nil {
		t.Error("a truth of a file without one")
	}
}

// TestAlone: a source that does not come from a folder has no files beside it.
func TestAlone(t *testing.T) {
	_, faults := Compile(fromText(bend+"[reference]\nfile = 'ref.csv'\n"), nil)
	if got := faults.Error(); !strings.Contains(got, "reference.file: ref.csv cannot be read: the problem does not come from a folder") {
		t.Errorf("got %s", got)
	}
}

// TestFaultPlaces: a fault in a text of the file is told at its own character, whatever
// the quotes, escapes and line breaks before it.
func TestFaultPlaces(t *testing.T) {
	for _, c := range []struct{ is, place string }{
		{`"u_xx = q"`, "5:14"},
		{`'u_xx = q'`, "5:14"},
		{`"u_\u0078x = q"`, "5:19"},
		{`"""u_xx = q"""`, "5:16"},
		{"\"\"\"\nu_xx = q\"\"\"", "6:8"},
		{"\"\"\"u_xx \\\n   = q\"\"\"", "6:6"},
		{"'''\n\nu_xx\n =\tq'''", "8:4"},
	} {
		_, faults := Compile(fromText(strings.Replace(bend, "'u_xx = 1'", c.is, 1)), nil)
		if want := "p.toml:" + c.place + ": equation[0].is: unknown name q"; len(faults) != 1 || !strings.HasPrefix(faults[0].String(), want) {
			t.Errorf("%s: got %v, want %s", c.is, faults, want)
		}
	}
}
