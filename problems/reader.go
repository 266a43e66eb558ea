package problems

import (
	"strconv"
	"strings"
	"time"

	"pinn/internal/suggest"
)

// reader reads one table of the file by keys. A key that is asked for is known;
// close reports all others. The getters return the absent value for a key that
// is not there and, after reporting it, for one that is wrong. A reader of an
// absent table answers "absent" to everything.
type reader struct {
	*decoder
	v     *value // nil if absent
	asked []string
}

func (d *decoder) reader(v *value) *reader { return &reader{decoder: d, v: v} }

// get returns the value of a key, nil if absent.
func (r *reader) get(key string) *value {
	r.asked = append(r.asked, key)
	if e := r.v.find(key); e != nil {
		return e.value
	}
	return nil
}

// key returns the full key of what is in this table: of an entry, or of
// something inside it. A name that the file chose comes through quoteKey.
func (r *reader) key(key string) string {
	if r.v == nil {
		return key
	}
	return strings.TrimPrefix(r.v.path()+"."+key, ".")
}

// wrong reports that a value must be something else, and shows it.
func (r *reader) wrong(v *value, key, must string) {
	if r.full() {
		r.dropped++
		return
	}
	r.report(v.place(), r.key(key), "must be %s, got %s", must, v.show())
}

// missing reports a key that this table must have, at the table's beginning.
func (r *reader) missing(key, must string) {
	r.report(r.v.place(), r.key(key), "must be %s, got nothing", must)
}

// close reports the keys that nobody asked for, with the near one that exists
// or, in a small table, with all that exist.
func (r *reader) close() {
	if r.v == nil {
		return
	}
	known := make(map[string]bool, len(r.asked))
	for _, key := range r.asked {
		known[key] = true
	}
	for _, e := range r.v.entries {
		if !known[e.key] {
			r.unknown(e, r.asked)
		}
	}
}

// fewNames is how many names fit into a line.
const fewNames = 10

// unknown reports an unknown key of this table.
func (r *reader) unknown(e entry, known []string) {
	if r.full() {
		r.dropped++
		return
	}
	hint := suggest.DidYouMean(e.key, known)
	if hint == "" && len(known) <= fewNames {
		hint = "; must be one of " + strings.Join(known, ", ")
	}
	r.report(e.place(), r.key(quoteKey(e.key)), "unknown key%s", hint)
}

// table returns a reader of a sub-table, of an absent one if there is none.
func (r *reader) table(key, must string) *reader {
	v := r.get(key)
	if v != nil && v.kind != tableValue {
		r.wrong(v, key, must)
		v = nil
	}
	return r.decoder.reader(v)
}

// tables returns readers of the elements of an array of tables.
func (r *reader) tables(key string) []*reader {
	var list []*reader
	for i, v := range r.array(key, "written as [["+key+"]]", maxTables) {
		if v.kind == tableValue {
			list = append(list, r.decoder.reader(v))
		} else {
			r.wrong(v, index(key, i), "a table")
		}
	}
	return list
}

// maxTables bounds the number of equations, conditions and so on.
const maxTables = 1000

// array returns the elements of an array that must hold 1 … most of them.
func (r *reader) array(key, must string, most int) []*value {
	v := r.get(key)
	switch {
	case v == nil:
		return nil
	case v.kind != arrayValue:
		r.wrong(v, key, must)
		return nil
	case len(v.items) == 0:
		r.report(v.place(), r.key(key), "must have at least one element, got none")
	case len(v.items) > most:
		r.report(v.place(), r.key(key), "must have at most %d elements, got %d", most, len(v.items))
		return nil
	}
	return v.items
}

// index returns the key of an array's element.
func index(key string, i int) string { return key + "[" + strconv.Itoa(i) + "]" }

// text returns a string.
func (r *reader) text(key string) Text {
	v := r.get(key)
	if v == nil {
		return Text{}
	}
	if v.kind != stringValue {
		r.wrong(v, key, "a string")
		return Text{}
	}
	return v.asText()
}

// filled returns a string that must not be empty; must says what it is.
func (r *reader) filled(key, must string) Text {
	v := r.get(key)
	if v == nil {
		return Text{}
	}
	if v.kind != stringValue || strings.TrimSpace(v.text) == "" {
		r.wrong(v, key, must)
		return Text{}
	}
	return v.asText()
}

// need is filled for a key that must be there.
func (r *reader) need(key, must string) Text {
	t := r.filled(key, must)
	if r.v.find(key) == nil {
		r.missing(key, must)
	}
	return t
}

// expression converts a string or a number to Text; key is for messages.
func (r *reader) expression(v *value, key string) Text {
	switch v.kind {
	case stringValue:
		if strings.TrimSpace(v.text) != "" {
			return v.asText()
		}
	case integerValue, floatValue:
		if r.finite(v, key) {
			return v.asText()
		}
		return Text{}
	}
	r.wrong(v, key, "a number or an expression in quotes")
	return Text{}
}

// flag returns a boolean.
func (r *reader) flag(key string) *bool {
	v := r.get(key)
	if v == nil {
		return nil
	}
	if v.kind != boolValue {
		r.wrong(v, key, "true or false")
		return nil
	}
	b := v.token() == "true"
	return &b
}

// word returns one of a few strings.
func (r *reader) word(key string, of []string) string {
	v := r.get(key)
	if v == nil {
		return ""
	}
	return r.asWord(v, key, of)
}

// Durations outside [shortest, longest] are slips, not wishes.
const (
	shortest = time.Millisecond
	longest  = 365 * 24 * time.Hour
)

// duration returns a span of time written like "90s" or "1h30m".
func (r *reader) duration(key string) time.Duration {
	v := r.get(key)
	if v == nil {
		return 0
	}
	t, err := time.ParseDuration(v.text)
	if v.kind != stringValue || err != nil {
		r.wrong(v, key, `a duration in quotes such as "90s" or "5m"`)
		return 0
	}
	if t < shortest || t > longest {
		r.wrong(v, key, "a duration from 1ms to 8760h")
		return 0
	}
	return t
}

// asWord converts a value to one of a few strings.
func (r *reader) asWord(v *value, key string, of []string) string {
	if v.kind == stringValue {
		for _, w := range of {
			if v.text == w {
				return w
			}
		}
	}
	r.report(v.place(), r.key(key), "must be one of %s, got %s%s", strings.Join(of, ", "), v.show(), suggest.DidYouMean(v.text, of))
	return ""
}
