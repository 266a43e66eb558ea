package expr_test

import "testing"

// BenchmarkProgram reports the time of one sweep over a tile per point.
func BenchmarkProgram(b *testing.B) {
	for _, c := range []struct {
		name       string
		statements []string
	}{
		{"burgers", convection},
		{"elasticity", elasticity},
		{"unknown", unknown},
		{"navier-stokes", []string{
			"u_t + u*u_x + v*v_y = -p_x + nu*lap(u)",
			"v_t + u*v_x + v*v_y = -p_y + nu*lap(v)",
			"u_x + v_y = 0",
		}},
	} {
		s := problemStage(b, 128, c.statements...)
		s.run()
		sweeps := map[string]func(){
			"forward": func() { s.p.Forward(s.tape, s.n, s.statics, s.partials, s.params) },
			"adjoint": func() {
				s.p.Adjoint(s.tape, s.n, s.seeds, s.statics, s.partials, s.params, s.dpartials, s.dparams)
			},
		}
		for _, sweep := range []string{"forward", "adjoint"} {
			b.Run("problem="+c.name+"/sweep="+sweep, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sweeps[sweep]()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(s.n), "ns/point")
			})
		}
	}
}
