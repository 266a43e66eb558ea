package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// parse takes a safetensors file of float64 tensors apart and returns
// the digest that it states, "" if none. The tensors come in the order of their
// data, which must fill the file without gap or overlap.
func parse(src []byte) (w File, stated string, err error) {
	if len(src) < 8 {
		return w, "", fmt.Errorf("the file is cut short: %d bytes, but the length of the header takes 8", len(src))
	}
	size := binary.LittleEndian.Uint64(src)
	if size > maxHeader {
		return w, "", fmt.Errorf("not a safetensors file: a header of %d bytes", size)
	}
	if size > uint64(len(src)-8) {
		return w, "", fmt.Errorf("the file is cut short: the header takes %d bytes, %d are left", size, len(src)-8)
	}
	meta, entries, err := parseHeader(src[8 : 8+size])
	if err != nil {
		return w, "", fmt.Errorf("header: %w", err)
	}
	w.Tensors, err = readTensors(entries, src[8+size:])
	if err != nil {
		return File{}, "", err
	}
	stated = meta[digestKey]
	delete(meta, digestKey)
	w.Metadata = meta
	return w, stated, nil
}

// named is an entry of the header with its name.
type named struct {
	name string
	entry
}

// parseHeader reads the JSON header; unlike encoding/json it refuses a key that
// comes twice.
func parseHeader(src []byte) (meta map[string]string, entries []named, err error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("must be a JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		key, _ := t.(string) // an object's keys are strings
		if key == "" || seen[key] {
			return nil, nil, fmt.Errorf("key %q is empty or stands twice", key)
		}
		seen[key] = true
		if key == metadataKey {
			err = dec.Decode(&meta)
		} else {
			e := named{name: key}
			err = dec.Decode(&e.entry)
			entries = append(entries, e)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("text follows the object")
	}
	if meta == nil {
		meta = map[string]string{}
	}
	return meta, entries, nil
}

// readTensors cuts data into tensors.
func readTensors(entries []named, data []byte) ([]Tensor, error) {
	slices.SortStableFunc(entries, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	var tensors []Tensor
	at := int64(0)
	for _, e := range entries {
		n, err := volume(e.Shape)
		from, to := e.Offsets[0], e.Offsets[1]
		switch {
		case err != nil:
			return nil, fmt.Errorf("tensor %q: %w", e.name, err)
		case e.DType != dtypeF64:
			return nil, fmt.Errorf("tensor %q: must be of type %s, got %q", e.name, dtypeF64, e.DType)
		case from != at || to < from || to-from != 8*n:
			return nil, fmt.Errorf("tensor %q: bytes %d to %d do not hold shape %v after byte %d", e.name, from, to, e.Shape, at)
		case to > int64(len(data)):
			return nil, fmt.Errorf("the file is cut short: tensor %q ends at byte %d of %d", e.name, to, len(data))
		}
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[from+8*int64(i):]))
		}
		tensors = append(tensors, Tensor{e.name, e.Shape, values})
		at = to
	}
	if at != int64(len(data)) {
		return nil, fmt.Errorf("%d bytes follow the last tensor", int64(len(data))-at)
	}
	return tensors, nil
}
