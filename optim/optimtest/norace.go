//go:build !race

package optimtest

const poolsDrop = false
