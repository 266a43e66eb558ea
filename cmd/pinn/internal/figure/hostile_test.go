package figure

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// nasty are the values that break drawing code.
var nasty = []float64{
	0, math.Copysign(0, -1), 1, -1, 1 + 1e-16, 1 - 1e-12, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64,
	1e300, -1e300, 1e299, 5e-324, -5e-324, 1e-310, 1e-300, 1e-160, 1e16, 123456, 0.1, 1e-5, 999.999, 2.5e9,
}

// nastyColumn draws a column: all of one value, few values, or any.
func nastyColumn(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	kinds := 1 + rng.IntN(4)
	var few []float64
	for range kinds {
		few = append(few, nasty[rng.IntN(len(nasty))])
	}
	for i := range out {
		switch {
		case kinds < 4:
			out[i] = few[rng.IntN(kinds)]
		case rng.IntN(2) == 0:
			out[i] = rng.NormFloat64() * math.Exp(20*rng.NormFloat64())
		default:
			out[i] = nasty[rng.IntN(len(nasty))]
		}
	}
	return out
}

var nastyWords = []string{"u", "", "<a & \"b\">", "x\x00\n\xff", "\ufffe]]>", "a name that is so long that it cannot fit anywhere on any page, however wide the page may be", "日本"}

func nastyAnswer(rng *rand.Rand) Answer {
	word := func() string { return nastyWords[rng.IntN(len(nastyWords))] }
	a := Answer{Title: word(), Vector: Vector(rng.IntN(4))}
	axes := 1 + rng.IntN(4)
	sides := make([][]float64, axes)
	for k := range sides {
		sides[k] = space(0, 1, 1+rng.IntN(5))
		if rng.IntN(3) == 0 {
			sides[k] = nastyColumn(rng, 1+rng.IntN(5))
		}
	}
	columns := tensor(nil, sides...)
	n := len(columns[0])
	if rng.IntN(5) == 0 {
		n = 0
	}
	for k := range axes {
		name := string("xyzt"[rng.IntN(4)])
		if rng.IntN(4) == 0 {
			columns[k] = nastyColumn(rng, len(columns[k]))
		}
		a.Axes = append(a.Axes, Axis{name, word(), columns[k][:n]})
	}
	for range 1 + rng.IntN(3) {
		f := Field{Name: word(), Unit: word(), Values: nastyColumn(rng, n), RelL2: nasty[rng.IntN(len(nasty))], MaxAbs: nasty[rng.IntN(len(nasty))]}
		if rng.IntN(2) == 0 {
			f.Exact = nastyColumn(rng, n)
		}
		a.Fields = append(a.Fields, f)
	}
	if rng.IntN(3) == 0 {
		a.Fixed = []Fixed{{word(), nasty[rng.IntN(len(nasty))]}}
	}
	return a
}

func nastyHistory(rng *rand.Rand) History {
	word := func() string { return nastyWords[rng.IntN(len(nastyWords))] }
	n := []int{0, 1, 2, 7, 60, 4000}[rng.IntN(6)]
	t := &rundir.Table{}
	for _, name := range []string{
		hybrid.ColStep, hybrid.ColPhase, hybrid.ColWall, hybrid.ColLoss, hybrid.ColHeldOut, hybrid.ColGradNorm, hybrid.ColStepSize, hybrid.ColRate,
		hybrid.ColSignal, hybrid.ColNoise, hybrid.ColRawSNR, hybrid.ColSNR, hybrid.ColSNRLo, hybrid.ColSNRHi, hybrid.ColFloor,
		hybrid.ColFull, hybrid.ColFullLo, hybrid.ColFullHi, hybrid.ColVote, "term:", "term:" + word(),
	} {
		if rng.IntN(5) > 0 {
			t.Add(name, nastyColumn(rng, n))
		}
	}
	if rng.IntN(3) > 0 {
		for i := range t.Columns {
			if name := t.Columns[i].Name; name == hybrid.ColStep || name == hybrid.ColWall {
				t.Columns[i].Numbers = space(0, 10, n)
			} else if name == hybrid.ColPhase {
				for row := range n {
					t.Columns[i].Numbers[row] = float64(3 * row / max(1, n))
				}
			}
		}
	}
	methods := make([]string, n)
	for i := range methods {
		methods[i] = nastyWords[3*i/max(1, n)]
	}
	t.AddWords(hybrid.ColMethod, methods)
	h := History{Title: word(), Trace: t}
	for i := range rng.IntN(30) {
		kind := []string{"switch", "resample", "restart", "stop", "warning", "odd"}[rng.IntN(6)]
		h.Events = append(h.Events, rundir.Event{Number: i * i * i, Step: rng.IntN(12), Seconds: nasty[rng.IntN(len(nasty))], Kind: kind, Reason: word(), Why: word()})
	}
	for range rng.IntN(3) {
		h.Rules = append(h.Rules, Rule{nasty[rng.IntN(len(nasty))], nasty[rng.IntN(len(nasty))]})
	}
	return h
}

// TestHostile draws data of every kind: nothing may panic, every SVG must be
// XML with finite lengths, and now and then the PNG is decoded too.
func TestHostile(t *testing.T) {
	runs := 60
	if testing.Short() {
		runs = 2
	}
	for seed := range runs {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		h := nastyHistory(rng)
		pages := append(nastyAnswer(rng).pages(), h.loss(), h.steps().phases("phases"), h.seconds().phases("phases-seconds"))
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			for _, p := range pages {
				readSVG(t, svgOf(t, p))
				if seed%20 > 0 || testing.Short() {
					continue
				}
				b, err := p.png()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := png.Decode(bytes.NewReader(b)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestDegenerate names the cases that a run meets.
func TestDegenerate(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	nan := math.NaN()
	grid := tensor(nil, space(0, 1, 5), space(0, 1, 5))
	constant := func(v float64) Field {
		f := Field{Name: "u", Values: make([]float64, 25), Exact: make([]float64, 25), RelL2: nan, MaxAbs: nan}
		for i := range f.Values {
			f.Values[i], f.Exact[i] = v, v
		}
		return f
	}
	row := [][]float64{space(0, 1, 9), make([]float64, 9)}
	for name, a := range map[string]Answer{
		"no points":  answer("", []string{"x"}, [][]float64{nil}, Field{Name: "u"}),
		"one point":  answer("", []string{"x", "t"}, [][]float64{{1}, {2}}, Field{Name: "u", Values: []float64{3}, Exact: []float64{3}}),
		"one row":    answer("", []string{"x", "t"}, row, Field{Name: "u", Values: row[0], Exact: row[0]}),
		"constant":   answer("", []string{"x", "t"}, grid, constant(4)),
		"zero":       answer("", []string{"x", "y"}, grid, constant(0), constant(0)),
		"all blank":  answer("", []string{"x", "t"}, grid, constant(nan)),
		"huge":       answer("", []string{"x", "t"}, grid, constant(math.MaxFloat64)),
		"five axes":  answer("", []string{"t", "x", "y", "z", "w"}, tensor(nil, row[0], row[0], row[0], row[1][:1], row[1][:1]), Field{Name: "u", Values: make([]float64, 729)}),
		"scattered":  answer("", []string{"x", "y", "z"}, [][]float64{sobolish(3), sobolish(5), sobolish(7)}, Field{Name: "u", Values: sobolish(2), Exact: sobolish(2)}),
		"scattered1": answer("", []string{"x", "t"}, [][]float64{sobolish(3), sobolish(5)}, Field{Name: "u", Values: sobolish(2)}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range a.pages() {
				readSVG(t, svgOf(t, p))
			}
		})
	}
	if s := tight(make([]float64, 3), []float64{nan}); s.min != -1 || s.max != 1 {
		t.Errorf("zero: scale %v, want −1 to 1", s)
	}
}

// sobolish returns 500 places in [0, 1) without a grid.
func sobolish(p int) []float64 {
	out := make([]float64, 500)
	for i := range out {
		_, out[i] = math.Modf(float64(i+1) * math.Sqrt(float64(p)))
	}
	return out
}
