package problems

import (
	"strconv"
	"strings"
)

// Where returns the place of the value of a key, written as in Diagnostic.Key
// (phase[1].switch.threshold). If the file does not have the key it is the
// place of the innermost table or array on the way that it has. A Spec that was
// not decoded from a file has no places: the zero Pos.
func (s *Spec) Where(key string) Pos {
	if s.root == nil {
		return Pos{}
	}
	v := s.root
	for step := range strings.SplitSeq(key, ".") {
		step, indices, _ := strings.Cut(step, "[")
		e := v.find(step)
		if e == nil {
			break
		}
		v = e.value
		for index := range strings.SplitSeq(indices, "[") {
			i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || v.kind != arrayValue || i < 0 || i >= len(v.items) {
				break
			}
			v = v.items[i]
		}
	}
	return s.src.pos(v.start)
}
