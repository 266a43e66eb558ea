package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our packages each package may import, one line per package;
// a name ending in /... stands for a package and all below it. The two towers
// pde → pinn and optim → hybrid meet in pinn/solve and above it; problems stands on pde beside
// pinn. Imports of test files are
// free.
var arrows = map[string][]string{
	"pinn/problems":             {"pinn/pde", "pinn/pde/cube", "pinn/pde/expr", "pinn/pde/judging", "pinn/internal/suggest"},
	"pinn/internal/kernel":      {},
	"pinn/internal/kernel/...":  {"pinn/internal/kernel/..."},
	"pinn/internal/suggest":     {},
	"pinn/internal/rows":        {"pinn/internal/kernel"},
	"pinn/internal/seam":        {},
	"pinn/internal/words":       {},
	"pinn/internal/seeds":       {},
	"pinn/internal/safetensors": {},
	"pinn/internal/sealed":      {},

	"pinn/pde/cube":      {},
	"pinn/pde/expr":      {"pinn/internal/kernel", "pinn/internal/rows"},
	"pinn/pde":           {"pinn/pde/cube", "pinn/pde/expr", "pinn/internal/suggest"},
	"pinn/pde/judging":   {"pinn/pde", "pinn/pde/expr"},
	"pinn/pde/pdetest":   {"pinn/pde", "pinn/pde/cube", "pinn/pde/expr", "pinn/pde/judging"},
	"pinn/pinn/jet":      {"pinn/pde/expr", "pinn/internal/kernel", "pinn/internal/rows"},
	"pinn/pinn/hard":     {"pinn/pde", "pinn/pde/cube", "pinn/pde/expr"},
	"pinn/pinn/pinntest": {"pinn/pde", "pinn/pde/expr"},
	"pinn/pinn":          {"pinn/pde", "pinn/pde/cube", "pinn/pde/expr", "pinn/pinn/jet", "pinn/pinn/hard", "pinn/internal/kernel/...", "pinn/internal/rows", "pinn/internal/seam"},

	"pinn/optim/internal/memory":      {"pinn/internal/seam"},
	"pinn/optim/internal/quasinewton": {"pinn/optim/internal/memory", "pinn/internal/kernel/..."},

	"pinn/optim":           {"pinn/optim/internal/...", "pinn/internal/kernel/...", "pinn/internal/seam"},
	"pinn/optim/optimtest": {"pinn/optim", "pinn/internal/kernel/kerneltest"},
	"pinn/hybrid/noise":    {},
	"pinn/hybrid/rules":    {"pinn/hybrid/noise", "pinn/internal/words"},
	"pinn/hybrid":          {"pinn/hybrid/noise", "pinn/hybrid/rules", "pinn/optim", "pinn/internal/seam", "pinn/internal/sealed", "pinn/internal/words"},

	"pinn/pinn/solve/setup": {"pinn/problems", "pinn/pde/...", "pinn/pinn", "pinn/pinn/hard", "pinn/optim", "pinn/hybrid/..."},
	"pinn/pinn/solve":       {"pinn/pinn/solve/setup", "pinn/problems", "pinn/pde/...", "pinn/pinn", "pinn/pinn/hard", "pinn/optim", "pinn/hybrid/...", "pinn/internal/..."},

	// Of hybrid these two may use the names of the trace's columns alone: see TestNamesAlone.
	"pinn/cmd/pinn/internal/lock":   {},
	"pinn/cmd/pinn/internal/rundir": {"pinn/hybrid", "pinn/internal/safetensors", "pinn/cmd/pinn/internal/lock"},
	"pinn/cmd/pinn/internal/figure": {"pinn/hybrid", "pinn/cmd/pinn/internal/rundir"},
	"pinn/cmd/pinn":                 {"pinn/pinn/solve/...", "pinn/problems", "pinn/pde/...", "pinn/pinn", "pinn/hybrid", "pinn/internal/kernel", "pinn/internal/words", "pinn/internal/suggest", "pinn/cmd/pinn/internal/..."},
	"pinn/cmd/pinn/...":             {"pinn/pde/...", "pinn/pinn", "pinn/pinn/hard", "pinn/pinn/solve/...", "pinn/optim", "pinn/hybrid/...", "pinn/problems", "pinn/internal/kernel/...", "pinn/internal/words", "pinn/internal/suggest", "pinn/internal/safetensors", "pinn/cmd/pinn/..."},

	"pinn/internal/refgen": {"pinn/pde/...", "pinn/pinn", "pinn/optim", "pinn/hybrid/...", "pinn/problems", "pinn/internal/kernel/..."},
}

// modules says which packages of other modules the leaves may import; packages
// that are not named here are free.
var modules = map[string][]string{
	"pinn/problems":        {"github.com/pelletier/go-toml/v2/..."},
	"pinn/internal/kernel": {"golang.org/x/sys/cpu"},
	"pinn/pde":             {},
	"pinn/pinn":            {"gonum.org/v1/gonum/dsp/fourier"},
	"pinn/hybrid":          {},
	"pinn/hybrid/noise":    {},
	"pinn/hybrid/rules":    {},
}

// imports returns what the non-test files of each of our packages import on an
// architecture.
func imports(t *testing.T, arch string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "GOARCH="+arch)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	all := map[string][]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p.Imports
	}
	return all
}

// TestArrows holds the arrows, with the kernels and without.
func TestArrows(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) {
			all := imports(t, arch)
			if len(all) < 10 {
				t.Errorf("only %d packages", len(all))
			}
			for p, qs := range all {
				for _, q := range qs {
					if fault := bent(p, q); fault != "" {
						t.Errorf("%s → %s: %s", p, q, fault)
					}
				}
			}
		})
	}
}

// TestNamesAlone holds the records and the figures to the names of the columns of
// hybrid's trace: they use nothing else of that package.
func TestNamesAlone(t *testing.T) {
	use := regexp.MustCompile(`\bhybrid\.(\w+)`)
	name := regexp.MustCompile(`^(Col[A-Z]\w*|TermPrefix|Trace)$`) // Trace in comments
	for _, folder := range []string{"internal/rundir", "internal/figure"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range use.FindAllStringSubmatch(string(src), -1) {
				if !name.MatchString(m[1]) && !strings.HasSuffix(file, "_test.go") {
					t.Errorf("%s uses %s, which is no name of a column", file, m[0])
				}
			}
		}
	}
}

// TestSolvingWithoutBench: what solves a problem and what records its answer reach
// nothing of the benchmarks and of the experiments.
func TestSolvingWithoutBench(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: asks the go command twice")
	}
	apart := []string{"pinn/cmd/pinn/internal/bench/...", "pinn/cmd/pinn/internal/lab/..."}
	found := 0
	for p := range imports(t, "amd64") {
		if matches(apart, p) {
			found++
		}
	}
	if found < 4 {
		t.Errorf("%d packages of benchmarks and experiments, want accuracy, contest, engine and lab", found)
	}
	out, err := exec.Command("go", "list", "-deps", "pinn/pinn/solve", "pinn/cmd/pinn/internal/record").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "pinn/hybrid") {
		t.Error("go list -deps leaves out pinn/hybrid")
	}
	for _, p := range deps {
		if matches(apart, p) {
			t.Errorf("pinn/solve or record reaches %s", p)
		}
	}
}

// bent says what is wrong with the import of q by p, "" if nothing.
func bent(p, q string) string {
	if ours(q) {
		may, ok := allowed(arrows, p)
		switch {
		case !ok:
			return "the package has no line in the table of arrows"
		case !matches(may, q):
			return fmt.Sprintf("%s may import %s of ours", p, listed(may))
		}
		return ""
	}
	if may, ok := modules[p]; ok && !standard(q) && !matches(may, q) {
		return fmt.Sprintf("%s may import %s of other modules", p, listed(may))
	}
	return ""
}

// standard reports whether a path is of the standard library: the first element
// of any other has a dot, that of ours apart.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && !ours(path)
}

func ours(path string) bool { return path == "pinn" || strings.HasPrefix(path, "pinn/") }

// allowed returns the line for a package: its own, else the longest that ends
// in /... and matches.
func allowed(table map[string][]string, path string) (may []string, ok bool) {
	if may, ok := table[path]; ok {
		return may, true
	}
	best := ""
	for pattern := range table {
		if matches([]string{pattern}, path) && len(pattern) > len(best) {
			best = pattern
		}
	}
	return table[best], best != ""
}

func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, below := strings.CutSuffix(pattern, "/...")
		return path == root || below && strings.HasPrefix(path, root+"/")
	})
}

func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// TestArrowsAreHeld bends arrows on paper: a test that passes because it looks at
// nothing would pass here too.
func TestArrowsAreHeld(t *testing.T) {
	for _, row := range []struct {
		from, to string
		bent     bool
	}{
		{"pinn/pde/expr", "pinn/internal/kernel", false},
		{"pinn/pde/expr", "pinn/pde", true},
		{"pinn/pde", "pinn/internal/kernel/blas", true},
		{"pinn/pde", "pinn/problems", true},
		{"pinn/pde", "gonum.org/v1/gonum/mat", true},
		{"pinn/pde", "math", false},
		{"pinn/pinn", "pinn/pde", false},
		{"pinn/pinn", "pinn/optim", true},
		{"pinn/pinn", "pinn/pde/pdetest", true},
		{"pinn/pinn", "pinn/pde/judging", true},
		{"pinn/pinn", "pinn/pinn/hard", false},
		{"pinn/pinn/hard", "pinn/pinn", true},
		{"pinn/pinn", "pinn/pinn/pinntest", true},
		{"pinn/optim", "pinn/internal/kernel/blas", false},
		{"pinn/optim", "pinn/pinn", true},
		{"pinn/optim", "gonum.org/v1/gonum/optimize", false},
		{"pinn/optim/internal/quasinewton", "pinn/optim", true},
		{"pinn/hybrid", "pinn/pinn", true},
		{"pinn/hybrid", "pinn/internal/kernel", true},
		{"pinn/hybrid", "pinn/hybrid/rules", false},
		{"pinn/hybrid/rules", "pinn/hybrid", true},
		{"pinn/hybrid/noise", "pinn/hybrid/rules", true},
		{"pinn/hybrid/noise", "gonum.org/v1/gonum/stat", true},
		{"pinn/problems", "github.com/pelletier/go-toml/v2/unstable", false},
		{"pinn/problems", "pinn/pde", false},
		{"pinn/problems", "pinn/pinn", true},
		{"pinn/problems", "pinn/optim", true},
		{"pinn/problems", "pinn/hybrid", true},
		{"pinn/internal/kernel", "pinn/pde", true},
		{"pinn/internal/kernel/blas", "pinn/internal/kernel", false},
		{"pinn/internal/kernel/blas", "pinn/optim", true},
		{"pinn/cmd/pinn", "pinn/hybrid", false},
		{"pinn/cmd/pinn/internal/record", "pinn/pinn/solve", false},
		{"pinn/cmd/pinn/internal/figure", "pinn/hybrid", false},
		{"pinn/cmd/pinn/internal/figure", "pinn/pinn/solve", true},
		{"pinn/cmd/pinn/internal/rundir", "pinn/optim", true},
		{"pinn/cmd/pinn", "pinn/internal/refgen", true},
		{"pinn/cmd/pinn", "pinn/optim/optimtest", true},
		{"pinn/newcomer", "pinn/pde", true},
	} {
		if fault := bent(row.from, row.to); (fault != "") != row.bent {
			t.Errorf("%s → %s: %q, bent = %v", row.from, row.to, fault, row.bent)
		}
	}
}
