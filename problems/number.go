package problems

import (
	"math"
	"strconv"
)

// span is a range of numbers; says names it in "must be …".
type span struct {
	has  func(x float64) bool
	says string
}

var (
	anyNumber   = span{func(float64) bool { return true }, "a number"}
	positive    = span{func(x float64) bool { return x > 0 }, "a number above 0"}
	notNegative = span{func(x float64) bool { return x >= 0 }, "a number of at least 0"}
	belowOne    = span{func(x float64) bool { return x >= 0 && x < 1 }, "a number from 0 to below 1"}
	upToOne     = span{func(x float64) bool { return x > 0 && x <= 1 }, "a number above 0 and up to 1"}
	insideOne   = span{func(x float64) bool { return x > 0 && x < 1 }, "a number above 0 and below 1"}
	fraction    = span{func(x float64) bool { return x >= 0 && x <= 1 }, "a number from 0 to 1"}
)

// number returns a finite number in a range.
func (r *reader) number(key string, in span) *float64 {
	v := r.get(key)
	if v == nil {
		return nil
	}
	x, ok := r.asNumber(v, key, in)
	if !ok {
		return nil
	}
	return &x
}

// integer returns an integer from least to most.
func (r *reader) integer(key string, least, most int) *int {
	v := r.get(key)
	if v == nil {
		return nil
	}
	n, ok := r.asInteger(v, key, least, most)
	if !ok {
		return nil
	}
	return &n
}

// asNumber converts a value to a finite number in a range.
func (r *reader) asNumber(v *value, key string, in span) (float64, bool) {
	if v.kind != integerValue && v.kind != floatValue {
		r.wrong(v, key, in.says)
		return 0, false
	}
	if !r.finite(v, key) {
		return 0, false
	}
	x, err := strconv.ParseFloat(decimal(v.token()), 64)
	if err != nil || !in.has(x) {
		r.wrong(v, key, in.says)
		return 0, false
	}
	return x, true
}

// finite reports a number that float64 (or, for an integer, int64) cannot hold.
func (r *reader) finite(v *value, key string) bool {
	token := decimal(v.token())
	if v.kind == integerValue {
		if _, err := strconv.ParseInt(token, 10, 64); err != nil {
			r.wrong(v, key, "an integer of at most 64 bits")
			return false
		}
		return true
	}
	x, _ := strconv.ParseFloat(token, 64)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.wrong(v, key, "a finite number")
		return false
	}
	return true
}

// asInteger converts a value to an integer from least to most.
func (r *reader) asInteger(v *value, key string, least, most int) (int, bool) {
	must := "an integer of at least " + strconv.Itoa(least)
	if v.kind == integerValue {
		n, err := strconv.ParseInt(decimal(v.token()), 10, 64) // below the range: the least int64
		switch {
		case n > int64(most) || err != nil && n >= 0:
			must = "an integer of at most " + strconv.Itoa(most)
		case n >= int64(least):
			return int(n), true
		}
	}
	r.wrong(v, key, must)
	return 0, false
}
