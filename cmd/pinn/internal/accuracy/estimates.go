package accuracy

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/pinn/solve"
)

// Estimates holds the estimates of the default plan's two stages against the truth:
// medians over the seeds of the error of the first network and of the sum, of what the
// run took each to be without the truth, and of the ratio of the two. Runs whose second
// stage tells nothing, by solve.MostFall, have no estimate.
func Estimates(dir string, gallery []Problem, records []Record) Table {
	t := Table{Name: "estimates", Keys: 1, Header: []string{
		"problem", "residuals fell to", "first network: error", "estimate", "estimate / error", "sum: error", "estimate", "estimate / error",
	}}
	var all []Record
	told, close := 0, 0
	for _, p := range withOthers(gallery, records) {
		runs := staged(of(records, p.Name, Default))
		if len(runs) == 0 {
			continue
		}
		all = append(all, runs...)
		cells := []string{p.Name, fmt.Sprintf("%.2g", median(column(runs, func(r Record) float64 { return float64(r.Run.Stages[1].Fall) })))}
		for i := range 2 {
			ratio := median(column(runs, func(r Record) float64 { return estimated(r, i) / total(r.Run.Stages[i].RelL2) }))
			if i == 0 && !math.IsInf(ratio, 1) {
				told++
				if ratio >= 1./3 && ratio <= 3 {
					close++
				}
			}
			cells = append(cells, two(median(column(runs, func(r Record) float64 { return total(r.Run.Stages[i].RelL2) }))),
				orNothing(two, median(column(runs, func(r Record) float64 { return estimated(r, i) }))), orNothing(func(v float64) string { return fmt.Sprintf("%.2g", v) }, ratio))
		}
		t.add(files(dir, p.Name, Default), cells...)
	}
	if len(t.Rows) > 0 {
		t.Note = fmt.Sprintf("The estimate of the first network's error lies within a factor of 3 of it on %d of the %d problems that have one. %s", close, told, machines(all))
	}
	return t
}

// estimated is the estimate of the error of a stage, NaN if there is none.
func estimated(r Record, stage int) float64 {
	if !(r.Run.Stages[1].Fall <= solve.MostFall) {
		return math.NaN()
	}
	return total(r.Run.Stages[stage].ErrorEstimate)
}

// staged returns the runs that came to their second stage.
func staged(runs []Record) (out []Record) {
	for _, r := range runs {
		if len(r.Run.Stages) == 2 {
			out = append(out, r)
		}
	}
	return out
}

// total is the figure of all fields together, NaN if there is none.
func total(f rundir.Figures) float64 {
	v, ok := f.Get("all")
	if !ok {
		return math.NaN()
	}
	return v
}

// orNothing spells a median, and a dash where most runs had no value.
func orNothing(spell func(float64) string, v float64) string {
	if math.IsInf(v, 1) {
		return "–"
	}
	return spell(v)
}
