package figure

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The level line of a circle is one closed line at the radius.
func TestContourOfACircle(t *testing.T) {
	const n = contourCells
	z := make([]float64, (n+1)*(n+1))
	for i := range n + 1 {
		for j := range n + 1 {
			z[i*(n+1)+j] = math.Hypot(float64(i)-n/2, float64(j)-n/2)
		}
	}
	lines := chain(crossings(z, n, 40.3))
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1", len(lines))
	}
	line := lines[0]
	if line[0].side != line[len(line)-1].side {
		t.Error("the line is not closed")
	}
	for _, c := range line {
		// Linear interpolation of the radius over a cell is off by 1/(8·40).
		if r := math.Hypot(c.at[0]-n/2, c.at[1]-n/2); math.Abs(r-40.3) > 0.004 {
			t.Fatalf("a point at radius %g, want 40.3", r)
		}
	}
}

// A saddle at level 0 gives two lines that do not cross.
func TestContourOfASaddle(t *testing.T) {
	z := []float64{1, -1, -1, 1} // one cell
	if lines := chain(crossings(z, 1, 0)); len(lines) != 2 {
		t.Errorf("%d lines, want 2", len(lines))
	}
}

// Every kind of mark is drawn, and its name stands once in the key of the row.
func TestSheets(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	s := Sheet{Name: "s", Title: "all kinds", Rows: [][]Plot{{
		{X: Side{Label: "x"}, Y: Side{Label: "y", Log: true}, Marks: []Mark{
			{Kind: Band, Name: "spread", X: x, Lo: []float64{1, 1, 1, 1}, Y: []float64{9, 8, 7, 6}},
			{Kind: Beads, Name: "both", X: x, Y: []float64{3, 2, 4, 5}, Ink: 1},
			{Kind: Line, Name: "both", X: x, Y: []float64{1, math.NaN(), math.Inf(1), 0}},
			{Kind: Level, Name: "bar", Y: []float64{2}, Ink: Black},
		}},
		{X: Side{Min: -1, Max: 1}, Y: Side{Min: -1, Max: 1}, Marks: []Mark{
			{Kind: Contour, Z: func(x, y float64) float64 { return x*x + y*y }, At: []float64{0.25}, Ink: Pale},
			{Kind: Dots, Name: "points", X: []float64{0}, Y: []float64{0}, Bold: true},
			{Kind: Upright, X: []float64{0.5}, Ink: Grey, Dash: 2},
		}},
	}}}
	dir := t.TempDir()
	if err := Sheets(dir, s); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%d files, %v, want one for the sheet", len(left), err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "s.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"spread", "both", "bar", "points", "all kinds"} {
		if n := strings.Count(string(b), ">"+want+"<"); n != 1 {
			t.Errorf("%q stands %d times in the figure, want once", want, n)
		}
	}
}
