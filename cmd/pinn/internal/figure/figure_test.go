package figure

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

func TestSolutionTexts(t *testing.T) {
	all := samples()
	for name, want := range map[string]map[string][]string{
		"burgers": {"u": {
			"Burgers' equation: a shock forms at x = 0", "field u:  relative L2 error 3.1e-5,  largest error 9.0e-4",
			"u, network", "u*, exact", "|u − u*|, error", "t = 0.25", "t = 1", "network", "exact", "x", "t", "u", "1e-4", "1e-7",
		}},
		"bare":   {"u": {"field u", "u, network", "t = 0.5"}},
		"beam1d": {"w": {"x", "w  (×1e-3)", "|w − w*|", "network", "exact"}},
		"heat2d": {"u": {"u, network,  t = 0", "t = 0.5", "u*, exact", "|u − u*|, error", "y"}},
		"hyper":  {"u": {"u, network,  z = 0.25, w = 0.5", "z = 0.75, w = 0.5"}},
		"plate":  {"u": {"y = 0.2"}, "v": {"v*, exact"}, "deformed": {"displacement (u, v), scaled by 0.05; dashed: the domain at rest", "size of (u, v)"}},
		"flow":   {"u": nil, "v": nil, "p": nil, "arrows": {"arrows of (u, v), longest arrow: 1", "size of (u, v)"}},
	} {
		if testing.Short() && name != "burgers" && name != "beam1d" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			pages := all[name].pages()
			if len(pages) != len(want) {
				t.Errorf("%d pages, want %d", len(pages), len(want))
			}
			for _, p := range pages {
				if _, ok := want[p.name]; !ok {
					t.Errorf("page %s is not wanted", p.name)
				}
				wantTexts(t, p, want[p.name]...)
			}
		})
	}
}

func TestHistoryTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	h := sampleHistory()
	wantTexts(t, h.loss(), "loss", "held-out loss", "momentum", "adamw", "lbfgs", "2", "snr", "budget", "parameter updates  (each phase to its own scale)")
	p := h.gradients().phases("phases")
	wantTexts(t, p,
		"SNR_b", "SNR_N", "± 2 standard errors", "floor 1/√K of pure noise", "exhausted below", "clear above", "check voted to switch",
		"learning rate", "step size of line search", "signal: norm of the mean", "points redrawn", "adamw", "lbfgs", "snr",
		"terms", "true error", "so far, not used in training", "batch b", "full set N", "length of the step, ‖Δθ‖", "λ of the accepted step", "as predicted",
		"gradient evaluations, of a minibatch or of all points  (each phase to its own scale)")
	all := strings.Join(texts(t, p), " ")
	for _, want := range []string{"step 850, 1.19 s, switch (snr): in 7 of 9 checks", "step 4850, 21.2 s, stop (budget): 4000 steps"} {
		if !strings.Contains(all, want) {
			t.Errorf("the notes lack %q in %q", want, all)
		}
	}
	if at := h.gradients().place(h.Events[1]); math.Abs(at-1.1*850) > 1e-9 {
		t.Errorf("the switch at step 850 stands at %v gradients, want 935: the row of its step", at)
	}
	wantTexts(t, h.seconds().phases("phases-seconds"), "seconds  (each phase to its own scale)", "budget")
}

// TestPanelsFollowData checks that panels without measurement are left out.
func TestPanelsFollowData(t *testing.T) {
	var trace rundir.Table
	trace.Add(hybrid.ColStep, []float64{1, 2, 3})
	trace.Add(hybrid.ColLoss, []float64{1, 0.1, 0.01})
	trace.Add(hybrid.ColSNR, []float64{math.NaN(), math.NaN(), math.NaN()})
	got := texts(t, History{Trace: &trace}.steps().phases("phases"))
	if slices.Contains(got, "SNR_b") || slices.Contains(got, "gradient") || !slices.Contains(got, "loss") {
		t.Errorf("panels: %q, want the loss alone", got)
	}
	if got := (History{}).steps().diagnostics(); len(got) != 1 {
		t.Errorf("no trace: %d panels, want 1", len(got))
	}
}

func TestFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("renders every page twice, which takes a second")
	}
	dir := t.TempDir()
	a := samples()["plate"]
	names, err := Solution(dir, a)
	if err != nil {
		t.Fatal(err)
	}
	more, err := Loss(dir, sampleHistory())
	if err != nil {
		t.Fatal(err)
	}
	last, err := Phases(dir, sampleHistory())
	if err != nil {
		t.Fatal(err)
	}
	names = append(append(names, more...), last...)
	want := []string{
		"u.svg", "u.png", "v.svg", "v.png", "deformed.svg", "deformed.png",
		"loss.svg", "loss.png", "phases.svg", "phases.png", "phases-seconds.svg", "phases-seconds.png",
	}
	if !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(want) {
		t.Errorf("the folder holds %d files, %v, want %d", len(entries), err, len(want))
	}
	b, err := os.ReadFile(filepath.Join(dir, "u.png"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := img.Bounds().Dx(), int(solutionWidth.Dots(dpi)); got != want {
		t.Errorf("u.png is %d pixels wide, want %d for %d dpi", got, want, dpi)
	}
}

// TestSVGImages checks that rasters in SVG say what they are and fill their box.
func TestSVGImages(t *testing.T) {
	svg := svgOf(t, samples()["burgers"].pages()[0])
	if n := bytes.Count(svg, []byte(`preserveAspectRatio="none" xlink:href="data:image/png;base64,`)); n != 6 {
		t.Errorf("%d rasters, want 3 maps and 3 colour bars", n)
	}
	if bytes.Contains(svg, []byte("data:image/jpg")) {
		t.Error("a PNG is called jpg")
	}
	if !bytes.Contains(svg, []byte("font-family:Liberation Sans,Arial,")) {
		t.Error("the fonts name no stand-in")
	}
}

func TestFaults(t *testing.T) {
	x := Axis{Name: "x", At: []float64{0, 1}}
	u := Field{Name: "u", Values: []float64{1, 2}}
	for name, a := range map[string]Answer{
		"no axes":   {Fields: []Field{u}},
		"no fields": {Axes: []Axis{x}},
		"axis":      {Axes: []Axis{x, {Name: "y", At: []float64{1}}}, Fields: []Field{u}},
		"field":     {Axes: []Axis{x}, Fields: []Field{{Name: "u", Values: []float64{1}}}},
		"exact":     {Axes: []Axis{x}, Fields: []Field{{Name: "u", Values: u.Values, Exact: []float64{}}}},
	} {
		if _, err := Solution(t.TempDir(), a); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	uneven := History{Trace: &rundir.Table{Columns: []rundir.Column{{Name: "a", Numbers: []float64{1}}, {Name: "b"}}}}
	if _, err := Loss(t.TempDir(), uneven); err == nil || !strings.Contains(err.Error(), "column b has 0 rows, not 1") {
		t.Errorf("an uneven trace: %v", err)
	}
	if _, err := Phases(t.TempDir(), uneven); err == nil {
		t.Error("an uneven trace: no error")
	}
	absent := filepath.Join(t.TempDir(), "absent")
	if names, err := Loss(absent, History{}); err == nil || !strings.Contains(err.Error(), absent) || names != nil {
		t.Errorf("a folder that is not there: %v, %v", names, err)
	}
}

func TestNames(t *testing.T) {
	var a Answer
	for _, n := range []string{"u", "U", "loss", "a/b", "", "phases"} {
		a.Fields = append(a.Fields, Field{Name: n})
	}
	want := []string{"u", "U-2", "loss-2", "a_b", "field", "phases-2"}
	if got := a.names(); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
}
