package optim

import "math"

// Search is the line search of the methods that have one, and their tolerances,
// which are off by default but for the rounding floor: ConvergedFloor after ten
// successive steps that change the loss by no more than 2⁻⁵⁰ of itself, or when a
// search fails where the promised decrease is below the noise of the loss.
type Search struct {
	Decrease       float64 // c₁ of the Wolfe conditions, in (0, 1)
	Curvature      float64 // c₂, in (c₁, 1)
	MaxSearchEvals int     // evaluations per search, at least 2
	FirstStep      float64 // ‖Δθ‖₂ of the very first trial
	StopGradient   float64 // stop when ‖∇L‖∞ is at or below; 0: only where it is 0
	StopChange     float64 // stop after ten relative decreases at or below; 0: see above
	StopValue      float64 // stop when L is at or below; −Inf: never
}

// DefaultSearch returns c₁ = 1e-4, c₂ = 0.9, 25 evaluations per search, a first
// trial of length 1, and no tolerances.
func DefaultSearch() Search {
	return Search{Decrease: 1e-4, Curvature: 0.9, MaxSearchEvals: 25, FirstStep: 1, StopValue: math.Inf(-1)}
}

func (s *Search) settings(own ...Setting) []Setting {
	return append(own,
		Setting{Key: "decrease", Float: &s.Decrease, Range: unitOpen},
		Setting{Key: "curvature", Float: &s.Curvature, Range: unitOpen},
		Setting{Key: "max_search_evals", Int: &s.MaxSearchEvals, Range: atLeast(2)},
		Setting{Key: "first_step", Float: &s.FirstStep, Range: positive},
		Setting{Key: "stop_gradient", Float: &s.StopGradient, Range: notNegative},
		Setting{Key: "stop_change", Float: &s.StopChange, Range: notNegative},
		Setting{Key: "stop_value", Float: &s.StopValue, Range: anything})
}

func (s *Search) check(all []Setting) Faults {
	f := checkSettings(all)
	if s.Curvature <= s.Decrease {
		f = append(f, Fault{Key: "curvature", Must: "be greater than decrease", Got: s.Curvature})
	}
	return f
}
