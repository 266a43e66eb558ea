// Package kernel holds the arithmetic of the hot path: matrix products on thin tiles,
// elementwise functions, sums, and the triangular updates of dense second-order methods.
// The routines work on []float64 and start no goroutine; a few keep packed operands in
// scratch that is pooled, so that none allocates in a steady state. Package blas, below
// this one, makes of them the large products of factorisations, on several threads;
// package qr folds rows into a triangle.
//
// # Tiles
//
// A tile is a few hundred points of a batch, feature-major: one row per unit of a layer
// (or per parameter), the values at the points contiguous along the row, rows a fixed
// stride apart. With C derivatives carried per unit a row is C times as long. A layer is
//
//	forward   Z = W·A          Gemm            m×k by k×n, k = inputs, n = points of the tile
//	backward  dA = Wᵀ·dZ       GemmTN          the same W, read across, not copied
//	          dW += dZ·Aᵀ      GemmNTAdd       a reduction over the points
//	          J = Σ dZ·A       RowProduct      the same without the reduction
//	          A += JᵀJ         SyrkAddColumns  one triangle, rows of J by parameter
//
// and its activation is TanhJet, which takes a unit's value and derivatives through tanh
// in one pass, or Tanh, Exp, Sin or Cos on whole rows and products of rows. The rows of a
// tile are meant to stay in the second-level cache from one product to the next: keep the
// bytes of the activations within half of it, take slices from Aligned, strides that are
// multiples of 8 and, for AVX2, not multiples of 256.
//
// # Tiers
//
// Three implementations of every routine; Tier names the one in use, chosen once at
// start-up: the best that processor and operating system support, or what the environment
// variable PINN_KERNEL asks for (go, avx2, avx512). A request that cannot be met is
// reported by Err.
//
//	avx512  blocks of C of 8 rows × 24 columns in 24 vector registers; masks at the edges
//	avx2    4 rows × 12 columns, with FMA; masked moves at the edges
//	go      plain Go for every architecture: the twin that the others are tested against
//
// The assembly is written by the program in gen (go generate) and committed. An exported
// function checks its slices, then calls the routine of the tier through a branch on one
// variable; routines take addresses and lengths and trust them. A file name tells what is
// inside: products.go the exported functions, products_go.go the portable tier,
// products_vec.go the loops over blocks, products_amd64.s the blocks themselves.
//
// # Rounding
//
// Within a tier the bits of a result depend on the arguments only: not on alignment, the
// number of threads or the run. For functions and elementwise operations they do not even
// depend on an element's place in its slice. Between tiers they differ in the last bits:
// the vector tiers fuse products into sums (MulAdd, Axpy and all products of matrices),
// and reductions add 4 or 8 interleaved partial sums. A sum of k terms differs by less
// than 2(k+3)·2⁻⁵³·Σ|terms|, a function by the sum of both errors; Add, Mul, MulC,
// Scale, AddConst and Fill are the same bits everywhere.
//
// # NaN and infinities
//
// They follow IEEE 754 everywhere: 0·NaN and 0·Inf are NaN and reach the result, nothing
// is skipped because a factor is zero; an operand outside a matrix's rows (between its
// width and its stride) is not read. Functions keep the sign of zero, map NaN to NaN, and
// have the limits of package math at infinity. Subnormal numbers are not flushed. Which
// NaN (sign, payload) results is not specified.
package kernel

//go:generate go run -C gen . -set products -out ../products_amd64.s -stubs ../products_amd64.go -pkg kernel
//go:generate go run -C gen . -set elementwise -out ../elementwise_amd64.s -stubs ../elementwise_amd64.go -pkg kernel
//go:generate go run -C gen . -set functions -out ../functions_amd64.s -stubs ../functions_amd64.go -pkg kernel
//go:generate go run -C gen . -set coefficients -go ../coefficients.go
//go:generate go run -C gen . -set jets -out ../jets_amd64.s -stubs ../jets_amd64.go -pkg kernel
//go:generate go run -C gen . -set jetsgo -go ../jets_go.go -table ../jettable_amd64.go
