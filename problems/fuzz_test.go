package problems

import (
	"bytes"
	"strings"
	"testing"

	"pinn/internal/seeds"
)

// FuzzDecode: no input panics; diagnostics are sorted and lie in the file; what
// is TOML is read as TOML; an accepted file survives Encode and Decode.
func FuzzDecode(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzDecode.txtar", 34)
	for _, name := range Gallery() {
		src, _ := Open(name)
		f.Add(src)
	}
	for _, file := range archive(f, decodeGolden).Files {
		if strings.HasSuffix(file.Name, ".toml") {
			f.Add(file.Data)
		}
	}
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Add([]byte(everything))
	f.Fuzz(checkAny)
}

// checkAny holds Decode to its promises on any input.
func checkAny(t *testing.T, src []byte) {
	t.Helper()
	s, list := Decode("f.toml", src)
	checkInside(t, src, list)
	if !checkTwin(t, src) && !list.HasErrors() {
		t.Fatalf("Decode accepts what is not TOML: %q", src)
	}
	if s == nil {
		return
	}
	touch(s)
	if !list.HasErrors() {
		checkRoundTrip(t, s)
	}
}

// checkInside fails unless the diagnostics are sorted, on one line each, and
// point at places of the file.
func checkInside(t *testing.T, src []byte, list Diagnostics) {
	t.Helper()
	lines := bytes.Split(bytes.TrimPrefix(src, byteOrderMark), []byte("\n"))
	for i, d := range list {
		if i > 0 && comparePos(d.Pos, list[i-1].Pos) < 0 && i < maxFaults {
			t.Fatalf("not sorted: %v before %v", list[i-1], d)
		}
		if d.Pos.Line < 1 || d.Pos.Line > len(lines) || d.Pos.Column < 1 || d.Pos.Column > len(lines[d.Pos.Line-1])+1 {
			t.Fatalf("%v is not in the file", d)
		}
		if line := d.String(); bytes.ContainsAny([]byte(line), "\n\r") {
			t.Fatalf("%q is more than one line", line)
		}
	}
}

// touch asks for every place of a Spec that may be faulty, and writes it.
func touch(s *Spec) {
	texts := append([]Text{s.Inside}, s.Fields...)
	for _, e := range s.Equations {
		texts = append(texts, e.Name, e.Is)
	}
	for _, c := range s.Conditions {
		texts = append(texts, c.Name, c.At, c.Is)
	}
	for _, n := range append(s.Constants, s.Definitions...) {
		texts = append(texts, n.Name, n.Value)
	}
	for _, text := range texts {
		for offset := range min(len(text.Value), 100) + 1 {
			text.At(offset)
		}
	}
	s.Where("phase[0].switch.rule")
	s.Encode()
}
