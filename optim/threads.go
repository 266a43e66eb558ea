package optim

import "runtime"

// Threads is the number of goroutines that a method works on at a time, 0 for as many
// as there are processors (GOMAXPROCS). Init reads it. It changes no bit of a result.
type Threads int

// SetThreads sets the number; see Threaded.
func (t *Threads) SetThreads(n int) { *t = Threads(n) }

// count returns the number, which is at least 1.
func (t Threads) count() int {
	if t <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(t)
}

// Threaded is a Method that shares the work on large matrices out to goroutines.
type Threaded interface {
	Method
	// SetThreads makes the method work on n goroutines at a time from the next Init
	// on; 0 stands for GOMAXPROCS. The bits of a step do not depend on n.
	SetThreads(n int)
}

var _ = []Threaded{(*BFGS)(nil), (*SSBroyden)(nil), (*LM)(nil), (*SPRING)(nil)}
