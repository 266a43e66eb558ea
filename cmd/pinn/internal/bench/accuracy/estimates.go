package accuracy

import (
	"fmt"
	"math"
	"pinn/pinn/solve"
	"slices"
)

// Estimates compares the estimates that the two stages of the default plan make of their
// errors with the errors against the truth. It gives medians over the seeds: the error
// of the first network and of the sum of both, the estimate of each, and the ratio of
// estimate and error. A run whose second stage lowered the residuals to no less than
// solve.MostFall has no estimate.
func Estimates(dir string, gallery []Problem, rows []Row) Table {
	t := Table{Name: "estimates", Keys: 1, Header: []string{
		"problem", "residuals fell to", "first network: error", "estimate", "estimate / error", "sum: error", "estimate", "estimate / error",
	}}
	var all []Row
	told, close := 0, 0
	for _, p := range withOthers(gallery, rows) {
		runs := staged(of(rows, p.Name, Default))
		if len(runs) == 0 {
			continue
		}
		all = append(all, runs...)
		first, ratio := estimateCells(runs, func(r Row) (float64, float64) { return r.FirstRelL2, r.FirstEstimate })
		sum, _ := estimateCells(runs, func(r Row) (float64, float64) { return r.RelL2, r.Estimate })
		if !math.IsInf(ratio, 1) {
			told++
			if ratio >= 1./3 && ratio <= 3 {
				close++
			}
		}
		cells := []string{p.Name, twoDigits(median(values(runs, func(r Row) float64 { return r.Fall })))}
		t.add(files(dir, p.Name, Default), slices.Concat(cells, first, sum)...)
	}
	if len(t.Rows) > 0 {
		t.Note = fmt.Sprintf("The estimate of the first network's error lies within a factor of 3 of it on %d of the %d problems that have one. %s", close, told, machines(all))
	}
	return t
}

// estimateCells are the medians of an error, of its estimate, and of their ratio,
// which it also returns as a number.
func estimateCells(runs []Row, of func(Row) (err, estimate float64)) ([]string, float64) {
	told := func(r Row) float64 {
		if _, estimate := of(r); r.Fall <= solve.MostFall {
			return estimate
		}
		return math.NaN()
	}
	err := func(r Row) float64 { e, _ := of(r); return e }
	ratio := median(values(runs, func(r Row) float64 { return told(r) / err(r) }))
	return []string{two(median(values(runs, err))), orNothing(two, median(values(runs, told))), orNothing(twoDigits, ratio)}, ratio
}

func twoDigits(v float64) string { return fmt.Sprintf("%.2g", v) }

// staged returns the runs that came to their second stage.
func staged(runs []Row) (out []Row) {
	for _, r := range runs {
		if !math.IsNaN(r.FirstRelL2) {
			out = append(out, r)
		}
	}
	return out
}

// orNothing spells a median, and a dash where most runs had no value.
func orNothing(spell func(float64) string, v float64) string {
	if math.IsInf(v, 1) {
		return "–"
	}
	return spell(v)
}
