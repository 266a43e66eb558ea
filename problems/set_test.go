package problems

import "testing"

func TestSet(t *testing.T) {
	const file = "title = \"T\" # c\n[domain]\nx = { from = 0, to = 1 }\n[train]\nseed = 1\n[[phase]]\nmethod = \"adamw\"\n[[phase]] # two\nmethod = \"lbfgs\""
	for _, c := range []struct{ name, src, setting, want string }{
		{"replace a number", "[train]\nseed = 1 # s\n", "train.seed=2", "[train]\nseed = 2 # s\n"},
		{"spaces around", "[train]\nseed = 1\n", " train.seed = 2 ", "[train]\nseed = 2\n"},
		{"replace a list", "[network]\nhidden = [\n 2, 3]\n", "network.hidden=[4]", "[network]\nhidden = [4]\n"},
		{"a bare word is a string", "title = 'x'\n", "title=A \"b\" c", "title = 'A \"b\" c'\n"},
		{"nothing is an empty string", "title = 'x'\n", "title=", "title = \"\"\n"},
		{"no second statement", "title = 'x'\n", "title=1\ny=2", "title = \"1\\ny=2\"\n"},
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
		{"quoted key", "[constants]\n", "constants.a b=1", "[constants]\n\"a b\" = 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Set([]byte(c.src), c.setting)
			if err != nil || string(got) != c.want {
				t.Errorf("Set(%q, %q) = %q, %v, want %q", c.src, c.setting, got, err, c.want)
			}
		})
	}
}

func TestSetFaults(t *testing.T) {
	for _, c := range []struct{ name, src, setting string }{
		{"no equals sign", "", "seed"},
		{"no key", "", "=1"},
		{"empty step", "", "a..b=1"},
		{"not TOML", "a = ", "a=1"},
		{"beyond the end", "[[phase]]\n", "phase[1].steps=5"},
		{"not a number", "[[phase]]\n", "phase.x.steps=5"},
		{"below a value", "a = 1\n", "a.b=2"},
		{"a whole table", "[train]\n", "train=1"},
		{"a dotted table", "a.b.c = 1\n", "a.b.d=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Set([]byte(c.src), c.setting); err == nil {
				t.Errorf("Set(%q, %q) = %q, want an error", c.src, c.setting, got)
			}
		})
	}
}
