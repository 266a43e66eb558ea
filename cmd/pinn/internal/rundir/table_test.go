package rundir

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pinn/hybrid"
	"pinn/internal/seeds"
)

// same compares tables bit for bit, up to the payload of a NaN.
var same = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
})}

func TestTableRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(0, 5).Draw(t, "rows")
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z:,"' ]{1,4}`), 1, 4, rapid.ID).Draw(t, "names")
		var want Table
		var words []string
		for i, name := range names {
			if len(names) > 1 && rapid.Bool().Draw(t, "words") {
				want.AddWords(name, rapid.SliceOfN(rapid.StringMatching("[a-z,\"\n ]{0,6}"), rows, rows).Draw(t, "column"))
				words = append(words, name)
				continue
			}
			want.Add(name, rapid.SliceOfN(rapid.Float64(), rows, rows).Draw(t, "column"))
			if rows > 0 && rapid.Bool().Draw(t, "blank") {
				want.Columns[i].Numbers[0] = math.NaN()
			}
		}
		var b bytes.Buffer
		if err := want.Encode(&b); err != nil {
			t.Fatal(err)
		}
		got, err := DecodeTable(&b, words...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, same); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
	})
}

func TestTableText(t *testing.T) {
	var tab Table
	tab.Add(hybrid.ColStep, []float64{1, 2})
	tab.AddWords(hybrid.ColMethod, []string{"adamw", `l"b,f` + "\r\ngs"})
	tab.Add("term:b,c", []float64{math.NaN(), 1e-300})
	tab.Add("x", []float64{math.Inf(-1), 0.1})
	var b bytes.Buffer
	if err := tab.Encode(&b); err != nil {
		t.Fatal(err)
	}
	want := "step,method,\"term:b,c\",x\n1,adamw,,-Inf\n2,\"l\"\"b,f\ngs\",1e-300,0.1\n"
	if b.String() != want {
		t.Errorf("CSV = %q, want %q", b.String(), want)
	}
	if n := tab.Numbers(hybrid.ColMethod); n != nil {
		t.Errorf("Numbers of a column of words = %v, want nil", n)
	}
	if w := tab.Words("absent"); w != nil {
		t.Errorf("Words of no column = %v, want nil", w)
	}
}

func TestEncodeTableFaults(t *testing.T) {
	for name, c := range map[string]struct {
		table Table
		want  string
	}{
		"lengths":  {Table{[]Column{{Name: "a", Numbers: []float64{1}}, {Name: "b"}}}, `column "b": must have 1 rows, got 0`},
		"names":    {Table{[]Column{{Name: "a"}, {Name: "a"}}}, "two of this name"},
		"no name":  {Table{[]Column{{}}}, "no name"},
		"mark":     {Table{[]Column{{Name: mark + "a"}}}, "byte order mark"},
		"lone":     {Table{[]Column{{Name: "a", Words: []string{"x", ""}}}}, "blank words"},
		"carriage": {Table{[]Column{{Name: "a\rb"}}}, "carriage return"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.table.Encode(&bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Encode = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestDecodeTableFaults(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"empty":    {"", "header row is missing"},
		"word":     {"a,b\n1,2\n3,x\n", `line 3, column b: must be a number or blank, got "x"`},
		"overflow": {"a\n1e999\n", "must be a number"},
		"short":    {"a,b\n1\n", "wrong number of fields"},
		"twice":    {"a,a\n", "two of this name"},
		"quote":    {"a,b\n\"1,2\n", "line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeTable(strings.NewReader(c.src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("DecodeTable = %v, want an error with %q", err, c.want)
			}
		})
	}
	got, err := DecodeTable(strings.NewReader(mark + "a\r\n 1 \r\n"))
	if err != nil || got.Numbers("a")[0] != 1 {
		t.Errorf("a spreadsheet's file: %v, %v", got, err)
	}
}

func TestEvents(t *testing.T) {
	want := []Event{
		{1, 850, 1.25, 0, "switch", "snr", `in 7 of 9 checks, "clear", at 850`},
		{2, 1 << 40, math.NaN(), 1, "stop", "", ""},
	}
	var b bytes.Buffer
	if err := EncodeEvents(&b, want); err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(b.String(), "\n"); head != "event,step,wall_s,phase,kind,reason,why" {
		t.Errorf("header = %s", head)
	}
	if rows, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll(); err != nil || rows[1][6] != want[0].Why {
		t.Errorf("another reader sees %q, %v", rows, err)
	}
	got, err := DecodeEvents(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	for name, c := range map[string]struct{ src, want string }{
		"missing":  {"event,step\n1,2\n", "column wall_s is missing"},
		"fraction": {"event,step,wall_s,phase,kind,reason,why\n1,2.5,0,0,a,b,c\n", "row 1, column step: must be a whole number, got 2.5"},
		"blank":    {"event,step,wall_s,phase,kind,reason,why\n,2,0,0,a,b,c\n", "row 1, column event"},
		"huge":     {"event,step,wall_s,phase,kind,reason,why\n1,2,0,1e300,a,b,c\n", "row 1, column phase"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeEvents(strings.NewReader(c.src))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("DecodeEvents = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func FuzzDecodeTable(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzDecodeTable.txtar", 12)
	for _, src := range []string{
		"", "a\n", "step,method,loss\n1,adamw,0.5\n2,adamw,\n", "a,method\n1,\"x,\"\"y\"\"\"\n",
		mark + "a\r\n1\r\n", "a\n\n1\n", "method\n\"\"\n", "a,b\n1,-Inf\nNaN,0x1p-2\n", "\"a\r\",b\n1,2\n",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		first, err := DecodeTable(strings.NewReader(src), hybrid.ColMethod, "why")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := first.Encode(&b); err != nil {
			if strings.Contains(err.Error(), "blank words") {
				return
			}
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := DecodeTable(&b, hybrid.ColMethod, "why")
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(first, again, same); diff != "" {
			t.Errorf("round trip (-first +again):\n%s", diff)
		}
	})
}
