package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

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
