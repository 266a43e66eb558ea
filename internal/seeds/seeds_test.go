package seeds

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// TestDecode: every kind of argument, in the spelling of go test -fuzz.
func TestDecode(t *testing.T) {
	const head = "go test fuzz v1\n"
	for _, c := range []struct {
		text string
		want []any
	}{
		{head + `string("a\x00\xff\u00e9\n")` + "\n", []any{"a\x00\xffé\n"}},
		{head + "string(\"\")\n", []any{""}},
		{head + "[]byte(\"\\xef\\xbb\\xbf\")\n", []any{[]byte("\xef\xbb\xbf")}},
		{head + "byte('\\x08')\nbyte('\\'')\nbyte('\\xff')\nbyte('A')\n[]byte(\"x\")\n", []any{byte(8), byte('\''), byte(255), byte('A'), []byte("x")}},
		{"", nil},
		{head, nil},
		{"go test fuzz v2\nstring(\"\")\n", nil},
		{head + "int(3)\n", nil},
		{head + "uint8(\"3\")\n", nil},
		{head + "string('a')\n", nil},
		{head + "byte('é')\nbyte('ψ')\n", nil},
		{head + "string(\n", nil},
		{head + "string(a)\n", nil},
		{head + "\"a\"\n", nil},
	} {
		got, err := Decode(c.text)
		if (err == nil) != (c.want != nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("Decode(%q) = %v, %v, want %v", c.text, got, err, c.want)
		}
	}
}

// TestDecodeQuoted: any string and any bytes come back from what Go quotes.
func TestDecodeQuoted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(r, "bytes")
		n := rapid.Byte().Draw(r, "byte")
		got, err := Decode(fmt.Sprintf("go test fuzz v1\nstring(%q)\n[]byte(%q)\nbyte(%s)\n", b, b, quoteByte(n)))
		if err != nil || !reflect.DeepEqual(got, []any{string(b), append([]byte{}, b...), n}) {
			r.Fatalf("%q and %d come back as %v, %v", b, n, got, err)
		}
	})
}

func quoteByte(b byte) string {
	if b < 0x80 {
		return fmt.Sprintf("%q", rune(b))
	}
	return fmt.Sprintf(`'\x%02x'`, b)
}

// FuzzAdd is a target of the shape of ours: its archive is read, each seed once.
func FuzzAdd(f *testing.F) {
	archive := filepath.Join(f.TempDir(), "x.txtar")
	seed := txtar.File{Name: "one", Data: []byte("go test fuzz v1\nstring(\"seed\")\nbyte('\\x01')\n")}
	if err := os.WriteFile(archive, txtar.Format(&txtar.Archive{Files: []txtar.File{seed}}), 0o644); err != nil {
		f.Fatal(err)
	}
	Add(f, archive, 1)
	f.Fuzz(func(t *testing.T, s string, b byte) {
		if again, err := Decode(fmt.Sprintf("go test fuzz v1\nstring(%q)\nbyte(%s)\n", s, quoteByte(b))); err != nil || again[0] != s || again[1] != b {
			t.Errorf("%q, %d: %v, %v", s, b, again, err)
		}
	})
}
