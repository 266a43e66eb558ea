package rundir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pinn/cmd/pinn/internal/lock"
)

// WriteState puts the state of the run into the draft, in place of the one before. A
// crash or a full disk at any moment leaves one of the two whole.
func (d *Draft) WriteState(encode func(io.Writer) error) error {
	if err := d.write(stateDraft, encode); err != nil {
		if d.dir != "" {
			_ = os.Remove(filepath.Join(d.dir, stateDraft))
		}
		return err
	}
	if err := os.Rename(filepath.Join(d.dir, stateDraft), filepath.Join(d.dir, stateFile)); err != nil {
		return fmt.Errorf("keep the state of the run: %w", Remedy(err))
	}
	syncDir(d.dir)
	return nil
}

// StatePath returns the path of the state in a folder.
func StatePath(dir string) string { return filepath.Join(dir, stateFile) }

// HasState reports whether a folder holds the state of a run.
func HasState(dir string) bool {
	info, err := os.Stat(StatePath(dir))
	return err == nil && info.Mode().IsRegular()
}

// ReadState reads the state in a folder, finished or not.
func ReadState(dir string) ([]byte, error) {
	src, err := os.ReadFile(StatePath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no state of a run: it was stopped before the first was kept, or has come to its end", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read the state of a run: %w", err)
	}
	return src, nil
}

// DropState removes the state from a run folder that does not need it any more.
func DropState(dir string) error {
	err := os.Remove(StatePath(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the state of a finished run: %w", err)
	}
	return nil
}

// draftName returns a new name for the folder of a draft.
func draftName() string { return ".run-" + rand.Text()[:8] + ".partial" }

// IsDraft reports whether dir has the name of a run that is not finished.
func IsDraft(dir string) bool {
	base := filepath.Base(filepath.Clean(dir))
	return strings.HasPrefix(base, ".run-") && strings.HasSuffix(base, ".partial")
}

// Unfinished returns the drafts in parent that can go on: they hold a state, and no
// program is at work on them.
func Unfinished(parent string) (dirs []string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		dir := filepath.Join(parent, e.Name())
		if !e.IsDir() || !IsDraft(dir) || !HasState(dir) {
			continue
		}
		if held, err := lock.Try(dir); err == nil {
			held.Release()
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Reopen takes over a draft that another program has left. The problem and the state
// stay in it; all other records are removed, since the end of the run writes them anew.
// Neither Abort nor Close removes a draft that was reopened.
func Reopen(dir string) (*Draft, error) {
	if !IsDraft(dir) {
		return nil, fmt.Errorf("go on with %s: it is not the folder of an unfinished run", dir)
	}
	dir = filepath.Clean(dir)
	held, err := patiently(dir)
	if err != nil {
		return nil, fmt.Errorf("go on with %s: %w", dir, Remedy(err))
	}
	d := &Draft{parent: filepath.Dir(dir), dir: dir, copied: map[string]string{}, held: held, found: true}
	for _, name := range []string{runFile, traceFile, eventsFile, weightsFile, solutionFile, errorsFile, figuresDir, stateDraft} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			_ = d.Close()
			return nil, fmt.Errorf("go on with %s: %w", dir, Remedy(err))
		}
	}
	return d, nil
}

// patiently locks a draft; whoever only looks whether it is free holds it for a
// moment.
func patiently(dir string) (held *lock.Hold, err error) {
	for range 5 {
		if held, err = lock.Try(dir); !errors.Is(err, lock.ErrBusy) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return held, err
}

// Close ends the work on a draft that is neither committed nor aborted. A draft with a
// state stays, so that the run can go on later; any other is removed.
func (d *Draft) Close() error {
	if d.dir == "" || !d.found && !HasState(d.dir) {
		return d.Abort()
	}
	d.dir = ""
	d.release()
	return nil
}

// release lets other programs have the draft.
func (d *Draft) release() {
	d.held.Release()
	d.held = nil
}
