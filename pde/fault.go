package pde

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a text of the language. Offset is the byte at which
// it stands, from 0; it is the length of the text where something is missing at
// its end.
type Fault struct {
	Offset  int
	Message string
	// Follows is true if the fault only repeats one that stands in another text:
	// a name is used whose own declaration is faulty.
	Follows bool
}

// Faults is a list of mistakes in one text, in the order of their offsets. An
// empty list means the text is sound. As an error it names all of them.
type Faults []Fault

// maxFaults bounds how many mistakes of one text are kept.
const maxFaults = 20

// Error returns all faults, each with its offset, in one line.
func (f Faults) Error() string {
	var parts []string
	for _, x := range f {
		parts = append(parts, fmt.Sprintf("offset %d: %s", x.Offset, x.Message))
	}
	return strings.Join(parts, "; ")
}

// sorted returns the faults in order of their offsets, the first of each place.
func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int { return cmp.Compare(a.Offset, b.Offset) })
	return slices.CompactFunc(f, func(a, b Fault) bool { return a.Offset == b.Offset })
}

// add appends a fault unless the list is full.
func (f *Faults) add(offset int, format string, args ...any) {
	if len(*f) < maxFaults {
		*f = append(*f, Fault{Offset: offset, Message: fmt.Sprintf(format, args...)})
	}
}
