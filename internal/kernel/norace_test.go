//go:build !race

package kernel

const poolsDrop = false
