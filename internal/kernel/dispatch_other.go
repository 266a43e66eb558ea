//go:build !amd64

package kernel

// offered returns the best tier of this architecture: the portable one.
func offered() int { return tierGo }

// Only amd64 has vector tiers: with the portable one, nothing here is reached.
const noVector = "kernel: no vector tier on this architecture"

func addVec(dst, a, b *float64, n int)                         { panic(noVector) }
func mulVec(dst, a, b *float64, n int)                         { panic(noVector) }
func mulAddVec(dst, a, b *float64, n int)                      { panic(noVector) }
func mulAddCVec(dst *float64, c float64, a, b *float64, n int) { panic(noVector) }
func mulCVec(dst *float64, c float64, a, b *float64, n int)    { panic(noVector) }
func axpyVec(dst *float64, c float64, a *float64, n int)       { panic(noVector) }
func scaleVec(dst *float64, c float64, a *float64, n int)      { panic(noVector) }
func addConstVec(dst *float64, c float64, a *float64, n int)   { panic(noVector) }
func fillVec(dst *float64, c float64, n int)                   { panic(noVector) }
func combineVec(dst *float64, s, p float64, a *float64, q float64, b *float64, n int) {
	panic(noVector)
}
func dotVec(a, b *float64, n int) float64                             { panic(noVector) }
func sumVec(a *float64, n int) float64                                { panic(noVector) }
func tanhVec(dst, src *float64, n int)                                { panic(noVector) }
func expVec(dst, src *float64, n int)                                 { panic(noVector) }
func sinVec(dst, src *float64, n int) int                             { panic(noVector) }
func cosVec(dst, src *float64, n int) int                             { panic(noVector) }
func transpose4Vec(t int, a *float64, lda int, dst *float64, ldd int) { panic(noVector) }
func copyRowsVec(n int, src *float64, ld int, dst *float64, ldd int)  { panic(noVector) }
func symv4Vec(n int, a *float64, lda int, x, y, xi, d *float64)       { panic(noVector) }
func peakVec(n int, x *float64)                                       { panic(noVector) }
func gemmRows() int                                                   { panic(noVector) }
func dotsRows() int                                                   { panic(noVector) }
func panel() int                                                      { panic(noVector) }
func gemmVec(m, n, k int, a *float64, sa, ta int, b *float64, ldb int, c *float64, ldc, add int) {
	panic(noVector)
}
func dotsVec(m, n, t int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int) {
	panic(noVector)
}
func jetForwardVec(shape, n int, z *float64, rows *int, bias float64) { panic(noVector) }
func jetAdjointVec(shape, n int, bar, h *float64, rows *int)          { panic(noVector) }
func rowProductVec(n, c int, a, b *float64, t int, dst *float64)      { panic(noVector) }
