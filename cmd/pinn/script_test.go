package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"pinn/cmd/pinn/internal/rundir"
	"pinn/hybrid"
)

var update = flag.Bool("update", false, "rewrite what the scripts in testdata expect")

// TestMain lets the test binary be pinn itself where a script runs it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pinn": main})
}

// TestScripts runs the command line in the way the scripts in testdata/script say,
// each in a folder of its own with the files of testdata/problems in it. Beside
// the commands of package testscript a script has
//
//	code N program [args...]   run a program, which must end with exit code N
//	run NAME                   put the last line of stdout, a run folder, into $NAME
//	tree DIR FILE              DIR holds the files that FILE lists, no others
//	jsonline                   stdout is one line of JSON, then one line more
//	record RUN                 run.json has every key that the contract lists
//	same RUN RUN               two runs reached equal figures, bit for bit
//
// and the condition [root].
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PINN_KERNEL", os.Getenv("PINN_KERNEL"))
			return os.CopyFS(e.WorkDir, os.DirFS("testdata/problems"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": code, "run": lastRun, "tree": tree, "jsonline": jsonLine, "record": recorded, "same": same,
		},
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Geteuid() == 0, nil
		},
	})
}

// usage ends the script if a command is not used as it should be.
func usage(ts *testscript.TestScript, ok bool, text string) {
	if !ok {
		ts.Fatalf("usage: %s", text)
	}
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) >= 2, "code N program [args...]")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var e *exec.ExitError
		if !errors.As(err, &e) {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func lastRun(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "run NAME")
	out := ts.ReadFile("stdout")
	if !strings.HasSuffix(out, "\n") {
		ts.Fatalf("the last line of stdout does not end")
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	folder := lines[len(lines)-1]
	if _, err := rundir.Open(ts.MkAbs(folder)); err != nil {
		ts.Fatalf("the last line of stdout is %q: %v", folder, err)
	}
	ts.Setenv(args[0], folder)
}

func tree(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "tree DIR FILE")
	var got []string
	root := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			path, err = filepath.Rel(root, path)
			got = append(got, filepath.ToSlash(path))
		}
		return err
	}))
	want := strings.Fields(ts.ReadFile(args[1]))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		ts.Fatalf("%s holds\n\t%s\nwant\n\t%s", args[0], strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func jsonLine(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 0, "jsonline")
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"), "\n")
	if len(lines) != 2 || !json.Valid([]byte(lines[0])) || json.Valid([]byte(lines[1])) {
		ts.Fatalf("stdout is not a line of JSON and a folder")
	}
}

// The keys of run.json and of one of its phases, with the kind of their values.
var (
	runKeys = map[string]any{
		"problem": "", "status": "", "target": nil, "rel_l2": map[string]any{}, "max_abs": map[string]any{}, "parameters": map[string]any{}, "phases": []any{},
		"seconds": 0.0, "network_parameters": 0.0, "interior_points": 0.0, "seed": 0.0, "threads": 0.0, "kernel": "", "version": "", "grid": map[string]any{},
	}
	phaseKeys = map[string]any{
		"method": "", "steps": 0.0, "loss_evals": 0.0, "grad_evals": 0.0, "seconds": 0.0, "loss_first": 0.0, "loss_last": 0.0, "ended": "", "why": "",
	}
)

func recorded(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "record RUN")
	var run map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], "run.json"))), &run))
	hasKeys(ts, "run.json", run, runKeys)
	for i, phase := range run["phases"].([]any) {
		hasKeys(ts, fmt.Sprintf("phases[%d]", i), phase.(map[string]any), phaseKeys)
	}
}

// hasKeys fails unless an object has the keys, each with a value of its kind; nil
// stands for any kind.
func hasKeys(ts *testscript.TestScript, name string, object, keys map[string]any) {
	for key, kind := range keys {
		v, ok := object[key]
		if !ok || kind != nil && reflect.TypeOf(v) != reflect.TypeOf(kind) {
			ts.Fatalf("%s: %s is %v", name, key, v)
		}
	}
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) == 2, "[!] same RUN RUN")
	fault, err := differs(ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(err)
	if (fault != "") != neg {
		ts.Fatalf("same %s: the first part that differs is %q", strings.Join(args, " "), fault)
	}
}

// differs returns the first part in which two runs differ, the clock apart; "" for
// none.
func differs(one, two string) (fault string, err error) {
	for _, part := range []struct {
		file string
		text func(src []byte) ([]byte, error)
	}{
		{"run.json", figuresOf}, {"trace.csv", measuredIn}, {"events.csv", measuredIn}, {"errors.csv", measuredIn}, {"weights", verbatim}, {"solution.csv", verbatim}, {"problem.toml", verbatim},
	} {
		var texts [2][]byte
		for i, run := range []string{one, two} {
			src, err := os.ReadFile(filepath.Join(run, part.file))
			if part.file == "errors.csv" && errors.Is(err, fs.ErrNotExist) {
				continue // nothing to judge by
			}
			if err != nil {
				return "", err
			}
			if texts[i], err = part.text(src); err != nil {
				return "", err
			}
		}
		if !bytes.Equal(texts[0], texts[1]) {
			return part.file, nil
		}
	}
	return "", nil
}

func verbatim(src []byte) ([]byte, error) { return src, nil }

// clocked are the keys of run.json and the columns of the records that tell of
// time, of the number of threads and of going on.
var clocked = []string{"resumed", "seconds", "check_seconds", "check_share", "threads", "wall_s", "check_s"}

// figuresOf returns run.json without what is clocked; numbers keep their digits.
func figuresOf(src []byte) ([]byte, error) {
	var run any
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	if err := d.Decode(&run); err != nil {
		return nil, err
	}
	return json.MarshalIndent(unclocked(run), "", " ")
}

func unclocked(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, w := range v {
			if slices.Contains(clocked, k) {
				delete(v, k)
			} else {
				v[k] = unclocked(w)
			}
		}
	case []any:
		for i, w := range v {
			v[i] = unclocked(w)
		}
	}
	return v
}

// measuredIn returns a table without the columns that are clocked.
func measuredIn(src []byte) ([]byte, error) {
	t, err := rundir.DecodeTable(bytes.NewReader(src), hybrid.ColMethod, hybrid.ColMetric, "kind", "reason", "why")
	if err != nil {
		return nil, err
	}
	t.Columns = slices.DeleteFunc(t.Columns, func(c rundir.Column) bool { return slices.Contains(clocked, c.Name) })
	var b bytes.Buffer
	err = t.Encode(&b)
	return b.Bytes(), err
}
