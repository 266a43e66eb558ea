package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The largest blocks that leave registers for their operands: 24 of 32 sums in
// AVX-512, 12 of 16 in AVX2.
const (
	gemmRowsZ, gemmRowsY = 8, 4
	gemmWide             = 3 // vectors
	dotsRowsZ, dotsRowsY = 6, 3
	dotsWide             = 4 // rows of B
)

func products() {
	for i := 1; i <= gemmRowsZ; i++ {
		gemm(z, i)
	}
	for i := 1; i <= gemmRowsY; i++ {
		gemm(y, i)
	}
	for i := 1; i <= dotsRowsZ; i++ {
		dots(z, i)
	}
	for i := 1; i <= dotsRowsY; i++ {
		dots(y, i)
	}
	transpose()
	copyRows(z)
	copyRows(y)
	symv(z)
	symv(y)
	rowProduct(z)
	rowProduct(y)
	peak(z)
	peak(y)
}

// gemm writes the strip kernel of m rows: for blocks of three vectors of columns
// the sums over k stay in registers.
func gemm(s isa, m int) {
	s.text(fmt.Sprintf("gemm%d", m),
		"func(n, k int, a *float64, sa, ta int, b *float64, ldb int, c *float64, ldc int, add int)",
		fmt.Sprintf("computes C = A·B, or C += A·B if add is not 0, for %d rows of C, k > 0.\n"+
			"Element (i, p) of A is a[i*sa+p*ta].", m))
	n, a, sa, ta := pointer("n"), pointer("a"), stride("sa"), stride("ta")
	b, ldb, c := pointer("b"), stride("ldb"), pointer("c")
	sa3 := triple(m, sa)
	step := gemmWide * s.lanes
	loop, tail, end := label("columns"), label("tail"), label("end")
	Label(loop)
	CMPQ(n, Imm(uint64(step)))
	JL(LabelRef(tail))
	g := gemmBlock{s: s, m: m, a: a, sa: sa, sa3: sa3, ta: ta, b: b, ldb: ldb, c: c}
	g.write(gemmWide, nil)
	ADDQ(Imm(uint64(8*step)), b)
	ADDQ(Imm(uint64(8*step)), c)
	SUBQ(Imm(uint64(step)), n)
	JMP(LabelRef(loop))
	Label(tail)
	if s.suffix == "Z" {
		g.tailZ(n, end)
	} else {
		g.tailY(n, end)
	}
	Label(end)
	done()
}

type gemmBlock struct {
	s           isa
	m           int
	a, b, c     reg.Register
	sa, sa3, ta reg.Register
	ldb         reg.Register
}

// tailZ handles the last n < 24 columns as one to three vectors, the last masked.
func (g gemmBlock) tailZ(n reg.Register, end string) {
	next := [4]string{1: label("one"), 2: label("two"), 3: label("three")}
	TESTQ(n, n)
	JZ(LabelRef(end))
	for w := 1; w <= gemmWide; w++ {
		if w < gemmWide {
			CMPQ(n, Imm(uint64(8*w)))
			JG(LabelRef(next[w+1]))
		}
		if w > 1 {
			SUBQ(Imm(uint64(8*(w-1))), n)
		}
		mk := g.s.tailMask(n)
		g.write(w, &mk)
		if w < gemmWide {
			JMP(LabelRef(end))
			Label(next[w+1])
		}
	}
}

// tailY handles the last n < 12 columns: whole vectors first, then a masked one.
func (g gemmBlock) tailY(n reg.Register, end string) {
	two, one, rest := label("two"), label("one"), label("rest")
	CMPQ(n, Imm(8))
	JL(LabelRef(one))
	Label(two)
	g.write(2, nil)
	ADDQ(Imm(64), g.b)
	ADDQ(Imm(64), g.c)
	SUBQ(Imm(8), n)
	JMP(LabelRef(rest))
	Label(one)
	CMPQ(n, Imm(4))
	JL(LabelRef(rest))
	g.write(1, nil)
	ADDQ(Imm(32), g.b)
	ADDQ(Imm(32), g.c)
	SUBQ(Imm(4), n)
	Label(rest)
	TESTQ(n, n)
	JZ(LabelRef(end))
	mk := g.s.tailMask(n)
	g.write(1, &mk)
}

// write computes m rows by w vectors of C; only the last vector is masked.
func (g gemmBlock) write(w int, mk *mask) {
	s, m := g.s, g.m
	lastMask := func(j int) *mask {
		if j == w-1 {
			return mk
		}
		return nil
	}
	zero, loop, store := label("zero"), label("k"), label("store")
	kk, pb := GP64(), GP64()
	pa := GP64()
	if mk == nil && w == gemmWide {
		// C is added to after the loop: ask for it now.
		add, pc, ldc := pointer("add"), GP64(), stride("ldc")
		TESTQ(add, add)
		JZ(LabelRef(zero))
		MOVQ(g.c, pc)
		for range m {
			for j := 0; j < w*s.bytes; j += 64 {
				PREFETCHT0(Mem{Base: pc, Disp: j})
			}
			ADDQ(ldc, pc)
		}
		Label(zero)
	}
	Load(Param("k"), kk)
	MOVQ(g.b, pb)
	MOVQ(g.a, pa)
	ar := newRows(m, pa, g.sa, g.sa3)
	acc := make([][]reg.VecVirtual, m)
	for i := range acc {
		acc[i] = s.zero(w)
	}
	bv, v := s.vecs(w), s.vec()
	Label(loop)
	for j := range bv {
		s.load(Mem{Base: pb, Disp: s.bytes * j}, bv[j], lastMask(j))
	}
	for i := range m {
		VBROADCASTSD(ar.at(i, 0), v)
		for j := range bv {
			VFMADD231PD(v, bv[j], acc[i][j])
		}
	}
	ar.advance(g.ta)
	ADDQ(g.ldb, pb)
	DECQ(kk)
	JNZ(LabelRef(loop))
	g.store(acc, lastMask, store)
}

// store writes the sums to C, or adds them.
func (g gemmBlock) store(acc [][]reg.VecVirtual, lastMask func(int) *mask, over string) {
	s := g.s
	add, ldc, pc := pointer("add"), stride("ldc"), GP64()
	TESTQ(add, add)
	JZ(LabelRef(over))
	MOVQ(g.c, pc)
	v := s.vec()
	for i := range acc {
		for j := range acc[i] {
			s.load(Mem{Base: pc, Disp: s.bytes * j}, v, lastMask(j))
			VADDPD(v, acc[i][j], acc[i][j])
		}
		ADDQ(ldc, pc)
	}
	Label(over)
	MOVQ(g.c, pc)
	for i := range acc {
		for j := range acc[i] {
			s.store(acc[i][j], Mem{Base: pc, Disp: s.bytes * j}, lastMask(j))
		}
		ADDQ(ldc, pc)
	}
}

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

// rowProduct writes the sum over components of the products of two blocks, point by
// point: a row of a Jacobian.
func rowProduct(s isa) {
	s.text("rowProduct", "func(n, c int, a, b *float64, t int, dst *float64)",
		"computes dst = Σ over c rows of a·b, rows t apart, at n points, a multiple of 8; c > 0.")
	n, a, b, t, dst := pointer("n"), pointer("a"), pointer("b"), stride("t"), pointer("dst")
	jetLoops(s, n, 4, []reg.Register{a, b, dst}, func(vectors int) {
		c, pa, pb := pointer("c"), GP64(), GP64()
		MOVQ(a, pa)
		MOVQ(b, pb)
		acc, v := s.zero(vectors), s.vecs(vectors)
		loop := label("component")
		Label(loop)
		each(vectors, func(u int) { VMOVUPD(Mem{Base: pa, Disp: s.bytes * u}, v[u]) })
		each(vectors, func(u int) { VFMADD231PD(Mem{Base: pb, Disp: s.bytes * u}, v[u], acc[u]) })
		ADDQ(t, pa)
		ADDQ(t, pb)
		DECQ(c)
		JNZ(LabelRef(loop))
		each(vectors, func(u int) { VMOVUPD(acc[u], Mem{Base: dst, Disp: s.bytes * u}) })
	})
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
