package problems

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// rest completes a document that begins with a domain or a field list.
const rest = "[[equation]]\nis = \"u_x = 1\"\n"

// TestDecodeBurgers reads the file of the contract key by key.
func TestDecodeBurgers(t *testing.T) {
	src, _ := Open("burgers")
	s, list := Decode("problems/burgers.toml", src)
	if len(list) > 0 {
		t.Fatal(list)
	}
	got := fmt.Sprintln(s.Name, s.Fields[0].Value, s.Axes[0].Name.Value, s.Axes[0].From.Value, s.Axes[1].To.Value,
		s.Constants[0].Name.Value, s.Constants[0].Value.Value, s.Equations[0].Is.Value, s.Conditions[1].At.Value, s.Reference.Builtin.Value)
	const want = "burgers u x -1 1 nu 0.01/pi u_t + u*u_x = nu*u_xx x = -1 or x = 1 burgers-cole-hopf\n"
	if got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	if c := s.Conditions[0]; c.Enforce != "auto" || c.Weight != 1 || c.Points != 0 {
		t.Errorf("a condition without enforce, weight and points = %+v", c)
	}
	if s.Network.Hidden != nil || s.Points.Interior != nil || s.Train.Seed != nil || s.Phases != nil {
		t.Error("absent sections must be absent in the Spec")
	}
}

// everything uses every key of the contract once.
const everything = `title  = "all keys"
source = "none"
fields = ["u", "v"]
[domain]
x = [-1, "L"]
y = { from = 0, to = "2*pi", periodic = true }
t = [0, 1]
inside  = "x^2 + y^2 > 0.25^2"
polygon = [[0, 0], [1, 0], ["L", 1.5]]
[[boundary]]
name  = "hole"
curve = { x = "0.25*cos(s)", y = "0.25*sin(s)" }
s = [0, "2*pi"]
q = [0, 1]
[constants]
L  = 2
nu = "0.01/pi"
[parameters]
k = { start = 0.5, min = 0, max = 2, truth = 1.0 }
m = {}
[define]
flux = "-nu*u_x"
[[equation]]
name   = "balance"
is     = "u_t + d(flux, x) = 0"
weight = 2.5
[[condition]]
name    = "start"
at      = "t = 0"
is      = "u = 0"
enforce = "soft"
weight  = 10
points  = 200
[[data]]
name = "thermometer"
file = "heat.csv"
is   = "u = u_obs"
[[data]]
columns = ["x", "y", "t", "u_obs"]
points  = [[0, 1, 0.5, 1e-3], [1, 0x10, -0.0, 1_000]]
is      = "u = u_obs"
weight  = 3
[exact]
u = "x"
v = 0
[reference]
builtin = "burgers-cole-hopf"
[target]
rel_l2  = 1e-4
max_abs = 0.1
parameters = { k = 0.01 }
[network]
hidden     = [20, 30]
activation = "sin"
fourier    = { modes = [1, 2, 4], axes = ["x"] }
separate   = false
[points]
interior = 4000
sampler  = "latin-hypercube"
resample = { method = "rad", every = 500, noise = 0.25, k = 1, c = 0 }
[train]
fall_back = 1
seed   = 0
time   = "60s"
stages = 2
slabs  = 4
[[phase]]
method = "adamw"
steps  = 2000
batch  = 512
time   = "1h0m0.5s"
learning_rate = { start = 1e-3, kind = "exponential", decay = 0.98, every = 200, end = 0, warmup = 0 }
weight_decay = 0
beta1   = 0
beta2   = 0.999
epsilon = 1e-8
amsgrad = true
clip_norm = 0
clip_median = 5
switch  = [
  { rule = "snr", threshold = 2, exhausted = 1, of = "full", metric = "adam", confidence = true, grow = false, batches = 8, every = 50, window = 9, votes = 7, min_steps = 0 },
  { rule = "noise-floor", noise_floor = 0.5, plateau = 0.1 },
  { rule = "loss", threshold = 1e-9 },
  { rule = "steps", steps = 5 },
  { rule = "time", time = "5s" },
  "plateau",
]
resample = "none"
[[phase]]
method   = "sgd"
momentum = 0.9
dampening = 0
nesterov = true
learning_rate = 0.1
switch   = "snr"
[[phase]]
method = "adagrad"
rate_decay = 0.1
accumulator = 0
[[phase]]
method = "rmsprop"
alpha  = 0.99
centred = true
[[phase]]
method = "nadam"
momentum_decay = 0.004
[[phase]]
method  = "lbfgs"
history = 50
decrease = 1e-4
curvature = 0.9
max_search_evals = 25
first_step = 0.1
stop_gradient = 0
stop_change = 0
stop_value = -1
[[phase]]
method = "spring"
norm_constraint = 1e-3
[[phase]]
method  = "lm"
stage   = 2
points  = 12000
damping = 1e-2
target  = 0.15
final_target = 0.75
stop_step = 0
`

// TestDecodeEverything: every key has its place in the Spec, and zeros are not
// mistaken for absence.
func TestDecodeEverything(t *testing.T) {
	s, list := Decode("all.toml", []byte(everything))
	if len(list) > 0 {
		t.Fatal(list)
	}
	adamw, sgd, lbfgs, lm := s.Phases[0], s.Phases[1], s.Phases[5], s.Phases[7]
	for _, c := range []struct {
		key       string
		got, want any
	}{
		{"domain.y", s.Axes[1].Periodic, true},
		{"domain.polygon", s.Polygon[2][0].Value, "L"},
		{"boundary[0].curve.y", s.Boundaries[0].Curve[1].Value.Value, "0.25*sin(s)"},
		{"boundary[0].q", s.Boundaries[0].Q.To.Value, "1"},
		{"constants.L", s.Constants[0].Value.Value, "2"},
		{"parameters.k.min", *s.Parameters[0].Min, 0.0},
		{"parameters.m.start", s.Parameters[1].Start == nil, true},
		{"equation[0].weight", s.Equations[0].Weight, 2.5},
		{"condition[0].points", s.Conditions[0].Points, 200},
		{"data[1].points[1][1]", s.Data[1].Points[1][1], 16.0},
		{"data[1].points[1][3]", s.Data[1].Points[1][3], 1000.0},
		{"exact.v", s.Exact[1].Value.Value, "0"},
		{"target.parameters.k", s.Target.Parameters["k"], 0.01},
		{"network.fourier.modes", s.Network.Modes[2], 4},
		{"network.fourier.axes", s.Network.ModeAxes[0], "x"},
		{"network.separate", *s.Network.Separate, false},
		{"points.resample.noise", *s.Points.Resample.Noise, 0.25},
		{"points.resample.c", *s.Points.Resample.C, 0.0},
		{"train.seed", *s.Train.Seed, uint64(0)},
		{"train.fall_back", *s.Train.FallBack, 1},
		{"train.time", s.Train.Time, time.Minute},
		{"phase[0].time", adamw.Time, time.Hour + 500*time.Millisecond},
		{"phase[0].beta1", *adamw.Beta1, 0.0},
		{"phase[0].clip_norm", **adamw.Float("clip_norm"), 0.0},
		{"phase[0].learning_rate.warmup", *adamw.LearningRate.Warmup, 0},
		{"phase[0].resample", adamw.Resample.Method, "none"},
		{"phase[0].switch[0].grow", *adamw.Switch[0].Grow, false},
		{"phase[0].switch[0].metric", adamw.Switch[0].Metric, "adam"},
		{"phase[0].switch[0].confidence", *adamw.Switch[0].Confidence, true},
		{"phase[0].switch[4].time", adamw.Switch[4].Time, 5 * time.Second},
		{"phase[0].switch[5]", adamw.Switch[5].Rule, "plateau"},
		{"phase[1].learning_rate", *sgd.LearningRate.Start, 0.1},
		{"phase[1].nesterov", **sgd.Bool("nesterov"), true},
		{"phase[1].beta1", *sgd.Float("beta1") == nil, true},
		{"phase[1].switch", sgd.Switch[0].Rule, "snr"},
		{"phase[5].history", **lbfgs.Int("history"), 50},
		{"phase[5].stop_value", *lbfgs.StopValue, -1.0},
		{"phase[7].final_target", **lm.Float("final_target"), 0.75},
		{"phase[6].norm_constraint", **s.Phases[6].Float("norm_constraint"), 1e-3},
		{"phase[7].points", *lm.Points, 12000},
		{"phase[7].stop_step", *lm.StopStep, 0.0},
		{"phase[7].stage", *lm.Stage, 2},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.key, c.got, c.want)
		}
		if s.Where(c.key) == (Pos{}) {
			t.Errorf("Where(%s) is nowhere", c.key)
		}
	}
	if sgd.Float("no_such_key") != nil || sgd.Int("beta1") != nil || sgd.Bool("steps") != nil {
		t.Error("Float, Int and Bool must be nil for keys they do not have")
	}
}

// TestDecodeKeepsGoing: a faulty file still gives what can be read, so that the
// statements can be checked as well; of two equal names the first stays.
func TestDecodeKeepsGoing(t *testing.T) {
	s, list := Decode("f.toml", []byte("fields = [\"u\", 3, \"u\"]\nbogus = 1\n[domain]\nx = [1, 0]\n[[equation]]\nweight = -1\nis = \"u_x = \"\n"))
	if !list.HasErrors() || s == nil {
		t.Fatal("want errors and a Spec")
	}
	if len(s.Fields) != 1 || len(s.Axes) != 1 || len(s.Equations) != 1 || s.Equations[0].Is.Value != "u_x = " || s.Equations[0].Weight != 1 {
		t.Errorf("Spec = %+v", s)
	}
	if s, _ := Decode("f.toml", []byte("a = ")); s != nil {
		t.Error("a syntax error must leave no Spec")
	}
}

// TestDecodeNames: the name of a problem is the base name of its file.
func TestDecodeNames(t *testing.T) {
	for file, want := range map[string]string{
		"problems/burgers.toml": "burgers", "burgers": "burgers", "a.b.toml": "a.b", "": "problem", "/": "problem", ".toml": "problem",
	} {
		if s, _ := Decode(file, nil); s.Name != want || s.File != file {
			t.Errorf("Decode(%q): Name %q, File %q, want %q", file, s.Name, s.File, want)
		}
	}
}

// TestDecodeBounds: hostile sizes end quickly and in a bounded list.
func TestDecodeBounds(t *testing.T) {
	const head = "fields = [\"u\"]\n[domain]\nx = [0, 1]\n"
	long := func(unit string) string { return strings.Repeat(unit, MaxFile/32/len(unit)) }
	for _, c := range []struct {
		name, doc string
		says      string
	}{
		{"too large", strings.Repeat("#", MaxFile+1), "must be at most 4 MiB"},
		{"faults", head + "a1234567 = [" + long("nan,") + "]\n", "domain.a1234567: must be a pair"},
		{"faulty points", head + "[[data]]\nis = \"u=1\"\ncolumns = [\"x\"]\npoints = [" + long("[nan],") + "]\n", "must have fewer faults"},
		{"equations", head + "[[equation]]\n" + long("[[equation]]\n"), "must have at most 1000 elements"},
		{"unknown keys", head + unknownKeys(3000), "must have fewer faults"},
		{"unknown fields", head + "[exact]\n" + unknownKeys(3000), "must have fewer faults"},
		{"one name", head + "[constants]\n" + long("a") + " = 1\n", "must be given at least once"},
		{"depth", "a = " + strings.Repeat("[", 9999) + strings.Repeat("]", 9999), "a: unknown key"},
		{"too deep", "a = " + long("["), "nested"},
		{"dots", "a" + long(".a") + " = 1", "a: unknown key"},
		{"one line", "fields = [\"u\"]\nequation = [" + long("{},") + "]\n", "must have at most 1000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			_, list := Decode("f.toml", []byte(c.doc))
			if len(list) == 0 || len(list) > maxFaults+1 || !strings.Contains(list.Error(), c.says) {
				t.Errorf("%d diagnostics without %q", len(list), c.says)
			}
			if d := time.Since(start); d > 30*time.Second {
				t.Errorf("took %v", d)
			} else {
				t.Logf("%d diagnostics in %v", len(list), d)
			}
		})
	}
}

func unknownKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "unknown_%d = { from = 0, to = 1, periodc = true }\n", i)
	}
	return b.String()
}

// TestRuleKeys: a key that a rule does not use is a warning at the key, and only
// that.
func TestRuleKeys(t *testing.T) {
	values := map[string]string{
		"threshold": "2", "fall": "1e-9", "exhausted": "1", "of": "'full'", "metric": "'adam'", "confidence": "true", "grow": "false", "noise_floor": "0.5", "batches": "8", "every": "50", "window": "9",
		"votes": "7", "min_steps": "0", "plateau": "0.1", "steps": "5", "time": "'5s'",
	}
	for rule, used := range map[string]string{
		"snr":         "threshold exhausted of metric confidence grow batches every window votes min_steps",
		"noise-floor": "noise_floor plateau metric confidence grow batches every window votes",
		"plateau":     "plateau every window min_steps",
		"loss":        "threshold fall every",
		"steps":       "steps",
		"time":        "time",
	} {
		for key, value := range values {
			text := "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u = 0'\n[[phase]]\nmethod = 'adamw'\n[phase.switch]\nrule = '" + rule + "'\n" + key + " = " + value + "\n"
			if need := ruleNeeds[rule]; need != nil && !slices.Contains(need, key) {
				text += need[0] + " = " + values[need[0]] + "\n"
			}
			want := ""
			if !slices.Contains(strings.Fields(used), key) {
				want = "f.toml:10:1: warning: phase[0].switch." + key + ": has no effect on the rule " + rule
			}
			if _, list := Decode("f.toml", []byte(text)); list.Error() != want {
				t.Errorf("%s of %s: got %q, want %q", key, rule, list.Error(), want)
			}
		}
	}
}

// TestDiagnosticString: the line format, whatever is absent.
func TestDiagnosticString(t *testing.T) {
	for _, c := range []struct {
		d    Diagnostic
		want string
	}{
		{Diagnostic{"f.toml", Pos{2, 3}, "a.b", "must be 1, got 2", false}, "f.toml:2:3: a.b: must be 1, got 2"},
		{Diagnostic{"f.toml", Pos{2, 3}, "a.b", "has no effect", true}, "f.toml:2:3: warning: a.b: has no effect"},
		{Diagnostic{"f.toml", Pos{}, "a.b", "must be 1", false}, "f.toml: a.b: must be 1"},
		{Diagnostic{"f.toml", Pos{1, 1}, "", "must be valid", false}, "f.toml:1:1: must be valid"},
	} {
		if got := c.d.String(); got != c.want {
			t.Errorf("String() = %q, want %q", got, c.want)
		}
	}
	warnings := Diagnostics{{Warning: true}}
	if warnings.HasErrors() || warnings.Err() != nil || (Diagnostics{{}}).Err() == nil {
		t.Error("warnings are no error, errors are")
	}
}

// TestDiagnosticsSort: by line, column, errors first, else stable.
func TestDiagnosticsSort(t *testing.T) {
	list := Diagnostics{
		{Pos: Pos{2, 1}, Key: "d"}, {Pos: Pos{1, 5}, Key: "b", Warning: true}, {Pos: Pos{1, 5}, Key: "a"},
		{Pos: Pos{10, 1}, Key: "f"}, {Pos: Pos{1, 10}, Key: "c"}, {Pos: Pos{2, 1}, Key: "e"},
	}
	list.Sort()
	got := ""
	for _, d := range list {
		got += d.Key
	}
	if got != "abcdef" {
		t.Errorf("order %s, want abcdef", got)
	}
}

// TestNoWarningBeyondFaults: where there are too many faults to tell, a warning is not
// told either, nor counted as a fault.
func TestNoWarningBeyondFaults(t *testing.T) {
	const head = "fields = [\"u\"]\n[domain]\nx = [0, 1]\n[[equation]]\nis = \"u_x = 1\"\n[target]\nrel_l2 = 1\n[constants]\n"
	for _, c := range []struct{ faults, warnings int }{{0, 1}, {maxFaults - 3, 1}, {2 * maxFaults, 0}} {
		_, list := Decode("f.toml", []byte(head+faultyNames(c.faults)))
		warnings := 0
		for _, d := range list {
			if d.Warning {
				warnings++
			}
		}
		beyond := max(0, c.faults-maxFaults)
		if warnings != c.warnings || beyond > 0 && !strings.HasSuffix(list.Error(), fmt.Sprintf("got %d more", beyond)) {
			t.Errorf("%d faults: %d warnings, want %d; at the end %s", c.faults, warnings, c.warnings, list[len(list)-1])
		}
	}
}

// faultyNames are n constants whose names the language does not allow.
func faultyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\"%d\" = 1\n", i)
	}
	return b.String()
}
