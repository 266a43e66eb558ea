package kernel

import (
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n zeros that end (atEnd) or begin at the edge of unreadable memory:
// one element too far is a fault.
func guarded(t testing.TB, n int, atEnd bool) []float64 {
	t.Helper()
	page := syscall.Getpagesize()
	body := (8*n + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, body+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("mmap: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(mem) })
	for _, edge := range [][]byte{mem[:page], mem[body+page:]} {
		if err := syscall.Mprotect(edge, syscall.PROT_NONE); err != nil {
			t.Skipf("mprotect: %v", err)
		}
	}
	if n == 0 {
		return nil
	}
	start := page
	if atEnd {
		start = page + body - 8*n
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(&mem[start])), n)
}
