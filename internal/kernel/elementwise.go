package kernel

import "unsafe"

// ptr returns the address of the first element, of nothing for an empty slice.
func ptr(a []float64) *float64 { return unsafe.SliceData(a) }

// Add computes dst = a + b.
func Add(dst, a, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		addGo(dst, a, b)
		return
	}
	addVec(ptr(dst), ptr(a), ptr(b), len(dst))
}

// Mul computes dst = a·b.
func Mul(dst, a, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		mulGo(dst, a, b)
		return
	}
	mulVec(ptr(dst), ptr(a), ptr(b), len(dst))
}

// MulAdd computes dst = dst + a·b.
func MulAdd(dst, a, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		mulAddGo(dst, a, b)
		return
	}
	mulAddVec(ptr(dst), ptr(a), ptr(b), len(dst))
}

// MulAddC computes dst = dst + c·a·b, the product c·a rounded first.
func MulAddC(dst []float64, c float64, a, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		mulAddCGo(dst, c, a, b)
		return
	}
	mulAddCVec(ptr(dst), c, ptr(a), ptr(b), len(dst))
}

// MulC computes dst = c·a·b, the product c·a rounded first.
func MulC(dst []float64, c float64, a, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		mulCGo(dst, c, a, b)
		return
	}
	mulCVec(ptr(dst), c, ptr(a), ptr(b), len(dst))
}

// Axpy computes dst = dst + c·a.
func Axpy(dst []float64, c float64, a []float64) {
	check2(dst, a)
	if tier == tierGo {
		axpyGo(dst, c, a)
		return
	}
	axpyVec(ptr(dst), c, ptr(a), len(dst))
}

// Scale computes dst = c·a.
func Scale(dst []float64, c float64, a []float64) {
	check2(dst, a)
	if tier == tierGo {
		scaleGo(dst, c, a)
		return
	}
	scaleVec(ptr(dst), c, ptr(a), len(dst))
}

// AddConst computes dst = a + c.
func AddConst(dst []float64, c float64, a []float64) {
	check2(dst, a)
	if tier == tierGo {
		addConstGo(dst, c, a)
		return
	}
	addConstVec(ptr(dst), c, ptr(a), len(dst))
}

// Fill sets every element of dst to c.
func Fill(dst []float64, c float64) {
	if tier == tierGo {
		fillGo(dst, c)
		return
	}
	fillVec(ptr(dst), c, len(dst))
}

// Dot returns Σ a_i·b_i. The order of the sum depends on the length and the tier
// only.
func Dot(a, b []float64) float64 {
	check2(a, b)
	if tier == tierGo {
		return dotGo(a, b)
	}
	return dotVec(ptr(a), ptr(b), len(a))
}

// Sum returns Σ a_i. The order of the sum depends on the length and the tier only.
func Sum(a []float64) float64 {
	if tier == tierGo {
		return sumGo(a)
	}
	return sumVec(ptr(a), len(a))
}

// combine computes dst = s·dst + p·a + q·b.
func combine(dst []float64, s, p float64, a []float64, q float64, b []float64) {
	check3(dst, a, b)
	if tier == tierGo {
		combineGo(dst, s, p, a, q, b)
		return
	}
	combineVec(ptr(dst), s, p, ptr(a), q, ptr(b), len(dst))
}

func check2(a, b []float64) {
	if len(a) != len(b) {
		panic("kernel: slices differ in length")
	}
}

func check3(a, b, c []float64) {
	if len(a) != len(b) || len(a) != len(c) {
		panic("kernel: slices differ in length")
	}
}
