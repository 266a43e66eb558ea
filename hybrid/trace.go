package hybrid

import "math/bits"

// Row is one recorded step. A float that was not measured is NaN, a count that
// was not taken is −1.
type Row struct {
	Step      int    // updates of the run so far
	Phase     int    // index of the phase, from 0
	Method    string // the phase's name
	PhaseStep int    // updates of the phase so far; 0 is its starting point
	LossEvals int    // losses evaluated by the methods so far, minibatch or full
	GradEvals int    // gradients likewise
	Wall      float64
	Passes    float64 // over all points so far; see Plan.Passes

	Loss         float64 // as the method saw it in this step: of one minibatch, or of all points
	HeldOut      float64 // at the new θ
	GradNorm     float64
	StepNorm     float64 // ‖Δθ‖₂
	StepSize     float64
	LearningRate float64
	Batch        int     // points of a minibatch, −1 in a full-batch phase
	Points       int     // of the full set, N
	Damping      float64 // λ of Levenberg–Marquardt
	Gain         float64 // ρ, its decrease of the loss over the predicted one
	Trials       int     // of λ in this step, −1 for other methods

	K            int     // minibatch gradients compared
	Metric       string  // the metric they were compared in, "" if none were
	CheckLoss    float64 // mean loss of the K minibatches at the new θ
	Signal       float64
	Noise        float64
	RawSNR       float64
	SNR          float64 // of one minibatch, SNR_b
	SNRLo, SNRHi float64 // ±2 standard errors
	Floor        float64 // 1/√K
	FullSNR      float64 // SNR_N
	FullLo       float64
	FullHi       float64
	FullR        float64 // R_N, noise over signal power of the gradient over all points, from its chunks; see Chunked
	SE           float64 // of ln R
	BNoise       float64
	Vote         int // of the phase's first voting rule: 0 or 1
	Votes        int // in its window
	CheckSeconds float64

	Terms []float64 // as Trace.TermNames, nil if not measured
}

// Trace is the record of a run: every measured row (with statistics, held-out
// loss or terms) and the ends of every phase, and between them every step up to
// denseSteps of a phase, then every 2nd up to twice that, every 4th up to four
// times, and so on. The memory for unmeasured rows grows with the logarithm of
// the steps. What is kept does not depend on the clock.
type Trace struct {
	TermNames []string
	Rows      []Row
}

// denseSteps is the number of steps of a phase that are recorded one by one.
const denseSteps = 1000

// kept reports whether a phase's step is recorded although nothing was measured
// at it.
func kept(step int) bool {
	if step <= denseSteps {
		return true
	}
	stride := 1 << bits.Len(uint((step-1)/denseSteps))
	return step%stride == 0
}
