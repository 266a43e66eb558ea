package problems

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

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

// strangers are values put where others belong.
var strangers = []string{
	"3", "-1", "0", "0.5", "nan", "1e999", "99999999999999999999", `"x"`, `""`, `"0"`, `"snr"`, `"adamw"`, `"1s"`, "true", "1979-05-27",
	"[]", "[1]", "[[]]", "[1, 0]", "[[1, 2]]", `["u", "u"]`, "{}", "{ a = 1 }", `[{ rule = "snr" }, 3]`, `{ from = 1, to = 0 }`, "\"\"\"\n\"\"\"", "'it''s'",
}

// TestDecodeMutations: the file with every key, with lines lost, doubled, moved
// and their values exchanged, meets what FuzzDecode asks of any input.
func TestDecodeMutations(t *testing.T) {
	lines := strings.SplitAfter(everything, "\n")
	rapid.Check(t, func(r *rapid.T) {
		var doc strings.Builder
		for _, line := range lines {
			switch rapid.IntRange(0, 40).Draw(r, "what") {
			case 0:
			case 1:
				doc.WriteString(line + line)
			case 2:
				doc.WriteString(rapid.SampledFrom(lines).Draw(r, "line") + line)
			case 3:
				if key, _, ok := strings.Cut(line, "="); ok {
					line = key + "= " + rapid.SampledFrom(strangers).Draw(r, "value") + "\n"
				}
				doc.WriteString(line)
			case 4:
				key, value, _ := strings.Cut(line, "=")
				doc.WriteString(strings.TrimSpace(key) + "x =" + value)
			default:
				doc.WriteString(line)
			}
		}
		checkAny(t, []byte(doc.String()))
	})
}

// TestDecodeStrangers: any value in the place of any other. One seventh of all
// pairs, a different one for each line.
func TestDecodeStrangers(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: half a second of odd texts")
	}
	lines := strings.SplitAfter(everything, "\n")
	for i, line := range lines {
		key, _, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		for j := i % 7; j < len(strangers); j += 7 {
			lines[i] = key + "= " + strangers[j] + "\n"
			checkAny(t, []byte(strings.Join(lines, "")))
		}
		lines[i] = line
	}
}

// FuzzSetting: no setting makes Compile panic; it gives a problem or an error, and
// the file without the setting stays what it was.
func FuzzSetting(f *testing.F) {
	for _, s := range settingTexts {
		f.Add(s)
	}
	src := Source{File: "f.toml", Text: []byte(settable)}
	before, faults := Compile(src, nil)
	if len(faults) > 0 {
		f.Fatal(faults)
	}
	want := problemText(before)
	f.Fuzz(func(t *testing.T, setting string) {
		c, faults := Compile(src, []string{setting})
		if (c == nil) != faults.HasErrors() {
			t.Fatalf("%q: %v, and a problem: %v", setting, faults, c != nil)
		}
		for _, d := range faults {
			if d.Pos == (Pos{}) && d.File != settingFile(setting) {
				t.Errorf("%q: %v is nowhere", setting, d)
			}
		}
		if after, _ := Compile(src, nil); problemText(after) != want {
			t.Errorf("%q changes the file", setting)
		}
		if c != nil {
			checkRoundTrip(t, c.Spec)
		}
	})
}

// settable has a table of every kind that a setting may go into.
const settable = `title = "all"
fields = ["u"]
constants = { nu = 1, unused = 2 }
define.f = "nu*x"
[domain]
x = [0, 1]
t = { from = 0, to = 1 }
[parameters]
k = { start = 1 }
[[equation]]
is = "u_t = k*u_xx + f"
[[condition]]
at = "t = 0"
is = "u = 0"
[[phase]]
method = "adamw"
[phase.switch]
rule = "snr"
`

var settingTexts = []string{
	"", "=", "a", "a=", "title=x", "title.x=1", "title=[1", "title=\x00\xff", "title=\"\"\"", "title='a\nb'", "fields=['u', 'x']", "fields[0]=v", "fields[9]=v", "fields[-1]=v",
	"constants.nu=2", "constants.mu=2", "constants.nu.x=2", "constants={}", "constants={ nu = 3 }", "constants={ nu = 3, nu = 4 }", "define.f=g", "define.f=f", "define={ f = 1 }",
	"domain.x=[1, 0]", "domain.x[1]=9", "domain.t.to=2", "domain.t.periodic=true", "domain.inside=x > 0.5", "domain.y=[0, 1]", "parameters.k.min=3", "parameters.k=3", "parameters.q={}",
	"equation[0].is=u = 0", "equation[0].is=u_tt = v", "condition[0].at=x = 2", "condition=[]", "phase[0].switch.rule=loss", "phase[0].switch={ rule = 'plateau' }", "phase.0.steps=0", "phase[0]={}", "phase[1]={}", "train.seed=1", "train[0]=1", "x\n[y]=1", "a.b.c.d.e=1",
	"title=1\n[x]", "train={ seed = 1, seed = 2 }", "target.rel_l2=1",
}
