package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dots writes the kernel of a reduction over points: m rows of A against one to
// four rows of B, each sum one vector over the points until the end.
func dots(s isa, m int) {
	s.text(fmt.Sprintf("dots%d", m),
		"func(nr, t int, a *float64, lda int, b *float64, ldb int, c *float64, ldc int)",
		fmt.Sprintf("adds the %d·nr products of rows of A with rows of B, both of length t, to C, 0 < nr ≤ 4.", m))
	nr := pointer("nr")
	next := make([]string, dotsWide+1)
	for w := dotsWide; w >= 2; w-- {
		next[w-1] = label("width")
		CMPQ(nr, Imm(uint64(w)))
		JNE(LabelRef(next[w-1]))
		dotsBlock(s, m, w)
		Label(next[w-1])
	}
	dotsBlock(s, m, 1)
}

func dotsBlock(s isa, m, w int) {
	t := pointer("t")
	lda, ldb := stride("lda"), stride("ldb")
	a := newRows(m, pointer("a"), lda, triple(m, lda))
	b := newRows(w, pointer("b"), ldb, triple(w, ldb))
	acc := make([][]reg.VecVirtual, m)
	for i := range acc {
		acc[i] = s.zero(w)
	}
	loop, tail, sums := label("points"), label("tail"), label("sums")
	Label(loop)
	CMPQ(t, Imm(uint64(s.lanes)))
	JL(LabelRef(tail))
	s.dotsStep(a, b, acc, nil)
	a.advance(Imm(uint64(s.bytes)))
	b.advance(Imm(uint64(s.bytes)))
	SUBQ(Imm(uint64(s.lanes)), t)
	JMP(LabelRef(loop))
	Label(tail)
	TESTQ(t, t)
	JZ(LabelRef(sums))
	if s.suffix == "Z" {
		mk := s.tailMask(t)
		s.dotsStep(a, b, acc, &mk)
	} else {
		one := label("one")
		Label(one)
		s.dotsOne(a, b, acc)
		a.advance(Imm(8))
		b.advance(Imm(8))
		DECQ(t)
		JNZ(LabelRef(one))
	}
	Label(sums)
	c, ldc := pointer("c"), stride("ldc")
	for i := range acc {
		addSums(s, acc[i], c)
		ADDQ(ldc, c)
	}
	done()
}

// dotsStep multiplies one vector of each row, holding the rows of the narrower
// side in registers.
func (s isa) dotsStep(a, b rows, acc [][]reg.VecVirtual, mk *mask) {
	if s.suffix == "Z" {
		bv, v := s.vecs(len(acc[0])), s.vec()
		for j := range bv {
			s.load(b.at(j, 0), bv[j], mk)
		}
		for i := range acc {
			s.load(a.at(i, 0), v, mk)
			for j := range bv {
				VFMADD231PD(v, bv[j], acc[i][j])
			}
		}
		return
	}
	av, v := s.vecs(len(acc)), s.vec()
	for i := range av {
		s.load(a.at(i, 0), av[i], mk)
	}
	for j := range acc[0] {
		s.load(b.at(j, 0), v, mk)
		for i := range av {
			VFMADD231PD(v, av[i], acc[i][j])
		}
	}
}

// dotsOne multiplies one element of each row: the other lanes add 0·0.
func (s isa) dotsOne(a, b rows, acc [][]reg.VecVirtual) {
	av, v := s.vecs(len(acc)), s.vec()
	one := func(from Mem, to reg.VecVirtual) {
		VXORPD(to, to, to) // tells the allocator that the whole register is written
		VMOVSD(from, to.AsX())
	}
	for i := range av {
		one(a.at(i, 0), av[i])
	}
	for j := range acc[0] {
		one(b.at(j, 0), v)
		for i := range av {
			VFMADD231PD(v, av[i], acc[i][j])
		}
	}
}

// addSums adds the sums over the lanes of one to four vectors to as many
// consecutive elements of c.
func addSums(s isa, acc []reg.VecVirtual, c reg.Register) {
	lo := make([]reg.VecVirtual, 4)
	for j := range lo {
		if j >= len(acc) {
			lo[j] = lo[0]
			continue
		}
		lo[j] = acc[j]
		if s.suffix == "Z" {
			// 8 lanes to 4
			h, l := YMM(), YMM()
			VEXTRACTF64X4(Imm(1), acc[j], h)
			VADDPD(h, acc[j].AsY().(reg.VecVirtual), l)
			lo[j] = l
		}
	}
	// [a b] = (a0+a1, b0+b1, a2+a3, b2+b3)
	ab, sum := YMM(), YMM()
	VHADDPD(lo[1], lo[0], ab)
	if len(acc) > 2 {
		cd, x := YMM(), YMM()
		VHADDPD(lo[3], lo[2], cd)
		VPERM2F128(Imm(0x21), cd, ab, x)
		VBLENDPD(Imm(0xC), cd, ab, sum)
		VADDPD(x, sum, sum)
	} else {
		h := XMM()
		VEXTRACTF128(Imm(1), ab, h)
		VADDPD(h, ab.AsX(), sum.AsX())
	}
	switch len(acc) {
	case 1:
		VADDSD(Mem{Base: c}, sum.AsX(), sum.AsX())
		VMOVSD(sum.AsX(), Mem{Base: c})
	case 2:
		VADDPD(Mem{Base: c}, sum.AsX(), sum.AsX())
		VMOVUPD(sum.AsX(), Mem{Base: c})
	case 3:
		h := XMM()
		VEXTRACTF128(Imm(1), sum, h)
		VADDPD(Mem{Base: c}, sum.AsX(), sum.AsX())
		VADDSD(Mem{Base: c, Disp: 16}, h, h)
		VMOVUPD(sum.AsX(), Mem{Base: c})
		VMOVSD(h, Mem{Base: c, Disp: 16})
	case 4:
		VADDPD(Mem{Base: c}, sum, sum)
		VMOVUPD(sum, Mem{Base: c})
	}
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
