package problems

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics of testdata/*.txtar")

// The golden archives: for each name, the problem file name.toml, the settings of
// name.set one a line, and the diagnostics name.want. Other files of the archive
// stand beside the problem files.
const (
	decodeGolden  = "testdata/decode.txtar"
	compileGolden = "testdata/compile.txtar"
)

// TestGoldenDecode: the diagnostics of Decode.
func TestGoldenDecode(t *testing.T) {
	golden(t, decodeGolden, func(src Source, _ []string) Diagnostics {
		_, list := Decode(src.File, src.Text)
		return list
	})
}

// TestGoldenCompile: the diagnostics of Compile, those of settings too.
func TestGoldenCompile(t *testing.T) {
	golden(t, compileGolden, func(src Source, settings []string) Diagnostics {
		_, list := Compile(src, settings)
		return list
	})
}

// golden compares what is said of each problem file of an archive with the lines
// that follow it.
func golden(t *testing.T, path string, say func(src Source, settings []string) Diagnostics) {
	a := archive(t, path)
	files := map[string][]byte{}
	for _, f := range a.Files {
		files[f.Name] = f.Data
	}
	read := func(path string) ([]byte, error) {
		if b, ok := files[path]; ok {
			return b, nil
		}
		return nil, fmt.Errorf("open %s: no such file", path)
	}
	var out []txtar.File
	for _, f := range a.Files {
		name, ok := strings.CutSuffix(f.Name, ".toml")
		if strings.HasSuffix(f.Name, ".want") {
			continue
		}
		out = append(out, f)
		if !ok {
			continue
		}
		var settings []string
		if s := strings.TrimSpace(string(files[name+".set"])); s != "" {
			settings = strings.Split(s, "\n")
		}
		got := say(Source{File: f.Name, Text: f.Data, Read: read}, settings).Error() + "\n"
		if want := string(files[name+".want"]); got != want && !*update {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		out = append(out, txtar.File{Name: name + ".want", Data: []byte(got)})
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(&txtar.Archive{Comment: a.Comment, Files: out}), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// archive reads a golden archive, which has files.
func archive(t testing.TB, path string) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil || len(a.Files) == 0 {
		t.Fatalf("%s: %v", path, err)
	}
	return a
}

// TestGoldenArchives: decode.txtar holds as many files as were collected.
func TestGoldenArchives(t *testing.T) {
	if n := len(archive(t, decodeGolden).Files); n < 44 {
		t.Errorf("%d files, want at least 44", n)
	}
}

// reporters are the functions through which a message comes about, the index of
// the argument that holds it, and what is said around that.
var reporters = map[string]struct {
	arg           int
	before, after string
}{
	"report": {2, "", ""}, "warn": {2, "", ""}, "fault": {-1, "", ""},
	"wrong": {2, "must be ", ", got "}, "missing": {1, "must be ", ", got nothing"},
	"table": {1, "must be ", ", got "}, "array": {1, "must be ", ", got "}, "filled": {1, "must be ", ", got "},
	"need": {1, "must be ", ", got "}, "integers": {1, "must be ", ", got "},
}

// TestEveryDiagnosticIsGolden reads the messages out of the source of the package
// and demands a line of the golden archives for each.
func TestEveryDiagnosticIsGolden(t *testing.T) {
	var said strings.Builder
	for _, path := range []string{decodeGolden, compileGolden} {
		for _, f := range archive(t, path).Files {
			if strings.HasSuffix(f.Name, ".want") {
				said.Write(f.Data)
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			text := message(call)
			if strings.Trim(text, ".*") == "" || strings.HasPrefix(text, "must be .*, got") {
				return true // passed on from where it is a literal
			}
			if found++; strings.Contains(text, "MiB") {
				return true // too large for an archive; see TestDecodeBounds
			}
			if !regexp.MustCompile(text).MatchString(said.String()) {
				t.Errorf("%s: no golden line has %s", set.Position(call.Pos()), text)
			}
			return true
		})
	}
	if found < 80 {
		t.Errorf("only %d messages in the source", found)
	}
	for _, in := range []span{anyNumber, positive, notNegative, belowOne, upToOne, insideOne, fraction} {
		if !strings.Contains(said.String(), "must be "+in.says+", got ") {
			t.Errorf("no golden line has %s", in.says)
		}
	}
}

// message returns a regular expression for the message of a call; "" if it is no
// call of a reporter.
func message(call *ast.CallExpr) string {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	r, ok := reporters[name]
	if _, method := call.Fun.(*ast.SelectorExpr); name == "fault" {
		r.arg = map[bool]int{true: 2, false: 1}[method] // set has one without a place
	}
	if !ok || r.arg >= len(call.Args) {
		return ""
	}
	return r.before + pattern(call.Args[r.arg]) + r.after
}

// pattern returns a regular expression for a string: literals and constants as
// they are, verbs and variables as anything.
func pattern(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return verb.ReplaceAllString(regexp.QuoteMeta(s), ".*")
		}
	case *ast.BinaryExpr:
		return pattern(e.X) + pattern(e.Y)
	case *ast.Ident:
		if e.Obj != nil {
			if spec, ok := e.Obj.Decl.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				return pattern(spec.Values[0])
			}
		}
		if e.Name == "mustStatement" {
			return regexp.QuoteMeta(mustStatement)
		}
	}
	return ".*"
}

var verb = regexp.MustCompile(`%(\\\.\d)?[a-z]`)
