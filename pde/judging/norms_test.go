package judging

import (
	"math"
	"slices"
	"testing"
)

func TestRelL2(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, row := range []struct {
		name   string
		u, ref []float64
		want   float64
	}{
		{"equal", []float64{1, 2, 3}, []float64{1, 2, 3}, 0},
		{"3-4-5", []float64{3, 0}, []float64{3, 4}, 0.8},
		{"zero reference", []float64{1}, []float64{0}, inf},
		{"both zero", []float64{0, 0}, []float64{0, 0}, nan},
		{"nan", []float64{1, nan, 1}, []float64{1, 1, 1}, nan},
		{"inf", []float64{1, inf}, []float64{1, 1}, nan},
		{"huge", []float64{3e200, 0}, []float64{3e200, 4e200}, 0.8},
		{"tiny", []float64{3e-200, 0}, []float64{3e-200, 4e-200}, 0.8},
		{"nan in the reference", []float64{1}, []float64{nan}, nan},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := RelL2(row.u, row.ref)
			if !(math.Abs(got-row.want) < 1e-15 || got == row.want || got != got && row.want != row.want) {
				t.Errorf("RelL2 = %v, want %v", got, row.want)
			}
		})
	}
}

func TestMaxAbs(t *testing.T) {
	nan := math.NaN()
	for _, row := range []struct {
		u, ref []float64
		want   float64
	}{
		{[]float64{1, -5, 2}, []float64{1, -2, 4}, 3},
		{[]float64{1, nan, 2}, []float64{1, 1, 9}, nan},
		{[]float64{nan, 1}, []float64{1, 1}, nan},
		{[]float64{math.Inf(-1)}, []float64{1}, math.Inf(1)},
	} {
		got := MaxAbs(row.u, row.ref)
		if got != row.want && !(got != got && row.want != row.want) {
			t.Errorf("MaxAbs(%v, %v) = %v, want %v", row.u, row.ref, got, row.want)
		}
	}
}

// TestJudge pools two fields by hand and leaves the third, which has no truth,
// out of everything.
func TestJudge(t *testing.T) {
	u := [][]float64{{3, 0}, {1, 1, 1}, {math.NaN()}}
	ref := [][]float64{{3, 4}, {1, 1, 3}, nil}
	e := Judge(u, ref)
	if !slices.Equal(e.Known, []bool{true, true, false}) {
		t.Errorf("Known = %v", e.Known)
	}
	want := []float64{0.8, 2 / math.Sqrt(11)}
	for f, w := range want {
		if math.Abs(e.RelL2[f]-w) > 1e-15 {
			t.Errorf("RelL2[%d] = %v, want %v", f, e.RelL2[f], w)
		}
	}
	if w := math.Sqrt(20.0 / 36); math.Abs(e.AllRelL2-w) > 1e-15 {
		t.Errorf("AllRelL2 = %v, want √(20/36) = %v", e.AllRelL2, w)
	}
	if !slices.Equal(e.MaxAbs[:2], []float64{4, 2}) || e.AllMaxAbs != 4 {
		t.Errorf("MaxAbs = %v, all %v, want 4, 2, all 4", e.MaxAbs, e.AllMaxAbs)
	}
	if !math.IsNaN(e.RelL2[2]) || !math.IsNaN(e.MaxAbs[2]) {
		t.Errorf("the field without a truth has errors %v, %v", e.RelL2[2], e.MaxAbs[2])
	}
	u[0][0] = math.NaN()
	if e := Judge(u, ref); !math.IsNaN(e.AllRelL2) || !math.IsNaN(e.AllMaxAbs) || !math.IsNaN(e.RelL2[0]) || math.IsNaN(e.RelL2[1]) {
		t.Errorf("a NaN must spoil its field and the pool, got %+v", e)
	}
}
