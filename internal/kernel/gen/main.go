// Command gen writes the assembly of package kernel: for each set of routines one
// file of AVX-512 and AVX2+FMA code and one file of Go declarations.
//
//	go run . -set products -out ../products_amd64.s -stubs ../products_amd64.go -pkg kernel
//
// The lines that call it stand in ../doc.go.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var sets = map[string]func(){
	"products":    products,
	"elementwise": elementwise,
	"functions":   functions,
	"jets":        jets,
}

func main() {
	set := flag.String("set", "", "routines to write: products, elementwise, functions, jets, jetsgo or coefficients")
	source := flag.String("go", "", "Go `file` to write coefficients or portable jet routines to")
	table := flag.String("table", "", "Go `file` to write the table of jet routines to")
	flag.Parse()
	switch *set {
	case "coefficients":
		check(writeCoefficients(*source))
		return
	case "jetsgo":
		check(writeJetsGo(*source, *table))
		return
	}
	write, ok := sets[*set]
	if !ok {
		log.Fatalf("unknown set %q", *set)
	}
	write()
	Generate()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// An isa is one width of vectors. Routines are named with its suffix.
type isa struct {
	suffix string
	bytes  int
	lanes  int
	vec    func() reg.VecVirtual
}

var (
	z = isa{"Z", 64, 8, ZMM} // AVX-512 F, BW, DQ, VL
	y = isa{"Y", 32, 4, YMM} // AVX2 and FMA
)

// A mask selects the leading lanes of a vector.
type mask struct {
	k reg.OpmaskVirtual
	v reg.VecVirtual
}

// tailMask returns the mask of the first n lanes, 0 < n ≤ lanes.
func (s isa) tailMask(n reg.Register) mask {
	table := GP64()
	if s.suffix == "Z" {
		m := mask{k: K()}
		LEAQ(constant("tailZ", func(g string) {
			for i := range 9 {
				DATA(i, U8(1<<i-1))
			}
		}), table)
		KMOVB(Mem{Base: table, Index: n, Scale: 1}, m.k)
		return m
	}
	m := mask{v: YMM()}
	i := GP64()
	LEAQ(constant("tailY", func(g string) {
		for i := range 8 {
			DATA(8*i, U64(uint64(int64(i-4)>>63)))
		}
	}), table)
	MOVQ(n, i)
	NEGQ(i)
	VMOVUPD(Mem{Base: table, Index: i, Scale: 8, Disp: 32}, m.v)
	return m
}

// load and store move one vector, or its leading lanes if m is not nil. Lanes
// that are not loaded become zero; memory behind them is not touched.
func (s isa) load(from Mem, v reg.VecVirtual, m *mask) {
	switch {
	case m == nil:
		VMOVUPD(from, v)
	case s.suffix == "Z":
		VMOVUPD_Z(from, m.k, v)
	default:
		VMASKMOVPD(from, m.v, v)
	}
}

func (s isa) store(v reg.VecVirtual, to Mem, m *mask) {
	switch {
	case m == nil:
		VMOVUPD(v, to)
	case s.suffix == "Z":
		VMOVUPD(v, m.k, to)
	default:
		VMASKMOVPD(v, m.v, to)
	}
}

// vecs returns n new registers, zero returns them cleared.
func (s isa) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vec()
	}
	return v
}

func (s isa) zero(n int) []reg.VecVirtual {
	v := s.vecs(n)
	for i := range v {
		VXORPD(v[i], v[i], v[i])
	}
	return v
}

// text starts the routine name+suffix.
func (s isa) text(name, signature, doc string) {
	TEXT(name+s.suffix, NOSPLIT, signature)
	Pragma("noescape")
	Doc(strings.Split(name+s.suffix+" "+doc, "\n")...)
	labels = 0
}

// done ends a routine. Without VZEROUPPER scalar code after it runs at a quarter of
// its speed.
func done() {
	VZEROUPPER()
	RET()
}

var labels int

// label returns a new label of the routine being written.
func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

var constants = map[string]Mem{}

// constant returns the read-only data called name, written on first use.
func constant(name string, data func(name string)) Mem {
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		data(name)
		constants[name] = m
	}
	return m
}

// bits8 and float8 are eight copies of one value, the operand of a full vector of
// either width.
func bits8(name string, v uint64) Mem {
	return constant(name, func(string) {
		for i := range 8 {
			DATA(8*i, U64(v))
		}
	})
}

func float8(name string, v float64) Mem { return bits8(name, math.Float64bits(v)) }

// pointer loads a pointer or an integer parameter.
func pointer(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// stride loads a stride in elements and turns it into bytes.
func stride(name string) reg.GPVirtual {
	r := pointer(name)
	SHLQ(Imm(3), r)
	return r
}

// broadcast loads a float64 parameter into every lane.
func (s isa) broadcast(name string) reg.VecVirtual {
	v := s.vec()
	m, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(m.Addr, v)
	return v
}

// rows gives the addresses of consecutive rows of a matrix: every fourth row has a
// base register, those between are reached by the index registers.
type rows struct {
	base       []reg.Register
	ld, triple reg.Register
}

// newRows addresses n rows from base at stride ld; ld3 is 3·ld and may be nil for
// n < 4.
func newRows(n int, base, ld, ld3 reg.Register) rows {
	r := rows{base: []reg.Register{base}, ld: ld, triple: ld3}
	for i := 4; i < n; i += 4 {
		next := GP64()
		LEAQ(Mem{Base: r.base[len(r.base)-1], Index: ld, Scale: 4}, next)
		r.base = append(r.base, next)
	}
	return r
}

func triple(n int, ld reg.Register) reg.Register {
	if n < 4 {
		return nil
	}
	t := GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, t)
	return t
}

func (r rows) at(i, disp int) Mem {
	m := Mem{Base: r.base[i/4], Disp: disp}
	switch i % 4 {
	case 1:
		m.Index, m.Scale = r.ld, 1
	case 2:
		m.Index, m.Scale = r.ld, 2
	case 3:
		m.Index, m.Scale = r.triple, 1
	}
	return m
}

// advance moves all rows by the same number of bytes.
func (r rows) advance(by Op) {
	for _, b := range r.base {
		ADDQ(by, b)
	}
}
