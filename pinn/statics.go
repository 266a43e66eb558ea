package pinn

import "pinn/pde"

// filler computes the statics of tiles: what of a trial function, and of the
// residual program that reads it, depends on the place alone. It has memory of
// its own, so one is needed per goroutine.
type filler struct {
	trial   *trial
	program *pde.Program // nil if no residual is wanted
	tapes   []*pde.Tape  // one per lift
	scratch []float64    // statics of a lift's own program
}

func newFiller(t *trial, program *pde.Program) *filler {
	f := &filler{trial: t, program: program}
	most := 0
	for _, l := range t.lifts {
		f.tapes = append(f.tapes, l.program.NewTape(t.t))
		most = max(most, l.program.Statics())
	}
	f.scratch = make([]float64, most*t.t)
	return f
}

// fill stores the statics of one tile in dst. coords is a block of t points with
// a row per axis, then per component of the normal, then per data column, as far
// as the program needs them.
func (f *filler) fill(dst, coords []float64) {
	t := f.trial
	c := t.set.Len()
	mirrors, images := t.net.spec.Mirrors, t.fold.images
	for i, in := range t.net.inputs {
		x := coords[in.axis*t.t:][:t.t]
		for m := range images {
			for a, alpha := range t.set.order {
				to := dst[((i*images+m)*c+a)*t.t:][:t.t]
				for p := range to {
					to[p] = in.component(alpha, image(mirrors, m, in.axis, in.mid, x[p]))
				}
			}
		}
	}
	for i, l := range t.lifts {
		l.program.FillStatics(f.scratch, t.t, coords, t.t, t.t)
		l.program.Forward(f.tapes[i], t.t, f.scratch, nil, nil)
		for o := range l.outs {
			copy(dst[(l.base+o)*t.t:][:t.t], f.tapes[i].Out(o))
		}
	}
	if f.program != nil {
		f.program.FillStatics(dst[t.static*t.t:], t.t, coords, t.t, t.t)
	}
}
