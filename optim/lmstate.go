package optim

import (
	"math"

	"pinn/internal/kernel"
)

// Indices into LM.scalars; value, norm and length are those of descender.
const (
	damping = numScalars + iota // λ of the next trial
	proven                      // λ of the last accepted step, at first Damping
	tried                       // λ of the last trial
	origin                      // ‖θ‖ when the first Step was called
	trace                       // tr(JᵀJ) of the newest Step, 0 at first
	lmScalars
)

// Indices into LM.counters.
const (
	steps    = iota // Steps that accepted or rejected, since Init
	accepted        // of these; their λ are in history
	vain            // successive rejections
	short           // successive short steps
	level           // successive steps without a change worth the name
	final           // 1 in stage 2
	begun           // 1 once origin is set
	lmCounters
)

const (
	mostVain   = 3     // rejections in a row that end the run
	mostShort  = 3     // short steps in a row
	divergence = 100.0 // growth of ‖θ‖ that ends the run
)

func (m *LM) initState(dim int) {
	m.x = make([]float64, dim)
	m.scalars = make([]float64, lmScalars)
	m.counters = make([]float64, lmCounters)
	m.ending = make([]float64, 1)
	m.history = make([]float64, trendWindow)
	m.scalars[damping], m.scalars[proven] = m.Damping, m.Damping
}

// Restart keeps λ, its history and the stage; the next Step evaluates anew.
func (m *LM) Restart() {
	if m.counters != nil {
		m.resume()
	}
}

// resume makes the method go on after an ending or on another objective.
func (m *LM) resume() {
	m.setStatus(Running)
	m.counters[vain], m.counters[short], m.counters[level] = 0, 0, 0
	m.scalars[damping] = m.scalars[proven]
}

func (m *LM) status() Status     { return Status(m.ending[0]) }
func (m *LM) setStatus(s Status) { m.ending[0] = float64(s) }

func (m *LM) parts() []part {
	return []part{
		{name: "x", values: m.x},
		{name: "scalars", values: m.scalars},
		{name: "damping_history", values: m.history},
		{name: "counters", values: m.counters, counts: true},
		{name: "status", values: m.ending, counts: true, most: float64(len(statusNames) - 1)},
	}
}

// State returns the accepted point, λ with its history, the counters and the
// Status; see Stateful. JᵀJ is not state: each Step evaluates it.
func (m *LM) State() []Vector { return saveParts(m.parts()) }

// SetState restores what State returned; see Stateful.
func (m *LM) SetState(state []Vector) error { return loadParts(m.parts(), state) }

// accept makes the best trial the accepted point.
func (m *LM) accept(info *StepInfo) {
	best := &m.trials.best
	drop := m.scalars[value] - best.value
	kernel.Add(m.x, m.x, best.p)
	m.scalars[value], m.scalars[length] = best.value, best.length
	m.scalars[damping], m.scalars[proven], m.scalars[tried] = best.lambda, best.lambda, best.lambda
	m.counters[steps]++
	m.counters[vain] = 0
	m.tally(short, best.length < m.StopStep*(1+m.trials.size))
	m.tally(level, drop <= math.Max(m.StopChange, floorChange)*best.value)
	info.StepNorm, info.Gain = best.length, best.gain
	m.remember(best.lambda, info)
	m.setStatus(m.settledAfter())
}

// tally counts how often in a row something was so.
func (m *LM) tally(counter int, so bool) {
	if so {
		m.counters[counter]++
	} else {
		m.counters[counter] = 0
	}
}
