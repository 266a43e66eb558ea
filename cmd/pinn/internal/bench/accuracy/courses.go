package accuracy

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// Courses are the courses of the runs of a problem.
type Courses map[run]Course

// run names a run of a problem.
type run struct {
	method string
	seed   uint64
}

func (r Row) run() run { return run{r.Method, r.Seed} }

func byRun(a, b run) int {
	return cmp.Or(byMethod(a.method, b.method), cmp.Compare(a.seed, b.seed))
}

// Columns of PROBLEM-courses.csv, beside those of errors.csv.
const (
	colMethod = "method"
	colSeed   = "seed"
)

// Encode writes the courses as one table, by method and seed.
func (c Courses) Encode(w io.Writer) error {
	var methods, seeds []string
	var all Course
	for _, r := range slices.SortedFunc(maps.Keys(c), byRun) {
		for i := range c[r].Passes {
			methods, seeds = append(methods, r.method), append(seeds, strconv.FormatUint(r.seed, 10))
			all = all.and(c[r].Passes[i], c[r].Seconds[i], c[r].RelL2[i])
		}
	}
	var t rundir.Table
	t.AddWords(colMethod, methods)
	t.AddWords(colSeed, seeds)
	t.Add(hybrid.ColPasses, all.Passes)
	t.Add(hybrid.ColWall, all.Seconds)
	t.Add(rundir.ColRelL2, all.RelL2)
	return t.Encode(w)
}

// DecodeCourses reads what Encode wrote.
func DecodeCourses(r io.Reader) (Courses, error) {
	t, err := rundir.DecodeTable(r, colMethod, colSeed)
	if err != nil {
		return nil, err
	}
	all, err := NewCourse(t)
	if err != nil {
		return nil, err
	}
	methods, seeds := t.Words(colMethod), t.Words(colSeed)
	if methods == nil || seeds == nil {
		return nil, errors.New("courses must have the columns method and seed")
	}
	out := Courses{}
	for i := range all.Passes {
		seed, err := strconv.ParseUint(seeds[i], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("row %d, column %s: must be a whole number, 0 or more, got %q", i+1, colSeed, seeds[i])
		}
		r := run{methods[i], seed}
		out[r] = out[r].and(all.Passes[i], all.Seconds[i], all.RelL2[i])
	}
	return out, nil
}
