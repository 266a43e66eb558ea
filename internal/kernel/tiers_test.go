package kernel

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
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
