package lab

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func brief(seed uint64, threads int) Setup {
	return Setup{Context: context.Background(), Seed: seed, Threads: threads, Brief: true}
}

// Every experiment repeats itself for any number of threads, fills its table evenly,
// names its figures, and ends soon when it is told to.
func TestExperiments(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: runs every experiment")
	}
	for _, e := range Experiments {
		t.Run(e.Name, func(t *testing.T) {
			o, err := e.Run(brief(3, 2))
			if err != nil {
				t.Fatal(err)
			}
			if len(o.Findings) == 0 || len(o.Sheets) == 0 || len(o.Table.Rows) == 0 {
				t.Fatalf("findings %d, figures %d, rows %d, want some of each", len(o.Findings), len(o.Sheets), len(o.Table.Rows))
			}
			for i, row := range o.Table.Rows {
				if len(row) != len(o.Table.Header) {
					t.Fatalf("row %d has %d cells, want %d", i, len(row), len(o.Table.Header))
				}
			}
			if !testing.Short() {
				again, err := e.Run(brief(3, 1))
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(steady(o.Table), steady(again.Table)) {
					t.Error("two runs with one seed differ")
				}
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, err := e.Run(Setup{Context: ctx, Seed: 3}); !errors.Is(err, context.Canceled) {
				t.Errorf("a cancelled run = %v, want %v", err, context.Canceled)
			}
		})
	}
}

// steady is a table without columns of seconds.
func steady(t Table) (rows [][]string) {
	for _, row := range t.Rows {
		var keep []string
		for i, c := range row {
			if !strings.Contains(t.Header[i], "seconds") {
				keep = append(keep, c)
			}
		}
		rows = append(rows, keep)
	}
	return rows
}

func TestNames(t *testing.T) {
	for _, e := range Experiments {
		if found, ok := ByName(e.Name); !ok || found.Title != e.Title || e.Claim == "" || e.Essay == "" {
			t.Errorf("ByName(%q) = %+v, %v", e.Name, found, ok)
		}
	}
	if _, ok := ByName("none"); ok {
		t.Error("ByName(none) found something")
	}
}

// What is kept can be read again, replaces what was there, and knows null.
func TestKeep(t *testing.T) {
	root := filepath.Join(t.TempDir(), "a", "b")
	e := Experiment{Name: "x", Claim: "it is so"}
	o := &Outcome{Findings: []Finding{atLeast(2, 3, "much"), atMost(1, math.NaN(), "unknown"), atMost(1, 1, "little")}, Table: Table{Header: []string{"a"}, Rows: [][]string{{"1"}}}}
	for _, seed := range []uint64{1, 2} {
		f, err := Begin(root, "x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Keep(e, o, seed, 1.26); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ReadClaim(root, "x")
	if err != nil {
		t.Fatal(err)
	}
	if c.Seed != 2 || c.Seconds != 1.3 || c.Measured != 3 || c.Holds || c.Verdict() != "holds in 2 of 3 parts" || !math.IsNaN(float64(c.Findings[1].Measured)) {
		t.Errorf("claim = %+v, verdict %s", c, c.Verdict())
	}
	text, _ := os.ReadFile(filepath.Join(root, "claims.json"))
	var claims []map[string]any
	if err := json.Unmarshal(text, &claims); err != nil || len(claims) != 1 {
		t.Fatalf("%d claims, %v, want that of the second run alone", len(claims), err)
	}
	keys := claims[0]
	for _, k := range []string{"claim", "measured", "threshold", "holds", "seed", "seconds"} {
		if _, ok := keys[k]; !ok {
			t.Errorf("claims.json has no %q", k)
		}
	}
	if left, _ := os.ReadDir(root); len(left) != 2 {
		t.Errorf("%d entries are left, want the folder and the claims alone", len(left))
	}
	if page := Essay([]Claim{c}); !strings.Contains(page, "| little | 1 | ≤ 1 | holds |") || !strings.Contains(page, "**does not hold**") {
		t.Errorf("the essay does not tell what was found:\n%s", page)
	}
}

// Claims stand in the order of the experiments, whichever ran first; one that is not there
// is told from a file that cannot be read.
func TestClaims(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"spikes", "canyon", "flow"} {
		if err := putClaim(root, Claim{Experiment: name}); err != nil {
			t.Fatal(err)
		}
	}
	claims, err := readClaims(root)
	if err != nil || len(claims) != 3 || claims[0].Experiment != "canyon" || claims[1].Experiment != "flow" {
		t.Errorf("claims %+v, %v", claims, err)
	}
	if _, err := ReadClaim(root, "noise"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an experiment that was not run: %v", err)
	}
	if err := os.WriteFile(filepath.Join(root, claimsName), []byte("["), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadClaim(root, "flow"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), claimsName) {
		t.Errorf("a broken file of claims: %v", err)
	}
	if err := putClaim(root, Claim{Experiment: "flow"}); err == nil {
		t.Error("a broken file of claims was written over")
	}
}

// A place that cannot hold results is refused before any work, with the path.
func TestBeginRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(file, "x"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Begin below a file = %v, want an error that names it", err)
	}
}
