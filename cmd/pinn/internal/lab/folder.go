package lab

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/figure"
	"pinn/cmd/pinn/internal/lock"
	"pinn/cmd/pinn/internal/rundir"
)

// Folder is where the results of one experiment are written.
type Folder struct{ path, hidden string }

// Begin makes a hidden folder beside root/name, so that a place that cannot be
// written to is found before any work. It must end in Keep or Drop.
func Begin(root, name string) (*Folder, error) {
	f := &Folder{path: filepath.Join(root, name), hidden: filepath.Join(root, "."+name+".partial")}
	err := os.MkdirAll(root, 0o755)
	if err == nil {
		err = os.RemoveAll(f.hidden)
	}
	if err == nil {
		err = os.Mkdir(f.hidden, 0o755)
	}
	switch {
	case errors.Is(err, fs.ErrPermission), err != nil && strings.Contains(err.Error(), "read-only"):
		return nil, fmt.Errorf("begin experiment %s: %w; choose another folder with --out", name, err)
	case err != nil:
		return nil, fmt.Errorf("begin experiment %s: %w", name, err)
	}
	return f, nil
}

// Drop removes what Begin made.
func (f *Folder) Drop() error { return os.RemoveAll(f.hidden) }

// Keep writes the outcome, puts the folder in its place and its claim into claims.json,
// instead of what an earlier run left there. Each appears whole or not at all, the claim
// last; programs that keep outcomes at the same time wait for one another.
func (f *Folder) Keep(e Experiment, o *Outcome, seed uint64, seconds float64) (Claim, error) {
	first := o.Findings[0]
	c := Claim{
		Experiment: e.Name, Claim: e.Claim, Merit: first.What,
		Measured: first.Measured, Relation: first.Relation, Threshold: first.Threshold,
		Holds: o.holds(), Findings: o.Findings, Notes: o.Notes, Seed: seed, Seconds: math.Round(10*seconds) / 10,
	}
	for _, s := range o.Sheets {
		c.Figures = append(c.Figures, s.Name)
	}
	if err := f.write(c, o); err != nil {
		return c, fmt.Errorf("write experiment %s: %w", e.Name, err)
	}
	return c, nil
}

func (f *Folder) write(c Claim, o *Outcome) error {
	if err := figure.Sheets(f.hidden, o.Sheets...); err != nil {
		return err
	}
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	if err := w.WriteAll(append([][]string{o.Table.Header}, o.Table.Rows...)); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(f.hidden, "table.csv"), table.Bytes(), 0o644); err != nil {
		return err
	}
	root := filepath.Dir(f.path)
	held, err := lock.Wait(root)
	if err != nil {
		return err
	}
	defer held.Release()
	if err := os.RemoveAll(f.path); err != nil {
		return err
	}
	if err := os.Rename(f.hidden, f.path); err != nil {
		return err
	}
	return putClaim(root, c)
}

// claimsName is the file with the claims of all experiments.
const claimsName = "claims.json"

// readClaims returns the claims that stand in root; without a file there are none.
func readClaims(root string) (claims []Claim, err error) {
	path := filepath.Join(root, claimsName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &claims); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return claims, nil
}

// putClaim puts a claim into the file of claims, in place of the one of the same
// experiment. They stand in the order of Experiments.
func putClaim(root string, c Claim) error {
	claims, err := readClaims(root)
	if err != nil {
		return err
	}
	claims = append(slices.DeleteFunc(claims, func(d Claim) bool { return d.Experiment == c.Experiment }), c)
	place := func(c Claim) int {
		return slices.IndexFunc(Experiments, func(e Experiment) bool { return e.Name == c.Experiment })
	}
	slices.SortStableFunc(claims, func(a, b Claim) int { return cmp.Compare(place(a), place(b)) })
	b, err := json.MarshalIndent(claims, "", "  ")
	if err != nil {
		return err
	}
	return rundir.Put(filepath.Join(root, claimsName), append(b, '\n'))
}

// ReadClaim returns the claim of an experiment whose results stand in root; without one
// the error is fs.ErrNotExist.
func ReadClaim(root, name string) (Claim, error) {
	claims, err := readClaims(root)
	if err != nil {
		return Claim{}, err
	}
	for _, c := range claims {
		if c.Experiment == name {
			return c, nil
		}
	}
	return Claim{}, fmt.Errorf("%s: no claim of experiment %s: %w", filepath.Join(root, claimsName), name, fs.ErrNotExist)
}
