package accuracy

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"pinn/cmd/pinn/internal/rundir"
)

// Course is the error along a run: at Passes[i] over all points, Seconds[i] after
// the start, the best θ so far had the error RelL2[i]. It holds until the next.
type Course struct{ Passes, Seconds, RelL2 []float64 }

// CourseOf takes a course from a table of errors.csv.
func CourseOf(t *rundir.Table) (Course, error) {
	c := Course{t.Numbers(rundir.ColPasses), t.Numbers(rundir.ColWall), t.Numbers(rundir.ColRelL2)}
	if c.Passes == nil || c.Seconds == nil || c.RelL2 == nil {
		return Course{}, errors.New("a course must have the columns passes, wall_s and rel_l2")
	}
	return c, nil
}

// thinning is the least ratio of passes between two rows of a course on disk.
const thinning = 1.12

// Encode writes the course, thinned, with four figures: it is for pictures. The
// rows kept are the first, the last, and in between the newest of each stretch.
func (c Course) Encode(w io.Writer) error {
	var thin Course
	for i := range c.Passes {
		if n := len(thin.Passes); n > 1 && thin.Passes[n-1] < thinning*thin.Passes[n-2] {
			thin = thin.first(n - 1)
		}
		thin.Passes = append(thin.Passes, four(c.Passes[i]))
		thin.Seconds = append(thin.Seconds, four(c.Seconds[i]))
		thin.RelL2 = append(thin.RelL2, four(c.RelL2[i]))
	}
	var t rundir.Table
	t.Add(rundir.ColPasses, thin.Passes)
	t.Add(rundir.ColWall, thin.Seconds)
	t.Add(rundir.ColRelL2, thin.RelL2)
	return t.Encode(w)
}

func (c Course) first(n int) Course { return Course{c.Passes[:n], c.Seconds[:n], c.RelL2[:n]} }

// Until returns the course up to the end of the run, where the last error still
// holds: rows stand only where the best θ was new.
func (c Course) Until(passes, seconds float64) Course {
	n := len(c.Passes)
	if n == 0 || !(passes > c.Passes[n-1]) {
		return c
	}
	return Course{append(c.Passes[:n:n], passes), append(c.Seconds[:n:n], seconds), append(c.RelL2[:n:n], c.RelL2[n-1])}
}

// four rounds to four figures.
func four(v float64) float64 {
	w, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 3, 64), 64) // its own format
	return w
}

// DecodeCourse reads what Encode wrote.
func DecodeCourse(r io.Reader) (Course, error) {
	t, err := rundir.DecodeTable(r)
	if err != nil {
		return Course{}, err
	}
	return CourseOf(t)
}

// Band is the error of several runs along one axis: the median, and between which
// values all lie.
type Band struct{ X, Median, Lo, Hi []float64 }

// bandPlaces is the number of places of a band, evenly spaced on a logarithmic axis.
const bandPlaces = 160

// BandOf joins courses over the axis that of takes from each, from the place where
// all have begun to that where half have ended; a run that has ended keeps its
// last error. Places at zero have none on a logarithmic axis and are passed over.
func BandOf(courses []Course, of func(Course) []float64) Band {
	first := 0.0
	var ends []float64
	for _, c := range courses {
		at := of(c)
		if i := slices.IndexFunc(at, func(x float64) bool { return x > 0 }); i >= 0 {
			first = math.Max(first, at[i])
			ends = append(ends, at[len(at)-1])
		}
	}
	if len(ends) == 0 {
		return Band{}
	}
	last := median(ends)
	var b Band
	for k := range bandPlaces {
		x := first * math.Pow(last/first, float64(k)/(bandPlaces-1))
		var errs []float64
		for _, c := range courses {
			if k == bandPlaces-1 {
				x = math.Inf(1)
			}
			errs = append(errs, c.at(of(c), x))
		}
		b.X = append(b.X, math.Min(x, last))
		b.Median, b.Lo, b.Hi = append(b.Median, median(errs)), append(b.Lo, slices.Min(errs)), append(b.Hi, slices.Max(errs))
	}
	return b
}

// at is the error at place x, before the first place that of the first.
func (c Course) at(places []float64, x float64) float64 {
	i, exact := slices.BinarySearch(places, x*(1+1e-12))
	if !exact {
		i--
	}
	return c.RelL2[max(i, 0)]
}

// median returns the middle of the values, of an even number the geometric mean of
// the two in the middle: errors and times differ by factors. NaN counts as +Inf;
// of no values it is NaN.
func median(values []float64) float64 {
	v := slices.Clone(values)
	for i := range v {
		if math.IsNaN(v[i]) {
			v[i] = math.Inf(1)
		}
	}
	slices.Sort(v)
	switch n := len(v); {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return v[n/2]
	default:
		return math.Sqrt(v[n/2-1]) * math.Sqrt(v[n/2])
	}
}
