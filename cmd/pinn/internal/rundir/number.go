package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Number is a float64 that JSON can always carry: a value that is not finite
// is written as null, and null is read as NaN.
type Number float64

// MarshalJSON writes the shortest decimal that reads back as the same value,
// or null if n is NaN or infinite.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Finite() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads a number, or null as NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// Finite reports whether n is neither NaN nor infinite.
func (n Number) Finite() bool {
	return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0)
}

// Figure is one named number, such as the relative L2 error of the field u.
type Figure struct {
	Name  string
	Value Number
}

// Figures is an ordered list of named numbers; as JSON it is one object whose
// keys keep their order, {"u": 3.1e-5, "all": 3.1e-5}.
type Figures []Figure

// Set gives the figure called name the value v; a new name goes to the end.
func (f *Figures) Set(name string, v float64) {
	for i := range *f {
		if (*f)[i].Name == name {
			(*f)[i].Value = Number(v)
			return
		}
	}
	*f = append(*f, Figure{name, Number(v)})
}

// Get returns the figure called name and whether it is there.
func (f Figures) Get(name string) (float64, bool) {
	for _, g := range f {
		if g.Name == name {
			return float64(g.Value), true
		}
	}
	return math.NaN(), false
}

// Finite reports whether every figure is finite; an empty list is.
func (f Figures) Finite() bool {
	for _, g := range f {
		if !g.Value.Finite() {
			return false
		}
	}
	return true
}

// MarshalJSON writes the figures as one object, in order.
func (f Figures) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, g := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(g.Name)
		if err != nil {
			return nil, err
		}
		value, err := g.Value.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object of numbers and nulls, keeping the order; null
// in place of the object is an empty list.
func (f *Figures) UnmarshalJSON(b []byte) error {
	*f = nil
	if string(b) == "null" {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("must be an object of numbers")
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // an object's keys are strings
		var v Number
		if err := dec.Decode(&v); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		f.Set(name, float64(v))
	}
	return nil
}
