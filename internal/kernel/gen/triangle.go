package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose writes the packing kernel; its width of four serves both tiers.
func transpose() {
	y.text("transpose4", "func(t int, a *float64, lda int, dst *float64, ldd int)",
		"stores four rows of length t at stride lda as t rows of four at stride ldd.")
	t, a0, lda := pointer("t"), pointer("a"), stride("lda")
	a := newRows(4, a0, lda, triple(4, lda))
	d0, ldd := pointer("dst"), stride("ldd")
	d := newRows(4, d0, ldd, triple(4, ldd))
	loop, tail, one, end := label("four"), label("tail"), label("one"), label("end")
	Label(loop)
	CMPQ(t, Imm(4))
	JL(LabelRef(tail))
	r, u := y.vecs(4), y.vecs(4)
	for i := range r {
		VMOVUPD(a.at(i, 0), r[i])
	}
	for i := 0; i < 4; i += 2 {
		VUNPCKLPD(r[i+1], r[i], u[i])
		VUNPCKHPD(r[i+1], r[i], u[i+1])
	}
	for i := range 2 {
		lo, hi := YMM(), YMM()
		VPERM2F128(Imm(0x20), u[i+2], u[i], lo)
		VPERM2F128(Imm(0x31), u[i+2], u[i], hi)
		VMOVUPD(lo, d.at(i, 0))
		VMOVUPD(hi, d.at(i+2, 0))
	}
	a.advance(Imm(32))
	LEAQ(Mem{Base: d0, Index: ldd, Scale: 4}, d0)
	SUBQ(Imm(4), t)
	JMP(LabelRef(loop))
	Label(tail)
	TESTQ(t, t)
	JZ(LabelRef(end))
	Label(one)
	for i := range 4 {
		v := XMM()
		VMOVSD(a.at(i, 0), v)
		VMOVSD(v, Mem{Base: d0, Disp: 8 * i})
	}
	a.advance(Imm(8))
	ADDQ(ldd, d0)
	DECQ(t)
	JNZ(LabelRef(one))
	Label(end)
	done()
}

// copyRows writes the other packing kernel, for rows that need no transposition.
func copyRows(s isa) {
	s.text("copyRows", "func(n int, src *float64, ld int, dst *float64, ldd int)",
		fmt.Sprintf("copies n > 0 rows of %d elements from stride ld to stride ldd.", gemmWide*s.lanes))
	n, src, ld, dst, ldd := pointer("n"), pointer("src"), stride("ld"), pointer("dst"), stride("ldd")
	loop := label("row")
	Label(loop)
	v := s.vecs(gemmWide)
	for j := range v {
		VMOVUPD(Mem{Base: src, Disp: s.bytes * j}, v[j])
	}
	for j := range v {
		VMOVUPD(v[j], Mem{Base: dst, Disp: s.bytes * j})
	}
	ADDQ(ld, src)
	ADDQ(ldd, dst)
	DECQ(n)
	JNZ(LabelRef(loop))
	done()
}

// symv writes the kernel of y = A·x on four rows of the upper triangle, right of
// the diagonal block: each element of A is read once and used twice.
func symv(s isa) {
	s.text("symv4", "func(n int, a *float64, lda int, x, y, xi, d *float64)",
		"adds Aᵀ·xi to y and stores A·x in d for four rows of A; x and y have length n, xi and d four.")
	n, lda := pointer("n"), stride("lda")
	a := newRows(4, pointer("a"), lda, triple(4, lda))
	x, yy := pointer("x"), pointer("y")
	xi := s.vecs(4)
	p := pointer("xi")
	for i := range xi {
		VBROADCASTSD(Mem{Base: p, Disp: 8 * i}, xi[i])
	}
	acc := s.zero(4)
	step := func(mk *mask) {
		xv, yv, v := s.vec(), s.vec(), s.vec()
		s.load(Mem{Base: x}, xv, mk)
		s.load(Mem{Base: yy}, yv, mk)
		for i := range acc {
			s.load(a.at(i, 0), v, mk)
			VFMADD231PD(v, xv, acc[i])
			VFMADD231PD(v, xi[i], yv)
		}
		s.store(yv, Mem{Base: yy}, mk)
	}
	loop, tail, end := label("columns"), label("tail"), label("end")
	Label(loop)
	CMPQ(n, Imm(uint64(s.lanes)))
	JL(LabelRef(tail))
	step(nil)
	for _, r := range []reg.Register{x, yy, a.base[0]} {
		ADDQ(Imm(uint64(s.bytes)), r)
	}
	SUBQ(Imm(uint64(s.lanes)), n)
	JMP(LabelRef(loop))
	Label(tail)
	TESTQ(n, n)
	JZ(LabelRef(end))
	mk := s.tailMask(n)
	step(&mk)
	Label(end)
	d := pointer("d")
	zero := YMM()
	VXORPD(zero, zero, zero)
	VMOVUPD(zero, Mem{Base: d})
	addSums(s, acc, d)
	done()
}

// peak writes a loop of nothing but independent fused multiply-adds.
func peak(s isa) {
	s.text("peak", "func(n int, x *float64)",
		"runs n rounds of 12 independent fused multiply-adds on registers and stores a sum in x.")
	n, x := pointer("n"), pointer("x")
	acc, v := s.zero(12), s.vec()
	VXORPD(v, v, v)
	loop := label("round")
	Label(loop)
	for i := range acc {
		VFMADD231PD(v, v, acc[i])
	}
	DECQ(n)
	JNZ(LabelRef(loop))
	for i := 1; i < len(acc); i++ {
		VADDPD(acc[i], acc[0], acc[0])
	}
	VMOVSD(acc[0].AsX(), Mem{Base: x})
	done()
}
