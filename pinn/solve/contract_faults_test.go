package solve

import (
	"strings"
	"testing"
)

// TestContractRefuses: what the contract calls a fault is one, at the place it
// says. The lists are exact.
func TestContractRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		// not in this version
		{"a polygon", square + "polygon = [[0, 0], [1, 0], [0, 1]]\n" + flat, "5:11: domain.polygon: polygons are not in this version"},
		{"a curved boundary", square + flat + "[[boundary]]\nname = 'hole'\ncurve = { x = 'cos(s)/2', y = 'sin(s)/2' }\ns = [0, '2*pi']\n", "7:1: boundary[0]: curved boundaries are not in this version"},
		{"stages", interval + bend + "[train]\nstages = 3\n", "7:10: train.stages: must be 1 or 2 in this version, got 3"},
		{"slabs and a later time", strip + wave + begin0 + cond("t = 1", "u = 0") + "[train]\nslabs = 4\n", "14:9: train.slabs: must be 1, since the condition t = 1 holds later than the start, at 1, got 4"},

		// names
		{"two names alike", "fields = ['u', 'x']\n[domain]\nx = [0, 1]\n[constants]\nu = 1\n" + bend, "3:1: domain.x: must differ\n5:1: constants.u: must differ"},
		{"reserved names", "fields = ['u', 'sin']\n[domain]\ne = [0, 1]\n[constants]\nlap = 1\n[define]\nn_x = '1'\n" + eq("u = 0"), "1:16: fields[1]: must be a name that the language does not reserve\n3:1: domain.e: must be\n5:1: constants.lap: must be a name\n7:1: define.n_x: must be a name"},
		{"fields and axes have no underscore", "fields = ['u_1']\n[domain]\nxx = [0, 1]\n" + eq("u_1 = 0"), "1:11: fields[0]: must be letters and digits\n3:1: domain.xx: must be one letter"},
		{"case matters", interval + eq("U_xx = Sin(x)"), "5:7: equation[0].is: unknown name U_xx; did you mean u_xx?\n5:14: equation[0].is: unknown function Sin; did you mean sin?"},
		{"cycles of constants and of definitions", interval + "[constants]\na = 'b'\nb = 'a'\n[define]\nf = 'g_x'\ng = 'u*f'\n" + bend, "6:6: constants.b: a is defined by itself\n9:8: define.g: f is defined by itself"},
		{"a constant that is not constant", interval + "[constants]\na = '2*x'\n" + bend, "5:8: constants.a: x is an axis"},
		{"a constant that is not finite", interval + "[constants]\na = '1/0'\n" + bend, "5:6: constants.a: 1/0 has no finite value"},

		// statements
		{"no =", interval + eq("u_xx"), "5:7: equation[0].is: a statement needs a left and a right side: = is missing"},
		{"two =", interval + eq("u = u_x = 1"), "5:15: equation[0].is: a statement has only one ="},
		{"wrong arity", interval + eq("sin(u, x) = atan2(u) + min(x)"), "5:7: equation[0].is: sin takes one argument, got 2\n5:19: equation[0].is: atan2 takes\n5:30: equation[0].is: min takes"},
		{"no implicit product", interval + eq("2u = 1"), "5:8: equation[0].is: expected an operator before u; products are written with *"},
		{"columns count characters", "condition = [{ name = 'Wände', at = 'x = 7', is = 'u = 0' }]\n" + interval + bend, "1:38: condition[0].at: x = 7 lies outside"},
		{"order five", interval + eq("d(u_xxx, x, x) = 0"), "5:7: equation[0].is: u_xxxxx is of order 5"},
		{"no unknown in the statement", interval + eq("x = 1"), "5:7: equation[0].is: the statement contains no unknown"},
		{"the normal in an equation", interval + eq("dn(u) = n_x"), "5:7: equation[0].is: dn needs the normal\n5:15: equation[0].is: n_x is a component of the normal"},
		{"no normal where there is only time", "fields = ['u']\n[domain]\nt = [0, 1]\n" + eq("u_t = lap(u)") + cond("t = 0", "u = 1") + cond("boundary", "u = 0") + cond("t = 1", "dn(u) = 0"), "5:13: equation[0].is: there is no lap\n10:7: condition[1].at: there is no boundary\n14:7: condition[2].is: there is no dn"},
		{"a derivative along no axis", interval + eq("u_y = d(u, y)"), "5:7: equation[0].is: unknown name u_y; did you mean u_x?\n5:18: equation[0].is: d expects axes"},

		// the domain and places
		{"from above to", interval[:len(interval)-len("x = [0, 1]\n")] + "x = ['2*pi', 'pi']\n" + bend, "3:5: domain.x: must run from a smaller to a larger number"},
		{"nan and inf", "fields = ['u']\n[domain]\nx = [nan, inf]\n" + bend, "3:6: domain.x[0]: must be a finite number, got nan\n3:11: domain.x[1]: must be a finite number, got inf"},
		{"nothing inside", square + "inside = 'x > 2'\n" + flat, "5:11: domain.inside: domain: no points to be found"},
		{"a condition at an end of a periodic axis", ring + eq("u_t + u_x = 0") + cond("t = 0", "u = sin(x)") + cond("x = 0", "u = 0"), "11:7: condition[1].at: x = 0 is an end of a periodic axis"},
		{"a condition outside", interval + bend + cond("x = 2", "u = 0"), "7:7: condition[0].at: x = 2 lies outside the domain: x runs from 0 to 1"},
		{"a condition that can hold nowhere", square + flat + cond("x = 1 and x = -1", "u = 0"), "8:7: condition[0].at: this condition can hold nowhere"},
		{"a condition that inside leaves nothing of", square + "inside = 'x < 0.5'\n" + flat + cond("x = 1", "u = 0"), "9:7: condition[0].at: this condition can hold nowhere"},
		{"a place that is no place", interval + bend + cond("u = 0", "u = 0") + cond("hole", "u = 0") + cond("x", "u = 0"), "7:7: condition[0].at: u is a field\n10:7: condition[1].at: unknown boundary hole\n13:7: condition[2].at: expected a comparison"},
		{"dn where there is no normal", square + flat + cond("x = 0 and y = 0", "dn(u) = 0") + cond("x = 0", "dn(u) = 0"), "8:7: condition[0].at: must be a boundary with a normal\n11:7: condition[1].at: must be a boundary with a normal"},
		{"too few conditions in time", strip + wave + begin0, "6:7: equation[0].is: is of order 2 in t for u, so u must have 2 conditions at fixed t, got 1"},

		// data
		{"data without an axis", strip + "[[data]]\ncolumns = ['x', 'seen']\npoints = [[0, 1]]\nis = 'u = seen'\n", "6:11: data[0].columns: must have the axis t"},
		{"data with a name that is taken", strip + "[constants]\nk = 1\n[[data]]\ncolumns = ['x', 't', 'k']\npoints = [[0, 1, 2]]\nis = 'u = k'\n", "8:22: data[0].columns[2]: must differ from all other names, got k again"},
		{"data that are not there", strip + "[[data]]\nfile = 'lost.csv'\nis = 'u = seen'\n", "6:8: data[0].file: open lost.csv: "},
		{"a column of data in an equation", strip + eq("u_t = seen") + "[[data]]\nfile = 'seen.csv'\nis = 'u = sean'\n", "6:13: equation[0].is: unknown name seen\n9:11: data[0].is: unknown name sean; did you mean seen?"},

		// judging
		{"exact of a field that is none", interval + bend + "[exact]\nw = 'x'\n", "7:1: exact.w: must be one of the fields, got w"},
		{"exact with a field in it", interval + bend + "[exact]\nu = 'u_x + q'\n", "7:6: exact.u: u is a field\n7:12: exact.u: unknown name q"},
		{"an unknown built-in", interval + bend + "[reference]\nbuiltin = 'burgers-cole-hof'\n", "7:11: reference.builtin: no built-in reference is named \"burgers-cole-hof\"; did you mean burgers-cole-hopf?"},
		{"a built-in for another problem", interval + bend + "[reference]\nbuiltin = 'burgers-cole-hopf'\n", "7:11: reference.builtin: burgers-cole-hopf: needs the constant nu"},

		// training
		{"unknown words", interval + bend + "[network]\nactivation = 'relu'\n[points]\nsampler = 'sobolev'\n[[phase]]\nmethod = 'adamv'\nswitch = 'snd'\n", "7:14: network.activation: must be one of\n9:11: points.sampler: must be one of\n11:10: phase[0].method: must be one of\n12:10: phase[0].switch: must be one of"},
		{"a plan beside a statement", interval + eq("u_xx = q") + "[[phase]]\nmethod = 'sgd'\nnesterov = true\n[[phase]]\nmethod = 'sgd'\nswitch = { rule = 'snr', metric = 'adam' }\n",
			"5:14: equation[0].is: unknown name q\n6:1: phase[0].momentum: must be positive with nesterov, got 0\n11:35: phase[1].switch.metric: must be plain"},
	} {
		t.Run(row.name, func(t *testing.T) {
			st, faults := compiled(row.text)
			if st != nil {
				t.Fatalf("accepted:\n%s", row.text)
			}
			want := strings.Split(row.want, "\n")
			for i, d := range faults {
				if i >= len(want) || d.Warning || !strings.HasPrefix(d.String(), "p.toml:"+want[i]) {
					t.Fatalf("got\n%v\nwant\n%s\nfor\n%s", faults, row.want, row.text)
				}
			}
			if len(faults) < len(want) {
				t.Fatalf("got\n%v\nwant\n%s\nfor\n%s", faults, row.want, row.text)
			}
		})
	}
}

// TestContractWarns: what is doubtful is told, and goes on.
func TestContractWarns(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"too many conditions in time", strip + heat + begin0 + cond("t = 1", "u = 0"), "7:1: warning: condition: u has 2 conditions on all of a fixed t"},
		{"data in place of conditions in time", strip + heat + "[[data]]\nfile = 'seen.csv'\nis = 'u = seen'\n", "6:7: warning: equation[0].is: is of order 1 in t for u"},
		{"a target that nothing judges", strip + heat + begin0 + "[target]\nrel_l2 = 1\n", "11:1: warning: target.rel_l2: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			st, faults := compiled(row.text)
			if st == nil || len(faults) != 1 || !strings.HasPrefix(faults[0].String(), "p.toml:"+row.want) {
				t.Errorf("got\n%v\nwant\n%s", faults, row.want)
			}
		})
	}
}

// TestContractHard: enforce = "hard" where it cannot be done is an error at its
// place that says why.
func TestContractHard(t *testing.T) {
	hard := "enforce = 'hard'"
	for _, row := range []struct{ name, text, want string }{
		{"a derivative", interval + bend + cond("x = 0", "u_x = 0", hard), "p.toml:9:11: condition[0].enforce: cannot be hard: "},
		{"part of a face", square + flat + cond("x = 1 and y > 0", "u = 0", hard), "p.toml:10:11: condition[0].enforce: cannot be hard: "},
		{"two that disagree", square + flat + cond("x = 1", "u = 0", hard) + cond("y = 1", "u = 1", hard), "p.toml:14:11: condition[1].enforce: cannot be hard: "},
		{"a part of the box", square + flat + cond("x > 0", "u = 0", hard), "p.toml:10:11: condition[0].enforce: cannot be hard: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			if st, faults := compiled(row.text); st != nil || len(faults) != 1 || !strings.HasPrefix(faults.Error(), row.want) {
				t.Errorf("got\n%v\nwant\n%s", faults, row.want)
			}
		})
	}
}

// TestSettingFaults: what the file as given has keeps its line there; what a setting
// brings is under the setting's name, without a line.
func TestSettingFaults(t *testing.T) {
	bad := "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = z + z'\n[constants]\nx = 1\n"
	constant := "p.toml:7:1: constants.x: must differ from all other names, got x again (axis in line 3)"
	unknown := "p.toml:5:14: equation[0].is: unknown name z\np.toml:5:18: equation[0].is: unknown name z\n"
	good := interval + bend
	for _, row := range []struct {
		name, text string
		settings   []string
		want       string
	}{
		{"the file's alone", bad, []string{"title=x", "source=y"}, unknown + constant},
		{"a value", good, []string{"train.seed=-1"}, "--set train.seed=-1: train.seed: must be an integer of at least 0, got -1"},
		{"a key", good, []string{"points.interior=9", "train.sed=3"}, "--set train.sed=3: train.sed: unknown key; did you mean seed?"},
		{"a statement", good, []string{"title=x", "equation[0].is=u_xx = q"}, "--set equation[0].is=u_xx = q: equation[0].is: unknown name q"},
		{"a name that is taken", good, []string{"fields=['u', 'x']"}, "--set fields=['u', 'x']: fields[1]: must differ from all other names, got x again (axis)"},
		{"a name that the file does not have", good + "[constants]\nkappa = 1\n", []string{"title=x", "constants.kapa=2", "define.f=3"}, "--set constants.kapa=2: constants.kapa: must be a name that the file has, got the constant kapa; did you mean kappa?\n--set define.f=3: define.f: must be a name that the file has, got the definition f; it has none"},
		{"a fault elsewhere", good, []string{"title=x", "fields=['v']"}, "--set fields=['v']: equation[0].is: unknown name u_xx; did you mean v_xx?"},
		{"a warning", good, []string{"target.rel_l2=1"}, "--set target.rel_l2=1: warning: target.rel_l2: has no effect without [exact] or [reference]"},
		{"hard", good + cond("x = 0", "u_x = 0"), []string{"condition[0].enforce=hard"}, "--set condition[0].enforce=hard: condition[0].enforce: cannot be hard: it gives the derivative u_x"},
		{"a method", good + "[[phase]]\nmethod = 'lbfgs'\n", []string{"phase[0].method=springs"}, "--set phase[0].method=springs: phase[0].method: must be one of "},
		{"both", bad, []string{"title=x", "train.sed=3", "phase=[{}]"}, unknown + constant + "\n--set train.sed=3: train.sed: unknown key; did you mean seed?\n--set phase=[{}]: phase[0].method: must be "},
		{"one more of the same", bad, []string{"equation[0].is=u_xx = z + z + z"}, unknown + constant + "\n--set equation[0].is=u_xx = z + z + z: equation[0].is: unknown name z"},
		{"a rule in a list", good, []string{"phase=[{ method = 'lbfgs', steps = 9, switch = [{ rule = 'plateau' }, { rule = 'snr', metric = 'adam' }] }]"}, "--set phase=[{ method = 'lbfgs', steps = 9, switch = [{ rule = 'plateau' }, { rule = 'snr', metric = 'adam' }] }]: phase[0].switch[1].metric: must be plain"},
		{"put right again", good, []string{"train.seed=-1", "train.seed=1"}, ""},
		{"no setting", good, []string{"title=x", "nonsense"}, "--set nonsense: must be key=value"},
		{"no TOML to put it into", "[domain\n", []string{"train.seed=1"}, "p.toml:1:8: must be valid TOML: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, faults := compiled(row.text, row.settings...); !strings.HasPrefix(faults.Error(), row.want) || len(faults) != strings.Count(row.want+"\n", "\n")-map[bool]int{true: 1}[row.want == ""] {
				t.Errorf("got\n%v\nwant\n%s", faults, row.want)
			}
		})
	}
}
