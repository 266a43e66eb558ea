//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package rundir

import (
	"errors"
	"os"
	"syscall"
)

// lock holds a folder for this program until unlock or its end, however that
// comes. It returns errBusy if another one does; on a file system without locks
// it holds nothing.
func lock(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		_ = f.Close()
		return nil, errBusy
	}
	return f, nil
}

// unlock gives up what lock holds; nil is nothing.
func unlock(f *os.File) {
	if f != nil {
		_ = f.Close()
	}
}
