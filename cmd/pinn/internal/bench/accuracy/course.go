package accuracy

import (
	"errors"
	"slices"
	"strconv"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// Course is the error along a run: at Passes[i] over all points, Seconds[i] after
// the start, the best θ so far has the error RelL2[i]. It holds until the next.
type Course struct{ Passes, Seconds, RelL2 []float64 }

// NewCourse takes a course from a table of errors.csv.
func NewCourse(t *rundir.Table) (Course, error) {
	c := Course{t.Numbers(hybrid.ColPasses), t.Numbers(hybrid.ColWall), t.Numbers(rundir.ColRelL2)}
	if c.Passes == nil || c.Seconds == nil || c.RelL2 == nil {
		return Course{}, errors.New("a course must have the columns passes, wall_s and rel_l2")
	}
	return c, nil
}

// thinning is the least ratio of passes between two rows of a course on disk.
const thinning = 1.12

// thin returns the course as it is kept, with four digits: it is for pictures. The
// rows kept are the first, the last, and in between the newest of each stretch.
func (c Course) thin() Course {
	var thin Course
	for i := range c.Passes {
		if n := len(thin.Passes); n > 1 && thin.Passes[n-1] < thinning*thin.Passes[n-2] {
			thin = thin.first(n - 1)
		}
		thin = thin.and(four(c.Passes[i]), four(c.Seconds[i]), four(c.RelL2[i]))
	}
	return thin
}

func (c Course) first(n int) Course { return Course{c.Passes[:n], c.Seconds[:n], c.RelL2[:n]} }

func (c Course) and(passes, seconds, relL2 float64) Course {
	return Course{append(c.Passes, passes), append(c.Seconds, seconds), append(c.RelL2, relL2)}
}

// until returns the course up to the end of the run, where the last error still
// holds: rows stand only where the best θ is new.
func (c Course) until(passes, seconds float64) Course {
	n := len(c.Passes)
	if n == 0 || !(passes > c.Passes[n-1]) {
		return c
	}
	return Course{slices.Clone(c.Passes), slices.Clone(c.Seconds), slices.Clone(c.RelL2)}.and(passes, seconds, c.RelL2[n-1])
}

// four rounds to four digits.
func four(v float64) float64 {
	w, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 3, 64), 64) // its own format
	return w
}
