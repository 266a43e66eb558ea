package pinn

import "pinn/pde/expr"

// filler computes the statics of tiles: what of a trial function, and of the
// residual program that reads it, depends on the place alone. It has memory of
// its own, so one is needed per goroutine.
type filler struct {
	trial   *trial
	program *expr.Program // nil if no residual is wanted
	tapes   []*expr.Tape  // one per lift
	scratch []float64     // statics of a lift's own program
	below   *below        // nil without a frozen solution
}

// below is what a filler needs to evaluate a frozen solution.
type below struct {
	*frozen
	fill       *filler
	blocks     *blocks
	statics, u []float64
	coords     []float64 // those at the start, of a solution that is continued
}

func newBelow(f *frozen) *below {
	if f == nil {
		return nil
	}
	return &below{
		frozen: f, fill: newFiller(f.trial, nil), blocks: newBlocks(f.trial, make([]float64, f.size())),
		statics: make([]float64, f.static*f.t), u: make([]float64, f.fields*f.field()),
	}
}

// components stores the components of the frozen fields at a tile in dst.
func (b *below) components(dst, coords []float64) {
	at := coords
	if b.onward != nil {
		b.coords = append(b.coords[:0], coords...)
		b.onward.rewind(b.coords, b.t)
		at = b.coords
	}
	b.fill.fill(b.statics, at)
	b.forward(b.blocks, b.extent(b.t), b.theta, b.statics, b.u, false)
	if b.onward == nil {
		copy(dst, b.u)
		return
	}
	b.onward.continued(dst, b.u, coords, b.t)
}

func newFiller(t *trial, program *expr.Program) *filler {
	f := &filler{trial: t, program: program, below: newBelow(t.base)}
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
			for a, alpha := range t.set.All() {
				to := dst[((i*images+m)*c+a)*t.t:][:t.t]
				for p := range to {
					to[p] = in.component(alpha, image(mirrors, m, in.axis, in.mid, x[p]))
				}
			}
		}
	}
	if f.below != nil {
		f.below.components(dst[t.base.first*t.t:], coords)
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
