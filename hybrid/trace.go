package hybrid

import (
	"math"
	"math/bits"
)

// Row is one recorded step: one row of trace.csv, see Columns. A number that was not
// measured is NaN, a count that was not taken −1, a word "".
type Row struct {
	Step      int     // updates of the run so far
	Phase     int     // index of the phase in the run, from 0
	Method    string  // the phase's name
	PhaseStep int     // updates of the phase so far; 0 is its starting point
	LossEvals int     // losses evaluated by the methods so far, minibatch or full
	GradEvals int     // gradients likewise
	Wall      float64 // seconds since the run began
	Passes    float64 // over all points so far; see Options.Passes

	Loss         float64 // as the method saw it in this step: of one minibatch, or of all points
	HeldOut      float64 // at the new θ
	GradNorm     float64 // ‖∇L‖₂
	StepNorm     float64 // ‖Δθ‖₂
	StepSize     float64 // of a line search
	LearningRate float64 // of a first-order method
	Batch        int     // points of a minibatch, −1 in a full-batch phase
	Points       int     // of the full set, N
	Damping      float64 // λ of Levenberg–Marquardt
	Gain         float64 // ρ, its decrease of the loss over the predicted one
	Trials       int     // of λ in this step, −1 for other methods

	K            int     // minibatch gradients compared
	Metric       string  // the metric they were compared in, "" if none were
	CheckLoss    float64 // mean loss of the K minibatches at the new θ
	Signal       float64 // ‖ḡ‖; this and the next are those of noise.Stats
	Noise        float64 // σ
	RawSNR       float64 // ‖ḡ‖/σ
	SNR          float64 // of one minibatch, SNR_b
	SNRLo, SNRHi float64 // ±2 standard errors
	Floor        float64 // 1/√K
	FullSNR      float64 // SNR_N
	FullLo       float64 // SNR_N − 2 standard errors
	FullHi       float64 // SNR_N + 2 standard errors
	FullR        float64 // R_N, noise over signal power of the gradient over all points, from its chunks; see Chunked
	SE           float64 // of ln R
	BNoise       float64 // points of a minibatch at which SNR_b would be 1
	Vote         int     // of the phase's first voting rule: 0 or 1
	Votes        int     // in the window of that rule
	CheckSeconds float64 // that the check took

	Terms []float64 // as Trace.TermNames, nil if not measured
}

// Trace is the table of a run. It has a row for the start and the end of every phase and
// for every step at which statistics, held-out loss or terms were measured. Of the other
// steps it has the first 1000 of a phase, then every 2nd up to 2000, every 4th up to
// 4000, and so on, so that their number grows with the logarithm of the steps. Which
// rows are kept does not depend on the clock.
type Trace struct {
	TermNames []string
	Rows      []Row
}

// Columns returns the columns of trace.csv in their order, those of the terms last. To
// write the table, ask each column for its cell in each of the Rows.
func (t *Trace) Columns() (list []Column) {
	for _, c := range schema {
		if c.Name != "" {
			list = append(list, c)
		}
	}
	for k, name := range t.TermNames {
		list = append(list, Column{Name: TermPrefix + name, Holds: Numbers, float: func(r *Row) float64 {
			if r.Terms == nil {
				return math.NaN()
			}
			return r.Terms[k]
		}})
	}
	return list
}

// Holds says what the cells of a column are.
type Holds int

// What a column can hold, and what stands in a Row for a cell without a value.
const (
	Counts  Holds = iota // whole numbers; −1 for none
	Numbers              // real numbers; NaN for none
	Words                // words; "" for none
)

// Column is one column of trace.csv: its name, and how to read its cell from a Row.
type Column struct {
	Name  string // with its unit, as in "wall_s"
	Holds Holds

	float func(*Row) float64
	word  func(*Row) string
	blank func(*Row) // enters that nothing was measured
}

// Float returns the cell of a count or a number, NaN where nothing was measured. It
// panics for words.
func (c Column) Float(r *Row) float64 {
	if c.Holds == Words {
		panic("hybrid: a column of words has no numbers")
	}
	return c.float(r)
}

// Word returns the cell of a word. It panics for counts and numbers.
func (c Column) Word(r *Row) string {
	if c.Holds != Words {
		panic("hybrid: a column of numbers has no words")
	}
	return c.word(r)
}

// The names of the columns of trace.csv. After them comes one column for each term of
// the loss, its name behind TermPrefix.
const (
	ColStep      = "step"          // parameter updates so far, all phases
	ColPhase     = "phase"         // index of the phase, from 0
	ColMethod    = "method"        // words: the method of the phase
	ColPhaseStep = "phase_step"    // updates so far in this phase
	ColLossEvals = "loss_evals"    // losses evaluated so far, minibatch or full
	ColGradEvals = "grad_evals"    // gradients evaluated so far, minibatch or full
	ColWall      = "wall_s"        // seconds since the start
	ColLoss      = "loss"          // what the method saw: of a minibatch or of all points
	ColHeldOut   = "heldout"       // the loss on points that training never sees
	ColGradNorm  = "grad_norm"     // ‖∇L‖₂
	ColStepNorm  = "step_norm"     // ‖Δθ‖₂
	ColStepSize  = "step_size"     // of a line search
	ColRate      = "learning_rate" // of a first-order method
	ColBatch     = "batch"         // points in a minibatch; blank for all points
	ColPasses    = "passes"        // over all points: an evaluation over n of them counts n/N
	ColPoints    = "points"        // of the full set
	ColDamping   = "damping"       // λ of Levenberg–Marquardt
	ColGain      = "gain"          // ρ, its decrease of the loss over the predicted one
	ColTrials    = "trials"        // λ tried in this step
	ColMetric    = "metric"        // words: how the length of a gradient was measured; blank if it was not
	ColSignal    = "signal"        // ‖ḡ‖, the norm of the mean minibatch gradient
	ColNoise     = "noise"         // σ, the spread of the minibatch gradients
	ColRawSNR    = "snr_raw"       // ‖ḡ‖/σ
	ColSNR       = "snr"           // SNR_b, bias-corrected
	ColSNRLo     = "snr_lo"        // SNR_b − 2 se
	ColSNRHi     = "snr_hi"        // SNR_b + 2 se
	ColFloor     = "snr_floor"     // 1/√K, what pure noise gives
	ColFull      = "snr_full"      // SNR_N = SNR_b·√(N/b)
	ColFullLo    = "snr_full_lo"   // SNR_N − 2 se
	ColFullHi    = "snr_full_hi"   // SNR_N + 2 se
	ColFullR     = "r_full"        // R_N, noise over signal power of the full gradient, from its chunks
	ColBNoise    = "b_noise"       // the batch at which SNR_b would be 1
	ColVote      = "vote"          // 1 if this check voted for a switch, else 0
	ColVotes     = "votes"         // votes in the window
	ColCheck     = "check_s"       // seconds this check took

	TermPrefix = "term:" // unweighted mean square of one loss term
)

// schema declares every field of a Row once: its name in trace.csv, "" for one that is
// not written there, where it stands in a Row, and by its kind what it holds where
// nothing was measured. Columns, the blank row and every reader follow from it.
var schema = []Column{
	count(ColStep, func(r *Row) *int { return &r.Step }),
	count(ColPhase, func(r *Row) *int { return &r.Phase }),
	word(ColMethod, func(r *Row) *string { return &r.Method }),
	count(ColPhaseStep, func(r *Row) *int { return &r.PhaseStep }),
	count(ColLossEvals, func(r *Row) *int { return &r.LossEvals }),
	count(ColGradEvals, func(r *Row) *int { return &r.GradEvals }),
	number(ColWall, func(r *Row) *float64 { return &r.Wall }),
	number(ColLoss, func(r *Row) *float64 { return &r.Loss }),
	number(ColHeldOut, func(r *Row) *float64 { return &r.HeldOut }),
	number(ColGradNorm, func(r *Row) *float64 { return &r.GradNorm }),
	number(ColStepNorm, func(r *Row) *float64 { return &r.StepNorm }),
	number(ColStepSize, func(r *Row) *float64 { return &r.StepSize }),
	number(ColRate, func(r *Row) *float64 { return &r.LearningRate }),
	count(ColBatch, func(r *Row) *int { return &r.Batch }),
	number(ColPasses, func(r *Row) *float64 { return &r.Passes }),
	count(ColPoints, func(r *Row) *int { return &r.Points }),
	number(ColDamping, func(r *Row) *float64 { return &r.Damping }),
	number(ColGain, func(r *Row) *float64 { return &r.Gain }),
	count(ColTrials, func(r *Row) *int { return &r.Trials }),
	count("", func(r *Row) *int { return &r.K }),
	word(ColMetric, func(r *Row) *string { return &r.Metric }),
	number("", func(r *Row) *float64 { return &r.CheckLoss }),
	number(ColSignal, func(r *Row) *float64 { return &r.Signal }),
	number(ColNoise, func(r *Row) *float64 { return &r.Noise }),
	number(ColRawSNR, func(r *Row) *float64 { return &r.RawSNR }),
	number(ColSNR, func(r *Row) *float64 { return &r.SNR }),
	number(ColSNRLo, func(r *Row) *float64 { return &r.SNRLo }),
	number(ColSNRHi, func(r *Row) *float64 { return &r.SNRHi }),
	number(ColFloor, func(r *Row) *float64 { return &r.Floor }),
	number(ColFull, func(r *Row) *float64 { return &r.FullSNR }),
	number(ColFullLo, func(r *Row) *float64 { return &r.FullLo }),
	number(ColFullHi, func(r *Row) *float64 { return &r.FullHi }),
	number(ColFullR, func(r *Row) *float64 { return &r.FullR }),
	number("", func(r *Row) *float64 { return &r.SE }),
	number(ColBNoise, func(r *Row) *float64 { return &r.BNoise }),
	count(ColVote, func(r *Row) *int { return &r.Vote }),
	count(ColVotes, func(r *Row) *int { return &r.Votes }),
	number(ColCheck, func(r *Row) *float64 { return &r.CheckSeconds }),
}

func count(name string, at func(*Row) *int) Column {
	return Column{
		Name: name, Holds: Counts,
		float: func(r *Row) float64 {
			if n := *at(r); n >= 0 {
				return float64(n)
			}
			return math.NaN()
		},
		blank: func(r *Row) { *at(r) = -1 },
	}
}

func number(name string, at func(*Row) *float64) Column {
	return Column{
		Name: name, Holds: Numbers,
		float: func(r *Row) float64 { return *at(r) },
		blank: func(r *Row) { *at(r) = math.NaN() },
	}
}

func word(name string, at func(*Row) *string) Column {
	return Column{
		Name: name, Holds: Words,
		word:  func(r *Row) string { return *at(r) },
		blank: func(r *Row) { *at(r) = "" },
	}
}

// unmeasured is the row in which nothing was measured.
var unmeasured = func() (r Row) {
	for _, c := range schema {
		c.blank(&r)
	}
	return r
}()

// denseSteps is the number of steps of a phase that are recorded one by one.
const denseSteps = 1000

// recorded reports whether a phase's step is recorded although nothing was measured
// at it.
func recorded(step int) bool {
	if step <= denseSteps {
		return true
	}
	stride := 1 << bits.Len(uint((step-1)/denseSteps))
	return step%stride == 0
}
