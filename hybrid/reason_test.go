package hybrid

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pinn/optim"
)

// ends runs a phase, another behind it, and returns why the first ended.
func ends(t *testing.T, edit func(*Leg, *Options)) PhaseResult {
	t.Helper()
	loss := newJudged(newToy(1024, 4, 0.5, 10, 1), 50)
	plan := Plan{Seed: 1, Phases: []Phase{
		{Name: "first", Method: &scripted{do: crawl}, Batch: 32, Steps: 2000},
		{Name: "second", Method: &scripted{do: crawl}, Steps: 3},
	}}
	l, o := one(loss, plan, start(loss.toy)), Options{}
	edit(&l, &o)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if plan.Phases[0].Steps == stopped {
		cancel()
	}
	res, err := Run(ctx, l, o)
	if res == nil {
		t.Fatal(err)
	}
	return res.Phases[0]
}

// stopped marks a phase whose run is cancelled before its first step.
const stopped = 12345

// Whatever a phase can end by has a name, and there is a run that ends by it.
func TestReasons(t *testing.T) {
	rule := func(r Rule) func(*Leg, *Options) {
		return func(l *Leg, _ *Options) { l.Plan.Phases[0].Rules = []Rule{r} }
	}
	status := func(s optim.Status, err error) func(*Leg, *Options) {
		return func(l *Leg, _ *Options) {
			l.Plan.Phases[0].Batch = 0
			l.Plan.Phases[0].Method = &scripted{do: func(int, []float64, optim.Objective) (optim.StepInfo, error) {
				return optim.StepInfo{Value: 1, Status: s}, err
			}}
		}
	}
	cases := map[Reason]func(*Leg, *Options){
		ReasonSNR:         rule(&SNR{Threshold: 1e-9, Exhausted: 1e9, Of: OfBatch, Window: 2, Votes: 2}),
		ReasonNoiseFloor:  rule(&NoiseFloor{Floor: 1e9, Improve: 2, Window: 2, Votes: 2}),
		ReasonPlateau:     rule(&Plateau{Improve: 2, Checks: 2}),
		ReasonLoss:        rule(&LossLevel{Below: 1e9}),
		ReasonBudget:      func(*Leg, *Options) {},
		ReasonTime:        func(l *Leg, o *Options) { o.Time, l.Plan.Phases[0].Share = time.Nanosecond, 1 },
		ReasonPasses:      func(_ *Leg, o *Options) { o.Passes = 1 },
		ReasonConverged:   status(optim.ConvergedGradient, nil),
		ReasonLineSearch:  status(optim.LineSearch, nil),
		ReasonStuck:       status(optim.Stuck, nil),
		ReasonDiverged:    status(optim.Diverged, nil),
		ReasonNotFinite:   func(l *Leg, _ *Options) { l.Loss.(*judged).poison = func(int, []float64) bool { return true } },
		ReasonInterrupted: func(l *Leg, _ *Options) { l.Plan.Phases[0].Steps = stopped },
		ReasonError:       status(optim.Running, errors.New("boom")),
		ReasonFallBack: func(l *Leg, o *Options) {
			status(optim.Stuck, nil)(l, o)
			l.Plan.FallBack = back(1)
		},
	}
	for reason, edit := range cases {
		t.Run(string(reason), func(t *testing.T) {
			if p := ends(t, edit); p.Ended != reason || reason != ReasonError && !strings.HasPrefix(p.Why, string(reason)+": ") {
				t.Errorf("ended %q: %s", p.Ended, p.Why)
			}
		})
	}
	for _, name := range declaredReasons(t) {
		if cases[Reason(name)] == nil {
			t.Errorf("the reason %q has no run here", name)
		}
	}
	// A status of a method other than running has a reason, whatever it is.
	for s := optim.ConvergedGradient; s <= optim.NotFinite; s++ {
		if p := ends(t, status(s, nil)); p.Ended == "" || p.Why == "" {
			t.Errorf("status %v: no reason", s)
		}
	}
}

// declaredReasons returns the values of the constants of type Reason.
func declaredReasons(t *testing.T) (values []string) {
	t.Helper()
	src, err := os.ReadFile("rule.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "rule.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "Reason" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) < 10 || slices.Contains(values, "") {
		t.Fatalf("found the reasons %q only", values)
	}
	return values
}
