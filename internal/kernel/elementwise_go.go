package kernel

func addGo(dst, a, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}

func mulGo(dst, a, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] * b[i]
	}
}

func mulAddGo(dst, a, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += a[i] * b[i]
	}
}

func mulAddCGo(dst []float64, c float64, a, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] += (c * a[i]) * b[i]
	}
}

func mulCGo(dst []float64, c float64, a, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = (c * a[i]) * b[i]
	}
}

func axpyGo(dst []float64, c float64, a []float64) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] += c * a[i]
	}
}

func scaleGo(dst []float64, c float64, a []float64) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = c * a[i]
	}
}

func addConstGo(dst []float64, c float64, a []float64) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = a[i] + c
	}
}

func fillGo(dst []float64, c float64) {
	for i := range dst {
		dst[i] = c
	}
}

func combineGo(dst []float64, s, p float64, a []float64, q float64, b []float64) {
	a, b = a[:len(dst)], b[:len(dst)]
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
