package hybrid

import "errors"

// Memory is what a rule remembers of the checks that it was shown.
type Memory struct {
	Checks []Check // in its window, oldest first
	Last   int     // step of the newest check, in the window or not
	Clips  int     // checks that clipped steps have held back since the window was full

	Best []float64 // the best held-out loss after each check

	Beyond bool // the median of a full window stood on the side that the rule fires on
	Held   bool // the votes carried, but something else held the rule back
}

// remembering is a rule with a memory. recall takes back what memory returned, and
// returns an error if such a rule cannot remember that.
type remembering interface {
	memory() Memory
	recall(m Memory) error
}

// memories are those of all rules, empty ones for rules without.
func memories(rules []Rule) (list []Memory) {
	for _, rule := range rules {
		var m Memory
		if r, ok := rule.(remembering); ok {
			m = r.memory()
		}
		list = append(list, m)
	}
	return list
}

// forgetful returns an error if there is something to remember that a rule has no use
// for.
func (m Memory) forgetful(window, best bool) error {
	if !window && (len(m.Checks) > 0 || m.Last != 0 || m.Clips != 0 || m.Beyond || m.Held) || !best && len(m.Best) > 0 {
		return errors.New("there is more to remember than the rule can")
	}
	return nil
}
