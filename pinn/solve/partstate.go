package solve

import (
	"fmt"
	"math"
	"slices"

	"pinn/optim"
)

// beforePrefix is put before the names of what belongs to the parts before the one at
// hand, in the state of a run; beforeRecords holds of each how many phases the run had
// entered by its end, its loss and its held-out loss.
const (
	beforePrefix  = "before/"
	beforeRecords = "records"
)

// state returns the parts before the one at hand, and what that was built by, for the
// state of a run; none for the first.
func (p *part) state() (list []optim.Vector) {
	if p.before == nil {
		return nil
	}
	records := optim.Vector{Name: beforeRecords}
	for _, d := range p.finished() {
		records.Values = append(records.Values, float64(d.phases), d.loss, d.heldOut)
	}
	list = append(append(p.namedBefore(), p.built()...), records)
	for i := range list {
		list[i].Name = beforePrefix + list[i].Name
	}
	return list
}

// resumed returns the training that a state is of: t, or a part that follows it.
func resumed(st *Statement, t *training, state []optim.Vector, threads int) (*training, error) {
	if len(state) == 0 {
		return t, nil
	}
	take := taker(beforePrefix, state)
	records, err := takeRecords(state)
	if err != nil {
		return nil, err
	}
	var d *done
	p, used := t.part, 1
	for _, r := range records {
		theta, err := take(p.thetaName(), p.dim())
		if err != nil {
			return nil, err
		}
		used += len(p.named(nil))
		d = &done{p, theta, int(r[0]), r[1], r[2]}
		if p, err = d.successor(st, take); err != nil {
			return nil, err
		}
	}
	if used += len(p.built()); used != len(state) {
		return nil, fmt.Errorf("there must be %s of the parts before, got %d", counted(used, "vector"), len(state))
	}
	return d.upon(st, p, t, threads)
}

// takeRecords takes back phases, loss and held-out loss of every part before.
func takeRecords(state []optim.Vector) (records [][]float64, err error) {
	const n = 3
	last := state[len(state)-1]
	if len(last.Values) == 0 || len(last.Values)%n != 0 || last.Name != beforePrefix+beforeRecords {
		return nil, fmt.Errorf("%s%s must hold %d numbers for each part, got %d of %s", beforePrefix, beforeRecords, n, len(last.Values), last.Name)
	}
	for r := range slices.Chunk(last.Values, n) {
		if r[0] != math.Trunc(r[0]) || r[0] < 1 {
			return nil, fmt.Errorf("%s%s must begin with a whole number of phases, got %g", beforePrefix, beforeRecords, r[0])
		}
		records = append(records, r)
	}
	return records, nil
}
