package kernel

// Tanh computes dst = tanh(src); dst may be src. The error is below 3 ulp.
func Tanh(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		tanhAllGo(dst, src)
		return
	}
	tanhVec(ptr(dst), ptr(src), len(dst))
}

// Exp computes dst = eˣ for x in src; dst may be src. The error is below 2 ulp.
func Exp(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		expAllGo(dst, src)
		return
	}
	expVec(ptr(dst), ptr(src), len(dst))
}

// Sin computes dst = sin(src), src in radians; dst may be src. The error is below
// 3 ulp at any magnitude.
func Sin(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		sinAllGo(dst, src)
		return
	}
	for done := 0; done < len(dst); {
		done += sinVec(ptr(dst[done:]), ptr(src[done:]), len(dst)-done)
		for stop := min(done+largeRun, len(dst)); done < stop; done++ {
			if x := src[done]; x > maxAngle || x < -maxAngle {
				dst[done] = sinGo(x)
			} else {
				sinVec(&dst[done], &src[done], 1)
			}
		}
	}
}

// Cos computes dst = cos(src), src in radians; dst may be src. The error is below
// 3 ulp at any magnitude.
func Cos(dst, src []float64) {
	check2(dst, src)
	if tier == tierGo {
		cosAllGo(dst, src)
		return
	}
	for done := 0; done < len(dst); {
		done += cosVec(ptr(dst[done:]), ptr(src[done:]), len(dst)-done)
		for stop := min(done+largeRun, len(dst)); done < stop; done++ {
			if x := src[done]; x > maxAngle || x < -maxAngle {
				dst[done] = cosGo(x)
			} else {
				cosVec(&dst[done], &src[done], 1)
			}
		}
	}
}

// largeRun is how many elements Sin and Cos take one at a time after the vector
// routine has stopped at an angle beyond maxAngle: two of its vectors.
const largeRun = 16
