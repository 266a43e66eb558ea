package optim

import (
	"fmt"
	"math"
	"slices"
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
	oldest := (n + 1) % trendWindow
	slope, corr := trend(m.history[oldest:], m.history[:oldest])
	middle := median(m.history)
	if slope > leastRise && corr > leastCorr && middle <= math.Log10(m.Damping)-leastFall {
		m.counters[final] = 1
		info.Note = fmt.Sprintf("stage 2: the damping has stopped sinking, at a median of %.3g over %d steps; the gain ratio must reach %g from now on", math.Pow(10, middle), trendWindow, m.FinalTarget)
	}
}

// trend returns the slope of the straight line through the values of y then z at
// 0, 1, 2, … and the correlation, NaN if all are equal.
func trend(y, z []float64) (slope, corr float64) {
	n := float64(len(y) + len(z))
	var sum, sxy, syy float64
	for _, part := range [2][]float64{y, z} {
		for _, v := range part {
			sum += v
		}
	}
	mean, x := sum/n, -(n-1)/2
	for _, part := range [2][]float64{y, z} {
		for _, v := range part {
			sxy += x * (v - mean)
			syy += (v - mean) * (v - mean)
			x++
		}
	}
	sxx := n * (n*n - 1) / 12
	return sxy / sxx, sxy / math.Sqrt(sxx*syy)
}

// median returns that of the history, whose length is even.
func median(history []float64) float64 {
	var sorted [trendWindow]float64
	copy(sorted[:], history)
	slices.Sort(sorted[:])
	return (sorted[trendWindow/2-1] + sorted[trendWindow/2]) / 2
}
