package accuracy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pinn/cmd/pinn/internal/lock"
)

// TestStore writes runs and reads them back by method and seed, replaces one, and
// leaves no other files.
func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "accuracy")}
	if got, err := s.Load(); got != nil || err != nil {
		t.Errorf("a store that is not there: %v, %v", got, err)
	}
	var want []Row
	for _, n := range []struct {
		method string
		seed   uint64
	}{{"snr-2", 1}, {"zeta", 1}, {"snr", 2}, {"snr", 10}, {"snr", 1}, {"default", 1}} {
		r, c := sample("heat", n.method, n.seed, 1e-5)
		if err := s.Put(r, c); err != nil {
			t.Fatal(err)
		}
		want = append(want, r)
	}
	again, c := sample("heat", "snr", 2, 1e-6)
	if err := s.Put(again, c); err != nil {
		t.Fatal(err)
	}
	want = []Row{want[5], want[4], again, want[3], want[0], want[1]}
	got, err := s.Load()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d runs, %v, want %d", len(got), err, len(want))
	}
	for i := range want {
		if !equal(got[i], want[i]) {
			t.Errorf("run %d is\n%+v\nwant\n%+v", i, got[i], want[i])
		}
	}
	courses, err := s.Courses()
	if err != nil || len(courses) != 4 || len(courses[again.run()].RelL2) != len(c.thin().RelL2) {
		t.Errorf("%d courses, %v, want those of default and snr, the newest of each", len(courses), err)
	}
	if left := names(t, s.Dir); left != "courses.csv heat.csv" {
		t.Errorf("the store holds %s", left)
	}
}

func names(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		out = append(out, f.Name())
	}
	return strings.Join(out, " ")
}

// TestStoreRefuses names the file of a fault, and takes no problem whose table would
// pass for courses.
func TestStoreRefuses(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	r, c := sample("courses", "snr", 1, 1e-5)
	if err := s.Put(r, c); err == nil || !strings.Contains(err.Error(), "problem courses: its table would be that of the courses") {
		t.Errorf("a problem called courses: %v", err)
	}
	for name, text := range map[string]string{"heat.csv": "method\n", "courses.csv": "method,seed\n"} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Load(); err == nil || !strings.Contains(err.Error(), filepath.Join(s.Dir, "heat.csv")+": line 1: must have the columns seed, ") {
		t.Errorf("a broken table: %v", err)
	}
	if r, c = sample("heat", "snr", 1, 1e-5); s.Put(r, c) == nil {
		t.Error("a run was put into a broken table")
	}
	if r, c = sample("beam", "snr", 1, 1e-5); s.Put(r, c) == nil {
		t.Error("a run was put beside broken courses")
	}
	if err := s.Draw(Problem{Name: "beam"}); err == nil || !strings.Contains(err.Error(), "courses.csv: a course must have the columns") {
		t.Errorf("a figure of broken courses: %v", err)
	}
}

// TestMixed takes runs of different settings for what they are.
func TestMixed(t *testing.T) {
	var rows []Row
	for _, seed := range []uint64{1, 2, 10} {
		r, _ := sample("heat", "snr", seed, 1e-5)
		rows = append(rows, r)
	}
	if m := Mixed(rows); m != nil {
		t.Errorf("runs of equal settings are called mixed: %q", m)
	}
	rows[2].Limit = 7
	if m := fmt.Sprint(Mixed(rows)); m != "[heat, snr: seeds 1 and 10 ran with different settings]" {
		t.Errorf("mixed runs: %s", m)
	}
}

// TestPutTogether puts runs from many goroutines at once: none is lost.
func TestPutTogether(t *testing.T) {
	if !lock.Works {
		t.Skip("no locks on this system")
	}
	s := Store{Dir: t.TempDir()}
	held, err := lock.Wait(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	held.Release()
	const runs = 16
	errs := make([]error, runs)
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() {
			r, c := sample("heat", "snr", uint64(i), 1e-5)
			errs[i] = s.Put(r, c)
		})
	}
	all.Wait()
	rows, err := s.Load()
	if err != nil || len(rows) != runs {
		t.Errorf("%d of %d runs are there, %v, %v", len(rows), runs, err, errs)
	}
}
