//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

// Package lock keeps programs that write into one folder out of each other's way. These
// systems have no lock that ends with the program, so that it holds nothing here.
package lock

import "errors"

// Works reports whether this system has locks that end with the program.
const Works = false

// ErrBusy says that another program holds a folder.
var ErrBusy = errors.New("another program is at work on it")

// Hold is a folder that this program holds. A nil Hold holds nothing.
type Hold struct{}

// Try holds nothing.
func Try(string) (*Hold, error) { return nil, nil }

// Wait holds nothing.
func Wait(string) (*Hold, error) { return nil, nil }

// Release does nothing.
func (*Hold) Release() {}
