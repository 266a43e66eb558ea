package kernel

import "golang.org/x/sys/cpu"

// The functions ending in Vec call the assembly of the tier in use, which is not the
// portable one.

func addVec(dst, a, b *float64, n int) {
	if tier == tierAVX512 {
		addZ(dst, a, b, n)
	} else {
		addY(dst, a, b, n)
	}
}

func mulVec(dst, a, b *float64, n int) {
	if tier == tierAVX512 {
		mulZ(dst, a, b, n)
	} else {
		mulY(dst, a, b, n)
	}
}

func mulAddVec(dst, a, b *float64, n int) {
	if tier == tierAVX512 {
		mulAddZ(dst, a, b, n)
	} else {
		mulAddY(dst, a, b, n)
	}
}

func mulAddCVec(dst *float64, c float64, a, b *float64, n int) {
	if tier == tierAVX512 {
		mulAddCZ(dst, c, a, b, n)
	} else {
		mulAddCY(dst, c, a, b, n)
	}
}

func mulCVec(dst *float64, c float64, a, b *float64, n int) {
	if tier == tierAVX512 {
		mulCZ(dst, c, a, b, n)
	} else {
		mulCY(dst, c, a, b, n)
	}
}

func axpyVec(dst *float64, c float64, a *float64, n int) {
	if tier == tierAVX512 {
		axpyZ(dst, c, a, n)
	} else {
		axpyY(dst, c, a, n)
	}
}

func scaleVec(dst *float64, c float64, a *float64, n int) {
	if tier == tierAVX512 {
		scaleZ(dst, c, a, n)
	} else {
		scaleY(dst, c, a, n)
	}
}

func addConstVec(dst *float64, c float64, a *float64, n int) {
	if tier == tierAVX512 {
		addConstZ(dst, c, a, n)
	} else {
		addConstY(dst, c, a, n)
	}
}

func fillVec(dst *float64, c float64, n int) {
	if tier == tierAVX512 {
		fillZ(dst, c, n)
	} else {
		fillY(dst, c, n)
	}
}

func combineVec(dst *float64, s, p float64, a *float64, q float64, b *float64, n int) {
	if tier == tierAVX512 {
		combineZ(dst, s, p, a, q, b, n)
	} else {
		combineY(dst, s, p, a, q, b, n)
	}
}

func dotVec(a, b *float64, n int) float64 {
	if tier == tierAVX512 {
		return dotZ(a, b, n)
	}
	return dotY(a, b, n)
}

func sumVec(a *float64, n int) float64 {
	if tier == tierAVX512 {
		return sumZ(a, n)
	}
	return sumY(a, n)
}

func tanhVec(dst, src *float64, n int) {
	if tier == tierAVX512 {
		tanhZ(dst, src, n)
	} else {
		tanhY(dst, src, n)
	}
}

func expVec(dst, src *float64, n int) {
	if tier == tierAVX512 {
		expZ(dst, src, n)
	} else {
		expY(dst, src, n)
	}
}

func sinVec(dst, src *float64, n int) int {
	if tier == tierAVX512 {
		return sinZ(dst, src, n)
	}
	return sinY(dst, src, n)
}

func cosVec(dst, src *float64, n int) int {
	if tier == tierAVX512 {
		return cosZ(dst, src, n)
	}
	return cosY(dst, src, n)
}

func transpose4Vec(t int, a *float64, lda int, dst *float64, ldd int) {
	transpose4Y(t, a, lda, dst, ldd)
}

func copyRowsVec(n int, src *float64, ld int, dst *float64, ldd int) {
	if tier == tierAVX512 {
		copyRowsZ(n, src, ld, dst, ldd)
	} else {
		copyRowsY(n, src, ld, dst, ldd)
	}
}

func symv4Vec(n int, a *float64, lda int, x, y, xi, d *float64) {
	if tier == tierAVX512 {
		symv4Z(n, a, lda, x, y, xi, d)
	} else {
		symv4Y(n, a, lda, x, y, xi, d)
	}
}

func peakVec(n int, x *float64) {
	if tier == tierAVX512 {
		peakZ(n, x)
	} else {
		peakY(n, x)
	}
}

// gemmRows, dotsRows and panel are the blocks of the tier: rows of C per strip, rows
// of A per reduction, columns per strip block.
func gemmRows() int { return pick(8, 4) }
func dotsRows() int { return pick(6, 3) }
func panel() int    { return pick(24, 12) }

func pick(z, y int) int {
	if tier == tierAVX512 {
		return z
	}
	return y
}

// gemmVec computes m ≤ gemmRows() rows of C.
func gemmVec(m, n, k int, a *float64, sa, ta int, b *float64, ldb int, c *float64, ldc, add int) {
	if tier == tierAVX512 {
		switch m {
		case 1:
			gemm1Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 2:
			gemm2Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 3:
			gemm3Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 4:
			gemm4Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 5:
			gemm5Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 6:
			gemm6Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 7:
			gemm7Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		case 8:
			gemm8Z(n, k, a, sa, ta, b, ldb, c, ldc, add)
		}
		return
	}
	switch m {
	case 1:
		gemm1Y(n, k, a, sa, ta, b, ldb, c, ldc, add)
	case 2:
		gemm2Y(n, k, a, sa, ta, b, ldb, c, ldc, add)
	case 3:
		gemm3Y(n, k, a, sa, ta, b, ldb, c, ldc, add)
	case 4:
		gemm4Y(n, k, a, sa, ta, b, ldb, c, ldc, add)
	}
}

// dotsVec adds the products of m ≤ dotsRows() rows of A with n ≤ 4 rows of B.
func dotsVec(m, n, t int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int) {
	if tier == tierAVX512 {
		switch m {
		case 1:
			dots1Z(n, t, a, lda, b, ldb, c, ldc)
		case 2:
			dots2Z(n, t, a, lda, b, ldb, c, ldc)
		case 3:
			dots3Z(n, t, a, lda, b, ldb, c, ldc)
		case 4:
			dots4Z(n, t, a, lda, b, ldb, c, ldc)
		case 5:
			dots5Z(n, t, a, lda, b, ldb, c, ldc)
		case 6:
			dots6Z(n, t, a, lda, b, ldb, c, ldc)
		}
		return
	}
	switch m {
	case 1:
		dots1Y(n, t, a, lda, b, ldb, c, ldc)
	case 2:
		dots2Y(n, t, a, lda, b, ldb, c, ldc)
	case 3:
		dots3Y(n, t, a, lda, b, ldb, c, ldc)
	}
}

func jetForwardVec(shape, n int, z *float64, rows *int, bias float64) {
	if tier == tierAVX512 {
		jetForwardZ[shape](n, z, rows, bias)
	} else {
		jetForwardY[shape](n, z, rows, bias)
	}
}

func jetAdjointVec(shape, n int, bar, h *float64, rows *int) {
	if tier == tierAVX512 {
		jetAdjointZ[shape](n, bar, h, rows)
	} else {
		jetAdjointY[shape](n, bar, h, rows)
	}
}

func rowProductVec(n, c int, a, b *float64, t int, dst *float64) {
	if tier == tierAVX512 {
		rowProductZ(n, c, a, b, t, dst)
	} else {
		rowProductY(n, c, a, b, t, dst)
	}
}

// offered returns the best tier that processor and operating system support.
func offered() int {
	x := &cpu.X86
	switch {
	case x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX2 && x.HasFMA:
		return tierAVX512
	case x.HasAVX2 && x.HasFMA:
		return tierAVX2
	}
	return tierGo
}
