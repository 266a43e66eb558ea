package kernel

import "math"

// Tanh computes dst = tanh(src); dst may be src.
func Tanh(dst, src []float64) {
	check2(dst, src)
	for i, x := range src {
		dst[i] = math.Tanh(x)
	}
}

// Exp computes dst = eˣ for x in src; dst may be src.
func Exp(dst, src []float64) {
	check2(dst, src)
	for i, x := range src {
		dst[i] = math.Exp(x)
	}
}

// Sin computes dst = sin(src), src in radians; dst may be src.
func Sin(dst, src []float64) {
	check2(dst, src)
	for i, x := range src {
		dst[i] = math.Sin(x)
	}
}

// Cos computes dst = cos(src), src in radians; dst may be src.
func Cos(dst, src []float64) {
	check2(dst, src)
	for i, x := range src {
		dst[i] = math.Cos(x)
	}
}
