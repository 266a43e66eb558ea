package main

import (
	"pinn/cmd/pinn/internal/bench/accuracy"
	"pinn/internal/kernel"
	"runtime"
	"strings"
	"testing"
)

// TestRerunFindsTampering repeats three committed rows by the command: one as it is,
// one whose loss was altered in the last digits, one whose statement was. The second
// differs, the third is stale. On other kernels than those of the rows nothing is
// compared.
func TestRerunFindsTampering(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: repeats runs of a second each")
	}
	results, _ := copyOf(t, "beam", func(r accuracy.Row) bool { return r.Method == "lbfgs" && r.Seed <= 3 })
	rows, err := results.Store().Rows("beam")
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v, want 3", len(rows), err)
	}
	rows[1].Loss *= 1 + 1e-15
	rows[2].Statement = "0123456789abcdef"
	for _, r := range rows[1:] {
		if err := results.Store().Put(r, accuracy.Course{}); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := benchCheck(results.Dir, "--rerun", "9", "--seed", "3", "--problems", "beam", "--methods", "lbfgs")
	want := []string{
		"stale: beam by lbfgs, seed 3: is of the statement 0123456789abcdef",
		"passed over: 1 row stale",
		"2 of 2 rows repeated, chosen with --seed 3: 1 same bits, 1 differs, 0 bits not compared",
		"same bits: beam by lbfgs, seed 1: error ",
		"differs: beam by lbfgs, seed 2: loss ",
	}
	if kernel.Tier() != rows[0].Kernel || runtime.GOOS+"/"+runtime.GOARCH != rows[0].Platform {
		want = append(want[:2], "2 of 2 rows repeated, chosen with --seed 3: 0 same bits, 0 differs, 2 bits not compared")
	} else if !strings.Contains(errs, "1 run with other bits than in the table") {
		t.Errorf("a tampered row: %s", errs)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q lacks %q", out, w)
		}
	}
	if code != 1 || !strings.Contains(errs, "seeds 1 and 3 ran with different settings") {
		t.Errorf("exit %d, %s", code, errs)
	}
}
