package kernel

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"pinn/internal/seeds"
)

// eachTier runs f once for every tier that this machine offers.
func eachTier(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for i := range offered() + 1 {
		t.Run("tier="+tierNames[i], func(t *testing.T) {
			was := tier
			tier = i
			defer func() { tier = was }()
			f(t)
		})
	}
}

// newRand returns the random source of one test.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// sameBits tells whether a and b are the same number, any NaN being one number.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func TestChoose(t *testing.T) {
	tests := []struct {
		name, want string
		best       int
		tier       int
		fault      string
	}{
		{"empty takes the best", "", tierAVX2, tierAVX2, ""},
		{"empty on a plain machine", "", tierGo, tierGo, ""},
		{"portable by request", "go", tierAVX512, tierGo, ""},
		{"avx2 below the best", "avx2", tierAVX512, tierAVX2, ""},
		{"not offered", "avx512", tierAVX2, tierGo, `PINN_KERNEL: must be one of go, avx2 on this machine, got "avx512"`},
		{"unknown", "AVX2", tierAVX512, tierGo, `PINN_KERNEL: must be one of go, avx2, avx512 on this machine, got "AVX2"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := choose(tt.want, tt.best)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if got != tt.tier || message != tt.fault {
				t.Errorf("choose(%q, %s) = %s, %q, want %s, %q", tt.want, tierNames[tt.best],
					tierNames[got], message, tierNames[tt.tier], tt.fault)
			}
		})
	}
}

// The tier in use has a name that PINN_KERNEL takes, and no complaint of its own.
func TestTier(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		if got, err := choose(Tier(), offered()); got != tier || err != nil {
			t.Errorf("PINN_KERNEL=%s gives the tier %s, %v", Tier(), tierNames[got], err)
		}
	})
	if want := os.Getenv("PINN_KERNEL"); (Err() != nil) != (want != "" && want != Tier()) {
		t.Errorf("Err() = %v with PINN_KERNEL = %q in the tier %s", Err(), want, Tier())
	}
}

// The loop of FMAPeak gives 0 in the vector tiers, where all operands are 0, and
// 1e-9·((1+1e-7)ⁿ − 1)/1e-7 of each of eight sums in the portable one; timed runs it on
// each goroutine.
func TestPeakLoop(t *testing.T) {
	eachTier(t, func(t *testing.T) {
		flops, run := peakLoop()
		const rounds, tol = 1000, 1e-12 // a rounding per round, of like-sized terms
		want := 0.0
		if tier == tierGo {
			want = 8 * 1e-9 * math.Expm1(rounds*math.Log1p(1e-7)) / 1e-7
		}
		if got := run(rounds); flops < 16 || math.Abs(got-want) > tol*want {
			t.Errorf("%d rounds of %d operations give %g, want %g (tol %g)", rounds, flops, got, want, tol)
		}
		var calls atomic.Int32
		if timed(3, func() { calls.Add(1) }); calls.Load() != 3 {
			t.Errorf("three goroutines made %d calls", calls.Load())
		}
	})
}

// TestAVX2Encoding reads the generated code: registers 16 to 31 and mask registers
// exist in AVX-512 only, and the assembler would encode them without complaint.
func TestAVX2Encoding(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	wide := regexp.MustCompile(`\b(Z\d+|K[0-7]|[XY](1[6-9]|2\d|3[01]))\b`)
	routines := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), "_amd64.s") {
			continue
		}
		src, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, routine := range strings.Split(string(src), "\nTEXT ·")[1:] {
			name, _, _ := strings.Cut(routine, "(SB)")
			if !strings.HasSuffix(name, "Y") {
				continue
			}
			routines++
			if m := wide.FindString(routine); m != "" {
				t.Errorf("%s: %s uses %s, want AVX2 registers only", f.Name(), name, m)
			}
		}
	}
	if routines == 0 {
		t.Error("no AVX2 routine found")
	}
}

func TestAligned(t *testing.T) {
	for n := range 100 {
		a := Aligned(n)
		if len(a) != n || cap(a) != n {
			t.Fatalf("Aligned(%d) has length %d and capacity %d", n, len(a), cap(a))
		}
		if n > 0 && uintptr(unsafe.Pointer(&a[0]))%cacheLine != 0 {
			t.Fatalf("Aligned(%d) starts at %p, want a multiple of %d", n, &a[0], cacheLine)
		}
	}
}

// FuzzTiers feeds bytes as float64 numbers to every function, every tier against the
// portable one: functions to their bounds, products to the bound of their sums.
func FuzzTiers(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzTiers.txtar", 4)
	f.Add(uint8(3), uint8(5), uint8(2), floatBytes(specials))
	f.Add(uint8(9), uint8(25), uint8(11), floatBytes(ramp(40)))
	f.Add(uint8(20), uint8(48), uint8(20), floatBytes([]float64{0x1p30, 1e22, 0.5, -3, 700, -700, 1e-300}))
	f.Fuzz(func(t *testing.T, m, n, k uint8, raw []byte) {
		if len(raw) < 8 || len(raw) > 4096 {
			t.Skip("between 1 and 512 numbers")
		}
		x := bytesFloats(raw)
		for i := 1; i <= offered(); i++ {
			compareFunctions(t, i, x)
			compareProducts(t, i, int(m%32), int(n%64), int(k%32), x)
		}
	})
}

func floatBytes(x []float64) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func bytesFloats(b []byte) []float64 {
	x := make([]float64, len(b)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return x
}

// inTier runs f in tier i.
func inTier(i int, f func()) {
	was := tier
	tier = i
	defer func() { tier = was }()
	f()
}

// compareFunctions demands that two tiers differ by at most both of their errors.
func compareFunctions(t *testing.T, i int, x []float64) {
	t.Helper()
	for _, f := range functions {
		got, want := make([]float64, len(x)), make([]float64, len(x))
		inTier(i, func() { f.f(got, x) })
		inTier(tierGo, func() { f.f(want, x) })
		for j := range x {
			if !sameBits(got[j], want[j]) && !(distance(got[j], want[j]) <= 2*f.bound) {
				t.Fatalf("%s %s(%v) = %v, want %v within %v ulp as in the portable tier",
					tierNames[i], f.name, x[j], got[j], want[j], 2*f.bound)
			}
		}
	}
}

// distance counts the float64 numbers between a and b; +Inf if one is NaN.
func distance(a, b float64) float64 {
	if a != a || b != b {
		return math.Inf(1)
	}
	x, y := math.Float64bits(math.Abs(a)), math.Float64bits(math.Abs(b))
	if math.Signbit(a) != math.Signbit(b) {
		return float64(x) + float64(y)
	}
	return float64(max(x, y) - min(x, y))
}

// compareProducts runs Gemm and GemmNTAdd on matrices that repeat x.
func compareProducts(t *testing.T, i, m, n, k int, x []float64) {
	t.Helper()
	repeat := func(size, from int) []float64 {
		a := make([]float64, size)
		for j := range a {
			a[j] = x[(from+j)%len(x)]
		}
		return a
	}
	a, b := repeat(m*k, 0), repeat(k*n, m)
	got, want, size := make([]float64, m*n), make([]float64, m*n), make([]float64, m*n)
	inTier(i, func() { Gemm(m, n, k, a, k, b, n, got, n) })
	inTier(tierGo, func() { Gemm(m, n, k, a, k, b, n, want, n) })
	for j := range size {
		for p := range k {
			size[j] += math.Abs(a[j/n*k+p] * b[p*n+j%n])
		}
	}
	compareSums(t, tierNames[i]+" Gemm", got, want, size, k)

	bt := make([]float64, n*k)
	for j := range bt {
		bt[j] = b[j%k*n+j/k]
	}
	clear(got)
	clear(want)
	inTier(i, func() { GemmNTAdd(m, n, k, a, k, bt, k, got, n) })
	inTier(tierGo, func() { GemmNTAdd(m, n, k, a, k, bt, k, want, n) })
	compareSums(t, tierNames[i]+" GemmNTAdd", got, want, size, k)
}

// compareSums allows two orders of summation. Where a partial sum can overflow or a
// term is not finite, only infinities and NaN are told from numbers, if at all.
func compareSums(t *testing.T, name string, got, want, size []float64, k int) {
	t.Helper()
	for j := range got {
		if !(size[j] < math.MaxFloat64/2) {
			continue
		}
		// Subnormal products round absolutely: half of 5e-324 each.
		if bound := 2*float64(k+3)*unit*size[j] + float64(k)*5e-324; !(math.Abs(got[j]-want[j]) <= bound) {
			t.Fatalf("%s: element %d = %v, want %v (tol %v) as in the portable tier", name, j, got[j], want[j], bound)
		}
	}
}
