// Package pinn turns a problem of package pde into a function of the parameters θ of a
// network: the loss, its gradient, and the Jacobian of its residuals. It knows no optimiser.
// The example of Loss shows the five calls that lead from a problem to a number.
//
// # How a tile travels
//
// Points come in tiles of T, a multiple of 8 chosen so that what one tile touches stays in
// the second-level cache (group.go). A block of memory is unit after unit: for each unit of a
// layer it has the C components ∂^α, α in a jet.Set, and for each component T numbers, one
// per point. The C·T numbers of a unit stand side by side, so that one layer is one matrix
// product of that width, whatever derivatives it carries (blocks.go).
//
//  1. Statics. What depends on the place alone is computed once, when points are drawn
//     (points.go, resample.go), by a filler (group.go): the components of the input features
//     (mlp.go), those of g and φ of the hard conditions (package hard, lift.go), those of a
//     frozen solution (frozen.go), which the network corrects (correct.go) or from which it
//     goes on in the next slab of time (slab.go), and the parts of the residuals that contain
//     no field. They lie tile after tile, so that an evaluation over all points uses them in
//     place. A minibatch gathers those of its points in a tile of the worker (selection.go).
//
//  2. Up (ansatz.go). Layer by layer z = W·a (blocks.go), then the rows of each unit go through
//     the activation (package jet): h_α from z_α by Leibniz' rule. For tanh and the sets of
//     partials that problems carry, kernel.TanhJet does so in one pass, in place, bias
//     included, and h is all that the way down needs, since s' = 1 − s². Otherwise the rules
//     are a program of arithmetic on rows of T numbers, made once per activation and jet set,
//     which internal/rows runs and which keeps S_β = ∂^β s'(z) beside h. An evaluation of the
//     loss alone keeps nothing.
//
//     Under mirror symmetries the images of a point stand beside it, as further components
//     of every unit; a fold averages them after the last layer (lift.go).
//
//  3. The block of the last layer is that of the fields, row f·C + α. The lifts turn N into
//     u = g + φN in place (lift.go), and expr.Program computes the residuals r_m from it.
//
//  4. Down. The derivatives 2 w_m r_m/N_m of the loss by the residuals, called seeds, go
//     through the program to ū_α, through the lifts to N̄_α, through each layer as W̄ += z̄·aᵀ
//     and ā = Wᵀ·z̄, and through each activation as z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ} h̄_α. With the
//     seeds √(w_m/N_m), and without the sum over the points in W̄, the same way gives the rows
//     of the Jacobian, in panels (jacobian.go).
//
//  5. Sums. Tiles are gathered in at most 32 chunks (selection.go). A worker takes a chunk and
//     adds up its tiles in their order, and the chunks are added in theirs (engine.go,
//     sums.go): the bits of a result do not depend on how many workers there are.
//
// Loss (loss.go) offers all this to optimisers, and Solution (solution.go) evaluates a
// trained network anywhere. When a loss is not finite, nonfinite.go says where.
//
// # What takes the time
//
// Arithmetic, nearly everywhere. On one core of an AMD EPYC (Zen 4, 59 GFLOP/s) a
// loss and its gradient of Burgers' equation at 10 000 points take 5.3 ms with 3×20
// units, of which the products need 67 % at the peak rate and 0.8 ns for each tanh
// 9 %; with 4×64 units it is 85 % and 3 %. Traffic between the first two levels of
// cache needs 18 % and 7 %, at the same time as the arithmetic. The rest is the other half
// of the activations and the ends of short products. A loss alone takes 33 % of the time of
// loss and gradient for wide layers and 40 % for layers of 20, because tanh is computed on
// the way up. pinn bench engine measures all this anew, and Loss.Profile measures one loss.
package pinn
