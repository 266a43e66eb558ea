package optim

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

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
