package figure

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sampleCourses are five methods that fall at different rates, one of which has not
// been run and one of which has a course over passes alone.
func sampleCourses() []Course {
	var out []Course
	for i, name := range []string{"default", "snr", "plateau", "fixed-5000", "lbfgs"} {
		c := Course{Name: name}
		for k := range 100 {
			x := math.Pow(10, float64(k)/33)
			if e := math.Pow(x, -1-float64(i)/4); i != 2 {
				c.Passes.X, c.Passes.Median = append(c.Passes.X, x), append(c.Passes.Median, e)
				c.Passes.Lo, c.Passes.Hi = append(c.Passes.Lo, e/3), append(c.Passes.Hi, e*3)
			}
		}
		if i != 3 {
			c.Seconds = c.Passes
		}
		out = append(out, c)
	}
	return out
}

// TestCourses checks the words, that the key names the methods with a course and
// where each ends, and that colours go by place, whoever is missing.
func TestCourses(t *testing.T) {
	p := coursesPage("Burgers' equation: a shock forms at x = 0", sampleCourses())
	wantTexts(t, p, "passes over all points", "seconds", "relative L2 error", "default  1.0e-3", "snr  1.8e-4", "fixed-5000  5.6e-6", "lbfgs  1.0e-6",
		"median over seeds; the shade holds all of them. No run was shown its error.")
	if got := texts(t, p); slices.Contains(got, "plateau") || slices.ContainsFunc(got, func(s string) bool { return len(s) > 7 && s[:7] == "plateau" }) {
		t.Errorf("a method without a course is in the key: %q", got)
	}
	if courseStyle(3).Color != series[2] || courseStyle(0).Color != ink {
		t.Error("the colours do not go by place")
	}
	path := filepath.Join(t.TempDir(), "heat.svg")
	if err := Courses(path, "", nil); err != nil {
		t.Errorf("no courses: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("<?xml")) {
		t.Errorf("the figure holds %d bytes, %v, want SVG", len(b), err)
	}
	if err := Courses(filepath.Join(path, "below"), "", nil); err == nil || !strings.Contains(err.Error(), "draw ") {
		t.Errorf("a figure below a file: %v", err)
	}
}
