package pinn

import (
	"strings"
	"testing"

	"pinn/pde"
)

// TestMissingNormal: a statement with a normal cannot hold where there is none, and
// the loss finds that in the statement itself.
func TestMissingNormal(t *testing.T) {
	for _, tt := range []struct {
		text string
		at   []pde.Piece
		want string // in the error, "" for none
	}{
		{"dn(u) = 0", on(0, 0.5), "no normal at [0.5"},
		{"n_x*u = 1", on(0, 0.5), "no normal at [0.5"},
		{"u = 1", on(0, 0.5), ""},
		{"dn(u) = 0", on(0, 1), ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			s := state(t, []pde.Axis{span("x", 0, 1), span("t", 0, 1)}, "u").equation("u_t = u_xx")
			r := s.residual(tt.text, pde.Context{Normals: true})
			s.Conditions = append(s.Conditions, pde.Condition{Name: tt.text, Pieces: tt.at, Residual: r, Weight: 1})
			net := NewMLP(s.Box, 1, NetSpec{Hidden: []int{3}, Activation: "tanh"})
			_, err := NewLoss(s.Problem, net, []Lift{{}}, []int{0}, LossOptions{Interior: 16})
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("error %v, want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
