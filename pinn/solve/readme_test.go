package solve

import (
	"os"
	"strings"
	"testing"
)

// TestReadme: the program that the README shows is the Example, to the letter.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "func Example() {\n")
	body, _, _ := strings.Cut(rest, "\t// Output:")
	body = strings.ReplaceAll("\n"+body, "\n\t", "\n")
	if !strings.Contains(string(page), "```go"+body+"```") {
		t.Errorf("README.md must show the Example:\n%s", body)
	}
}
