package expr

// MaxAxes is the largest number of axes a domain may have.
const MaxAxes = 10

// MaxOrder is the largest total order of a derivative the language admits.
const MaxOrder = 4

// Multi is a multi-index α: Multi[i] is the number of derivatives along axis i.
// It is comparable, so it can be a map key; the zero value is no derivative.
type Multi [MaxAxes]uint8

// Unit returns the multi-index e_i of one derivative along the axis.
func Unit(axis int) Multi {
	var m Multi
	m[axis] = 1
	return m
}

// Order returns |α| = Σ α_i.
func (m Multi) Order() int {
	n := 0
	for _, k := range m {
		n += int(k)
	}
	return n
}

// Add returns α + e_axis.
func (m Multi) Add(axis int) Multi {
	m[axis]++
	return m
}

// Plus returns α + β.
func (m Multi) Plus(b Multi) Multi {
	for i := range m {
		m[i] += b[i]
	}
	return m
}

// Sub returns α − β. It panics unless β ≤ α.
func (m Multi) Sub(b Multi) Multi {
	if !b.Le(m) {
		panic("expr: Multi.Sub of a larger multi-index")
	}
	for i := range m {
		m[i] -= b[i]
	}
	return m
}

// Le reports whether α ≤ β in every component.
func (m Multi) Le(b Multi) bool {
	for i := range m {
		if m[i] > b[i] {
			return false
		}
	}
	return true
}

// Compare orders multi-indices by total order, then with more derivatives along
// earlier axes first; it returns -1, 0 or +1.
func (m Multi) Compare(b Multi) int {
	switch p, q := m.Order(), b.Order(); {
	case p < q:
		return -1
	case p > q:
		return 1
	}
	for i := range m {
		switch {
		case m[i] > b[i]:
			return -1
		case m[i] < b[i]:
			return 1
		}
	}
	return 0
}

// Binom returns the multi-index binomial coefficient
//
//	C(α, β) = Π_i α_i! / (β_i! (α_i−β_i)!),
//
// which is 0 unless β ≤ α. It is the factor of ∂^β φ · ∂^{α−β} N in the Leibniz
// rule for ∂^α (φN).
func (m Multi) Binom(b Multi) float64 {
	c := 1.0
	for i := range m {
		if b[i] > m[i] {
			return 0
		}
		for k := 1; k <= int(b[i]); k++ {
			c = c * float64(int(m[i])-int(b[i])+k) / float64(k)
		}
	}
	return c
}

// Partial names one derivative of one field: the field's index and the
// multi-index over the axes, such as u, u_t or u_xx. It is comparable.
type Partial struct {
	Field int
	Order Multi
}

// Compare orders partials by field, then by multi-index; it returns -1, 0 or +1.
func (p Partial) Compare(q Partial) int {
	switch {
	case p.Field < q.Field:
		return -1
	case p.Field > q.Field:
		return 1
	}
	return p.Order.Compare(q.Order)
}
