package solve

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinn/hybrid"
)

// TestKeeperCadence: a state is kept every five seconds, less often where it takes
// long, as often as is asked for, and always at the last chance.
func TestKeeperCadence(t *testing.T) {
	for _, row := range []struct {
		every, cost time.Duration
		want        int // in 1000 s of steps of 100 ms, the last one included
	}{
		{0, 0, 201}, {0, 2 * time.Second, 10}, {time.Second, 2 * time.Second, 334}, {time.Nanosecond, 0, 10001},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			k := &keeper{every: row.every, last: time.Now(), write: func(*hybrid.Snapshot) error {
				n++
				time.Sleep(row.cost)
				return nil
			}}
			take := func() *hybrid.Snapshot { return &hybrid.Snapshot{} }
			for end := time.Now().Add(1000 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				k.keep(false, take)
			}
			k.keep(true, take)
			if n < row.want-2 || n > row.want+2 {
				t.Errorf("every %v at a cost of %v: kept %d times, want %d", row.every, row.cost, n, row.want)
			}
		})
	}
}

// TestKeeperFails: a state that cannot be kept is said once, and is no warning of the
// run if a later one can.
func TestKeeperFails(t *testing.T) {
	var said []string
	var fault error
	k := &keeper{every: time.Nanosecond, write: func(*hybrid.Snapshot) error { return fault },
		warn: func(step int, err error) { said = append(said, err.Error()) }}
	take := func() *hybrid.Snapshot { return &hybrid.Snapshot{} }
	fault = errors.New("the disk is full")
	k.keep(false, take)
	k.keep(true, take)
	if len(said) != 1 || !strings.HasPrefix(said[0], "the state of step 0 could not be kept") || k.err == nil {
		t.Errorf("said %q, error %v", said, k.err)
	}
	fault = nil
	k.keep(true, take)
	if k.err != nil {
		t.Errorf("error %v after a state was kept", k.err)
	}
}
