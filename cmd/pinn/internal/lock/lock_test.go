package lock

import (
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
)

// TestTry: a folder is held by one at a time, and is free once it is released.
func TestTry(t *testing.T) {
	dir := t.TempDir()
	first, err := Try(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Try(dir); Works && !errors.Is(err, ErrBusy) {
		t.Errorf("a second hold: %v, %v, want %v", second, err, ErrBusy)
	}
	first.Release()
	again, err := Try(dir)
	if err != nil {
		t.Error(err)
	}
	again.Release()
	(*Hold)(nil).Release()
	if _, err := Try(filepath.Join(dir, "nowhere")); Works && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestWait: those who wait hold the folder one after another.
func TestWait(t *testing.T) {
	if !Works {
		t.Skip("no locks on this system")
	}
	dir := t.TempDir()
	inside, most := 0, 0
	var count sync.Mutex
	enter := func(by int) {
		count.Lock()
		defer count.Unlock()
		inside += by
		most = max(most, inside)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			h, err := Wait(dir)
			if err != nil {
				t.Error(err)
				return
			}
			enter(1)
			enter(-1)
			h.Release()
		})
	}
	all.Wait()
	if most != 1 {
		t.Errorf("%d held the folder at once", most)
	}
}
