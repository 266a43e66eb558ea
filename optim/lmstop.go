package optim

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// reject raises λ after a search in vain, or ends the run.
func (m *LM) reject(info *StepInfo) *NotFiniteError {
	t := &m.trials
	m.counters[steps]++
	m.counters[vain]++
	m.scalars[tried], m.scalars[length] = t.tried, 0
	m.scalars[damping] = rejection * t.tried
	if m.counters[vain] < mostVain && !t.exhausted {
		info.Note = fmt.Sprintf("no damping up to %.3g lowered the loss %.6g", t.tried, t.value)
		return nil
	}
	switch {
	case !t.finite && info.LossEvals > 1:
		m.setStatus(NotFinite)
		return &NotFiniteError{Step: int(m.counters[steps]) - 1, What: Loss, Index: -1, Value: t.notFinite, At: slices.Clone(t.at)}
	case t.atFloor():
		m.setStatus(ConvergedFloor)
	default:
		m.setStatus(Stuck)
	}
	return nil
}

// settledAt returns why there is nothing to do at the point just entered, or
// Running.
func (m *LM) settledAt() Status {
	v := m.scalars[value]
	switch {
	case m.scalars[norm] == 0 || 2*maxAbs(m.model.g) <= m.StopGradient:
		return ConvergedGradient
	case v <= m.StopValue:
		return ConvergedValue
	case v <= m.trials.leastValue():
		return ConvergedFloor
	case 1+m.trials.size > divergence*(1+m.scalars[origin]):
		return Diverged
	}
	return Running
}

// settledAfter returns the tolerance that the step just accepted meets, or Running.
func (m *LM) settledAfter() Status {
	switch {
	case m.scalars[value] <= m.StopValue:
		return ConvergedValue
	case m.counters[short] >= mostShort:
		return ConvergedStep
	case m.counters[level] >= changeSteps && m.StopChange > floorChange:
		return ConvergedChange
	case m.counters[level] >= changeSteps:
		return ConvergedFloor
	}
	return Running
}

// report completes info by what is known of θ, and by a sentence about an ending.
func (m *LM) report(info StepInfo) StepInfo {
	info.Value, info.GradNorm = m.scalars[value], m.scalars[norm]
	info.Damping = m.scalars[tried]
	info.Status = m.status()
	if note := m.sentence(); note != "" {
		info.Note = note
	}
	return info
}

// sentence has the numbers of an ending.
func (m *LM) sentence() string {
	v, lambda := m.scalars[value], m.scalars[tried]
	switch m.status() {
	case ConvergedGradient:
		return fmt.Sprintf("gradient norm %.3g", m.scalars[norm])
	case ConvergedValue:
		return fmt.Sprintf("loss %.6g", v)
	case ConvergedStep:
		return fmt.Sprintf("%d steps in a row were shorter than %.3g of θ, the last %.3g at damping %.3g, loss %.6g", mostShort, m.StopStep, m.scalars[length], lambda, v)
	case ConvergedChange:
		return fmt.Sprintf("loss %.17g changed too little in %d steps", v, changeSteps)
	case ConvergedFloor:
		return fmt.Sprintf("the decrease left to find is below the rounding noise of the loss %.6g", v)
	case Stuck:
		return fmt.Sprintf("no damping up to %.3g lowers the loss %.6g, gradient norm %.3g", lambda, v, m.scalars[norm])
	case Diverged:
		return fmt.Sprintf("the parameters have grown more than %g times from norm %.3g, loss %.6g", divergence, m.scalars[origin], v)
	case NotFinite:
		return fmt.Sprintf("the loss was finite at no trial up to damping %.3g; it is %.6g here", lambda, v)
	}
	return ""
}

// The end of stage 1.
const (
	grace       = 60   // accepted steps before it, at least one more
	trendWindow = 30   // newest λ looked at
	leastRise   = 1e-4 // of log₁₀ λ per step
	leastCorr   = 0.1
	leastFall   = 2.0 // decades from Damping to the median
)

// target is the gain ratio that a step must reach.
func (m *LM) target() float64 {
	if m.counters[final] == 1 {
		return m.FinalTarget
	}
	return m.Target
}

// remember adds λ to the history and begins stage 2 when it has stopped sinking:
// log₁₀ λ of the last 30 accepted steps does not fall any more, by a straight line
// through them, after it has come down two decades.
func (m *LM) remember(lambda float64, info *StepInfo) {
	n := int(m.counters[accepted])
	m.history[n%trendWindow] = math.Log10(lambda)
	m.counters[accepted]++
	if m.counters[final] == 1 || n < grace {
		return
	}
	last := unrolled(m.history, (n+1)%trendWindow)
	slope, corr := trend(last[:])
	middle := median(last[:])
	if slope > leastRise && corr > leastCorr && middle <= math.Log10(m.Damping)-leastFall {
		m.counters[final] = 1
		info.Note = fmt.Sprintf("stage 2: the damping has stopped sinking, at a median of %.3g over %d steps; the gain ratio must reach %g from now on", math.Pow(10, middle), trendWindow, m.FinalTarget)
	}
}

// unrolled returns the values of a ring in order, the oldest first.
func unrolled(ring []float64, oldest int) (values [trendWindow]float64) {
	held := copy(values[:], ring[oldest:])
	copy(values[held:], ring)
	return values
}

// trend returns the slope of the straight line through values at 0, 1, 2, … and the
// correlation, NaN if all are equal.
func trend(values []float64) (slope, corr float64) {
	var all [trendWindow]float64
	at := floats.Span(all[:len(values)], 0, float64(len(values)-1))
	_, slope = stat.LinearRegression(at, values, nil, false)
	return slope, stat.Correlation(at, values, nil)
}
