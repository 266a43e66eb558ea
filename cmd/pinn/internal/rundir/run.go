package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Run is run.json: what a run reached, how it went, and what it ran on. Fields
// that do not apply stay empty; numbers that are not finite are written null.
type Run struct {
	Problem string  `json:"problem"`
	Title   string  `json:"title,omitempty"`
	Status  Status  `json:"status"`
	Target  *Target `json:"target"` // nil: the problem sets none

	RelL2           Figures `json:"rel_l2"`                     // per field, then "all"
	MaxAbs          Figures `json:"max_abs"`                    // per field, then "all"
	Parameters      Figures `json:"parameters"`                 // identified values
	ParameterTruths Figures `json:"parameter_truths,omitempty"` // their true values, where the problem tells
	ParameterErrors Figures `json:"parameter_errors,omitempty"` // |k − k*|/|k*| where the truth is known
	ErrorEstimate   Figures `json:"error_estimate,omitempty"`   // of RelL2, made by a second stage without the truth; null where it can say nothing
	Grid            *Grid   `json:"grid,omitempty"`

	Resumed int     `json:"resumed,omitempty"` // times that the run went on from a state it had kept
	Stages  []Stage `json:"stages,omitempty"`  // if there is more than one
	Slabs   int     `json:"slabs,omitempty"`   // of time that were asked for, if more than one
	Phases  []Phase `json:"phases"`
	Seconds Number  `json:"seconds"` // training, set-up included

	Loss    Number `json:"loss"`          // at the returned parameters, on the training points
	HeldOut Number `json:"heldout"`       // the same on points that training never saw
	Ratio   Number `json:"heldout_ratio"` // HeldOut / Loss

	NetworkParameters int `json:"network_parameters"`
	InteriorPoints    int `json:"interior_points"`

	Warnings []string `json:"warnings"`
	Notes    []string `json:"notes"`

	Seed    uint64 `json:"seed"`
	Threads int    `json:"threads"`
	Kernel  string `json:"kernel"`
	CPU     string `json:"cpu"`
	Go      string `json:"go"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

// Target is what a finished run is judged by; nil bounds are not asked for.
type Target struct {
	RelL2      *float64 `json:"rel_l2,omitempty"`     // bound on RelL2 "all"
	MaxAbs     *float64 `json:"max_abs,omitempty"`    // bound on MaxAbs "all"
	Parameters Figures  `json:"parameters,omitempty"` // bounds on ParameterErrors
	Met        *bool    `json:"met"`                  // nil: a bound could not be judged, and none is exceeded
}

// Grid says where the answer was judged and what solution.csv holds.
type Grid struct {
	Kind    string   `json:"kind"`               // "even", "sobol" or "file"
	Axes    []string `json:"axes"`               // the first columns of solution.csv
	PerAxis []int    `json:"per_axis,omitempty"` // points along each axis of an even grid
	Points  int      `json:"points"`             // those inside the domain
	File    string   `json:"file,omitempty"`     // where Kind is "file"
}

// Stage is one of the networks of a run that are trained one after another, each on what
// the sum of those before it leaves. Its figures are those of the sum up to it.
type Stage struct {
	NetworkParameters int     `json:"network_parameters"`
	HeldOut           Number  `json:"heldout"`
	RelL2             Figures `json:"rel_l2"`
	MaxAbs            Figures `json:"max_abs"`
	ErrorEstimate     Figures `json:"error_estimate"` // of RelL2, without the truth

	// Of the second stage only.
	Modes  Figures `json:"modes,omitempty"`         // per axis: the highest mode of its Fourier inputs
	Scale  Figures `json:"scale,omitempty"`         // per field: the factor of its network's output
	Change Figures `json:"change,omitempty"`        // how far it changed the answer, measured as RelL2
	Fall   Number  `json:"residual_fall,omitempty"` // the factor by which it lowered the root of HeldOut
}

// Phase is one phase of a run. LossEvals and GradEvals count calls, of a minibatch or of
// all points alike.
type Phase struct {
	Name        string `json:"name,omitempty"`
	Slab        int    `json:"slab,omitempty"`  // of time, 0 where there is only one
	Stage       int    `json:"stage,omitempty"` // 0 where there is only one
	Method      string `json:"method"`
	Inserted    bool   `json:"inserted,omitempty"` // by falling back, between two parts of a phase
	Batch       int    `json:"batch,omitempty"`    // 0: all points
	Steps       int    `json:"steps"`
	LossEvals   int    `json:"loss_evals"`
	GradEvals   int    `json:"grad_evals"`
	Seconds     Number `json:"seconds"`
	LossFirst   Number `json:"loss_first"`
	LossLast    Number `json:"loss_last"`
	HeldOutLast Number `json:"heldout_last"`
	Ended       string `json:"ended"` // snr, noise-floor, plateau, budget, converged, …
	Why         string `json:"why"`   // one sentence with the numbers

	Checks       int    `json:"checks,omitempty"`        // times that minibatch gradients were compared
	CheckSeconds Number `json:"check_seconds,omitempty"` // and how long that took,
	CheckShare   Number `json:"check_share,omitempty"`   // as a part of Seconds
}

// Places returns, for each phase of the run, its index in the list of phases of its
// stage in the problem file. The index starts from 0 in each stage and each slab. A
// phase that was inserted by falling back has −1, and the phase that it interrupted goes
// on with the same index.
func (r Run) Places() []int {
	places := make([]int, len(r.Phases))
	next := 0
	for i, p := range r.Phases {
		switch {
		case p.Inserted:
			places[i] = -1
			continue
		case i > 0 && (r.Phases[i-1].Stage != p.Stage || r.Phases[i-1].Slab != p.Slab):
			next = 0
		case i > 1 && r.Phases[i-1].Inserted:
			next-- // the interrupted phase goes on
		}
		places[i] = next
		next++
	}
	return places
}

// filled returns r with empty lists in place of nil ones, so that JSON shows
// [] and not null.
func (r Run) filled() Run {
	if r.Phases == nil {
		r.Phases = []Phase{}
	}
	if r.Warnings == nil {
		r.Warnings = []string{}
	}
	if r.Notes == nil {
		r.Notes = []string{}
	}
	return r
}

// Encode writes r as indented JSON with its keys in the order of the struct.
func (r Run) Encode(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r.filled())
}

// DecodeRun reads what Encode wrote. Unknown keys are ignored, so that a newer
// program's runs stay readable; a file without a problem name or with an
// unknown status is refused.
func DecodeRun(src []byte) (Run, error) {
	var r Run
	if err := json.Unmarshal(src, &r); err != nil {
		return Run{}, jsonError(src, err)
	}
	if r.Problem == "" {
		return Run{}, errors.New("problem: must name the problem, got nothing")
	}
	if !r.Status.known() {
		return Run{}, fmt.Errorf("status: must be solved, target-missed, interrupted or failed, got %q", r.Status)
	}
	return r.filled(), nil
}

// jsonError adds the line at which src could not be read.
func jsonError(src []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(src)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(src[:offset], []byte("\n")), err)
}

// Status is how a run came out.
type Status string

// The statuses of run.json.
const (
	Solved       Status = "solved"        // finished; no bound of a target is known to be missed
	TargetMissed Status = "target-missed" // finished; target not met
	Interrupted  Status = "interrupted"   // stopped by the user
	Failed       Status = "failed"        // the answer is not finite, or training could not go on
)

// ExitUsage is the exit code for bad usage or a bad problem file, where no run
// and so no Status exists.
const ExitUsage = 2

// ExitCode returns the exit code of the program for a run of this status:
// solved 0, failed 1, target-missed 3, interrupted 130. Anything else is 1.
func (s Status) ExitCode() int {
	switch s {
	case Solved:
		return 0
	case TargetMissed:
		return 3
	case Interrupted:
		return 130
	default:
		return 1
	}
}

func (s Status) known() bool {
	return s == Solved || s == TargetMissed || s == Interrupted || s == Failed
}

// Settle judges the run by its own figures and sets Target.Met and Status: failed if
// training failed or the answer is not finite somewhere, else interrupted, else
// target-missed or solved. A relative error that is infinite or NaN while the answer is
// finite is no failure: the truth is zero there. Call it last, when all figures are in.
func (r *Run) Settle(interrupted, failed bool) {
	failed = failed || !r.MaxAbs.Finite() || !r.Parameters.Finite()
	missed := false
	if r.Target != nil {
		var open bool
		missed, open = r.verdict(*r.Target)
		r.Target.Met = nil
		if met := !missed && !open; met || missed || failed {
			r.Target.Met = &met
		}
	}
	switch {
	case failed:
		r.Status = Failed
	case interrupted:
		r.Status = Interrupted
	case missed:
		r.Status = TargetMissed
	default:
		r.Status = Solved
	}
}

// verdict reports whether a bound of t is exceeded, and whether one is open: its
// figure is missing or not finite, so that nothing can be said.
func (r *Run) verdict(t Target) (missed, open bool) {
	hold := func(figures Figures, name string, bound float64) {
		v, ok := figures.Get(name)
		switch {
		case !ok || !Number(v).Finite():
			open = true
		case v > bound:
			missed = true
		}
	}
	if t.RelL2 != nil {
		hold(r.RelL2, "all", *t.RelL2)
	}
	if t.MaxAbs != nil {
		hold(r.MaxAbs, "all", *t.MaxAbs)
	}
	for _, bound := range t.Parameters {
		hold(r.ParameterErrors, bound.Name, float64(bound.Value))
	}
	return missed, open
}
