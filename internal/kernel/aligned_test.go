package kernel

import (
	"testing"
	"unsafe"
)

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
