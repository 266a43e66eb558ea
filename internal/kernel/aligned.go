package kernel

import "unsafe"

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
