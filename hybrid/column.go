package hybrid

import "math"

// Holds says what the cells of a column are.
type Holds int

const (
	Counts  Holds = iota // whole numbers; in a Row −1 stands for one that was not taken
	Numbers              // NaN stands for one that was not measured
	Words                // "" stands for none
)

// Column is one column of trace.csv.
type Column struct {
	Name  string // with its unit, as in "wall_s"
	Holds Holds

	float func(*Row) float64
	word  func(*Row) string
	blank func(*Row) // enters that nothing was measured
}

// Float returns the cell of a count or a number, NaN where nothing was measured. It
// panics for words.
func (c Column) Float(r *Row) float64 {
	if c.Holds == Words {
		panic("hybrid: a column of words has no numbers")
	}
	return c.float(r)
}

// Word returns the cell of a word. It panics for counts and numbers.
func (c Column) Word(r *Row) string {
	if c.Holds != Words {
		panic("hybrid: a column of numbers has no words")
	}
	return c.word(r)
}

func count(name string, at func(*Row) *int) Column {
	return Column{
		Name: name, Holds: Counts,
		float: func(r *Row) float64 {
			if n := *at(r); n >= 0 {
				return float64(n)
			}
			return math.NaN()
		},
		blank: func(r *Row) { *at(r) = -1 },
	}
}

func number(name string, at func(*Row) *float64) Column {
	return Column{
		Name: name, Holds: Numbers,
		float: func(r *Row) float64 { return *at(r) },
		blank: func(r *Row) { *at(r) = math.NaN() },
	}
}

func word(name string, at func(*Row) *string) Column {
	return Column{
		Name: name, Holds: Words,
		word:  func(r *Row) string { return *at(r) },
		blank: func(r *Row) { *at(r) = "" },
	}
}
