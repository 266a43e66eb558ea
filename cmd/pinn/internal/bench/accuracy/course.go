package accuracy

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// Course is the error along a run: after Passes[i] passes over all points and Seconds[i]
// seconds, the best θ so far has the error RelL2[i]. It stays at that until the next
// row.
type Course struct{ Passes, Seconds, RelL2 []float64 }

// NewCourse returns the course in a table of errors.csv.
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

// Courses holds the course of each run.
type Courses map[run]Course

// run names a run.
type run struct {
	problem, method string
	seed            uint64
}

func (r Row) run() run { return run{r.Problem, r.Method, r.Seed} }

// byRun orders runs by problem, method and seed; methods are in the order of All.
func byRun(a, b run) int {
	return cmp.Or(cmp.Compare(a.problem, b.problem), byMethod(a.method, b.method), cmp.Compare(a.seed, b.seed))
}

// Columns of courses.csv, beside those of errors.csv.
const (
	colProblem = "problem"
	colMethod  = "method"
	colSeed    = "seed"
)

// Encode writes the courses as one table, by problem, method and seed.
func (c Courses) Encode(w io.Writer) error {
	var problems, methods, seeds []string
	var all Course
	for _, r := range slices.SortedFunc(maps.Keys(c), byRun) {
		for i := range c[r].Passes {
			problems, methods, seeds = append(problems, r.problem), append(methods, r.method), append(seeds, strconv.FormatUint(r.seed, 10))
			all = all.and(c[r].Passes[i], c[r].Seconds[i], c[r].RelL2[i])
		}
	}
	var t rundir.Table
	t.AddWords(colProblem, problems)
	t.AddWords(colMethod, methods)
	t.AddWords(colSeed, seeds)
	t.Add(hybrid.ColPasses, all.Passes)
	t.Add(hybrid.ColWall, all.Seconds)
	t.Add(rundir.ColRelL2, all.RelL2)
	return t.Encode(w)
}

// DecodeCourses reads what Encode wrote.
func DecodeCourses(r io.Reader) (Courses, error) {
	t, err := rundir.DecodeTable(r, colProblem, colMethod, colSeed)
	if err != nil {
		return nil, err
	}
	all, err := NewCourse(t)
	if err != nil {
		return nil, err
	}
	problems, methods, seeds := t.Words(colProblem), t.Words(colMethod), t.Words(colSeed)
	if problems == nil || methods == nil || seeds == nil {
		return nil, errors.New("courses must have the columns problem, method and seed")
	}
	out := Courses{}
	for i := range all.Passes {
		seed, err := strconv.ParseUint(seeds[i], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("row %d, column %s: must be a whole number, 0 or more, got %q", i+1, colSeed, seeds[i])
		}
		r := run{problems[i], methods[i], seed}
		out[r] = out[r].and(all.Passes[i], all.Seconds[i], all.RelL2[i])
	}
	return out, nil
}

// bandPlaces is the number of places of a band, evenly spaced on a logarithmic axis.
const bandPlaces = 160

// bandOf joins courses over the axis that of takes from each, from the place where
// all have begun to that where half have ended: the median error, and between which
// values all lie. A run that has ended keeps its last error. Places at zero have none
// on a logarithmic axis and are passed over.
func bandOf(courses []Course, of func(Course) []float64) figure.Span {
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
		return figure.Span{}
	}
	last := median(ends)
	var b figure.Span
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

// drawn reports whether figures show a method.
func drawn(method string) bool {
	return slices.ContainsFunc(Methods, func(m Method) bool { return m.Name == method })
}

// Draw draws the figure of a problem from the courses of its runs. Without a course it
// draws nothing.
func (s Store) Draw(p Problem) error {
	rows, err := s.Rows(p.Name)
	if err != nil {
		return err
	}
	courses, err := s.Courses()
	if err != nil || !slices.ContainsFunc(rows, func(r Row) bool { return len(courses[r.run()].Passes) > 0 }) {
		return err
	}
	title := p.Title
	if title == "" {
		title = p.Name
	}
	return figure.Courses(s.Figure(p.Name), title, joined(rows, courses))
}

// joined joins the courses of the seeds, method by method.
func joined(rows []Row, courses Courses) []figure.Course {
	var out []figure.Course
	for _, m := range Methods {
		var mine []Course
		for _, r := range rows {
			if c, ok := courses[r.run()]; ok && r.Method == m.Name {
				mine = append(mine, c.until(r.Passes, r.Seconds))
			}
		}
		out = append(out, figure.Course{
			Name:    m.Name,
			Passes:  bandOf(mine, func(c Course) []float64 { return c.Passes }),
			Seconds: bandOf(mine, func(c Course) []float64 { return c.Seconds }),
		})
	}
	return out
}
