package kernel

import (
	"sync"
	"time"
)

// FMAPeak measures the rate of fused multiply-adds on registers, in GFLOP/s (two
// operations each), that threads goroutines reach together in the tier in use: the
// ceiling that the rate of a product is compared with. The best of several rounds
// counts; the call takes about 70 ms. In the portable tier it is the rate of
// multiplications and additions of scalars.
func FMAPeak(threads int) float64 {
	const rounds = 20
	flops, run := peakLoop()
	n := 1000
	for timed(1, func() { run(n) }) < 2*time.Millisecond {
		n *= 2
	}
	var best float64
	for range rounds {
		time.Sleep(time.Millisecond) // a busy machine lets those run who have waited
		d := timed(threads, func() { run(n) })
		best = max(best, float64(threads)*float64(n)*float64(flops)/d.Seconds()/1e9)
	}
	return best
}

// timed returns how long threads goroutines take to run f side by side.
func timed(threads int, f func()) time.Duration {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(threads)
	done.Add(threads)
	for range threads {
		go func() {
			ready.Done()
			<-start
			f()
			done.Done()
		}()
	}
	ready.Wait()
	t := time.Now()
	close(start)
	done.Wait()
	return time.Since(t)
}

// peakLoop returns the loop of the tier and its operations per round.
func peakLoop() (flops int, run func(n int) float64) {
	switch tier {
	case tierAVX512:
		return 12 * 8 * 2, peakVecLoop
	case tierAVX2:
		return 12 * 4 * 2, peakVecLoop
	}
	return 16, peakGo
}

func peakVecLoop(n int) float64 {
	var x float64
	peakVec(n, &x)
	return x
}

// peakGo runs n rounds of eight independent multiplications and additions.
func peakGo(n int) float64 {
	var a, b, c, d, e, f, g, h float64
	x, y := 1.0000001, 1e-9
	for range n {
		a = a*x + y
		b = b*x + y
		c = c*x + y
		d = d*x + y
		e = e*x + y
		f = f*x + y
		g = g*x + y
		h = h*x + y
	}
	return (a + b) + (c + d) + (e + f) + (g + h)
}
