//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package accuracy

import (
	"sync"
	"testing"
)

// TestPutTogether puts runs from many goroutines at once: none is lost.
func TestPutTogether(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	release, err := hold(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
	const runs = 16
	errs := make([]error, runs)
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() {
			r, c := sample("heat", "snr", uint64(i), 1e-5)
			errs[i] = s.Put(r, c)
		})
	}
	all.Wait()
	rows, err := s.Load()
	if err != nil || len(rows) != runs {
		t.Errorf("%d of %d runs are there, %v, %v", len(rows), runs, err, errs)
	}
}
