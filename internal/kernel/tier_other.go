//go:build !amd64

package kernel

// offered returns the best tier of this architecture: the portable one.
func offered() int { return tierGo }
