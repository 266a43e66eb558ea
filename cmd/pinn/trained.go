package main

import (
	"fmt"
	"math"

	"pinn/cmd/pinn/internal/build"
	"pinn/cmd/pinn/internal/rundir"
	"pinn/optim"
	"pinn/pinn"
)

// The tensors of the weights: θ of the first stage, which is all there is without a
// second, and of the second its θ and what it was built by.
const (
	firstTheta  = "theta"
	secondTheta = "theta_2"
	secondModes = "modes_2"
	secondScale = "scale_2"
)

// trained returns the solution that the weights of a run describe. The error says
// what does not fit the statement.
func trained(st *statement, w rundir.Weights) (*pinn.Solution, error) {
	var tensors []optim.Vector
	for _, t := range w.Tensors {
		tensors = append(tensors, optim.Vector{Name: t.Name, Values: t.Data})
	}
	take := taker("", tensors)
	net, lifts := build.Network(st.spec, st.problem, st.hard), st.hard.Lifts
	theta, err := take(firstTheta, net.Size()+len(st.problem.Params))
	if err != nil {
		return nil, err
	}
	stages := 1
	if len(tensors) > 1 && build.Stages(st.spec) > 1 {
		stages = 2
		var c pinn.Correction
		if c, err = readCorrection(st, take); err != nil {
			return nil, err
		}
		net, lifts = corrected(st, net, theta, c)
		if theta, err = take(secondTheta, net.Size()+len(st.problem.Params)); err != nil {
			return nil, err
		}
	}
	if want := []int{1, 4}[stages-1]; len(tensors) != want {
		return nil, fmt.Errorf("there must be %s, got %d", counted(want, "tensor"), len(tensors))
	}
	return pinn.NewSolution(st.problem, net, lifts, theta), nil
}

// taker returns how to take a vector by its name, to which the prefix belongs, and
// its length.
func taker(prefix string, vectors []optim.Vector) func(name string, n int) ([]float64, error) {
	return func(name string, n int) ([]float64, error) {
		var found []float64
		for _, v := range vectors {
			if v.Name == prefix+name {
				found = v.Values
			}
		}
		if len(found) != n {
			return nil, fmt.Errorf("%s must hold %s, got %d", prefix+name, counted(n, "number"), len(found))
		}
		return found, nil
	}
}

// readCorrection reads what the second stage was built by.
func readCorrection(st *statement, take func(name string, n int) ([]float64, error)) (c pinn.Correction, err error) {
	modes, err := take(secondModes, st.problem.Box.Dim())
	if err != nil {
		return c, err
	}
	for _, m := range modes {
		if m != math.Trunc(m) || !(m >= 1 && m <= mostMode) {
			return c, fmt.Errorf("%s must hold whole numbers from 1 to %d, got %g", secondModes, mostMode, m)
		}
		c.Modes = append(c.Modes, int(m))
	}
	c.Scale, err = take(secondScale, len(st.problem.Fields))
	return c, err
}

// mostMode bounds the modes that are read; pinn.Loss.Modes stays far below.
const mostMode = 1 << 16

func floats(ns []int) []float64 {
	var fs []float64
	for _, n := range ns {
		fs = append(fs, float64(n))
	}
	return fs
}
