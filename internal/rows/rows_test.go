package rows

import (
	"math"
	"slices"
	"testing"
)

// three returns banks of three rows of the given numbers each.
func three(a, b, c []float64) *Banks {
	banks := &Banks{}
	banks.Set(1, slices.Concat(a, b, c), len(a))
	return banks
}

// TestGuard: where the first factor is 0 the product is 0, whatever the second one.
func TestGuard(t *testing.T) {
	inf := math.Inf(1)
	a, b := []float64{0, 2, 0, 3}, []float64{inf, 5, math.NaN(), inf}
	banks := three(a, b, []float64{7, 7, 7, 7})
	in := Instr{Code: GuardAdd, Dst: At(1, 2), A: At(1, 0), B: At(1, 1), S: 1}
	Run([]Instr{in}, banks, []float64{1, -1}, 4)
	if got, want := banks.Row(At(1, 2), 4), []float64{7, -3, 7, -inf}; !slices.Equal(got, want) {
		t.Errorf("dst + guarded product = %v, want %v", got, want)
	}
	in.Code = Guard
	Run([]Instr{in}, banks, []float64{1, -1}, 4)
	if got, want := banks.Row(At(1, 2), 4), []float64{0, -10, 0, -inf}; !slices.Equal(got, want) {
		t.Errorf("guarded product = %v, want %v", got, want)
	}
}

// TestProduct: each product takes the instruction that does least.
func TestProduct(t *testing.T) {
	dst, a, b := At(1, 0), At(1, 1), At(1, 2)
	for _, tt := range []struct {
		name  string
		first bool
		s     int32
		b     Ref
		want  Code
	}{
		{"a", true, One, Ref{}, Copy},
		{"+ a", false, One, Ref{}, Add},
		{"s·a", true, 1, Ref{}, Scale},
		{"+ s·a", false, 1, Ref{}, Axpy},
		{"a·b", true, One, b, Mul},
		{"+ a·b", false, One, b, MulAdd},
		{"s·a·b", true, 1, b, MulC},
		{"+ s·a·b", false, 1, b, MulAddC},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := Product(tt.first, dst, tt.s, a, tt.b)
			if in.Code != tt.want {
				t.Errorf("code %d, want %d", in.Code, tt.want)
			}
			banks := three([]float64{2}, []float64{3}, []float64{5})
			Run([]Instr{in}, banks, []float64{1, 7}, 1)
			want := 3.0
			if !tt.b.Missing() {
				want *= 5
			}
			if tt.s != One {
				want *= 7
			}
			if !tt.first {
				want += 2
			}
			if got := banks.Row(dst, 1)[0]; got != want {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// TestProgram writes every kind of line and reads what it computes.
func TestProgram(t *testing.T) {
	var p Program
	x, y, z := At(1, 0), At(1, 1), At(1, 2)
	p.Mul(z, x, y)
	p.Product(false, z, 2, x, x)
	p.Scale(y, -1, z)
	p.Axpy(y, 1, x)
	p.AddConst(y, 0.5, y)
	p.Apply(func(dst, a []float64) {
		for i, v := range a {
			dst[i] = math.Abs(v)
		}
	}, x, y)
	banks := three([]float64{1, 2}, []float64{3, 4}, []float64{0, 0})
	p.Run(banks, 2)
	for i, want := range [][]float64{{3.5, 13.5}, {-3.5, -13.5}, {5, 16}} {
		if got := banks.Row(At(1, i), 2); !slices.Equal(got, want) {
			t.Errorf("row %d = %v, want %v", i, got, want)
		}
	}
	if p.Scalars[One] != 1 {
		t.Errorf("scalar One is %v", p.Scalars[One])
	}
}

// TestScalars: equal numbers share an index, 0 and −0 do not.
func TestScalars(t *testing.T) {
	var p Program
	zero, minus := p.scalar(0), p.scalar(math.Copysign(0, -1))
	if zero == minus {
		t.Error("0 and −0 are one scalar")
	}
	if again := p.scalar(0); again != zero || p.scalar(1) != One {
		t.Error("a number has two indices")
	}
	if len(p.Scalars) != 3 {
		t.Errorf("scalars %v", p.Scalars)
	}
}

// TestMissing: a function is given nil for the operands that the instruction lacks.
func TestMissing(t *testing.T) {
	banks := three([]float64{2}, []float64{3}, []float64{5})
	seen := false
	f := func(dst, a, b, c []float64) { seen = a != nil && b == nil && c == nil }
	Run([]Instr{{Code: Apply, Dst: At(1, 0), A: At(1, 1), Func: f}}, banks, nil, 1)
	if !seen {
		t.Error("operands given, or lacking, that are not")
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	var p Program
	p.Mul(At(1, 0), At(1, 1), At(1, 2))
	p.Axpy(At(1, 0), 3, At(1, 1))
	p.Apply(func(dst, a []float64) { copy(dst, a) }, At(1, 2), At(1, 0))
	banks := three(make([]float64, 64), make([]float64, 64), make([]float64, 64))
	if n := testing.AllocsPerRun(100, func() { p.Run(banks, 64) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
