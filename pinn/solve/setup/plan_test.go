package setup

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pinn/hybrid"
	"pinn/hybrid/noise"
	"pinn/optim"
	"pinn/problems"
)

// phase returns what is planned for a file whose last lines are text; ok is false
// if the file is refused, or a word of it is said to have no effect.
func phase(t *testing.T, text string) (p hybrid.Phase, ok bool) {
	t.Helper()
	const begin = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n[points]\ninterior = 320\n[[phase]]\n"
	spec, _, all := filled([]byte(begin + text))
	if len(all) > 0 {
		return hybrid.Phase{}, false
	}
	got, faults := plan(spec, 1, 1, nil)
	return got.Phases[0], !faults.HasErrors()
}

// planned returns the phase of a file that is good.
func planned(t *testing.T, text string) hybrid.Phase {
	t.Helper()
	p, ok := phase(t, text)
	if !ok {
		t.Fatalf("refused:\n%s", text)
	}
	return p
}

// TestHyperparameters: for every method, every hyperparameter can be set in a file
// and changes the method as it says; what the method lacks is not taken without a
// word.
func TestHyperparameters(t *testing.T) {
	// Looking ahead needs momentum, and none of it dampened.
	with := map[string]string{"sgd nesterov": "momentum = 0.5\n", "nesterov dampening": "nesterov = false\n"}
	for _, row := range optim.Methods {
		t.Run(row.Name, func(t *testing.T) {
			method := "method = '" + row.Name + "'\n"
			for _, s := range row.New().Settings() {
				if !known(s.Key) {
					t.Errorf("%s cannot be set in a file", s.Key)
					continue
				}
				value := other(s)
				p, ok := phase(t, method+with[row.Name+" "+s.Key]+fmt.Sprintf("%s = %v\n", s.Key, value))
				if !ok {
					t.Errorf("%s = %v is refused", s.Key, value)
					continue
				}
				for _, got := range p.Method.(optim.Configurable).Settings() {
					want := fmt.Sprint(value)
					if got.Key == s.Key && setting(got) != want {
						t.Errorf("%s = %s, want %s", s.Key, setting(got), want)
					}
				}
			}
			for _, key := range phaseKeys(t) {
				_, ok := phase(t, method+key+" = "+map[bool]string{true: "1", false: "true"}[numeric(key)]+"\n")
				if ok && !hasSetting(row.New(), key) {
					t.Errorf("%s is taken without a word and has no effect", key)
				}
			}
		})
	}
}

// other returns a legal value of a hyperparameter that is not its default.
func other(s optim.Setting) any {
	switch {
	case s.Bool != nil:
		return !*s.Bool
	case s.Int != nil:
		return *s.Int + 1
	}
	for _, v := range []float64{0.625, 0.5, 0.25, 1.5, 0.00375} {
		if v != *s.Float && s.Range.Contains(v) {
			return v
		}
	}
	panic("no other value of " + s.Key)
}

func setting(s optim.Setting) string {
	switch {
	case s.Bool != nil:
		return fmt.Sprint(*s.Bool)
	case s.Int != nil:
		return fmt.Sprint(*s.Int)
	}
	return fmt.Sprint(*s.Float)
}

func hasSetting(m optim.Configurable, key string) bool {
	for _, s := range m.Settings() {
		if s.Key == key {
			return true
		}
	}
	return false
}

// phaseKeys are the hyperparameters of every method, by their names in the file.
func phaseKeys(t *testing.T) (keys []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, row := range optim.Methods {
		for _, s := range row.New().Settings() {
			if !seen[s.Key] && known(s.Key) {
				seen[s.Key] = true
				keys = append(keys, s.Key)
			}
		}
	}
	if len(keys) < 10 {
		t.Fatalf("only %v", keys)
	}
	return keys
}

// known reports whether the file has a key for a hyperparameter.
func known(key string) bool {
	var p problems.Phase
	return p.Float(key) != nil || p.Int(key) != nil || p.Bool(key) != nil
}

func numeric(key string) bool {
	var p problems.Phase
	return p.Bool(key) == nil
}

// TestSwitchRules: every key of a rule that is taken without a warning changes
// what is planned.
func TestSwitchRules(t *testing.T) {
	bases := map[string]string{
		"snr": "", "noise-floor": "", "plateau": "", "loss": ", threshold = 1e-3", "steps": ", steps = 5", "time": ", time = '9s'",
	}
	keys := []struct{ key, value string }{
		{"threshold", "1.25"}, {"exhausted", "0.75"}, {"of", "'batch'"}, {"grow", "true"}, {"confidence", "true"}, {"metric", "'adam'"}, {"noise_floor", "0.375"}, {"batches", "5"},
		{"every", "33"}, {"window", "12"}, {"votes", "3"}, {"min_steps", "77"}, {"plateau", "0.03"}, {"steps", "6"}, {"time", "'8s'"},
	}
	for _, name := range problems.SwitchRules {
		t.Run(name, func(t *testing.T) {
			base, ok := bases[name]
			if !ok {
				t.Fatal("the rule has no line in this test")
			}
			text := "method = 'adamw'\nswitch = { rule = '" + name + "'"
			before := planned(t, text+base+" }\n")
			for _, k := range keys {
				more := base
				if strings.HasPrefix(more, ", "+k.key) {
					more = ""
				}
				after, ok := phase(t, text+more+", "+k.key+" = "+k.value+" }\n")
				if ok && reflect.DeepEqual(before.Rules, after.Rules) && reflect.DeepEqual(before.Checks, after.Checks) {
					t.Errorf("%s is taken without a word and has no effect", k.key)
				}
			}
		})
	}
}

// TestMetric: a metric that the method does not have and a second one for the same
// check are refused at the value, however the rules are written; a rule that names
// none has that of the others.
func TestMetric(t *testing.T) {
	const begin = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n[[phase]]\nmethod = '%s'\nswitch = "
	for _, c := range []struct{ method, text, want string }{
		{"adamw", "{ rule = 'snr', metric = 'adam' }", ""},
		{"amsgrad", "[{ rule = 'snr', metric = 'adam' }, 'noise-floor', 'plateau']", ""},
		{"sgd", "{ rule = 'snr', metric = 'plain' }", ""},
		{"sgd", "{ rule = 'snr', metric = 'adam' }", "test.toml:8:35: phase[0].switch.metric: must be plain, since sgd has no metric of its own, got adam"},
		{"adam", "[{ rule = 'snr', metric = 'adam' }, { metric = 'plain', rule = 'noise-floor' }]", "test.toml:8:57: phase[0].switch[1].metric: must be adam as in a rule before, since a check has one metric, got plain"},
	} {
		if _, _, all := filled([]byte(fmt.Sprintf(begin, c.method) + c.text + "\n")); all.Error() != c.want {
			t.Errorf("%s: got %q, want %q", c.text, all.Error(), c.want)
		}
	}
	p := planned(t, "method = 'adamw'\nswitch = ['noise-floor', { rule = 'snr', metric = 'adam' }]\n")
	if p.Checks.Metric != "adam" {
		t.Errorf("checks %+v", p.Checks)
	}
	if p := planned(t, "method = 'adamw'\nswitch = 'snr'\n"); p.Checks.Metric != noise.Plain {
		t.Errorf("checks %+v", p.Checks)
	}
}

// TestPhase: what else a phase may say is planned.
func TestPhase(t *testing.T) {
	p := planned(t, "method = 'adamw'\nsteps = 7\nbatch = 20\nresample = { method = 'rar', every = 3, k = 2, c = 0 }\nswitch = ['snr', { rule = 'loss', threshold = 1e-3 }]\n")
	if p.Name != "adamw" || p.Steps != 7 || p.Batch != 20 || len(p.Rules) != 2 {
		t.Errorf("planned %+v", p)
	}
	if want := (hybrid.Resample{Method: "rar", Every: 3, K: 2, C: 0}); *p.Resample != want {
		t.Errorf("resample %+v, want %+v", *p.Resample, want)
	}
	if p := planned(t, "method = 'lbfgs'\nresample = { method = 'none' }\n"); p.Resample != nil || p.Batch != 0 {
		t.Errorf("planned %+v", p)
	}
	// Points of its own stay, unless the phase itself says otherwise.
	for text, want := range map[string]hybrid.Resample{
		"":                                       {Method: "rad", K: 1, C: 1},
		"resample = { method = 'rad', k = 2 }\n": {Method: "rad", K: 2, C: 1},
		"resample = { method = 'rad', every = 30 }\n": {Method: "rad", Every: 30, K: 1, C: 1},
	} {
		if p := planned(t, "method = 'lm'\npoints = 900\n"+text); p.Points != 900 || *p.Resample != want {
			t.Errorf("%q: points %d, resample %+v, want 900, %+v", text, p.Points, *p.Resample, want)
		}
	}
	if p := planned(t, "method = 'adamw'\npoints = 900\n"); p.Points != 900 || p.Resample != nil || p.Batch != 900/16 {
		t.Errorf("planned %+v", p)
	}
	if p := planned(t, "method = 'adamw'\ntime = '5s'\n"); p.Share == 0 && len(p.Rules) == 0 {
		t.Error("the time of a phase has no effect")
	}
}

// TestLearningRate: the rates of the file at chosen steps of a phase of 100.
func TestLearningRate(t *testing.T) {
	for _, row := range []struct {
		rate string
		at   map[int]float64
	}{
		{"0.5", map[int]float64{0: 0.5, 99: 0.5}},
		{"{ start = 0.5 }", map[int]float64{0: 0.5, 99: 0.5}},
		{"{ start = 0.5, kind = 'cosine' }", map[int]float64{0: 0.5, 50: 0.25, 100: 0}},
		{"{ start = 0.5, kind = 'cosine', end = 0.25 }", map[int]float64{0: 0.5, 50: 0.375, 100: 0.25}},
		{"{ start = 0.5, kind = 'exponential', decay = 0.25, every = 10 }", map[int]float64{0: 0.5, 5: 0.25, 10: 0.125}},
		{"{ start = 0.5, kind = 'exponential', decay = 0.25, every = 10, end = 0.25 }", map[int]float64{0: 0.5, 5: 0.25, 10: 0.25}},
		{"{ start = 0.5, warmup = 4 }", map[int]float64{0: 0.1, 3: 0.4, 4: 0.5, 50: 0.5}},
	} {
		p := planned(t, "method = 'adamw'\nsteps = 100\nlearning_rate = "+row.rate+"\n")
		shared, ok := optim.ShareOf(p.Method)
		if !ok {
			t.Fatal("adamw has no learning rate")
		}
		for step, want := range row.at {
			if got := shared.LearningRate.At(step); got < want*(1-1e-12)-1e-15 || got > want*(1+1e-12)+1e-15 {
				t.Errorf("learning_rate = %s is %g at step %d, want %g", row.rate, got, step, want)
			}
		}
	}
}

// TestFallBack: a plan with a full-batch phase may return to AdamW at a tenth of its
// rate, unless the file says otherwise.
func TestFallBack(t *testing.T) {
	const begin = "fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n"
	for text, want := range map[string]struct {
		most int
		rate float64
	}{
		"":                         {2, rate / 10},
		"[train]\nfall_back = 0\n": {},
		"[train]\nfall_back = 1\n[[phase]]\nmethod = 'adam'\nlearning_rate = 0.5\n[[phase]]\nmethod = 'bfgs'\n": {1, 0.05},
		"[[phase]]\nmethod = 'lbfgs'\n": {2, rate / 10},
		"[[phase]]\nmethod = 'adamw'\n": {},
	} {
		spec, _, all := filled([]byte(begin + text))
		if all.HasErrors() {
			t.Fatal(all)
		}
		got, _ := plan(spec, 1, 1, []bool{true})
		if want.most == 0 {
			if got.FallBack != nil {
				t.Errorf("%q: falls back to %+v, want nothing", text, got.FallBack)
			}
			continue
		}
		back := got.FallBack
		if back == nil || back.Most != want.most || back.Phase.Steps != 200 || back.Phase.Batch != 0 {
			t.Fatalf("%q: falls back to %+v", text, back)
		}
		shared, _ := optim.ShareOf(back.Phase.Method)
		if got := shared.LearningRate.At(0); math.Abs(got-want.rate) > 1e-15 || len(shared.Decay) != 1 {
			t.Errorf("%q: learning rate %g, want %g", text, got, want.rate)
		}
	}
}
