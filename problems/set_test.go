package problems

import (
	"fmt"
	"strings"
	"testing"
)

// TestSet: a setting gives the tree of the file in which its value stands, and
// leaves the tree that it was put into as it was.
func TestSet(t *testing.T) {
	const file = "title = \"T\" # c\n[domain]\nx = { from = 0, to = 1 }\n[train]\nseed = 1\n[[phase]]\nmethod = \"adamw\"\n[[phase]] # two\nmethod = \"lbfgs\""
	for _, c := range []struct{ name, src, setting, want string }{
		{"replace a number", "[train]\nseed = 1 # s\n", "train.seed=2", "[train]\nseed = 2 # s\n"},
		{"spaces around", "[train]\nseed = 1\n", " train.seed = 2 ", "[train]\nseed = 2\n"},
		{"replace a list", "[network]\nhidden = [\n 2, 3]\n", "network.hidden=[4]", "[network]\nhidden = [4]\n"},
		{"replace an element", "[network]\nhidden = [2, [3]]\n", "network.hidden[1][0]=4", "[network]\nhidden = [2, [4]]\n"},
		{"a bare word is a string", "title = 'x'\n", "title=A \"b\" c", "title = 'A \"b\" c'\n"},
		{"nothing is an empty string", "title = 'x'\n", "title=", "title = \"\"\n"},
		{"no second statement", "title = 'x'\n", "title=1\ny=2", "title = \"1\\ny=2\"\n"},
		{"no second statement, a header", "title = 'x'\n", "title=1\n[x]", "title = \"1\\n[x]\"\n"},
		{"no second statement, below", "title = 'x'\n", "title={}\n[x.a]", "title = \"{}\\n[x.a]\"\n"},
		{"a comment", "title = 'x'\n", "title=1 # one", "title = 1\n"},
		{"add below a header", "[train] # t\ntime = '1s'", "train.seed=2", "[train] # t\nseed = 2\ntime = '1s'"},
		{"header at the end", "[train]", "train.seed=2", "[train]\nseed = 2\n"},
		{"add at the top", "fields = ['u']", "title=T", "title = \"T\"\nfields = ['u']"},
		{"add a table", "title = 'x'", "train.seed=2", "title = 'x'\n\n[train]\nseed = 2\n"},
		{"add a nested key", "[network]\n", "network.fourier.modes=[1]", "[network]\nfourier.modes = [1]\n"},
		{"inline", "x = { from = 0 }\n", "x.to=1", "x = { to = 1, from = 0 }\n"},
		{"inline, empty", "x = {}\n", "x.to=1", "x = { to = 1 }\n"},
		{"element", file, "phase[1].steps=5", file[:len(file)-len("\nmethod = \"lbfgs\"")] + "\nsteps = 5\nmethod = \"lbfgs\""},
		{"element by dot", "[[phase]]\nsteps = 1\n", "phase.0.steps=5", "[[phase]]\nsteps = 5\n"},
		{"byte order mark", "\xef\xbb\xbftitle = 'x'\n", "title=1", "title = 1\n"},
		{"quoted key", "[constants]\n\"a b\" = 2", "constants.a b=1", "[constants]\n\"a b\" = 1\n"},
		{"a dotted table", "a.b.c = 1\n", "a.b.d=2", "a.b.c = 1\na.b.d = 2\n"},
		{"a large table", largeTable(20), "a.k7=-1", strings.Replace(largeTable(20), "k7 = 7", "k7 = -1", 1)},
		{"a key of a large table", largeTable(20), "a.z=1", largeTable(20) + "z = 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, faults := parse("f.toml", []byte(c.src))
			if faults != nil {
				t.Fatal(faults)
			}
			before := fmt.Sprint(plainValue(t, file.root))
			set, faults := file.set(1, c.setting)
			if faults != nil {
				t.Fatal(faults)
			}
			want, _ := parse("f.toml", []byte(c.want))
			if got, want := fmt.Sprint(plainValue(t, set.root)), fmt.Sprint(plainValue(t, want.root)); got != want {
				t.Errorf("%q with %s is %s, want %s", c.src, c.setting, got, want)
			}
			if after := fmt.Sprint(plainValue(t, file.root)); after != before {
				t.Errorf("the file became %s, and was %s", after, before)
			}
			checkParents(t, set.root)
		})
	}
}

// largeTable is a table of n keys, more than are searched without an index.
func largeTable(n int) string {
	var b strings.Builder
	b.WriteString("[a]\n")
	for i := range n {
		fmt.Fprintf(&b, "k%d = %d\n", i, i)
	}
	return b.String()
}

// checkParents demands that every array and table names the path that leads to it.
func checkParents(t *testing.T, v *value) {
	t.Helper()
	if v.inside == nil {
		return
	}
	for _, e := range v.entries {
		want := strings.TrimPrefix(v.path()+"."+quoteKey(e.key), ".")
		if e.value.inside != nil && e.value.path() != want {
			t.Errorf("path %s, want %s", e.value.path(), want)
		}
		checkParents(t, e.value)
	}
	for i, item := range v.items {
		if want := index(v.path(), i); item.inside != nil && item.path() != want {
			t.Errorf("path %s, want %s", item.path(), want)
		}
		checkParents(t, item)
	}
}

func TestSetFaults(t *testing.T) {
	const names = "constants = { nu = 1, lambda = 2 }\nparameters.k = {}\n[domain]\nx = [0, 1]\n[define]\nflux = 'u'\n[list]\n"
	for _, c := range []struct{ name, src, setting, want string }{
		{"no equals sign", "", "seed", `must be key=value, as in train.seed=2, got "seed"`},
		{"no key", "", "=1", `must be key=value, as in train.seed=2, got "=1"`},
		{"empty step", "", "a..b=1", `must be key=value, as in train.seed=2, got "a..b=1"`},
		{"beyond the end", "[[phase]]\n", "phase[1].steps=5", "phase has 1 elements, counted from 0: there is no [1]"},
		{"not a number", "[[phase]]\n", "phase.x.steps=5", "phase has 1 elements, counted from 0: there is no [x]"},
		{"of nothing", "", "phase[0].steps=5", "phase has 0 elements: there is no [0]"},
		{"below a value", "a = 1\n", "a.b=2", "a is no table: it has no key b"},
		{"below an element", "a = [1]\n", "a[0].b=2", "0 is no table: it has no key b"},
		{"a whole table", "[train]\n", "train=1", "train is a table: set its keys one by one"},
		{"all elements", "[[phase]]\n[[phase]]\n", "phase=[]", "phase is a table: set its keys one by one"},

		{"a constant, misspelt", names, "constants.lamda=3", "constants.lamda: must be a name that the file has, got the constant lamda; did you mean lambda?"},
		{"a constant, unknown", names, "constants.rho=3", "constants.rho: must be a name that the file has, got the constant rho; it has nu, lambda"},
		{"a constant of a file without any", "[domain]\n", "constants.nu=3", "constants.nu: must be a name that the file has, got the constant nu; it has none"},
		{"constants at once", names, "constants={ nu = 1, mu = 2, rho = 3 }", "constants.mu: must be a name that the file has, got the constant mu; did you mean nu?\n" +
			"--set constants={ nu = 1, mu = 2, rho = 3 }: constants.rho: must be a name that the file has, got the constant rho; it has nu, lambda"},
		{"a definition", names, "define.fluxx=1", "define.fluxx: must be a name that the file has, got the definition fluxx; did you mean flux?"},
		{"a definition beside none", "[define]\n", "define.f=1", "define.f: must be a name that the file has, got the definition f; it has none"},
		{"a parameter", names, "parameters.kk.start=1", "parameters.kk: must be a name that the file has, got the parameter kk; did you mean k?"},
		{"an axis", names, "domain.y=[0, 1]", "domain.y: must be a name that the file has, got the axis y; it has x, inside, polygon"},
		{"inside, misspelt", names, "domain.insde=x > 0", "domain.insde: must be a name that the file has, got the axis insde; did you mean inside?"},
		{"of many names", strings.Replace(largeTable(20), "[a]", "[constants]", 1), "constants.zzzzzz=1", "constants.zzzzzz: must be a name that the file has, got the constant zzzzzz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, faults := parse("f.toml", []byte(c.src))
			if faults != nil {
				t.Fatal(faults)
			}
			got, faults := file.set(1, c.setting)
			if want := "--set " + c.setting + ": " + c.want; got != nil || faults.Error() != want {
				t.Errorf("got  %v\nwant %s", faults, want)
			}
		})
	}
}

// TestSetNames: what names the file chooses can be set where the file has them.
func TestSetNames(t *testing.T) {
	const file = "fields = ['u']\nconstants = { nu = 1 }\n[domain]\nx = [0, 1]\n[define]\nf = 'nu*x'\n[parameters]\nk = {}\n[[equation]]\nis = 'k*u_x = f'\n[exact]\nu = 1\n"
	src := Source{File: "f.toml", Text: []byte(file)}
	settings := []string{"constants.nu=2", "constants={ nu = 3 }", "domain.x=[0, 2]", "domain.inside=x < 1.5", "define.f=nu", "parameters.k.start=4", "exact.u=x"}
	c, faults := Compile(src, settings)
	if c == nil {
		t.Fatal(faults)
	}
	if got := fmt.Sprintln(c.Problem.Constants["nu"], c.Problem.Box.Axes[0].To, c.Problem.Box.Inside != nil, c.Spec.Definitions[0].Value.Value, c.Problem.Params[0].Start, c.Spec.Exact[0].Value.Value); got != "3 2 true nu 4 x\n" {
		t.Errorf("with %v: %s", settings, got)
	}
	if _, faults := Compile(src, []string{"exact.v=x", "target.parameters.q=1"}); faults.Error() != "--set exact.v=x: exact.v: must be one of the fields, got v\n--set target.parameters.q=1: target.parameters.q: unknown key; must be one of k" {
		t.Errorf("faults\n%v", faults)
	}
}
