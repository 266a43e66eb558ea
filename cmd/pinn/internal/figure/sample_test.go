package figure

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// space returns n places from a to b.
func space(a, b float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = a + (b-a)*float64(i)/float64(max(1, n-1))
	}
	return out
}

// tensor returns the coordinates of a tensor grid, last axis fastest, without
// the points that keep refuses.
func tensor(keep func(x []float64) bool, axes ...[]float64) [][]float64 {
	out := make([][]float64, len(axes))
	x := make([]float64, len(axes))
	var walk func(k int)
	walk = func(k int) {
		if k == len(axes) {
			if keep == nil || keep(x) {
				for i, v := range x {
					out[i] = append(out[i], v)
				}
			}
			return
		}
		for _, v := range axes[k] {
			x[k] = v
			walk(k + 1)
		}
	}
	walk(0)
	return out
}

// of fills a column by a function of the coordinates.
func of(columns [][]float64, f func(x []float64) float64) []float64 {
	out := make([]float64, len(columns[0]))
	x := make([]float64, len(columns))
	for i := range out {
		for k := range columns {
			x[k] = columns[k][i]
		}
		out[i] = f(x)
	}
	return out
}

// field makes a field whose network is the exact function plus small waves.
func field(name string, columns [][]float64, exact func(x []float64) float64) Field {
	f := Field{Name: name, Exact: of(columns, exact), RelL2: 3.1e-5, MaxAbs: 9.04e-4}
	f.Values = of(columns, func(x []float64) float64 {
		waves := 1.0
		for _, v := range x {
			waves *= math.Sin(7*v + 1)
		}
		return exact(x) + 9e-4*waves
	})
	return f
}

func answer(title string, names []string, columns [][]float64, fields ...Field) Answer {
	a := Answer{Title: title, Fields: fields}
	for i, name := range names {
		a.Axes = append(a.Axes, Axis{Name: name, At: columns[i]})
	}
	return a
}

// steepening looks like a solution of Burgers' equation.
func steepening(x []float64) float64 {
	return -math.Sin(math.Pi*x[0]) * math.Exp(-x[1]) / (1 + 3*x[1]*math.Abs(math.Cos(math.Pi*x[0]/2)))
}

func samples() map[string]Answer {
	burgers := tensor(nil, space(-1, 1, 101), space(0, 1, 101))
	line := tensor(nil, space(0, 1, 101))
	square := tensor(nil, space(0, 1, 101), space(0, 1, 101))
	hole := tensor(func(x []float64) bool { return x[0]*x[0]+x[1]*x[1] > 0.1 }, space(-1, 1, 81), space(-0.5, 0.5, 61))
	cube := tensor(nil, space(0, 2, 41), space(0, 1, 41), space(0, 0.5, 41))
	hyper := tensor(nil, space(0, 1, 11), space(0, 1, 11), space(0, 1, 5), space(0, 1, 5))
	beam := tensor(nil, space(0, 8, 81), space(-1, 1, 21))
	bare := answer("A problem without an exact solution", []string{"x", "t"}, burgers, field("u", burgers, steepening))
	bare.Fields[0].Exact, bare.Fields[0].RelL2, bare.Fields[0].MaxAbs = nil, math.NaN(), math.NaN()
	flow := answer("Lid-driven cavity", []string{"x", "y"}, square,
		field("u", square, func(x []float64) float64 { return math.Sin(math.Pi*x[0]) * math.Cos(math.Pi*x[1]) }),
		field("v", square, func(x []float64) float64 { return -math.Cos(math.Pi*x[0]) * math.Sin(math.Pi*x[1]) }),
		field("p", square, func(x []float64) float64 { return x[0] * x[1] }))
	cloud := [][]float64{sobolish(2), sobolish(3), sobolish(5), sobolish(7)}
	return map[string]Answer{
		"scatter": answer("Heat equation in four axes, judged at scattered points", []string{"x", "y", "z", "t"}, cloud, field("u", cloud, func(x []float64) float64 { return x[0] * x[1] * 0.01 })),
		"burgers": answer("Burgers' equation: a shock forms at x = 0", []string{"x", "t"}, burgers, field("u", burgers, steepening)),
		"bare":    bare,
		"beam1d":  answer("Euler–Bernoulli beam", []string{"x"}, line, field("w", line, func(x []float64) float64 { return x[0] * x[0] * (1 - x[0]) * (1 - x[0]) / 24 })),
		"plate": answer("Elastic plate under a body force", []string{"x", "y"}, square,
			field("u", square, func(x []float64) float64 { return math.Cos(2*math.Pi*x[0]) * math.Sin(math.Pi*x[1]) }),
			field("v", square, func(x []float64) float64 { return math.Sin(math.Pi*x[0]) * math.Pow(x[1], 4) })),
		"beam2d": answer("Timoshenko cantilever, plane stress", []string{"x", "y"}, beam,
			field("u", beam, func(x []float64) float64 { return 1e-5 * x[1] * x[0] * (16 - x[0]) }),
			field("v", beam, func(x []float64) float64 { return -1e-5 * x[0] * x[0] * (24 - x[0]) / 3 })),
		"flow": flow,
		"hole": answer("Poisson's equation on a box with a hole", []string{"x", "y"}, hole, field("u", hole, func(x []float64) float64 { return 2e5 * math.Exp(x[0]) * x[1] })),
		"heat2d": answer("Heat equation in two dimensions", []string{"x", "y", "t"}, cube,
			field("u", cube, func(x []float64) float64 { return math.Sin(math.Pi*x[0]) * math.Sin(math.Pi*x[1]) * math.Exp(-5*x[2]) })),
		"hyper": answer("Poisson's equation in four dimensions", []string{"x", "y", "z", "w"}, hyper,
			field("u", hyper, func(x []float64) float64 { return math.Sin(3*x[0]) * math.Sin(3*x[1]) * x[2] * x[3] })),
	}
}

// TestPreview writes all sample figures to a folder for a person to look at.
func TestPreview(t *testing.T) {
	root := os.Getenv("PINN_FIGURES")
	if root == "" {
		t.Skip("set PINN_FIGURES to a folder to see all sample figures")
	}
	for name, a := range samples() {
		dir := filepath.Join(root, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Solution(dir, a); err != nil {
			t.Error(err)
		}
	}
	if _, err := Loss(root, sampleHistory()); err != nil {
		t.Error(err)
	}
	if _, err := Phases(root, sampleHistory()); err != nil {
		t.Error(err)
	}
	dir := filepath.Join(root, "long")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Phases(dir, longHistory()); err != nil {
		t.Error(err)
	}
	if _, err := Loss(dir, longHistory()); err != nil {
		t.Error(err)
	}
}

// longHistory goes to and fro between three methods, with more events than a
// page can tell and more terms than a key has room for.
func longHistory() History {
	t := &rundir.Table{}
	var step, phase, wall, loss, signal, snr, full, rate []float64
	var methods []string
	h := History{Title: "A long run"}
	terms := make([][]float64, 30)
	for p := range 7 {
		method := []string{"adamw", "lbfgs", "lm"}[p%3]
		h.Rules = append(h.Rules, Rule{Exhausted: 1, Threshold: 2})
		for k := range 120 {
			s := float64(len(step) + 1)
			step, phase, wall = append(step, s), append(phase, float64(p)), append(wall, s*s/4e4)
			l := math.Exp(-s/60) * (1 + 0.3*math.Sin(s))
			loss, signal, snr = append(loss, l), append(signal, l/3), append(snr, 2+math.Sin(s/9))
			full, rate = append(full, 6+math.Sin(s/9)), append(rate, 1e-3)
			methods = append(methods, method)
			for i := range terms {
				terms[i] = append(terms[i], l*float64(i+1)/100)
			}
			if k%12 == 0 {
				kind := []string{"resample", "restart", "warning"}[k/12%3]
				h.Events = append(h.Events, rundir.Event{Number: len(h.Events) + 1, Step: int(s), Seconds: s * s / 4e4, Phase: p, Kind: kind, Reason: "held-out", Why: "the held-out loss is 4.2 times the loss on the points that were trained on"})
			}
		}
		h.Events = append(h.Events, rundir.Event{Number: len(h.Events) + 1, Step: len(step), Seconds: wall[len(wall)-1], Phase: p, Kind: "switch", Reason: "plateau", Why: "the held-out loss improved by less than 10 % over 10 checks"})
	}
	t.Add(hybrid.ColStep, step)
	t.Add(hybrid.ColPhase, phase)
	t.Add(hybrid.ColWall, wall)
	t.Add(hybrid.ColLoss, loss)
	t.Add(hybrid.ColSignal, signal)
	t.Add(hybrid.ColSNR, snr)
	t.Add(hybrid.ColFull, full)
	t.Add(hybrid.ColRate, rate)
	t.AddWords(hybrid.ColMethod, methods)
	for i, term := range terms {
		t.Add(hybrid.TermPrefix+"condition "+strconv.Itoa(i), term)
	}
	h.Trace = t
	return h
}

// sampleHistory looks like AdamW handing over to L-BFGS after 850 steps, with a
// check every 50 steps, resampling and a restart.
func sampleHistory() History {
	const adam, lbfgs = 850, 4000
	rng := rand.New(rand.NewPCG(1, 2))
	nan := math.NaN()
	var methods []string
	columns := map[string][]float64{}
	names := []string{
		hybrid.ColStep, hybrid.ColPhase, hybrid.ColWall, hybrid.ColLoss, hybrid.ColHeldOut, hybrid.ColGradNorm, hybrid.ColStepSize, hybrid.ColRate,
		hybrid.ColSignal, hybrid.ColNoise, hybrid.ColRawSNR, hybrid.ColSNR, hybrid.ColSNRLo, hybrid.ColSNRHi, hybrid.ColFloor,
		hybrid.ColFull, hybrid.ColFullLo, hybrid.ColFullHi, hybrid.ColVote,
		hybrid.ColGradEvals, hybrid.ColStepNorm, hybrid.ColBatch, hybrid.ColPoints, hybrid.ColBNoise, hybrid.ColDamping, hybrid.ColGain, "term:momentum", "term:condition 2: u at x = -1 or x = 1",
	}
	for step := 1; step <= adam+lbfgs; step++ {
		jitter := math.Exp(0.3 * rng.NormFloat64())
		row := map[string]float64{hybrid.ColStep: float64(step), hybrid.ColGradEvals: 1.1 * float64(step), hybrid.ColPoints: 8192, hybrid.ColStepNorm: 0.01 * jitter}
		if step <= adam {
			s := float64(step)
			loss := 0.4*math.Exp(-s/150) + 0.02*math.Exp(-s/900)
			row[hybrid.ColWall], row[hybrid.ColRate] = 1.4e-3*s, 2e-3*math.Min(1, s/50)
			row[hybrid.ColBatch] = 512
			row[hybrid.ColLoss], row["term:momentum"] = loss*jitter, loss*0.8
			row["term:condition 2: u at x = -1 or x = 1"] = loss * 0.2 * math.Exp(-s/400)
			if step%50 == 0 {
				snr := 3 * math.Exp(-s/300) * jitter
				row[hybrid.ColHeldOut] = loss * 1.1
				row[hybrid.ColSignal], row[hybrid.ColNoise] = loss*3*snr, loss*3
				row[hybrid.ColSNR], row[hybrid.ColSNRLo], row[hybrid.ColSNRHi] = snr, snr-0.5, snr+0.6
				row[hybrid.ColRawSNR], row[hybrid.ColFloor] = math.Hypot(snr, 0.35), 1/math.Sqrt(8)
				row[hybrid.ColFull], row[hybrid.ColFullLo], row[hybrid.ColFullHi] = 3*snr, 3*snr-1.5, 3*snr+1.8
				row[hybrid.ColBNoise], row[hybrid.ColVote] = 512/(snr*snr), 0
				if snr < 1 && step >= 300 {
					row[hybrid.ColVote] = 1
				}
			}
		} else {
			s := float64(step - adam)
			loss := 1e-3*math.Exp(-s/120) + 1e-6*math.Exp(-s/900)
			row[hybrid.ColPhase], row[hybrid.ColWall] = 1, 1.4e-3*adam+5e-3*s
			row[hybrid.ColLoss], row["term:momentum"] = loss, loss*0.9
			row["term:condition 2: u at x = -1 or x = 1"] = loss * 0.1 * jitter
			row[hybrid.ColGradNorm], row[hybrid.ColStepSize] = loss*5*jitter, math.Min(1, 0.7*jitter)
			row[hybrid.ColDamping], row[hybrid.ColGain] = 1e-3*jitter, math.Min(1, 0.5*jitter)
			if step%50 == 0 {
				row[hybrid.ColHeldOut] = loss * (1 + s/2000)
			}
		}
		for _, name := range names {
			v, ok := row[name]
			if !ok && name != hybrid.ColPhase {
				v = nan
			}
			columns[name] = append(columns[name], v)
		}
		methods = append(methods, map[bool]string{true: "adamw", false: "lbfgs"}[step <= adam])
	}
	t := &rundir.Table{}
	for _, name := range names {
		t.Add(name, columns[name])
	}
	t.AddWords(hybrid.ColMethod, methods)
	errs := &rundir.Table{}
	errs.Add(hybrid.ColGradEvals, []float64{0, 400, 900, 2500, 5000})
	errs.Add(hybrid.ColWall, []float64{0, 0.5, 1.1, 9, 20})
	errs.Add(rundir.ColRelL2, []float64{1, 0.3, 0.1, 1e-4, 3.1e-5})
	return History{
		Title: "Burgers' equation: a shock forms at x = 0",
		Trace: t, Errors: errs,
		Rules: []Rule{{Exhausted: 1, Threshold: 2}},
		Events: []rundir.Event{
			{Number: 1, Step: 500, Seconds: 0.7, Kind: "resample", Reason: "rad", Why: "every 500 steps"},
			{Number: 2, Step: 850, Seconds: 1.19, Kind: "switch", Reason: "snr", Why: "snr: in 7 of 9 checks the full-set signal stood ≥ 2 times its noise (median 2.6 for N = 8192) while a batch of 512 carried 0.65, at step 850; the plan goes on with lbfgs on all points"},
			{Number: 3, Step: 2350, Seconds: 8.7, Phase: 1, Kind: "restart", Reason: "line-search", Why: "no step satisfied the Wolfe conditions in 20 evaluations; the curvature pairs were dropped"},
			{Number: 4, Step: 4850, Seconds: 21.2, Phase: 1, Kind: "stop", Reason: "budget", Why: "4000 steps were allowed"},
		},
	}
}
