package accuracy

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

// TestThin keeps the ends of a course and few rows between them.
func TestThin(t *testing.T) {
	var c Course
	for i := range 5000 {
		c = c.and(float64(i+1), float64(i)/7, 1/float64(i+1))
	}
	thin := c.thin()
	n := len(thin.Passes)
	if limit := 2 * int(math.Log(5000)/math.Log(thinning)); n > limit { // a stretch keeps at most two
		t.Errorf("a course of 5000 rows keeps %d, want at most %d", n, limit)
	}
	if thin.Passes[0] != 1 || thin.Passes[n-1] != 5000 || thin.RelL2[n-1] != 2e-4 || !slices.IsSorted(thin.Passes) {
		t.Errorf("the ends of a thinned course: %v … %v at %v", thin.Passes[0], thin.Passes[n-1], thin.RelL2[n-1])
	}
	if thin.Seconds[n-1] != 714.1 {
		t.Errorf("the last time is %v, want four digits of 4999/7", thin.Seconds[n-1])
	}
}

// TestCoursesRoundTrip writes courses by problem, method and seed, and reads them back.
func TestCoursesRoundTrip(t *testing.T) {
	want := Courses{}
	for _, r := range []run{{"heat", "snr", 10}, {"heat", "snr", 2}, {"heat", "default", 1}, {"beam", "snr", 3}} {
		_, c := sample(r.problem, r.method, r.seed, 1e-5)
		want[r] = c.thin()
	}
	var b bytes.Buffer
	if err := want.Encode(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if !strings.HasPrefix(text, "problem,method,seed,passes,wall_s,rel_l2\nbeam,snr,3,1,0.02,1\n") || !strings.Contains(text, "\nheat,default,1,1,0.02,1\n") || strings.Index(text, "snr,2,") > strings.Index(text, "snr,10,") {
		t.Errorf("the courses are\n%s", text)
	}
	got, err := DecodeCourses(&b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the courses are %v, %v, want %v", got, err, want)
	}
	for name, c := range map[string]struct{ text, want string }{
		"no method": {strings.ReplaceAll(text, "method", "way"), "way"},
		"a seed":    {strings.Replace(text, "beam,snr,3,", "beam,snr,one,", 1), `row 1, column seed: must be a whole number, 0 or more, got "one"`},
		"no errors": {strings.Replace(text, "rel_l2", "error", 1), "a course must have the columns"},
	} {
		if _, err := DecodeCourses(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
	if _, err := DecodeCourses(strings.NewReader("passes,wall_s,rel_l2\n1,2,3\n")); err == nil || !strings.Contains(err.Error(), "must have the columns problem, method and seed") {
		t.Errorf("courses of no run: %v", err)
	}
}

// TestNewCourse takes a course from errors.csv, whatever else stands there.
func TestNewCourse(t *testing.T) {
	var table rundir.Table
	table.Add(hybrid.ColStep, []float64{1})
	table.Add(hybrid.ColPasses, []float64{2})
	table.Add(hybrid.ColWall, []float64{3})
	if _, err := NewCourse(&table); err == nil {
		t.Error("a table without errors is a course")
	}
	table.Add(rundir.ColRelL2, []float64{4})
	if c, err := NewCourse(&table); err != nil || c.Passes[0] != 2 || c.Seconds[0] != 3 || c.RelL2[0] != 4 {
		t.Errorf("the course is %v, %v", c, err)
	}
}

// TestBand joins three seeds: the middle one and the outer ones.
func TestBand(t *testing.T) {
	_, one := sample("p", "m", 1, 1e-5)
	_, two := sample("p", "m", 2, 1e-4)
	_, three := sample("p", "m", 3, 1e-3)
	band := bandOf([]Course{one, two, three}, func(c Course) []float64 { return c.Passes })
	last := len(band.X) - 1
	if band.X[0] != 1 || math.Abs(band.X[last]-100) > 1e-9 || band.Median[last] != 1e-4 || band.Lo[last] != 1e-5 || band.Hi[last] != 1e-3 {
		t.Errorf("the band ends at %v with %v in [%v, %v]", band.X[last], band.Median[last], band.Lo[last], band.Hi[last])
	}
	if !reflect.DeepEqual(bandOf(nil, nil), figure.Span{}) {
		t.Error("a band of nothing holds something")
	}
}

// TestUntil holds the last error until the run ends, and leaves the course as it is.
func TestUntil(t *testing.T) {
	_, one := sample("p", "m", 1, 1e-5)
	n := len(one.Passes)
	if late := one.until(300, 9); late.Passes[n] != 300 || late.Seconds[n] != 9 || late.RelL2[n] != 1e-5 || len(one.Passes) != n {
		t.Errorf("a course until 300 passes: %+v", late)
	}
	if len(one.until(100, 2).Passes) != n || len(Course{}.until(1, 1).Passes) != 0 {
		t.Error("a course that has come to its end goes on")
	}
}
