// Package pinn turns a problem of package pde into a function of the parameters θ
// of a network: the loss, its gradient, the Jacobian of its residuals. It never
// hears of optimisers. ExampleLoss shows the five calls that lead from a problem
// to a number.
//
// # How a tile travels
//
// Points come in tiles of T, a multiple of 8 chosen so that what one tile touches
// stays in the second-level cache. Everything is stored feature-major: a block is
// a row of numbers per unit, and in that row the C components ∂^α, α in a JetSet,
// stand side by side, T points each. A row is C·T long, so that one layer is one
// matrix product of that width, whatever derivatives it carries.
//
//  1. Statics. What depends on the place alone is computed once, when points are
//     drawn (filler): the components of the input features (embed.go), those of g
//     and φ of the hard conditions (liftjet.go), those of a solution that the network
//     corrects (correct.go) or goes on from in the next slab of time (slab.go,
//     onward.go), and the parts of the residuals that contain no field. They lie tile
//     after tile, so that an evaluation over all points uses them in place. A minibatch
//     gathers its columns into a tile of its worker (selection.go).
//
//  2. Up. Layer by layer z = W·a (extent.go), then each unit's rows go through the
//     activation (package jet): h_α from z_α by Leibniz' rule. For tanh and the sets of
//     partials that problems carry, kernel.TanhJet does so in one pass, in place,
//     bias included, and h is all that the way down needs, since s' = 1 − s². For
//     all else the rules are written once per activation and jet set as straight
//     programs of arithmetic on rows of T, which internal/rows runs and which
//     keep S_β = ∂^β s'(z) beside h. A loss alone keeps nothing.
//
//     Where mirror symmetries are built in, the images of a point stand beside it
//     as further components of every row; a fold (fold.go) averages them after
//     the last layer.
//
//  3. The last layer's block is that of the fields, row f·C + α. The hard
//     conditions turn N into u = g + φN in place, and expr.Program computes the
//     residuals r_m from it.
//
//  4. The seeds 2 w_m r_m/N_m go down: through the program to ū_α, through the
//     lift to N̄_α, through each layer as W̄ += z̄·aᵀ and ā = Wᵀ·z̄, through each
//     activation as z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α. With the seeds √(w_m/N_m)
//     and no sum over the points the same way gives the rows of the Jacobian
//     (panel.go).
//
// Tiles are gathered in at most 32 chunks. A worker takes a chunk, adds up its
// tiles in their order, and the chunks are added in theirs (engine.go, sums.go):
// the bits of a result do not depend on how many workers there are.
//
// # What binds
//
// Arithmetic, nearly everywhere. On one core of an AMD EPYC (Zen 4, 59 GFLOP/s) a
// loss and its gradient of Burgers' equation at 10 000 points take 5.3 ms with 3×20
// units, of which the products need 67 % at the peak rate and 0.8 ns for each tanh
// 9 %; with 4×64 units it is 85 % and 3 %. Traffic between the first two levels of
// cache needs 18 % and 7 %, beside the arithmetic. What is left over is the other
// half of the activations and the ends of short products. A loss alone takes 33 % of
// both together for wide layers and 40 % for layers of 20, because the way up has
// the tanh. pinn bench engine measures all this anew.
//
// Where the time goes is told by Loss.Profile. The general programs are also what
// the fused routines are tested against.
package pinn
