package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An operation computes one vector of dst.
type operation struct {
	name, signature, doc string
	sources              []string // slices read, dst among them if it is
	scalars              []string
	// compute returns the register with the result; x are the sources, which it may
	// overwrite, c the scalars, which it may not.
	compute func(x, c []reg.VecVirtual) reg.VecVirtual
}

var operations = []operation{
	{"add", "func(dst, a, b *float64, n int)", "computes dst = a + b.", []string{"a", "b"}, nil,
		func(x, c []reg.VecVirtual) reg.VecVirtual { VADDPD(x[1], x[0], x[0]); return x[0] }},
	{"mul", "func(dst, a, b *float64, n int)", "computes dst = a·b.", []string{"a", "b"}, nil,
		func(x, c []reg.VecVirtual) reg.VecVirtual { VMULPD(x[1], x[0], x[0]); return x[0] }},
	{"mulAdd", "func(dst, a, b *float64, n int)", "computes dst += a·b.", []string{"dst", "a", "b"}, nil,
		func(x, c []reg.VecVirtual) reg.VecVirtual { VFMADD231PD(x[2], x[1], x[0]); return x[0] }},
	{"mulAddC", "func(dst *float64, c float64, a, b *float64, n int)", "computes dst += c·a·b.", []string{"dst", "a", "b"}, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual {
			VMULPD(c[0], x[1], x[1])
			VFMADD231PD(x[2], x[1], x[0])
			return x[0]
		}},
	{"mulC", "func(dst *float64, c float64, a, b *float64, n int)", "computes dst = c·a·b.", []string{"a", "b"}, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual {
			VMULPD(c[0], x[0], x[0])
			VMULPD(x[1], x[0], x[0])
			return x[0]
		}},
	{"axpy", "func(dst *float64, c float64, a *float64, n int)", "computes dst += c·a.", []string{"dst", "a"}, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual { VFMADD231PD(c[0], x[1], x[0]); return x[0] }},
	{"scale", "func(dst *float64, c float64, a *float64, n int)", "computes dst = c·a.", []string{"a"}, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual { VMULPD(c[0], x[0], x[0]); return x[0] }},
	{"addConst", "func(dst *float64, c float64, a *float64, n int)", "computes dst = a + c.", []string{"a"}, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual { VADDPD(c[0], x[0], x[0]); return x[0] }},
	{"fill", "func(dst *float64, c float64, n int)", "computes dst = c.", nil, []string{"c"},
		func(x, c []reg.VecVirtual) reg.VecVirtual { return c[0] }},
	{"combine", "func(dst *float64, s, p float64, a *float64, q float64, b *float64, n int)", "computes dst = s·dst + p·a + q·b.",
		[]string{"dst", "a", "b"}, []string{"s", "p", "q"},
		func(x, c []reg.VecVirtual) reg.VecVirtual {
			VMULPD(c[0], x[0], x[0])
			VFMADD231PD(c[1], x[1], x[0])
			VFMADD231PD(c[2], x[2], x[0])
			return x[0]
		}},
}

func elementwise() {
	for _, s := range []isa{z, y} {
		for _, o := range operations {
			writeOperation(s, o)
		}
		writeSum(s, "sum", "func(a *float64, n int) float64", "returns Σ a.", []string{"a"},
			func(acc reg.VecVirtual, x []reg.VecVirtual) { VADDPD(x[0], acc, acc) })
		writeSum(s, "dot", "func(a, b *float64, n int) float64", "returns Σ a·b.", []string{"a", "b"},
			func(acc reg.VecVirtual, x []reg.VecVirtual) { VFMADD231PD(x[0], x[1], acc) })
	}
}

// sweep writes a loop over n elements: unroll vectors at a time, then single
// vectors, then the masked rest. step gets the number of vectors and the address
// of each; it returns the register that counts what is left.
func sweep(s isa, unroll int, step func(vectors int, mk *mask, at func(p reg.Register, v int) Mem)) reg.Register {
	n, i := pointer("n"), GP64()
	XORQ(i, i)
	at := func(p reg.Register, v int) Mem { return Mem{Base: p, Index: i, Scale: 8, Disp: s.bytes * v} }
	for u := unroll; ; u = 1 {
		loop, next := label("vectors"), label("next")
		Label(loop)
		CMPQ(n, Imm(uint64(u*s.lanes)))
		JL(LabelRef(next))
		step(u, nil, at)
		ADDQ(Imm(uint64(u*s.lanes)), i)
		SUBQ(Imm(uint64(u*s.lanes)), n)
		JMP(LabelRef(loop))
		Label(next)
		if u == 1 {
			break
		}
	}
	end := label("end")
	TESTQ(n, n)
	JZ(LabelRef(end))
	mk := s.tailMask(n)
	step(1, &mk, at)
	XORQ(n, n)
	Label(end)
	return n
}

func writeOperation(s isa, o operation) {
	s.text(o.name, o.signature, o.doc)
	dst := pointer("dst")
	ptr := map[string]reg.Register{"dst": dst}
	for _, name := range o.sources {
		if name != "dst" {
			ptr[name] = pointer(name)
		}
	}
	var c []reg.VecVirtual
	for _, name := range o.scalars {
		c = append(c, s.broadcast(name))
	}
	sweep(s, 4, func(vectors int, mk *mask, at func(reg.Register, int) Mem) {
		for v := range vectors {
			var x []reg.VecVirtual
			for _, name := range o.sources {
				r := s.vec()
				s.load(at(ptr[name], v), r, mk)
				x = append(x, r)
			}
			s.store(o.compute(x, c), at(dst, v), mk)
		}
	})
	done()
}

// writeSum writes a reduction with four vectors of partial sums.
func writeSum(s isa, name, signature, doc string, sources []string, accumulate func(acc reg.VecVirtual, x []reg.VecVirtual)) {
	s.text(name, signature, doc)
	var ptr []reg.Register
	for _, name := range sources {
		ptr = append(ptr, pointer(name))
	}
	acc := s.zero(4)
	sweep(s, 4, func(vectors int, mk *mask, at func(reg.Register, int) Mem) {
		for v := range vectors {
			var x []reg.VecVirtual
			for _, p := range ptr {
				r := s.vec()
				s.load(at(p, v), r, mk)
				x = append(x, r)
			}
			accumulate(acc[v], x)
		}
	})
	VADDPD(acc[1], acc[0], acc[0])
	VADDPD(acc[3], acc[2], acc[2])
	VADDPD(acc[2], acc[0], acc[0])
	v := acc[0]
	if s.suffix == "Z" {
		h, l := YMM(), YMM()
		VEXTRACTF64X4(Imm(1), v, h)
		VADDPD(h, v.AsY().(reg.VecVirtual), l)
		v = l
	}
	h, x := XMM(), XMM()
	VEXTRACTF128(Imm(1), v, h)
	VADDPD(h, v.AsX(), x)
	VHADDPD(x, x, x)
	Store(x, ReturnIndex(0))
	done()
}
