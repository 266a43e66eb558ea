package rundir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sample is a run with every field in use.
func sample() Run {
	return Run{
		Problem: "burgers", Title: "Burgers' equation", Status: Solved,
		Target:          &Target{RelL2: new(1e-4), MaxAbs: new(1.0), Parameters: Figures{{"k", 0.01}}, Met: new(true)},
		RelL2:           Figures{{"u", 3.1e-5}, {"all", 3.1e-5}},
		MaxAbs:          Figures{{"u", 9.0e-4}, {"all", 9.0e-4}},
		Parameters:      Figures{{"k", 1.0001}},
		ParameterErrors: Figures{{"k", 1e-4}},
		Grid:            &Grid{Kind: "even", Axes: []string{"x", "t"}, PerAxis: []int{101, 101}, Points: 10201},
		Phases: []Phase{{
			Method: "adamw", Batch: 512, Steps: 850, LossEvals: 850, GradEvals: 850, Seconds: 1.2,
			LossFirst: 0.3, LossLast: 0.002, HeldOutLast: 0.003, Ended: "snr", Why: "SNR_N ≥ 2 in 7 of 9 checks, 'so' <there>",
		}},
		Seconds: 21.4, Loss: 1e-9, HeldOut: 2e-9, Ratio: 2,
		NetworkParameters: 921, InteriorPoints: 4000,
		Warnings: []string{"w"}, Notes: []string{"n"},
		Seed: math.MaxUint64, Threads: 2, Kernel: "avx512", CPU: "c", Go: "go1.26", Version: "v0", Commit: "abc",
	}
}

func TestRunRoundTrip(t *testing.T) {
	bad := sample()
	bad.RelL2.Set("u", math.Inf(1))
	bad.Phases[0].LossLast = Number(math.NaN())
	for name, r := range map[string]Run{"full": sample(), "not finite": bad, "empty": {Problem: "p", Status: Failed}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := r.Encode(&b); err != nil {
				t.Fatal(err)
			}
			got, err := DecodeRun(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			infIsNaN := cmp.Comparer(func(a, b Number) bool { return a == b || !a.Finite() && !b.Finite() })
			if diff := cmp.Diff(r, got, infIsNaN, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRunContract holds the keys and the spelling of the contract's example.
func TestRunContract(t *testing.T) {
	r := sample()
	r.RelL2.Set("u", math.NaN())
	var b bytes.Buffer
	if err := r.Encode(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	at := 0
	for _, want := range []string{
		`"problem": "burgers"`, `"status": "solved"`, `"target": {`, `"rel_l2": 0.0001`, `"met": true`,
		"\"rel_l2\": {\n    \"u\": null,\n    \"all\": 0.000031", `"max_abs": {`, `"parameters": {`, `"k": 1.0001`,
		`"phases": [`, `"method": "adamw"`, `"steps": 850`, `"loss_evals": 850`, `"grad_evals": 850`, `"seconds": 1.2`,
		`"loss_first": 0.3`, `"loss_last": 0.002`, `"ended": "snr"`, `"why": "SNR_N ≥ 2 in 7 of 9 checks, 'so' <there>"`,
		`"seconds": 21.4`, `"network_parameters": 921`, `"interior_points": 4000`, `"seed": 18446744073709551615`,
		`"threads": 2`, `"kernel": "avx512"`, `"version": "v0"`,
	} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("run.json lacks %s, in this order, in:\n%s", want, text)
		}
		at += i
	}
	var loose map[string]any
	if err := json.Unmarshal(b.Bytes(), &loose); err != nil {
		t.Fatal(err)
	}
}

func TestRunWithoutTarget(t *testing.T) {
	var b bytes.Buffer
	if err := (Run{Problem: "p", Status: Solved}).Encode(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"target": null`, `"rel_l2": {}`, `"phases": []`, `"warnings": []`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("run.json lacks %s in:\n%s", want, b.String())
		}
	}
}

func TestDecodeRunFaults(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"empty":          {"", "unexpected end"},
		"cut":            {"{\n\"problem\": \"p\",\n", "line 3: unexpected end"},
		"syntax":         {"{\n\"problem\": oops}", "line 2: invalid character 'o'"},
		"type":           {"{\n\"problem\": \"p\",\n\"seed\": \"x\"}", "line 3"},
		"no problem":     {`{"status": "solved"}`, "problem: must name the problem"},
		"unknown status": {`{"problem": "p", "status": "fine"}`, `status: must be solved, target-missed, interrupted or failed, got "fine"`},
		"figures":        {`{"problem": "p", "status": "solved", "rel_l2": [1]}`, "object of numbers"},
		"figure":         {`{"problem": "p", "status": "solved", "rel_l2": {"u": "x"}}`, "u: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeRun([]byte(c.src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("DecodeRun = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	yes, no := new(true), new(false)
	var open *bool
	for _, c := range []struct {
		name                string
		edit                func(*Run)
		interrupted, failed bool
		want                Status
		code                int
		met                 *bool
	}{
		{"met", func(*Run) {}, false, false, Solved, 0, yes},
		{"no target", func(r *Run) { r.Target = nil }, false, false, Solved, 0, nil},
		{"empty target", func(r *Run) { r.Target = &Target{} }, false, false, Solved, 0, yes},
		{"rel_l2 missed", func(r *Run) { r.RelL2.Set("all", 2e-4) }, false, false, TargetMissed, 3, no},
		{"max_abs missed", func(r *Run) { r.MaxAbs.Set("all", 2) }, false, false, TargetMissed, 3, no},
		{"parameter missed", func(r *Run) { r.ParameterErrors.Set("k", 0.02) }, false, false, TargetMissed, 3, no},
		{"no truth", func(r *Run) { r.RelL2 = nil }, false, false, Solved, 0, open},
		{"no truth, and a parameter missed", func(r *Run) { r.RelL2 = nil; r.ParameterErrors.Set("k", 1) }, false, false, TargetMissed, 3, no},
		{"parameter whose truth is zero", func(r *Run) { r.ParameterErrors.Set("k", math.Inf(1)) }, false, false, Solved, 0, open},
		{"field that is zero", func(r *Run) { r.RelL2.Set("u", math.Inf(1)) }, false, false, Solved, 0, yes},
		{"all fields zero", func(r *Run) { r.RelL2.Set("all", math.Inf(1)) }, false, false, Solved, 0, open},
		{"all fields zero, max_abs missed", func(r *Run) { r.RelL2.Set("all", math.Inf(1)); r.MaxAbs.Set("all", 2) }, false, false, TargetMissed, 3, no},
		{"not finite", func(r *Run) { r.RelL2.Set("all", math.NaN()); r.MaxAbs.Set("all", math.NaN()) }, false, false, Failed, 1, no},
		{"not finite and interrupted", func(r *Run) { r.MaxAbs.Set("u", math.Inf(1)) }, true, false, Failed, 1, yes},
		{"interrupted", func(*Run) {}, true, false, Interrupted, 130, yes},
		{"interrupted and missed", func(r *Run) { r.RelL2.Set("all", 1) }, true, false, Interrupted, 130, no},
		{"failed", func(*Run) {}, false, true, Failed, 1, yes},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sample()
			r.Status, r.Target.Met = "", nil
			c.edit(&r)
			r.Settle(c.interrupted, c.failed)
			if r.Status != c.want || r.Status.ExitCode() != c.code {
				t.Errorf("status %s, exit %d, want %s, %d", r.Status, r.Status.ExitCode(), c.want, c.code)
			}
			if r.Target != nil && !reflect.DeepEqual(r.Target.Met, c.met) {
				t.Errorf("met = %s, want %s", boolText(r.Target.Met), boolText(c.met))
			}
		})
	}
	if got := Status("odd").ExitCode(); got != 1 {
		t.Errorf("an unknown status exits %d, want 1", got)
	}
}

func boolText(b *bool) string {
	if b == nil {
		return "null"
	}
	return fmt.Sprint(*b)
}

// Phases that were inserted have no place; the one that they interrupted goes on.
func TestPlaces(t *testing.T) {
	r := Run{Phases: []Phase{{}, {Ended: "fall-back"}, {Inserted: true}, {Ended: "fall-back"}, {Inserted: true}, {}, {}}}
	if got, want := r.Places(), []int{0, 1, -1, 1, -1, 1, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	r = Run{Phases: []Phase{{Stage: 1}, {Stage: 1, Ended: "fall-back"}, {Stage: 1, Inserted: true}, {Stage: 2}, {Stage: 2}}}
	if got, want := r.Places(), []int{0, 1, -1, 0, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("places %v of two stages, want %v", got, want)
	}
}
