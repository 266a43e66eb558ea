// Command gen writes the assembly of package kernel: for each set of routines one
// file of AVX-512 and AVX2+FMA code and one file of Go declarations.
//
//	go run . -set products -out ../products_amd64.s -stubs ../products_amd64.go -pkg kernel
//
// The lines that call it stand in ../doc.go.
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
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
	build.Generate()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
