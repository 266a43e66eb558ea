// Package solve solves a problem: one call from a problem file, or from a problem that is
// stated in Go, to an answer that can be evaluated, judged, saved and loaded.
//
//	answer, err := solve.File(ctx, "burgers.toml", solve.Options{Seed: 1})
//	u := answer.At(map[string]float64{"x": 0.2, "t": 0.5})["u"]
//	values := answer.Eval(points)               // by field, then by point
//	slope, err := answer.Partial("u_x", points) // exact for the network
//	answer.Errors["u"], answer.Estimate["u"]    // against the truth, and without it
//
// A problem in Go is made by problems.Builder and solved by Problem; see the Example.
// Options say how to train, and who is told: Watch is called with each Event when it
// happens, Progress with where the run stands.
//
// What happens in between can be had step by step, as the command pinn does:
//
//  1. setup.Read compiles the file, finds which conditions and symmetries hold by
//     construction, and makes every choice that is left open.
//  2. New prepares a Run: the first part of the answer with its network, loss and plan
//     (training.go). The parts are the slabs of time, one after the other, and in each
//     the stages, a second network upon the first (part.go).
//  3. Run.Solve trains them as the legs of one hybrid.Run; each part is made when the one
//     before has ended (legs.go). The state of the run can be kept between any two steps
//     (state.go, keep.go), and another Run goes on from it with the same bits.
//  4. The answer is judged, when training is over, against the truth if there is one, and
//     by its own stages without it (judge.go). The error along the run is measured on
//     copies of the parameters that were kept on the way (trail.go).
//
// Training, switching and stopping are not given the truth. Equal problem, options and
// binary give equal bits, for any number of threads, as long as no time limit is set.
package solve
