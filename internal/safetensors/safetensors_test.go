package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pinn/internal/seeds"
)

func some() File {
	return File{
		Metadata: map[string]string{"activation": "tanh", "note": "é <&> \"x\""},
		Tensors: []Tensor{
			{"u.0.weight", []int{2, 3}, []float64{1, -0.5, math.Pi, math.Copysign(0, -1), 5e-324, math.MaxFloat64}},
			{"u.0.bias", []int{2}, []float64{math.Inf(1), math.NaN()}},
			{"empty", []int{0, 7}, nil},
			{"k", nil, []float64{2}},
		},
	}
}

func encoded(t testing.TB, w File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for name, want := range map[string]File{"some": some(), "none": {}} {
		t.Run(name, func(t *testing.T) {
			got, err := Decode(encoded(t, want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, same); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFormat reads the file as another program would.
func TestFormat(t *testing.T) {
	src := encoded(t, some())
	n := binary.LittleEndian.Uint64(src)
	if n%8 != 0 {
		t.Errorf("the header takes %d bytes, want a multiple of 8", n)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(src[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	want := `{"dtype":"F64","shape":[2],"data_offsets":[48,64]}`
	if got := string(header["u.0.bias"]); got != want {
		t.Errorf("entry = %s, want %s", got, want)
	}
	if got := math.Float64frombits(binary.LittleEndian.Uint64(src[8+n+8:])); got != -0.5 {
		t.Errorf("second value = %g, want -0.5", got)
	}
	if want := 8 + int(n) + 8*9; len(src) != want {
		t.Errorf("the file takes %d bytes, want %d", len(src), want)
	}
}

// TestDamage flips every byte and cuts at every length.
func TestDamage(t *testing.T) {
	src := encoded(t, some())
	for i := range src {
		damaged := bytes.Clone(src)
		damaged[i] ^= 0x20
		if _, err := Decode(damaged); err == nil {
			t.Errorf("byte %d of %d altered: no error", i, len(src))
		}
		if _, err := Decode(src[:i]); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", i, len(src))
		}
	}
	if _, err := Decode(append(src, 0)); err == nil || !strings.Contains(err.Error(), "1 bytes follow") {
		t.Errorf("a byte too many: %v", err)
	}
	src[len(src)-1] ^= 1
	if _, err := Decode(src); err == nil || !strings.Contains(err.Error(), "altered or damaged") {
		t.Errorf("a value altered: %v", err)
	}
}

// file builds a safetensors file from a header and the size of its data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func TestDecodeFaults(t *testing.T) {
	for name, c := range map[string]struct {
		src  []byte
		want string
	}{
		"empty":        {nil, "cut short"},
		"text":         {[]byte("problem = 1"), "not a safetensors file"},
		"header cut":   {file("{}", 0)[:9], "cut short: the header takes 2 bytes, 1 are left"},
		"not json":     {file("[]", 0), "must be a JSON object"},
		"json cut":     {file(`{"a":`, 0), "header: a: "},
		"two objects":  {file(`{}{}`, 0), "text follows"},
		"twice":        {file(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}`, 16), "stands twice"},
		"dtype":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, 8), `must be of type F64, got "F32"`},
		"negative":     {file(`{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}`, 8), "out of range"},
		"huge":         {file(`{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}`, 8), "out of range"},
		"gap":          {file(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}`, 16), "do not hold shape"},
		"shape":        {file(`{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}`, 8), "do not hold shape"},
		"data cut":     {file(`{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}`, 8), "cut short: tensor \"a\""},
		"spare":        {file(`{}`, 3), "3 bytes follow"},
		"metadata":     {file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
		"unknown key":  {file(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8],"x":1}}`, 8), "unknown field"},
		"no digest":    {file(`{}`, 0), "sha256 of the contents is missing"},
		"wrong digest": {file(`{"__metadata__":{"sha256":"00"}}`, 0), "does not match"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode(c.src)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Decode = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestEncodeWeightsFaults(t *testing.T) {
	one := []float64{1}
	for name, w := range map[string]File{
		"shape":     {Tensors: []Tensor{{"a", []int{2}, one}}},
		"no name":   {Tensors: []Tensor{{"", []int{1}, one}}},
		"twice":     {Tensors: []Tensor{{"a", []int{1}, one}, {"a", []int{1}, one}}},
		"reserved":  {Tensors: []Tensor{{"__metadata__", []int{1}, one}}},
		"digest":    {Metadata: map[string]string{"sha256": ""}},
		"blank":     {Metadata: map[string]string{"a": blank}},
		"not UTF-8": {Metadata: map[string]string{"a": "\xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := w.Encode(&bytes.Buffer{}); err == nil {
				t.Error("Encode gave no error")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzDecode.txtar", 2)
	f.Add(encoded(f, some()))
	f.Add(encoded(f, File{}))
	f.Add(file(`{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, 8))
	f.Add(file(`{"a":{"dtype":"F64","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, src []byte) {
		if _, err := Decode(src); err == nil {
			damaged := bytes.Clone(src)
			damaged[len(src)-1] ^= 1
			if _, err := Decode(damaged); err == nil {
				t.Error("the last byte altered: no error")
			}
		}
		first, _, err := parse(src)
		if err != nil || first.check() != nil {
			return
		}
		again, err := Decode(encoded(t, first))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(first, again, same); diff != "" {
			t.Errorf("round trip (-first +again):\n%s", diff)
		}
	})
}

// same takes nil for empty and numbers of equal bits for equal.
var same = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })}

func BenchmarkEncode(b *testing.B) {
	// The triangle of H of the default network with 961 parameters.
	w := File{Tensors: []Tensor{{Name: "inverse_hessian", Shape: []int{961 * 962 / 2}, Data: make([]float64, 961*962/2)}}}
	b.SetBytes(8 * 961 * 962 / 2)
	for b.Loop() {
		if err := w.Encode(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
