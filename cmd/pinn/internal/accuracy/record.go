package accuracy

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"pinn/cmd/pinn/internal/rundir"
)

// Record is one run of one method on one problem.
type Record struct {
	Method   string   `json:"method"`
	Settings Settings `json:"settings"`

	Passes  rundir.Number `json:"passes"`  // over all points, in all
	Reached []Reach       `json:"reached"` // by target, hardest last; nil: not measured along the run

	Run rundir.Run `json:"run"`
}

// Settings are what a run was asked for. Runs of equal settings are the same run.
type Settings struct {
	Statement string        `json:"statement"`     // a digest of the problem file with every default filled in
	Set       []string      `json:"set,omitempty"` // key=value, for a person to read
	Passes    rundir.Number `json:"passes"`        // the limit, 0 for none
}

// Same reports whether two settings are of the same run.
func (s Settings) Same(o Settings) bool {
	return s.Statement == o.Statement && s.Statement != "" && s.Passes == o.Passes
}

// Reach says where a run first stood at an error of RelL2 or less; Passes and
// Seconds are null if it never did.
type Reach struct {
	RelL2   rundir.Number `json:"rel_l2"`
	Passes  rundir.Number `json:"passes"`
	Seconds rundir.Number `json:"seconds"`
}

// Targets are the errors that a run is timed to.
var Targets = []float64{1e-3, 1e-4, 1e-5, 1e-6}

// ReachedOf finds where a course first stood at each target.
func ReachedOf(c Course) []Reach {
	out := make([]Reach, len(Targets))
	for k, target := range Targets {
		out[k] = Reach{rundir.Number(target), rundir.Number(math.NaN()), rundir.Number(math.NaN())}
		if i := slices.IndexFunc(c.RelL2, func(e float64) bool { return e <= target }); i >= 0 {
			out[k].Passes, out[k].Seconds = rundir.Number(c.Passes[i]), rundir.Number(c.Seconds[i])
		}
	}
	return out
}

// RelL2 is the final error over all fields with a truth, NaN if there is none.
func (r Record) RelL2() float64 {
	v, _ := r.Run.RelL2.Get("all")
	return v
}

// to returns where the run reached a target, NaN if it did not.
func (r Record) to(target float64) (passes, seconds float64) {
	for _, at := range r.Reached {
		if float64(at.RelL2) == target {
			return float64(at.Passes), float64(at.Seconds)
		}
	}
	return math.NaN(), math.NaN()
}

// Encode returns the record as indented JSON.
func (r Record) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(r)
	return b.Bytes(), err
}

// Decode reads what Encode wrote.
func Decode(src []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(src, &r); err != nil {
		return Record{}, err
	}
	switch {
	case r.Method == "":
		return Record{}, errors.New("method: must name the method, got nothing")
	case r.Run.Problem == "":
		return Record{}, errors.New("run.problem: must name the problem, got nothing")
	}
	if _, ok := r.Run.RelL2.Get("all"); !ok {
		return Record{}, errors.New("run.rel_l2: must have the error over all fields")
	}
	return r, nil
}
