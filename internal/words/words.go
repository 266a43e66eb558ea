// Package words puts numbers of things into words.
package words

import "fmt"

// Count returns a number of things: 1 point, 2 points.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
