package kernel

import (
	"fmt"
	"os"
	"strings"
	"unsafe"
)

// The tiers, slowest first. A machine that offers one offers all before it.
const (
	tierGo = iota
	tierAVX2
	tierAVX512
)

var tierNames = [...]string{tierGo: "go", tierAVX2: "avx2", tierAVX512: "avx512"}

// tier is the one chosen at start-up; tierErr is set if PINN_KERNEL could not
// be honoured. Only tests write to them afterwards.
var tier, tierErr = choose(os.Getenv("PINN_KERNEL"), offered())

// Tier returns the name of the tier in use: "avx512", "avx2" or "go".
func Tier() string { return tierNames[tier] }

// Err reports a value of PINN_KERNEL that this machine or this program cannot
// honour, and nil otherwise. With an error the portable tier is in use, and the
// caller should stop: a choice of tier is a promise about bits.
func Err() error { return tierErr }

// choose maps the value of PINN_KERNEL and the best tier of the machine to the
// tier to use. An empty value means the best.
func choose(want string, best int) (int, error) {
	if want == "" {
		return best, nil
	}
	for t := 0; t <= best; t++ {
		if tierNames[t] == want {
			return t, nil
		}
	}
	return tierGo, fmt.Errorf("PINN_KERNEL: must be one of %s on this machine, got %q",
		strings.Join(tierNames[:best+1], ", "), want)
}

// cacheLine is the size in bytes of a cache line and of the widest vector.
const cacheLine = 64

// Aligned returns n zeros whose first begins a cache line. Every routine takes slices
// at any address; one that starts a line, in rows at strides of a multiple of 8, is
// loaded without crossing lines.
func Aligned(n int) []float64 {
	a := make([]float64, n+cacheLine/8-1)
	skip := 0
	if n > 0 {
		skip = int(-uintptr(unsafe.Pointer(&a[0]))%cacheLine) / 8
	}
	return a[skip : skip+n : skip+n]
}
