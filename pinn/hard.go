package pinn

import (
	"fmt"
	"strings"

	"pinn/pde"
)

// Note tells why a condition that was left to the program's choice stays soft;
// Message is that reason, such as "its data are not smooth".
// Fallback reports that its statement could be built in and only its data, or
// those of other conditions, stand against it; otherwise the statement is of a
// kind that is always soft, such as a Neumann condition.
type Note struct {
	Condition int // index in Problem.Conditions
	Message   string
	Fallback  bool
}

// HardError says that a condition cannot be enforced as its statement demands.
type HardError struct {
	Condition int // index in Problem.Conditions
	Reason    string
}

// Error names the key of the problem file and the reason.
func (e HardError) Error() string {
	return fmt.Sprintf("condition[%d].enforce: cannot be hard: %s", e.Condition, e.Reason)
}

// HardErrors are all the conditions that cannot be hard but have to, in order.
type HardErrors []HardError

// Error returns one line per condition.
func (es HardErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// BuildLifts decides which conditions of the problem are built into the network
// and returns one Lift per field, the indices of the conditions that stay soft,
// and a note for each of these whose enforcement was left open.
//
// A condition can be hard if it says field = expression of the axes, perhaps
// multiplied by a number, with smooth data on whole faces of the box. It may say the
// same of the velocity u_t at the initial time where u is given too. Its data must agree,
// to 1e-8 of their scale, with the other data of the field where faces meet, and in value
// and slope across the period of each periodic axis. Where the data of two conditions
// disagree, the earlier one is kept; but one that has to be hard comes before one that
// may be.
//
// The error is a HardErrors, or says that the graph of the problem is full.
func BuildLifts(p *pde.Problem) (lifts []Lift, soft []int, notes []Note, err error) {
	pl := &planner{p: p, kept: make([][]datum, len(p.Fields)), against: make([]objection, len(p.Conditions))}
	pl.choose()
	var impossible HardErrors
	for i, c := range p.Conditions {
		switch {
		case c.Enforce == pde.Soft:
			soft = append(soft, i)
		case pl.against[i].text == "":
		case c.Enforce == pde.Hard:
			impossible = append(impossible, HardError{i, pl.against[i].text})
		default:
			soft = append(soft, i)
			notes = append(notes, Note{i, pl.against[i].text, pl.against[i].data})
		}
	}
	if impossible != nil {
		return nil, nil, nil, impossible
	}
	for f, data := range pl.kept {
		l, err := blend(p.Graph, p.Box, f, data)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("hard conditions of %s: %w", p.Fields[f], err)
		}
		lifts = append(lifts, l)
	}
	return lifts, soft, notes, nil
}

// objection says why a condition cannot be hard; the zero value is none. data
// tells that the fault lies with its data, not with the kind of its statement.
type objection struct {
	text string
	data bool
}

// planner decides which conditions are hard.
type planner struct {
	p       *pde.Problem
	kept    [][]datum   // per field, the data that lifts will meet
	against []objection // per condition
}

// choose goes through the conditions in the order of their claims: values before
// velocities, which need them, and demands before choices.
func (pl *planner) choose() {
	claims := make([]claim, len(pl.p.Conditions))
	for i, c := range pl.p.Conditions {
		if c.Enforce != pde.Soft {
			claims[i], pl.against[i] = pl.claim(c)
		}
	}
	for _, velocity := range []bool{false, true} {
		for _, enforce := range []pde.Enforce{pde.Hard, pde.Auto} {
			for i, c := range pl.p.Conditions {
				if pl.against[i].text == "" && c.Enforce == enforce && claims[i].velocity == velocity {
					pl.against[i] = objection{pl.admit(i, claims[i]), true}
				}
			}
		}
	}
}

// admit keeps the data of condition i unless something speaks against it.
func (pl *planner) admit(i int, c claim) (why string) {
	kept := pl.kept[c.field]
	for _, d := range c.data {
		d.condition = i
		if why := pl.opposed(d, kept); why != "" {
			return why
		}
		if !given(kept, d) {
			kept = append(kept, d)
		}
	}
	pl.kept[c.field] = kept
	return ""
}

// given reports whether the data of a face are there already.
func given(kept []datum, d datum) bool {
	for _, k := range kept {
		if k.axis == d.axis && k.end == d.end && k.velocity == d.velocity {
			return true
		}
	}
	return false
}
