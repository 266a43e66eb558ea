package solve

import (
	"fmt"
	"math"

	"pinn/internal/safetensors"
	"pinn/internal/words"
	"pinn/optim"
	"pinn/pinn"
	"pinn/pinn/solve/setup"
)

// The tensors of a part: θ of the first stage and, of the second, its θ and what it
// was built by. Those of a slab beyond the first have its number before their names.
const (
	firstTheta  = "theta"
	secondTheta = "theta_2"
	secondModes = "modes_2"
	secondScale = "scale_2"
)

// tensor returns the name of a tensor of a slab.
func tensor(slab int, name string) string {
	if slab == 1 {
		return name
	}
	return fmt.Sprintf("slab_%d/%s", slab, name)
}

// named returns θ of the part, and of a second stage what it was built by.
func (p *part) named(theta []float64) []optim.Vector {
	return append([]optim.Vector{{Name: p.thetaName(), Values: theta}}, p.built()...)
}

// namedBefore returns the same of the parts before, in their order.
func (p *part) namedBefore() (list []optim.Vector) {
	for _, d := range p.finished() {
		list = append(list, d.named(d.theta)...)
	}
	return list
}

// thetaName is the name of the tensor of θ.
func (p *part) thetaName() string {
	return tensor(p.slab, []string{firstTheta, secondTheta}[p.stage-1])
}

// built returns what a second stage was built by, nothing of a first.
func (p *part) built() []optim.Vector {
	if p.stage == 1 {
		return nil
	}
	return []optim.Vector{
		{Name: tensor(p.slab, secondModes), Values: floats(p.correction.Modes)},
		{Name: tensor(p.slab, secondScale), Values: p.correction.Scale},
	}
}

// ofWeights returns the last part of an answer and its θ, as the weights of a run
// describe them. The error says what does not fit the problem.
func ofWeights(st *setup.Setup, w safetensors.File) (last *part, best []float64, err error) {
	vectors := vectorsOf(w)
	take := taker(vectors)
	p, err := firstPart(st)
	if err != nil {
		return nil, nil, err
	}
	for used := 0; ; {
		theta, err := take(p.thetaName(), p.dim())
		if err != nil {
			return nil, nil, err
		}
		switch used += len(p.named(nil)); {
		case used >= len(vectors):
			return &p, theta, nil
		case p.last(st):
			return nil, nil, fmt.Errorf("there must be %s, got %d", words.Count(used, "tensor"), len(vectors))
		}
		if p, err = (&trained{part: p, theta: theta}).successor(st, take); err != nil {
			return nil, nil, err
		}
	}
}

// tensorsOf and vectorsOf turn vectors into tensors of a file, and back.
func tensorsOf(vectors []optim.Vector) (list []safetensors.Tensor) {
	for _, v := range vectors {
		list = append(list, safetensors.Tensor{Name: v.Name, Shape: []int{len(v.Values)}, Data: v.Values})
	}
	return list
}

func vectorsOf(w safetensors.File) (list []optim.Vector) {
	for _, t := range w.Tensors {
		list = append(list, optim.Vector{Name: t.Name, Values: t.Data})
	}
	return list
}

// last reports whether no part can follow.
func (p *part) last(st *setup.Setup) bool {
	return p.slab == st.Slabs() && p.stage == st.Stages()
}

// successor returns the part that was trained after d: the second stage if what it was built
// by can be taken, otherwise the next slab.
func (d *trained) successor(st *setup.Setup, take func(name string, n int) ([]float64, error)) (part, error) {
	if d.stage < st.Stages() {
		c, err := readCorrection(d, take)
		if err == nil {
			return d.corrected(c), nil
		}
		if d.slab == st.Slabs() {
			return part{}, err
		}
	}
	if d.slab == st.Slabs() {
		return part{}, fmt.Errorf("there are more parts than %s and %s make", words.Count(st.Slabs(), "slab"), words.Count(st.Stages(), "stage"))
	}
	return slabPart(st, d.slab+1, d)
}

// taker returns how to take a vector by its name and its length.
func taker(vectors []optim.Vector) func(name string, n int) ([]float64, error) {
	return func(name string, n int) ([]float64, error) {
		var found []float64
		for _, v := range vectors {
			if v.Name == name {
				found = v.Values
			}
		}
		if len(found) != n {
			return nil, fmt.Errorf("%s must hold %s, got %d", name, words.Count(n, "number"), len(found))
		}
		return found, nil
	}
}

// readCorrection reads what the second stage upon d was built by.
func readCorrection(d *trained, take func(name string, n int) ([]float64, error)) (c pinn.Correction, err error) {
	modes, err := take(tensor(d.slab, secondModes), d.problem.Box.Dim())
	if err != nil {
		return c, err
	}
	for _, m := range modes {
		if m != math.Trunc(m) || !(m >= 1 && m <= mostMode) {
			return c, fmt.Errorf("%s must hold whole numbers from 1 to %d, got %g", tensor(d.slab, secondModes), mostMode, m)
		}
		c.Modes = append(c.Modes, int(m))
	}
	c.Scale, err = take(tensor(d.slab, secondScale), len(d.problem.Fields))
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
