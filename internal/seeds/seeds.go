// Package seeds reads the seeds of fuzz tests from one text archive per target.
//
// An archive holds seeds as go test -fuzz writes them below testdata/fuzz, one
// after the other in the format of package txtar:
//
//	-- name --
//	go test fuzz v1
//	string("u_t + ")
//
// A new file that a crash leaves in testdata/fuzz is run by go test as it is; put
// below a line with its name it belongs to the archive.
package seeds

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Add adds the seeds of an archive to a fuzz test, which fails if they are not so
// many.
func Add(f *testing.F, archive string, count int) {
	f.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		f.Fatal(err)
	}
	if len(a.Files) != count {
		f.Fatalf("%s has %d seeds, want %d", archive, len(a.Files), count)
	}
	for _, file := range a.Files {
		args, err := Decode(string(file.Data))
		if err != nil {
			f.Fatalf("%s: %s: %v", archive, file.Name, err)
		}
		f.Add(args...)
	}
}

// Decode returns the arguments of one seed: strings, byte slices and bytes.
func Decode(text string) ([]any, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if lines[0] != "go test fuzz v1" || len(lines) < 2 {
		return nil, fmt.Errorf("must be go test fuzz v1 with one argument a line, got %q", text)
	}
	var args []any
	for _, line := range lines[1:] {
		arg, err := argument(line)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return args, nil
}

// argument returns the value of a line such as byte('\x08').
func argument(line string) (any, error) {
	wrong := fmt.Errorf("must be string(…), []byte(…) or byte(…) of a literal, got %s", line)
	expr, err := parser.ParseExpr(line)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", wrong, err)
	}
	call, ok := expr.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil, wrong
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING && literal.Kind != token.CHAR {
		return nil, wrong
	}
	kind := strings.TrimSpace(line[:call.Lparen-1])
	if literal.Kind == token.CHAR {
		r, _, _, err := strconv.UnquoteChar(literal.Value[1:len(literal.Value)-1], '\'')
		if kind != "byte" || err != nil || r > 0xff {
			return nil, wrong
		}
		return byte(r), nil
	}
	s, err := strconv.Unquote(literal.Value)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", wrong, err)
	case kind == "string":
		return s, nil
	case kind == "[]byte":
		return []byte(s), nil
	}
	return nil, wrong
}
