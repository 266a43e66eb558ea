//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package lock keeps programs that write into one folder out of each other's way. A hold
// ends with the program, however that ends.
package lock

import (
	"errors"
	"os"
	"syscall"
)

// Works reports whether this system has locks that end with the program; elsewhere Try
// and Wait hold nothing.
const Works = true

// ErrBusy says that another program holds a folder.
var ErrBusy = errors.New("another program is at work on it")

// Hold is a folder that this program holds. A nil Hold holds nothing.
type Hold struct{ dir *os.File }

// Try holds a folder, or returns ErrBusy if another program does. On a file system without
// locks it holds nothing.
func Try(dir string) (*Hold, error) { return hold(dir, syscall.LOCK_NB) }

// Wait holds a folder as soon as no other program does. On a file system without locks it
// holds nothing.
func Wait(dir string) (*Hold, error) { return hold(dir, 0) }

func hold(dir string, how int) (*Hold, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|how); errors.Is(err, syscall.EWOULDBLOCK) {
		_ = f.Close()
		return nil, ErrBusy
	}
	return &Hold{f}, nil
}

// Release lets other programs have the folder.
func (h *Hold) Release() {
	if h != nil {
		_ = h.dir.Close()
	}
}
