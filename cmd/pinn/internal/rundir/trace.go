package rundir

// The columns of trace.csv, one row per recorded step; a blank cell was not
// measured in that row. After them comes one column per loss term, its name
// behind TermPrefix. A table may lack columns or have more.
const (
	ColStep      = "step"       // parameter updates so far, all phases
	ColPhase     = "phase"      // index of the phase, from 0
	ColMethod    = "method"     // words: the method of the phase
	ColPhaseStep = "phase_step" // updates so far in this phase
	ColLossEvals = "loss_evals" // cumulative plain calls, minibatch or full
	ColGradEvals = "grad_evals" // cumulative plain calls, minibatch or full
	ColWall      = "wall_s"     // seconds since the start
	ColPasses    = "passes"     // over all points: an evaluation over n of them counts n/N

	ColLoss     = "loss"          // what the method saw: of a minibatch or of all points
	ColHeldOut  = "heldout"       // the loss on points that training never sees
	ColGradNorm = "grad_norm"     // ‖∇L‖₂
	ColStepNorm = "step_norm"     // ‖Δθ‖₂
	ColStepSize = "step_size"     // of a line search
	ColRate     = "learning_rate" // of a first-order method
	ColBatch    = "batch"         // points in a minibatch; blank for all points
	ColPoints   = "points"        // of the full set

	ColDamping = "damping" // λ of Levenberg–Marquardt
	ColGain    = "gain"    // ρ, its decrease of the loss over the predicted one
	ColTrials  = "trials"  // λ tried in this step

	ColMetric = "metric"      // words: how the length of a gradient was measured; blank if it was not
	ColSignal = "signal"      // ‖ḡ‖, the norm of the mean minibatch gradient
	ColNoise  = "noise"       // σ, the spread of the minibatch gradients
	ColRawSNR = "snr_raw"     // ‖ḡ‖/σ
	ColSNR    = "snr"         // SNR_b, bias-corrected
	ColSNRLo  = "snr_lo"      // SNR_b − 2 se
	ColSNRHi  = "snr_hi"      // SNR_b + 2 se
	ColFloor  = "snr_floor"   // 1/√K, what pure noise gives
	ColFull   = "snr_full"    // SNR_N = SNR_b·√(N/b)
	ColFullLo = "snr_full_lo" // SNR_N − 2 se
	ColFullHi = "snr_full_hi" // SNR_N + 2 se
	ColFullR  = "r_full"      // R_N, noise over signal power of the full gradient, from its chunks
	ColBNoise = "b_noise"     // the batch at which SNR_b would be 1
	ColVote   = "vote"        // 1 if this check voted for a switch, else 0
	ColVotes  = "votes"       // votes in the window
	ColCheck  = "check_s"     // seconds this check took

	ColRelL2 = "rel_l2" // of errors.csv alone: the relative L2 error, which no run is shown

	TermPrefix = "term:" // unweighted mean square of one loss term
)
