package solve

import (
	"pinn/pde"
	"pinn/pde/judging"
	"pinn/problems"
)

// Statement is a problem ready to be trained: compiled, its hard conditions and mirror
// symmetries found, and every choice that it leaves open made.
type Statement struct {
	Spec    *problems.Spec // filled: encoded, it is a file that repeats the run
	Problem *pde.Problem   // all that training may see
	Truth   judging.Truth  // what the answer is judged by, nil if nothing is given
	Hard    Hard
	Read    problems.ReadFile // reads the files that the problem names; nil if it names none
}
