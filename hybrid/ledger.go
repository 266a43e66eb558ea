package hybrid

import (
	"encoding"
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"pinn/optim"
)

// ledger takes named values to a Snapshot or back from it: one description of a
// piece of state serves both ways, so that they cannot disagree. The first thing
// that does not fit when loading is kept in err, and nothing is loaded after it.
type ledger struct {
	snapshot *Snapshot
	loading  bool
	now      time.Time
	under    string // put before every name
	numbers  map[string][]float64
	words    map[string][]string
	err      error
}

// saving returns a ledger that fills s at the time now.
func saving(s *Snapshot, now time.Time) *ledger { return &ledger{snapshot: s, now: now} }

// loading returns a ledger that reads s; what went on then goes on from now. done
// must be called at the end.
func loading(s *Snapshot, now time.Time) *ledger {
	l := &ledger{snapshot: s, loading: true, now: now, numbers: map[string][]float64{}, words: map[string][]string{}}
	for _, v := range s.Numbers {
		l.numbers[v.Name] = v.Values
	}
	for _, w := range s.Words {
		l.words[w.Name] = w.Values
	}
	return l
}

// done returns the first fault of loading; a value that nobody asked for is one.
func (l *ledger) done() error {
	for name := range l.numbers {
		l.fail("%s belongs to nothing", name)
	}
	for name := range l.words {
		l.fail("%s belongs to nothing", name)
	}
	return l.err
}

func (l *ledger) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// part describes a piece whose names stand under name.
func (l *ledger) part(name string, piece func(l *ledger)) {
	before := l.under
	l.under += name + "/"
	piece(l)
	l.under = before
}

// vector is a list of numbers of any length.
func (l *ledger) vector(name string, v *[]float64) {
	name = l.under + name
	if !l.loading {
		l.snapshot.Numbers = append(l.snapshot.Numbers, optim.Vector{Name: name, Values: slices.Clone(*v)})
		return
	}
	got, ok := l.numbers[name]
	if !ok {
		l.fail("%s is missing", name)
		return
	}
	delete(l.numbers, name)
	if l.err == nil {
		*v = slices.Clone(got)
	}
}

// fixed is a list of numbers whose length does not change.
func (l *ledger) fixed(name string, v []float64) {
	got := v
	l.vector(name, &got)
	if len(got) != len(v) {
		l.fail("%s%s must have length %d, got %d", l.under, name, len(v), len(got))
	}
	if l.loading && l.err == nil {
		copy(v, got)
	}
}

func (l *ledger) number(name string, x *float64) {
	one := []float64{*x}
	l.fixed(name, one)
	*x = one[0]
}

func (l *ledger) count(name string, n *int) {
	x := ofInt(int64(*n))
	l.number(name, &x)
	*n = int(l.toInt(name, x))
}

func (l *ledger) flag(name string, b *bool) {
	x := ofBool(*b)
	l.number(name, &x)
	*b = x != 0
}

// texts is a list of words.
func (l *ledger) texts(name string, w *[]string) {
	name = l.under + name
	if !l.loading {
		l.snapshot.Words = append(l.snapshot.Words, Words{name, slices.Clone(*w)})
		return
	}
	got, ok := l.words[name]
	if !ok {
		l.fail("%s is missing", name)
		return
	}
	delete(l.words, name)
	if l.err == nil {
		*w = slices.Clone(got)
	}
}

// binary is something that can turn itself into bytes, such as a random source.
func (l *ledger) binary(name string, x interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}) {
	var w []string
	if !l.loading {
		b, err := x.MarshalBinary()
		if err != nil {
			panic("hybrid: a random source without bytes")
		}
		w = []string{base64.StdEncoding.EncodeToString(b)}
	}
	l.texts(name, &w)
	if !l.loading || l.err != nil {
		return
	}
	if len(w) != 1 {
		l.fail("%s%s must be one word, got %d", l.under, name, len(w))
		return
	}
	b, err := base64.StdEncoding.DecodeString(w[0])
	if err == nil {
		err = x.UnmarshalBinary(b)
	}
	if err != nil {
		l.fail("%s%s: %w", l.under, name, err)
	}
}

// vectors is a list of vectors with names of their own, such as a method's state.
// When loading it holds all that stands under name.
func (l *ledger) vectors(name string, v *[]optim.Vector) {
	l.part(name, func(l *ledger) {
		var names []string
		for _, x := range *v {
			names = append(names, x.Name)
		}
		l.texts("names", &names)
		if l.loading {
			*v = nil
			for _, n := range names {
				*v = append(*v, optim.Vector{Name: n})
			}
		}
		for i := range *v {
			l.vector((*v)[i].Name, &(*v)[i].Values)
		}
	})
}

// record is a struct all of whose fields are exported, or hold nothing but such.
func record[T any](l *ledger, name string, x *T) {
	one := []T{*x}
	records(l, name, &one)
	if len(one) != 1 {
		l.fail("%s%s must be one record, got %d", l.under, name, len(one))
		return
	}
	*x = one[0]
}

// records is a list of such structs, kept column by column.
func records[T any](l *ledger, name string, list *[]T) {
	l.part(name, func(l *ledger) {
		n := len(*list)
		l.count("count", &n)
		if l.loading {
			if l.err != nil || n < 0 || n > 1<<40 {
				l.fail("%scount is out of range", l.under)
				return
			}
			*list = make([]T, n)
		}
		columns(l, "", reflect.TypeFor[T](), n, func(i int) reflect.Value { return reflect.ValueOf(&(*list)[i]).Elem() })
	})
}

// columns walks the fields of type t; row(i) is its i-th value of n.
func columns(l *ledger, name string, t reflect.Type, n int, row func(i int) reflect.Value) {
	switch t.Kind() {
	case reflect.Struct:
		for k := range t.NumField() {
			below := t.Field(k).Name
			if name != "" {
				below = name + "." + below
			}
			columns(l, below, t.Field(k).Type, n, func(i int) reflect.Value { return row(i).Field(k) })
		}
	case reflect.String:
		w := make([]string, n)
		for i := range w {
			w[i] = row(i).String()
		}
		l.texts(name, &w)
		fill(l, name, n, len(w), func(i int) { row(i).SetString(w[i]) })
	case reflect.Slice:
		lists(l, name, n, func(i int) *[]float64 { return row(i).Addr().Interface().(*[]float64) })
	default:
		v := make([]float64, n)
		for i := range v {
			v[i] = ofScalar(row(i))
		}
		l.vector(name, &v)
		fill(l, name, n, len(v), func(i int) { l.setScalar(name, row(i), v[i]) })
	}
}

// fill calls set for every row after loading, if there are as many as should be.
func fill(l *ledger, name string, want, got int, set func(i int)) {
	if l.loading && got != want {
		l.fail("%s%s must have %d rows, got %d", l.under, name, want, got)
	}
	for i := 0; i < want && l.loading && l.err == nil; i++ {
		set(i)
	}
}

// lists is a column of lists of numbers: their lengths, −1 for nil, and all of
// them in a row.
func lists(l *ledger, name string, n int, at func(i int) *[]float64) {
	lengths, all := make([]float64, n), []float64{}
	for i := range n {
		lengths[i] = float64(len(*at(i)))
		if *at(i) == nil {
			lengths[i] = -1
		}
		all = append(all, *at(i)...)
	}
	l.vector(name+".lengths", &lengths)
	l.vector(name, &all)
	fill(l, name, n, len(lengths), func(i int) {
		if lengths[i] < 0 {
			return
		}
		k := int(l.toInt(name, lengths[i]))
		if k > len(all) {
			l.fail("%s%s has too few numbers", l.under, name)
			return
		}
		*at(i), all = slices.Clone(all[:k:k]), all[k:]
	})
	if l.loading && len(all) > 0 {
		l.fail("%s%s has %d numbers to spare", l.under, name, len(all))
	}
}

// ofScalar is a number or truth value as a float64.
func ofScalar(v reflect.Value) float64 {
	switch {
	case v.CanInt():
		return ofInt(v.Int())
	case v.CanFloat():
		return v.Float()
	case v.Kind() == reflect.Bool:
		return ofBool(v.Bool())
	}
	panic("hybrid: a record with a field that cannot be kept")
}

func (l *ledger) setScalar(name string, v reflect.Value, x float64) {
	switch {
	case v.CanInt():
		v.SetInt(l.toInt(name, x))
	case v.CanFloat():
		v.SetFloat(x)
	default:
		v.SetBool(x != 0)
	}
}

// ofInt is n as a float64, exact up to 2⁵³, +Inf for Never.
func ofInt(n int64) float64 {
	if n == Never {
		return math.Inf(1)
	}
	return float64(n)
}

// toInt is the count that ofInt made x of.
func (l *ledger) toInt(name string, x float64) int64 {
	switch {
	case math.IsInf(x, 1):
		return Never
	case x != math.Trunc(x) || math.Abs(x) > 1<<62:
		l.fail("%s%s must be a count, got %g", l.under, name, x)
		return 0
	}
	return int64(x)
}

func ofBool(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
