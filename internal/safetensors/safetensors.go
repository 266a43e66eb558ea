// Package safetensors writes and reads files of named float64 tensors with a table of
// words beside them, in the safetensors format, and knows an altered file by its digest.
package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"strings"
	"unicode/utf8"
)

// File is what a file holds: named float64 tensors and a table of words about them.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
}

// Tensor is one named row-major block; len(Data) is the product of Shape. An
// empty Shape is a scalar.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float64
}

// Names of the header that have a meaning of their own.
const (
	metadataKey = "__metadata__"
	digestKey   = "sha256" // in the metadata; see digest
	dtypeF64    = "F64"
)

// maxHeader bounds the header, as the safetensors format does.
const maxHeader = 100_000_000

// entry is a tensor's place in the header; the offsets count bytes from the end
// of the header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// blank stands in the file for the digest while the digest is computed.
var blank = strings.Repeat("0", 2*sha256.Size)

// Encode writes the file: 8 bytes little-endian header length, a JSON header
// padded with spaces to a multiple of 8, then the values little-endian. Under
// the metadata key "sha256" stands the digest of the file, by which
// Decode notices an alteration.
//
// Source: the safetensors format, github.com/huggingface/safetensors, README,
// "Format".
func (w File) Encode(out io.Writer) error {
	if err := w.check(); err != nil {
		return err
	}
	header, err := w.header()
	if err != nil {
		return err
	}
	if len(header) > maxHeader {
		return fmt.Errorf("the header would take %d bytes, more than %d", len(header), maxHeader)
	}
	size := 0
	for _, t := range w.Tensors {
		size += 8 * len(t.Data)
	}
	file := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(header)+size), uint64(len(header)))
	file = append(file, header...)
	for _, t := range w.Tensors {
		for _, v := range t.Data {
			file = binary.LittleEndian.AppendUint64(file, math.Float64bits(v))
		}
	}
	sum := sha256.Sum256(file)
	copy(file[bytes.Index(file, []byte(blank)):], hex.EncodeToString(sum[:]))
	_, err = out.Write(file)
	return err
}

// check refuses what the format cannot carry.
func (w File) check() error {
	seen := map[string]bool{metadataKey: true, "": true}
	for _, t := range w.Tensors {
		if seen[t.Name] || !utf8.ValidString(t.Name) {
			return fmt.Errorf("tensor %q: the name is empty, reserved, taken or not UTF-8", t.Name)
		}
		seen[t.Name] = true
		if n, err := volume(t.Shape); err != nil || n != int64(len(t.Data)) {
			return fmt.Errorf("tensor %q: shape %v does not hold %d values", t.Name, t.Shape, len(t.Data))
		}
	}
	for k, v := range w.Metadata {
		// The blank digest must be the first of its kind in the file.
		if !utf8.ValidString(k+v) || k == digestKey || strings.Contains(k+v, blank) {
			return fmt.Errorf("metadata %q: the key is reserved or the text is not fit for it", k)
		}
	}
	return nil
}

// volume returns the number of values of a shape, at most what a file can hold.
func volume(shape []int) (int64, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 || (d > 0 && n > math.MaxInt64/8/int64(d)) {
			return 0, fmt.Errorf("shape %v is out of range", shape)
		}
		n *= int64(d)
	}
	return n, nil
}

// header returns the JSON header with a blank digest: metadata first, then the
// tensors in order.
func (w File) header() ([]byte, error) {
	meta := map[string]string{digestKey: blank}
	maps.Copy(meta, w.Metadata)
	text, err := json.Marshal(map[string]any{metadataKey: meta})
	if err != nil {
		return nil, err
	}
	text = text[:len(text)-1] // reopened for the tensors
	at := int64(0)
	for _, t := range w.Tensors {
		end := at + 8*int64(len(t.Data))
		one, err := json.Marshal(map[string]entry{t.Name: {dtypeF64, append([]int{}, t.Shape...), [2]int64{at, end}}})
		if err != nil {
			return nil, err
		}
		text = append(append(text, ','), one[1:len(one)-1]...)
		at = end
	}
	text = append(text, '}')
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	return text, nil
}

// digest returns the SHA-256 of the file with its stated digest blanked out.
func digest(file []byte, stated string) string {
	sum := sha256.Sum256(bytes.Replace(file, []byte(stated), []byte(blank), 1))
	return hex.EncodeToString(sum[:])
}

// Decode reads what Encode wrote. A file that is cut short, has bytes to
// spare, or was altered anywhere is refused.
func Decode(src []byte) (File, error) {
	w, stated, err := parse(src)
	switch {
	case err != nil:
		return File{}, err
	case stated == "":
		return File{}, errors.New("the sha256 of the contents is missing: the file was not written by this program")
	case stated != digest(src, stated):
		return File{}, errors.New("the sha256 of the contents does not match: the file was altered or damaged")
	}
	return w, nil
}
