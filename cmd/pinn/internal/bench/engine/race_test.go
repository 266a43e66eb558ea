//go:build race

package engine

// Under the race detector the pools of package kernel drop what they are given at
// random.
const raceDetector = true
