//go:build race

package kernel

// Under the race detector sync.Pool drops what it is given at random.
const poolsDrop = true
