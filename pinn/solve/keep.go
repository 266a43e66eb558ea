package solve

import (
	"fmt"
	"time"

	"pinn/hybrid"
)

// Where --save-every does not say: a state is kept every saveEvery, but so that no
// more than one part in saveShare of the time goes into it.
const (
	saveEvery = 5 * time.Second
	saveShare = 50
)

// keeper keeps the state of a run from time to time. When it does may depend on the
// clock, because it cannot influence the run.
type keeper struct {
	every time.Duration // between two savings; 0: as above
	write func(*hybrid.Snapshot) error
	warn  func(step int, err error) // tells of the first fault

	last time.Time     // when it was done last, at first the beginning
	cost time.Duration // what it took
	err  error         // of the last time
}

// keep is a hybrid.Keep.
func (k *keeper) keep(last bool, take func() *hybrid.Snapshot) {
	if !last && !k.due() {
		return
	}
	began := time.Now()
	s := take()
	err := k.write(s)
	if err != nil && k.err == nil {
		k.warn(s.Steps(), k.fault(s.Steps(), err))
	}
	if k.err = err; err != nil {
		k.err = k.fault(s.Steps(), err)
	}
	k.last = time.Now()
	k.cost = k.last.Sub(began)
}

// due reports whether enough time has passed.
func (k *keeper) due() bool {
	passed := time.Since(k.last)
	if k.every > 0 {
		return passed >= k.every
	}
	return passed >= max(saveEvery, saveShare*k.cost)
}

func (k *keeper) fault(step int, err error) error {
	return fmt.Errorf("the state of step %d could not be kept, so the run cannot go on from there: %w", step, err)
}
