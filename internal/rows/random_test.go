package rows

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The banks of the tests.
const (
	bankData  Bank = iota + 1 // small whole numbers and zeros
	bankPower                 // powers of two, whose inverses are exact
	bankWork                  // what programs write
	testBanks
)

const bankRows = 4

// random writes a program of count instructions: any code, any operands of the three
// banks, dst in bankWork.
func random(rng *rand.Rand, count int) (code []Instr, scalars []float64) {
	scalars = []float64{1, 0, -1, 2, -0.5, 3}
	operand := func() Ref { return At(bankData+Bank(rng.IntN(int(testBanks-bankData))), rng.IntN(bankRows)) }
	for range count {
		in := Instr{
			Code: Code(rng.IntN(int(Apply) + 1)),
			S:    int32(rng.IntN(len(scalars))),
			Dst:  At(bankWork, rng.IntN(bankRows)),
			A:    operand(), B: operand(), C: operand(),
		}
		switch in.Code {
		case Inverse:
			in.A = At(bankPower, rng.IntN(bankRows))
		case Apply:
			in.Func = spread
		}
		code = append(code, in)
	}
	return code, scalars
}

// spread is a function of three operands whose values stay exact.
func spread(dst, a, b, c []float64) {
	for j := range dst {
		dst[j] = max(a[j], b[j]) - c[j]
	}
}

// textbook executes one instruction at one point; get and set read and write rows.
func textbook(in Instr, s float64, get func(Ref) float64) float64 {
	a, b, dst := get(in.A), get(in.B), get(in.Dst)
	switch in.Code {
	case Fill:
		return s
	case Scale:
		return s * a
	case Axpy:
		return dst + s*a
	case AddConst:
		return a + s
	case Copy:
		return a
	case Add:
		return a + b
	case Mul:
		return a * b
	case MulC:
		return s * a * b
	case MulAdd:
		return dst + a*b
	case MulAddC:
		return dst + s*a*b
	case Guard:
		if a == 0 {
			return 0
		}
		return s * a * b
	case GuardAdd:
		if a == 0 {
			return dst
		}
		return dst + s*a*b
	case Inverse:
		return 1 / a
	case Apply:
		return max(a, b) - get(in.C)
	}
	panic("rows: unknown code")
}

// fill gives the banks their numbers.
func fill(rng *rand.Rand, stride int) *Banks {
	b := &Banks{}
	for bank := bankData; bank < testBanks; bank++ {
		m := make([]float64, bankRows*stride)
		for i := range m {
			m[i] = float64(rng.IntN(7) - 3)
			if bank == bankPower {
				m[i] = math.Ldexp(1-2*float64(rng.IntN(2)), rng.IntN(5)-2)
			}
		}
		b.Set(bank, m, stride)
	}
	return b
}

// TestRandomPrograms compares programs with a point-by-point evaluation. All numbers
// are dyadic with few digits, so that no rounding takes place, whatever the order of
// sums and whether products are fused: the results must be equal. Numbers beyond the
// rows and the points at work must stay as they are.
func TestRandomPrograms(t *testing.T) {
	const exact = 1 << 40 // numbers up to this size, in steps of 2^−12, are exact
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 2000 {
		n := 1 + rng.IntN(37)
		stride := n + rng.IntN(3)
		b := fill(rng, stride)
		code, scalars := random(rng, 1+rng.IntN(8))
		want := slices.Clone(b[bankWork].Rows)
		other := *b
		other.Set(bankWork, want, stride)
		most := 0.0
		for _, in := range code {
			for j := range n {
				get := func(r Ref) float64 { return other[r.Bank].Rows[int(r.Row)*stride+j] }
				v := textbook(in, scalars[in.S], get)
				most = max(most, math.Abs(v))
				want[int(in.Dst.Row)*stride+j] = v
			}
		}
		if most > exact {
			t.Fatalf("trial %d: a number of size %g may be rounded", trial, most)
		}
		Run(code, b, scalars, n)
		for i, v := range b[bankWork].Rows {
			if v != want[i] {
				t.Fatalf("trial %d, row %d, point %d of %d: %v, want %v; program %s", trial, i/stride, i%stride, n, v, want[i], listing(code, scalars))
			}
		}
	}
}

func listing(code []Instr, scalars []float64) string {
	var lines []string
	for _, in := range code {
		lines = append(lines, fmt.Sprintf("%d(s=%g) %v ← %v %v %v", in.Code, scalars[in.S], in.Dst, in.A, in.B, in.C))
	}
	return fmt.Sprint(lines)
}

// TestInPlace: where an operand is also the destination, each number is read before
// it is overwritten.
func TestInPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for code := Fill; code <= Apply; code++ {
		b := fill(rng, 13)
		in := Instr{Code: code, Dst: At(bankPower, 1), A: At(bankPower, 1), B: At(bankPower, 1), C: At(bankPower, 1), S: 1, Func: spread}
		want := make([]float64, 13)
		for j := range want {
			want[j] = textbook(in, 3, func(r Ref) float64 { return b.Row(r, 13)[j] })
		}
		Run([]Instr{in}, b, []float64{1, 3}, 13)
		if got := b.Row(in.Dst, 13); !slices.Equal(got, want) {
			t.Errorf("code %d in place = %v, want %v", code, got, want)
		}
	}
}
