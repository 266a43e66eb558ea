//go:build !race

package pinn

const raceDetector = false
