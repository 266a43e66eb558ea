package kernel

// Add computes dst = a + b.
func Add(dst, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

// Sub computes dst = a − b.
func Sub(dst, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = a[i] - b[i]
	}
}

// Mul computes dst = a·b.
func Mul(dst, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

// Div computes dst = a/b.
func Div(dst, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = a[i] / b[i]
	}
}

// MulAdd computes dst = dst + a·b.
func MulAdd(dst, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

// MulAddC computes dst = dst + c·a·b, the product c·a rounded first.
func MulAddC(dst []float64, c float64, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] += (c * a[i]) * b[i]
	}
}

// MulC computes dst = c·a·b, the product c·a rounded first.
func MulC(dst []float64, c float64, a, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = (c * a[i]) * b[i]
	}
}

// Axpy computes dst = dst + c·a.
func Axpy(dst []float64, c float64, a []float64) {
	check2(dst, a)
	for i := range dst {
		dst[i] += c * a[i]
	}
}

// Scale computes dst = c·a.
func Scale(dst []float64, c float64, a []float64) {
	check2(dst, a)
	for i := range dst {
		dst[i] = c * a[i]
	}
}

// AddConst computes dst = a + c.
func AddConst(dst []float64, c float64, a []float64) {
	check2(dst, a)
	for i := range dst {
		dst[i] = a[i] + c
	}
}

// Fill sets every element of dst to c.
func Fill(dst []float64, c float64) {
	for i := range dst {
		dst[i] = c
	}
}

// Dot returns Σ a_i·b_i. The order of the sum depends on the length and the tier
// only.
func Dot(a, b []float64) float64 {
	check2(a, b)
	return dotGo(a, b)
}

// Sum returns Σ a_i. The order of the sum depends on the length and the tier only.
func Sum(a []float64) float64 {
	return sumGo(a)
}

// combine computes dst = s·dst + p·a + q·b.
func combine(dst []float64, s, p float64, a []float64, q float64, b []float64) {
	check3(dst, a, b)
	for i := range dst {
		dst[i] = s*dst[i] + p*a[i] + q*b[i]
	}
}

func dotGo(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s2) + (s1 + s3)
}

func sumGo(a []float64) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i]
		s1 += a[i+1]
		s2 += a[i+2]
		s3 += a[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i]
	}
	return (s0 + s2) + (s1 + s3)
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
