//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package accuracy

import (
	"os"
	"syscall"
)

// hold waits until no other program holds the folder, and holds it until release is
// called or this program ends. On a file system without locks it holds nothing.
func hold(dir string) (release func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	return func() { _ = f.Close() }, nil
}
