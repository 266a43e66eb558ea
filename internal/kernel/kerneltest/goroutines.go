// Package kerneltest has what tests of several packages need to look at threads.
package kerneltest

import (
	"runtime/debug"
	"runtime/metrics"
)

// Goroutines returns the number of goroutines that f starts, whether they have ended or
// not. Nothing else may start any meanwhile; the garbage collector, which may, is off
// while f runs.
func Goroutines(f func()) int {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	before := created()
	f()
	return int(created() - before)
}

func created() uint64 {
	s := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
