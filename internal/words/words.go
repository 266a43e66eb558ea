// Package words puts numbers into words.
package words

import "fmt"

// Count returns a number of things: 1 point, 2 points.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Rough prints x with two figures, from 100 up to a million as an integer.
func Rough(x float64) string {
	if x >= 99.5 && x < 1e6 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.2g", x)
}
