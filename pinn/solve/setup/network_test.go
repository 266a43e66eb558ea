package setup

import (
	"errors"
	"testing"

	"pinn/problems"
)

// TestHarden: a condition that cannot be hard is a fault at the word that demands
// it, in the file as it was given.
func TestHarden(t *testing.T) {
	const file = "./deep/../p.toml"
	_, faults := Read(problems.Source{File: file, Text: []byte("fields = ['u']\n[domain]\nx = [0, 1]\n[[equation]]\nis = 'u_xx = 1'\n" +
		"[[condition]]\nat = 'x = 0'\nis = 'u = 1'\nenforce = 'hard'\n[[condition]]\nat = 'x = 1'\nis = 'u_x = 1'\nenforce = 'hard'\n")}, nil)
	if got, want := faults.Error(), file+":13:11: condition[1].enforce: cannot be hard: it gives the derivative u_x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := hardFaults(&problems.Spec{File: file}, errors.New("too large")).Error(), file+": too large"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
