package kernel

// Tanh computes dst = tanh(src); dst may be src. The error is below 3 ulp.
func Tanh(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		tanhAll(dst, src)
		return
	}
	tanhVec(ptr(dst), ptr(src), len(dst))
}

// Exp computes dst = eˣ for x in src; dst may be src. The error is below 2 ulp.
func Exp(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		expAll(dst, src)
		return
	}
	expVec(ptr(dst), ptr(src), len(dst))
}

// Sin computes dst = sin(src), src in radians; dst may be src. The error is below
// 3 ulp at any magnitude.
func Sin(dst, src []float64) {
	check2(dst, src)
	for done := 0; done < len(dst); {
		if tier != tierGo {
			done += sinVec(ptr(dst[done:]), ptr(src[done:]), len(dst)-done)
		}
		done += sinAll(dst[done:], src[done:])
	}
}

// Cos computes dst = cos(src), src in radians; dst may be src. The error is below
// 3 ulp at any magnitude.
func Cos(dst, src []float64) {
	check2(dst, src)
	for done := 0; done < len(dst); {
		if tier != tierGo {
			done += cosVec(ptr(dst[done:]), ptr(src[done:]), len(dst)-done)
		}
		done += cosAll(dst[done:], src[done:])
	}
}
