// Command refgen computes the reference solutions of the gallery that have no
// closed form and writes them as tables x, t, u:
//
//	problems/kdv.csv         error below 1e-9   (measured 4.0e-10)
//	problems/allen-cahn.csv  error below 1e-9   (measured 0.7e-10)
//
// The errors are largest absolute ones over the table; half a unit of the last
// digit printed, 5e-11, is part of them. Both equations are periodic in x: a
// Fourier series in space without aliasing, an exponential time-differencing
// Runge–Kutta method of fourth order in time. The tests prove the order, compare
// with finer runs of the same method, and with other methods: integrating-factor
// Runge–Kutta and the conserved integrals for Korteweg–de Vries, finite
// differences with operator splitting for Allen–Cahn.
//
// On amd64 the tables are the same byte for byte on every machine: the sums are
// plain float64 in a fixed order, and nothing calls a function whose bits depend
// on the processor. Elsewhere the compiler may fuse products and sums, which can
// change the last digit printed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . -out ../../problems

func main() {
	out := flag.String("out", ".", "folder to write the tables to")
	flag.Parse()
	for _, tb := range tables {
		path := filepath.Join(*out, tb.name)
		if err := os.WriteFile(path, tb.csv(tb.solve()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "refgen:", err)
			os.Exit(1)
		}
		fmt.Println(path)
	}
}
