//go:build race

package optimtest

// Under the race detector sync.Pool, in which the kernels keep their scratch, drops
// what it is given at random.
const poolsDrop = true
