package main

import (
	"bytes"
	"fmt"
)

// table describes one file of the gallery.
type table struct {
	name    string
	eq      equation
	initial func(x float64) float64
	steps   int // from one time of the table to the next
}

// The places of every table: 100 even x in [−1, 1), the period's second end left
// out, and 41 even t in [0, 1]. Solitons and interfaces are wider than 0.02.
const (
	tableX, tableT = 100, 41
	tableDT        = 1.0 / (tableT - 1)
)

var tables = []table{
	{"kdv.csv", kdv(480, 150), initialKdV, 320},
	{"allen-cahn.csv", allenCahn(4096, 1023), initialAllenCahn, 25},
}

// at returns the coordinate of column i.
func at(i int) float64 { return float64(2*i-tableX) / tableX }

// solve returns the coefficients of the solution at the times of the table.
func (tb table) solve() [][]complex128 { return tb.eq.solve(tableDT, tableT, tb.steps) }

// csv returns the bytes of the file for its solution: t runs fastest, u has 10
// decimals.
func (tb table) csv(solution [][]complex128) []byte {
	var out bytes.Buffer
	out.WriteString("x,t,u\n")
	for i := range tableX {
		for k, v := range solution {
			u := tb.initial(at(i))
			if k > 0 {
				u = value(v, at(i))
			}
			fmt.Fprintf(&out, "%g,%g,%s\n", at(i), float64(k)/(tableT-1), decimals(u))
		}
	}
	return out.Bytes()
}

// decimals prints u with 10 decimals and without a negative zero.
func decimals(u float64) string {
	s := fmt.Sprintf("%.10f", u)
	if s == "-0.0000000000" {
		return s[1:]
	}
	return s
}
