package problems

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// equalUpToPlaces compares two Specs without the places of their values.
var equalUpToPlaces = cmp.Options{
	cmp.Comparer(func(a, b Text) bool { return a.Value == b.Value && a.set == b.set }),
	cmp.Comparer(func(a, b Pos) bool { return true }),
	cmpopts.IgnoreUnexported(Spec{}),
}

// checkRoundTrip fails unless Encode writes what Decode reads back to an equal
// Spec, and the same bytes again.
func checkRoundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Spec) {
	t.Helper()
	first := s.Encode()
	back, list := Decode(s.File, first)
	if list.HasErrors() {
		t.Fatalf("Decode(Encode) reports\n%v\nin\n%s", list, first)
	}
	if diff := cmp.Diff(s, back, equalUpToPlaces); diff != "" {
		t.Fatalf("Decode(Encode) (-before +after):\n%s\nin\n%s", diff, first)
	}
	if second := back.Encode(); !bytes.Equal(first, second) {
		t.Fatalf("second Encode differs:\n%s\nfirst:\n%s", second, first)
	}
}

// TestRoundTripGallery: every file of the gallery, and the file with every key,
// survives.
func TestRoundTripGallery(t *testing.T) {
	files := map[string][]byte{"everything": []byte(everything)}
	for _, name := range Gallery() {
		files[name], _ = Open(name)
	}
	for name, src := range files {
		t.Run(name, func(t *testing.T) {
			s, list := Decode(name+".toml", src)
			if list.HasErrors() {
				t.Fatal(list)
			}
			checkRoundTrip(t, s)
		})
	}
}

// TestRoundTripSpecs: every Spec in range survives, with any text in it.
func TestRoundTripSpecs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) { checkRoundTrip(r, drawSpec(r)) })
}

var (
	anyText    = rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("ux_tπ é😀\"'\\\n\t\r\x00\x7f\u2028=#+-*.e019")), rapid.Rune()))
	filledText = rapid.Map(anyText, func(s string) Text { return NewText("a" + strings.ToValidUTF8(s, "")) })
	numberText = rapid.SampledFrom([]string{"0", "-0", "1", "-1", "0.5", "1e5", "1E-5", "-0.0", "007", "+1", "1_0", ".5", "1.", "0x10", "1e999", "99999999999999999999", "--1", "-", " 1", "1-2", "e"})
	expressed  = rapid.OneOf(filledText, rapid.Map(numberText, NewText))
	labels     = rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[ -~µψ]{0,30}`))
	finite     = rapid.Float64() // never NaN or infinite
)

// orNil draws an optional value.
func orNil[T any](r *rapid.T, label string, g *rapid.Generator[T]) *T {
	if rapid.Bool().Draw(r, label+" absent") {
		return nil
	}
	x := g.Draw(r, label)
	return &x
}

// drawSpec draws a Spec that Decode accepts: names that differ, numbers in
// their ranges, any text for what is text.
func drawSpec(r *rapid.T) *Spec {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][a-zA-Z0-9]{2,6}`), 12, 12, rapid.ID[string]).Draw(r, "names")
	name := func() Text {
		n := names[0]
		names = names[1:]
		return NewText(n)
	}
	s := &Spec{Name: "f", File: "f.toml", Title: anyTitle(r), Source: anyTitle(r)}
	for range rapid.IntRange(1, 3).Draw(r, "fields") {
		s.Fields = append(s.Fields, name())
	}
	for _, x := range []string{"x", "y", "t"} {
		s.Axes = append(s.Axes, Axis{NewText(x), NewText("a"), expressed.Draw(r, "to"), rapid.Bool().Draw(r, "periodic"), Pos{}})
	}
	if rapid.Bool().Draw(r, "shape") {
		s.Inside = filledText.Draw(r, "inside")
		vertex := rapid.Custom(func(r *rapid.T) [2]Text { return [2]Text{expressed.Draw(r, "x"), expressed.Draw(r, "y")} })
		s.Polygon = rapid.SliceOfN(vertex, 3, 5).Draw(r, "polygon")
		s.Boundaries = []Boundary{{
			Name:  name(),
			Curve: []Named{{NewText("x"), expressed.Draw(r, "x(s)")}, {NewText("y"), expressed.Draw(r, "y(s)")}},
			S:     &Interval{From: NewText("a"), To: expressed.Draw(r, "s")},
		}}
	}
	s.Constants = []Named{{name(), expressed.Draw(r, "constant")}}
	s.Definitions = []Named{{name(), expressed.Draw(r, "definition")}}
	s.Parameters = []Parameter{{Name: name(), Start: orNil(r, "start", finite), Truth: orNil(r, "truth", finite)}}
	s.Equations = []Equation{{Is: filledText.Draw(r, "is"), Weight: math.Abs(finite.Draw(r, "weight")) + 1e-300}}
	s.Conditions = []Condition{{
		At: filledText.Draw(r, "at"), Is: filledText.Draw(r, "is"), Weight: 1,
		Enforce: rapid.SampledFrom(EnforceModes).Draw(r, "enforce"), Points: rapid.IntRange(0, maxPoints).Draw(r, "points"),
	}}
	if l := labels.Draw(r, "label"); strings.TrimSpace(l) != "" {
		s.Conditions[0].Name = NewText(l)
	}
	row := rapid.SliceOfN(finite, 4, 4)
	s.Data = []Data{
		{File: filledText.Draw(r, "file"), Is: filledText.Draw(r, "is"), Weight: 1},
		{Columns: []Text{NewText("x"), NewText("y"), NewText("t"), name()}, Points: rapid.SliceOfN(row, 1, 3).Draw(r, "rows"), Is: filledText.Draw(r, "is"), Weight: 1},
	}
	s.Exact = []Named{{s.Fields[0], expressed.Draw(r, "exact")}}
	s.Reference = &Reference{Builtin: filledText.Draw(r, "builtin")}
	s.Target = &Target{RelL2: orNil(r, "rel_l2", rapid.Float64Range(1e-300, 1)), Parameters: map[string]float64{s.Parameters[0].Name.Value: 0.1}}
	drawTraining(r, s)
	return s
}

func anyTitle(r *rapid.T) string { return strings.ToValidUTF8(anyText.Draw(r, "title"), "") }

func drawTraining(r *rapid.T, s *Spec) {
	positive := rapid.IntRange(1, 100)
	s.Network.Activation = rapid.SampledFrom(append([]string{""}, Activations...)).Draw(r, "activation")
	s.Network.Separate = orNil(r, "separate", rapid.Bool())
	if rapid.Bool().Draw(r, "network") {
		s.Network.Hidden = rapid.SliceOfN(positive, 1, 4).Draw(r, "hidden")
		s.Network.Modes = rapid.SliceOfNDistinct(positive, 1, 4, rapid.ID[int]).Draw(r, "modes")
		if len(s.Axes) > 0 && rapid.Bool().Draw(r, "mode axes") {
			s.Network.ModeAxes = []string{s.Axes[0].Name.Value}
		}
	}
	s.Network.NoFourier = s.Network.Modes == nil && rapid.Bool().Draw(r, "no fourier")
	if s.Network.NoMirror = rapid.Bool().Draw(r, "no mirror"); !s.Network.NoMirror && len(s.Axes) > 0 && rapid.Bool().Draw(r, "mirror") {
		s.Network.Mirror = []string{s.Axes[0].Name.Value}
	}
	s.Points = Points{orNil(r, "interior", positive), rapid.SampledFrom(append([]string{""}, Samplers...)).Draw(r, "sampler"), orNil(r, "resample", resamples)}
	seed := rapid.Map(rapid.Uint64(), func(n uint64) uint64 { return n >> 1 })
	s.Train = Train{orNil(r, "seed", seed), drawTime(r), orNil(r, "fall back", rapid.IntRange(0, maxStages)), orNil(r, "stages", rapid.IntRange(1, maxStages)), orNil(r, "slabs", positive)}
	s.Phases = rapid.SliceOfN(rapid.Custom(drawPhase), 0, 3).Draw(r, "phases")
	if len(s.Phases) == 0 {
		s.Phases = nil
	}
	if most := s.Train.Stages; most != nil {
		for i := range s.Phases {
			s.Phases[i].Stage = orNil(r, "stage", rapid.IntRange(1, *most))
		}
	}
}

var resamples = rapid.Custom(func(r *rapid.T) Resample {
	return Resample{
		Method: rapid.SampledFrom(ResampleMethods).Draw(r, "method"), Every: orNil(r, "every", rapid.IntRange(1, 1000)),
		Noise: orNil(r, "noise", rapid.Float64Range(1e-6, 3)), K: orNil(r, "k", rapid.Float64Range(0, 3)), C: orNil(r, "c", rapid.Float64Range(0, 3)),
	}
})

func drawTime(r *rapid.T) time.Duration {
	if rapid.Bool().Draw(r, "no time") {
		return 0
	}
	return time.Duration(rapid.Int64Range(int64(shortest), int64(longest)).Draw(r, "time"))
}

// drawKeys fills the optional keys of a table from the table's own rows.
func drawKeys[T any](r *rapid.T, rows keys[T], dst *T) {
	for _, n := range rows.integers {
		*n.field(dst) = orNil(r, n.key, rapid.IntRange(n.least, n.most))
	}
	for _, n := range rows.numbers {
		*n.field(dst) = orNil(r, n.key, rapid.Float64().Filter(n.in.has))
	}
	for _, f := range rows.flags {
		*f.field(dst) = orNil(r, f.key, rapid.Bool())
	}
}

func drawPhase(r *rapid.T) Phase {
	p := Phase{
		Method: rapid.SampledFrom(Methods).Draw(r, "method"), Time: drawTime(r),
		Steps: orNil(r, "steps", rapid.IntRange(1, maxSteps)), Batch: orNil(r, "batch", rapid.IntRange(1, maxPoints)),
		Points: orNil(r, "points", rapid.IntRange(1, maxPoints)), Resample: orNil(r, "resample", resamples),
	}
	drawKeys(r, phaseKeys, &p)
	p.LearningRate = orNil(r, "learning_rate", rapid.Custom(func(r *rapid.T) LearningRate {
		l := LearningRate{Kind: rapid.SampledFrom(append([]string{""}, Schedules...)).Draw(r, "kind")}
		drawKeys(r, learningRateKeys, &l)
		if l.Start != nil && l.End != nil {
			*l.End = min(*l.End, *l.Start)
		}
		return l
	}))
	for range rapid.IntRange(0, 2).Draw(r, "rules") {
		rule := Rule{Rule: rapid.SampledFrom(SwitchRules).Draw(r, "rule"), Of: rapid.SampledFrom(append([]string{""}, SwitchSets...)).Draw(r, "of"), Metric: rapid.SampledFrom(append([]string{""}, Metrics...)).Draw(r, "metric"), Time: drawTime(r)}
		drawKeys(r, ruleKeys, &rule)
		one, two := 1.0, 2
		rule.Threshold, rule.Steps, rule.Votes, rule.Time = &one, &two, rule.Window, time.Hour
		p.Switch = append(p.Switch, rule)
	}
	return p
}

// TestFormatFloat: shortest, and back to the same bits.
func TestFormatFloat(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", -1: "-1", 0.1: "0.1", 1e-4: "0.0001", 1e-5: "1e-5", 4000: "4000", 1e6: "1e6", 1e22: "1e22",
		1.0 / 3: "0.3333333333333333", 5e-324: "5e-324", math.MaxFloat64: "1.7976931348623157e308", 1.5e-10: "1.5e-10",
	} {
		if got := formatFloat(x); got != want {
			t.Errorf("formatFloat(%v) = %s, want %s", x, got, want)
		}
	}
	if got := formatFloat(math.Copysign(0, -1)); got != "-0.0" {
		t.Errorf("formatFloat(-0) = %s", got)
	}
	rapid.Check(t, func(r *rapid.T) {
		x := finite.Draw(r, "x")
		if back, err := strconv.ParseFloat(formatFloat(x), 64); err != nil || math.Float64bits(back) != math.Float64bits(x) {
			r.Fatalf("formatFloat(%b) = %s: back %b, %v", x, formatFloat(x), back, err)
		}
	})
}

// TestFormat: strings, keys and durations as people would write them.
func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"plain", quote("u_t = 0"), `"u_t = 0"`},
		{"apostrophe", quote("Burgers'"), `"Burgers'"`},
		{"backslash", quote(`C:\n`), `'C:\n'`},
		{"both", quote(`'\`), `"'\\"`},
		{"line break", quote("a\nb\t\"c\""), `"a\nb\t\"c\""`},
		{"control", quote("\x00\x7f\r"), `"\u0000\u007F\u000D"`},
		{"unprintable above the plane", quote("\U000E0001"), `"\U000E0001"`},
		{"not UTF-8", quote("a\xffb"), "\"a\uFFFDb\""},
		{"bare key", quoteKey("rel_l2"), "rel_l2"},
		{"quoted key", quoteKey("a b"), `"a b"`},
		{"empty key", quoteKey(""), `""`},
		{"a minute", formatDuration(time.Minute), `"1m"`},
		{"an hour", formatDuration(time.Hour), `"1h"`},
		{"ninety seconds", formatDuration(90 * time.Second), `"1m30s"`},
		{"ten minutes", formatDuration(10 * time.Minute), `"10m"`},
		{"twenty hours and a second", formatDuration(20*time.Hour + time.Second), `"20h0m1s"`},
		{"half a second", formatDuration(500 * time.Millisecond), `"500ms"`},
		{"no time", formatDuration(0), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
