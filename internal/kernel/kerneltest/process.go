// Package kerneltest has what tests of several packages need to know of the process that
// they run in: the goroutines that it starts, and whether the race detector is on.
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

// RaceDetector reports whether the program was built with the race detector, under which
// sync.Pool, where the kernels keep their scratch, drops what it is given at random: then
// no test may ask for steps without allocations.
func RaceDetector() bool {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range build.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}
