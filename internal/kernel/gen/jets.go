package main

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// jetShapes lists the sets of partial derivatives that have routines of their own. Each
// holds with a word all that lie below it; the names of the axes do not matter.
var jetShapes = []string{
	"1",
	"1 a",
	"1 a b",
	"1 a b c",
	"1 a b c d",
	"1 a aa",
	"1 a b aa",
	"1 a b c aa",
	"1 a b aa bb",
	"1 a b aa ab bb",
	"1 a b c aa bb",
	"1 a b c aa bb cc",
	"1 a b c d aa bb cc",
	"1 a aa aaa",
	"1 a b aa aaa",
	"1 a aa aaa aaaa",
	"1 a b aa aaa aaaa",
}

// A shape is one of them, word by word.
type shape []string

func shapes() []shape {
	var all []shape
	for _, s := range jetShapes {
		words := strings.Fields(s)
		words[0] = ""
		all = append(all, words)
	}
	return all
}

func (s shape) index(word string) int { return slices.Index(s, word) }

// A term is the product c·a·b of two rows.
type term struct{ c, a, b int }

// minus returns the word without the letters of another, and whether it had them.
func minus(word, less string) (string, bool) {
	for _, l := range less {
		i := strings.IndexRune(word, l)
		if i < 0 {
			return "", false
		}
		word = word[:i] + word[i+1:]
	}
	return word, true
}

// plus adds one letter to a word.
func plus(word string, letter byte) string {
	l := append([]byte(word), letter)
	slices.Sort(l)
	return string(l)
}

// binomial returns Π_i binom(α_i, β_i) over the letters.
func binomial(alpha, beta string) int {
	c := 1
	for _, l := range "abcd" {
		n, k := strings.Count(alpha, string(l)), strings.Count(beta, string(l))
		for i := range k {
			c = c * (n - i) / (i + 1)
		}
	}
	return c
}

// forward returns the terms of h_α = Σ_{β≤α'} C(α',β) S_{α'−β}·z_{β+e}, α = α'+e: a is
// the row of S, b that of z.
func (s shape) forward(alpha int) []term {
	word := s[alpha]
	axis := word[0] // the letter that occurs least, the first of such
	for i := range word {
		if strings.Count(word, word[i:i+1]) < strings.Count(word, string(axis)) {
			axis = word[i]
		}
	}
	below, _ := minus(word, string(axis))
	var t []term
	for _, beta := range s {
		if rest, ok := minus(below, beta); ok {
			t = append(t, term{binomial(below, beta), s.index(rest), s.index(plus(beta, axis))})
		}
	}
	return t
}

// rate returns the terms of S_β = Σ c·(−2h_γ)·h_{β−γ} for β ≠ 0, each pair once: a is
// the row of −2h, b that of h.
func (s shape) rate(beta int) []term {
	var t []term
	for i, gamma := range s {
		rest, ok := minus(s[beta], gamma)
		j := s.index(rest)
		if !ok || i > j {
			continue
		}
		c := binomial(s[beta], gamma)
		if i == j {
			c /= 2
		}
		t = append(t, term{c, i, j})
	}
	return t
}

// adjoint returns the terms of z̄_γ = Σ_{α≥γ} C(α,γ) S_{α−γ}·h̄_α: a is the row of S, b
// that of h̄.
func (s shape) adjoint(gamma int) []term {
	var t []term
	for b, alpha := range s {
		if rest, ok := minus(alpha, s[gamma]); ok {
			t = append(t, term{binomial(alpha, s[gamma]), s.index(rest), b})
		}
	}
	return t
}

// deep returns the rows from 1 on, those along the first axis first, so that few
// derivatives are at work at a time.
func (s shape) deep() []int {
	rows := make([]int, 0, len(s))
	for c := 1; c < len(s); c++ {
		rows = append(rows, c)
	}
	slices.SortFunc(rows, func(i, j int) int { return strings.Compare(s[i], s[j]) })
	return rows
}

func jets() {
	for _, s := range []isa{z, y} {
		for i, sh := range shapes() {
			forwardJet(s, i, sh)
			adjointJet(s, i, sh)
		}
	}
}

// A jetWriter writes one vector of a jet routine.
type jetWriter struct {
	*function
	shape shape
	at    func(row int) Mem // z or h̄
	h     map[int]reg.VecVirtual
	rows  map[int]reg.VecVirtual // S
	twice map[int]reg.VecVirtual // −2h
	input func(row int) reg.VecVirtual
}

// forwardJet writes the way up, three vectors at a time so that their hyperbolic
// tangents run side by side.
func forwardJet(s isa, number int, sh shape) {
	s.text(fmt.Sprintf("tanhJet%d", number), "func(n int, z *float64, rows *int, bias float64)",
		"puts h = tanh(z+bias) in place of z, n > 0 points, with the derivatives\n"+name(sh)+
			"; rows are the distances of their rows from the first, in bytes.")
	n, p, off := jetHead(sh, "z")
	bias := s.broadcast("bias")
	f := newFunction(s, "tanh", list(expTerms, cLog2e, cLn2Hi, cLn2Lo, sign, one, two, tanhMin))
	if len(sh) <= 5 {
		f.hold()
	} else if s.suffix == "Z" {
		f.list = []named{one, sign, tanhMin, two}
		f.hold()
	}
	jetLoops(s, n, 3, []reg.Register{p}, func(vectors int) {
		x := s.vecs(vectors)
		each(vectors, func(u int) { VADDPD(Mem{Base: p, Disp: s.bytes * u}, bias, x[u]) })
		h := f.tanh(x)
		for u := range vectors {
			w := newJetWriter(f, sh, jetRows(p, off, s.bytes*u))
			w.h[0] = h[u]
			w.up()
		}
	})
	done()
}

// adjointJet writes the way down.
func adjointJet(s isa, number int, sh shape) {
	s.text(fmt.Sprintf("tanhJetAdjoint%d", number), "func(n int, bar, h *float64, rows *int)",
		"turns h̄ into z̄ in place, given h, for the derivatives\n"+name(sh)+" as in tanhJet.")
	n, p, off := jetHead(sh, "bar")
	h := pointer("h")
	f := newFunction(s, "tanh", nil)
	jetLoops(s, n, 1, []reg.Register{p, h}, func(int) {
		w := newJetWriter(f, sh, jetRows(p, off, 0))
		from := jetRows(h, off, 0)
		w.input = func(row int) reg.VecVirtual {
			v := s.vec()
			VMOVUPD(from(row), v)
			return v
		}
		w.down()
	})
	done()
}

func name(sh shape) string { return "1" + strings.Join(sh, " ") }

// jetHead loads the count, the pointer and the distances of the rows.
func jetHead(sh shape, name string) (n, p reg.GPVirtual, off []reg.Register) {
	n, p = pointer("n"), pointer(name)
	rows := pointer("rows")
	off = make([]reg.Register, len(sh))
	for c := 1; c < len(sh); c++ {
		r := GP64()
		MOVQ(Mem{Base: rows, Disp: 8 * c}, r)
		off[c] = r
	}
	return n, p, off
}

func jetRows(p reg.Register, off []reg.Register, disp int) func(row int) Mem {
	return func(row int) Mem {
		if row == 0 {
			return Mem{Base: p, Disp: disp}
		}
		return Mem{Base: p, Index: off[row], Scale: 1, Disp: disp}
	}
}

// jetLoops runs over n points, a multiple of 8: unroll vectors at a time, then one.
func jetLoops(s isa, n reg.GPVirtual, unroll int, p []reg.Register, body func(vectors int)) {
	for _, u := range slices.Compact([]int{unroll, 1}) {
		loop, next := label("vectors"), label("next")
		CMPQ(n, Imm(uint64(u*s.lanes)))
		JL(LabelRef(next))
		Label(loop)
		body(u)
		for _, r := range p {
			ADDQ(U32(uint32(u*s.bytes)), r)
		}
		SUBQ(Imm(uint64(u*s.lanes)), n)
		CMPQ(n, Imm(uint64(u*s.lanes)))
		JGE(LabelRef(loop))
		Label(next)
	}
}

func newJetWriter(f *function, sh shape, at func(int) Mem) *jetWriter {
	m := func() map[int]reg.VecVirtual { return map[int]reg.VecVirtual{} }
	return &jetWriter{function: f, shape: sh, at: at, h: m(), rows: m(), twice: m()}
}

// value returns h_γ: computed on the way up, loaded on the way down.
func (w *jetWriter) value(gamma int) reg.VecVirtual {
	if v, ok := w.h[gamma]; ok {
		return v
	}
	w.h[gamma] = w.input(gamma)
	return w.h[gamma]
}

// minusTwice returns −2h_γ.
func (w *jetWriter) minusTwice(gamma int) reg.VecVirtual {
	v, ok := w.twice[gamma]
	if !ok {
		v = w.s.vec()
		VMULPD(float8("minusTwo", -2), w.value(gamma), v)
		w.twice[gamma] = v
	}
	return v
}

// rate returns S_β.
func (w *jetWriter) rate(beta int) reg.VecVirtual {
	if v, ok := w.rows[beta]; ok {
		return v
	}
	var v reg.VecVirtual
	if beta == 0 {
		v = w.s.vec()
		VMOVUPD(w.c(one), v)
		VFNMADD231PD(w.value(0), w.value(0), v)
	} else {
		v = w.sum(w.shape.rate(beta), w.minusTwice, func(i int) Op { return w.value(i) })
	}
	w.rows[beta] = v
	return v
}

// sum returns Σ c·a·b; terms of equal c share the product with it.
func (w *jetWriter) sum(terms []term, a func(int) reg.VecVirtual, b func(int) Op) reg.VecVirtual {
	var total reg.VecVirtual
	for _, c := range factors(terms) {
		var part reg.VecVirtual
		for _, t := range terms {
			x := a(t.a)
			switch {
			case t.c != c:
			case part == nil:
				part = w.s.vec()
				VMULPD(b(t.b), x, part)
			default:
				VFMADD231PD(b(t.b), x, part)
			}
		}
		switch {
		case c == 1:
			total = part
		case total == nil:
			total = w.s.vec()
			VMULPD(factor(c), part, total)
		default:
			VFMADD231PD(factor(c), part, total)
		}
	}
	return total
}

// factors returns the different factors of the terms, smallest first.
func factors(terms []term) []int {
	var cs []int
	for _, t := range terms {
		cs = append(cs, t.c)
	}
	slices.Sort(cs)
	return slices.Compact(cs)
}

func factor(c int) Mem { return float8(fmt.Sprintf("factor%d", c), float64(c)) }

// up writes h_α over z_α, as soon as no other needs z_α.
func (w *jetWriter) up() {
	order := w.shape.deep()
	uses := make([]int, len(w.shape))
	for _, alpha := range order {
		for _, t := range w.shape.forward(alpha) {
			uses[t.b]++
		}
	}
	VMOVUPD(w.h[0], w.at(0))
	stored := map[int]bool{}
	var compute func(alpha int) reg.VecVirtual
	compute = func(alpha int) reg.VecVirtual {
		if v, ok := w.h[alpha]; ok {
			return v
		}
		terms := w.shape.forward(alpha)
		w.h[alpha] = w.sum(terms, w.rate, func(i int) Op { return w.at(i) })
		for _, t := range terms {
			uses[t.b]--
		}
		for c := range w.shape {
			if v, ok := w.h[c]; ok && c > 0 && uses[c] == 0 && !stored[c] {
				VMOVUPD(v, w.at(c))
				stored[c] = true
			}
		}
		return w.h[alpha]
	}
	w.input = compute
	for _, alpha := range order {
		compute(alpha)
	}
}

// down writes z̄_γ over h̄_γ; those after it need only what is not yet written.
func (w *jetWriter) down() {
	for gamma := range w.shape {
		v := w.sum(w.shape.adjoint(gamma), w.rate, func(i int) Op { return w.at(i) })
		VMOVUPD(v, w.at(gamma))
	}
}
