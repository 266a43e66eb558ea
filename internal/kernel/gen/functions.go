package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A named constant fills a vector.
type named struct {
	name  string
	value float64
}

const (
	magic = 0x1.8p52 // x + magic rounds x to an integer, held in the low bits
	// Above maxAngle the routines of sine and cosine stop and leave the element to
	// the scalar reduction.
	maxAngle = 0x1p30
)

var (
	sign  = named{"sign", math.Copysign(0, -1)}
	half  = named{"half", 0.5}
	one   = named{"one", 1}
	two   = named{"two", 2}
	round = named{"magic", magic}
	scale = named{"magicExp", magic + 1023}

	cLog2e, cLn2Hi, cLn2Lo = named{"log2e", log2e}, named{"ln2Hi", ln2Hi}, named{"ln2Lo", ln2Lo}
	tanhMin                = named{"tanhMin", -44}
	expMin, expMax         = named{"expMin", -750}, named{"expMax", 710}
	angleMax               = named{"maxAngle", maxAngle}
	cInvPi                 = named{"invPi", invPi}
	cPi                    = []named{{"piHi", piPart[0]}, {"piMid", piPart[1]}, {"piLo", piPart[2]}}
	cHalfPi                = []named{{"halfPiHi", piPart[0] / 2}, {"halfPiMid", piPart[1] / 2}, {"halfPiLo", piPart[2] / 2}}

	expTerms = polynomial("e", expm1Poly)
	sinTerms = polynomial("s", sinPoly)
)

// polynomial names the coefficients p, lowest first, name0, name1, ….
func polynomial(name string, p []float64) []named {
	var c []named
	for i, v := range p {
		c = append(c, named{fmt.Sprintf("%s%d", name, i), v})
	}
	return c
}

func list(c []named, more ...named) []named { return append(append([]named{}, c...), more...) }

func functions() {
	tanhHeld := list(expTerms, cLog2e, cLn2Hi, cLn2Lo, sign, one, two, tanhMin)
	expHeld := list(expTerms, cLog2e, cLn2Hi, cLn2Lo, one, expMin, expMax)
	sinHeld := append(list(sinTerms, cPi...), cInvPi, round, sign, angleMax)
	cosHeld := append(list(sinTerms, cHalfPi...), cInvPi, round, sign, angleMax, half, one, two)
	for _, s := range []isa{z, y} {
		unroll := map[string]int{"Z": 2, "Y": 3}[s.suffix]
		newFunction(s, "tanh", tanhHeld).write(unroll, (*function).tanh)
		newFunction(s, "exp", expHeld).write(unroll, (*function).exp)
		newFunction(s, "sin", sinHeld).writePeriodic(2, (*function).sin)
		newFunction(s, "cos", cosHeld).writePeriodic(2, (*function).cos)
	}
}

// A function is a routine being written. AVX-512 has the registers to hold its
// constants; AVX2 takes them from memory.
type function struct {
	s    isa
	name string
	list []named
	held map[string]reg.VecVirtual
}

func newFunction(s isa, name string, held []named) *function {
	return &function{s: s, name: name, list: held, held: map[string]reg.VecVirtual{}}
}

// hold broadcasts the constants to registers at the head of the routine.
func (f *function) hold() {
	if f.s.suffix != "Z" {
		return
	}
	for _, c := range f.list {
		f.held[c.name] = f.s.vec()
		VBROADCASTSD(float8(c.name, c.value), f.held[c.name])
	}
}

// c returns a constant as an operand, r in a register.
func (f *function) c(c named) Op {
	if v, ok := f.held[c.name]; ok {
		return v
	}
	return float8(c.name, c.value)
}

func (f *function) r(c named) reg.VecVirtual {
	if v, ok := f.held[c.name]; ok {
		return v
	}
	v := f.s.vec()
	VMOVUPD(float8(c.name, c.value), v)
	return v
}

// each runs g for each of n vectors: one instruction for all of them, then the
// next, so that their chains run side by side.
func each(n int, g func(u int)) {
	for u := range n {
		g(u)
	}
}

// horner evaluates a polynomial at x.
func (f *function) horner(terms []named, x []reg.VecVirtual) []reg.VecVirtual {
	p := f.s.vecs(len(x))
	last := len(terms) - 1
	each(len(x), func(u int) { VMOVUPD(f.c(terms[last]), p[u]) })
	for i := last - 1; i >= 0; i-- {
		each(len(x), func(u int) { VFMADD213PD(f.c(terms[i]), x[u], p[u]) })
	}
	return p
}

// write writes a function without special cases.
func (f *function) write(unroll int, body func(f *function, x []reg.VecVirtual) []reg.VecVirtual) {
	s := f.s
	s.text(f.name, "func(dst, src *float64, n int)", "computes dst = "+f.name+"(src).")
	dst, src := pointer("dst"), pointer("src")
	f.hold()
	sweep(s, unroll, func(vectors int, mk *mask, at func(reg.Register, int) Mem) {
		x := s.vecs(vectors)
		each(vectors, func(u int) { s.load(at(src, u), x[u], mk) })
		r := body(f, x)
		each(vectors, func(u int) { s.store(r[u], at(dst, u), mk) })
	})
	done()
}

// expm1 reduces y to r = y − k·ln 2, |r| ≤ ln 2/2, and returns q = eʳ − 1 and k, both
// in new registers; y is lost.
//
// NaN passes through: it is neither compared nor converted.
func (f *function) expm1(y []reg.VecVirtual) (q, k []reg.VecVirtual) {
	n := len(y)
	k = f.s.vecs(n)
	each(n, func(u int) {
		VMULPD(f.c(cLog2e), y[u], k[u])
		if f.s.suffix == "Z" {
			VRNDSCALEPD(Imm(0), k[u], k[u])
		} else {
			VROUNDPD(Imm(0), k[u], k[u])
		}
	})
	each(n, func(u int) { VFNMADD231PD(f.c(cLn2Hi), k[u], y[u]) })
	each(n, func(u int) { VFNMADD231PD(f.c(cLn2Lo), k[u], y[u]) })
	q = f.horner(expTerms, y)
	// q = r + (r·p)·r
	each(n, func(u int) { VMULPD(y[u], q[u], q[u]) })
	each(n, func(u int) { VFMADD213PD(y[u], y[u], q[u]) })
	return q, k
}

// power returns 2ᵏ for an integer −1022 ≤ k ≤ 1023, in place: the sum with the magic
// number leaves k+1023 in the low bits, the shift makes it the exponent.
func (f *function) power(k []reg.VecVirtual) {
	each(len(k), func(u int) {
		VADDPD(f.c(scale), k[u], k[u])
		VPSLLQ(Imm(52), k[u], k[u])
	})
}

// tanh |x| = −t/(2 + t) with t = e^(−2|x|) − 1 = 2ᵏ·q + (2ᵏ − 1).
func (f *function) tanh(x []reg.VecVirtual) []reg.VecVirtual {
	n := len(x)
	y := f.s.vecs(n)
	s, lim := f.r(sign), f.r(tanhMin)
	each(n, func(u int) { VORPD(x[u], s, y[u]) })
	each(n, func(u int) { VADDPD(y[u], y[u], y[u]) })
	each(n, func(u int) { VMAXPD(y[u], lim, y[u]) }) // the second source is NaN's: y
	q, k := f.expm1(y)
	if f.s.suffix == "Z" {
		each(n, func(u int) { VSCALEFPD(k[u], f.held["one"], k[u]) })
	} else {
		f.power(k)
	}
	t, d := y, f.s.vecs(n)
	each(n, func(u int) { VSUBPD(f.c(one), k[u], t[u]) })
	each(n, func(u int) { VFMADD231PD(q[u], k[u], t[u]) })
	each(n, func(u int) { VADDPD(f.c(two), t[u], d[u]) })
	each(n, func(u int) { VDIVPD(d[u], t[u], t[u]) })
	// The magnitude of the quotient with the sign of x.
	each(n, func(u int) { VANDPD(x[u], s, x[u]) })
	each(n, func(u int) { VANDNPD(t[u], s, t[u]) })
	each(n, func(u int) { VORPD(x[u], t[u], t[u]) })
	return t
}

// eˣ = 2ᵏ·(1 + q). Below 2⁻¹⁰²² the scaling rounds once more.
func (f *function) exp(x []reg.VecVirtual) []reg.VecVirtual {
	n := len(x)
	lo, hi := f.r(expMin), f.r(expMax)
	each(n, func(u int) { VMAXPD(x[u], lo, x[u]) })
	each(n, func(u int) { VMINPD(x[u], hi, x[u]) })
	q, k := f.expm1(x)
	each(n, func(u int) { VADDPD(f.c(one), q[u], q[u]) })
	if f.s.suffix == "Z" {
		each(n, func(u int) { VSCALEFPD(k[u], q[u], q[u]) })
		return q
	}
	// 2ᵏ in two factors that are both normal.
	h := x
	each(n, func(u int) { VMULPD(f.c(half), k[u], h[u]) })
	each(n, func(u int) { VROUNDPD(Imm(0), h[u], h[u]) })
	each(n, func(u int) { VSUBPD(h[u], k[u], k[u]) })
	f.power(h)
	f.power(k)
	each(n, func(u int) { VMULPD(h[u], q[u], q[u]) })
	each(n, func(u int) { VMULPD(k[u], q[u], q[u]) })
	return q
}

// writePeriodic writes a function that stops before the first vector with an
// |x| > maxAngle and returns how many elements are done.
func (f *function) writePeriodic(unroll int, body func(f *function, x, a []reg.VecVirtual) []reg.VecVirtual) {
	s := f.s
	s.text(f.name, "func(dst, src *float64, n int) int", "computes dst = "+f.name+
		"(src) up to the first vectors\nwith an element beyond 2³⁰ and returns how many it has done.")
	dst, src := pointer("dst"), pointer("src")
	f.hold()
	stop := label("stop")
	n := sweep(s, unroll, func(vectors int, mk *mask, at func(reg.Register, int) Mem) {
		x, a := s.vecs(vectors), s.vecs(vectors)
		each(vectors, func(u int) { s.load(at(src, u), x[u], mk) })
		m := f.r(sign)
		each(vectors, func(u int) { VANDNPD(x[u], m, a[u]) })
		f.branchIfLarge(a, stop)
		r := body(f, x, a)
		each(vectors, func(u int) { s.store(r[u], at(dst, u), mk) })
	})
	Label(stop)
	total := pointer("n")
	SUBQ(n, total)
	Store(total, ReturnIndex(0))
	done()
}

// branchIfLarge jumps if any a > maxAngle; NaN is not.
func (f *function) branchIfLarge(a []reg.VecVirtual, stop string) {
	const greater = 30 // ordered, quiet
	if f.s.suffix == "Z" {
		stopIf := K()
		for i, w := range a {
			k := K()
			VCMPPD(Imm(greater), f.held["maxAngle"], w, k)
			if i == 0 {
				stopIf = k
			} else {
				KORB(k, stopIf, stopIf)
			}
		}
		KORTESTB(stopIf, stopIf)
		JNZ(LabelRef(stop))
		return
	}
	any := f.s.vec()
	for i, w := range a {
		v := f.s.vec()
		VCMPPD(Imm(greater), f.c(angleMax), w, v)
		if i == 0 {
			any = v
		} else {
			VORPD(v, any, any)
		}
	}
	bits := GP32()
	VMOVMSKPD(any, bits)
	TESTL(bits, bits)
	JNZ(LabelRef(stop))
}

// sinReduced returns sin(r) = r + (r·s)·S(s), s = r², for |r| ≤ π/2.
func (f *function) sinReduced(r []reg.VecVirtual) []reg.VecVirtual {
	n := len(r)
	s := f.s.vecs(n)
	each(n, func(u int) { VMULPD(r[u], r[u], s[u]) })
	p := f.horner(sinTerms, s)
	each(n, func(u int) { VMULPD(r[u], s[u], s[u]) })
	each(n, func(u int) { VFMADD213PD(r[u], s[u], p[u]) })
	return p
}

// reduce subtracts k·π (or k·π/2) in three parts; the first subtraction is exact.
func (f *function) reduce(k, a []reg.VecVirtual, pi []named) {
	for _, part := range pi {
		each(len(a), func(u int) { VFNMADD231PD(f.c(part), k[u], a[u]) })
	}
}

// sin x = (−1)ᵏ·sin(|x| − kπ)·sign x, k the integer nearest |x|/π.
func (f *function) sin(x, a []reg.VecVirtual) []reg.VecVirtual {
	n := len(x)
	k, odd := f.s.vecs(n), f.s.vecs(n)
	each(n, func(u int) { VMULPD(f.c(cInvPi), a[u], k[u]) })
	each(n, func(u int) { VADDPD(f.c(round), k[u], k[u]) })
	each(n, func(u int) { VPSLLQ(Imm(63), k[u], odd[u]) })
	each(n, func(u int) { VSUBPD(f.c(round), k[u], k[u]) })
	each(n, func(u int) { VANDPD(f.c(sign), x[u], x[u]) })
	each(n, func(u int) { VXORPD(odd[u], x[u], x[u]) })
	f.reduce(k, a, cPi)
	p := f.sinReduced(a)
	each(n, func(u int) { VXORPD(x[u], p[u], p[u]) })
	return p
}

// cos x = (−1)^(k+1)·sin(|x| − (2k+1)·π/2), k the integer nearest |x|/π − 1/2.
func (f *function) cos(x, a []reg.VecVirtual) []reg.VecVirtual {
	n := len(x)
	k, odd := f.s.vecs(n), x
	each(n, func(u int) { VMOVAPD(a[u], k[u]) })
	inv, h := f.r(cInvPi), f.c(half)
	each(n, func(u int) { VFMSUB213PD(h, inv, k[u]) })
	each(n, func(u int) { VADDPD(f.c(round), k[u], k[u]) })
	each(n, func(u int) { VPSLLQ(Imm(63), k[u], odd[u]) })
	each(n, func(u int) { VSUBPD(f.c(round), k[u], k[u]) })
	each(n, func(u int) { VADDPD(k[u], k[u], k[u]) })
	each(n, func(u int) { VADDPD(f.c(one), k[u], k[u]) })
	each(n, func(u int) { VXORPD(f.c(sign), odd[u], odd[u]) })
	f.reduce(k, a, cHalfPi)
	p := f.sinReduced(a)
	each(n, func(u int) { VXORPD(odd[u], p[u], p[u]) })
	return p
}
