package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteState puts the state of the run into the draft, in place of the one before. A crash at any moment leaves the one or the
// other, whole; so does a full disk.
func (d *Draft) WriteState(state []byte) error {
	if err := d.write(stateDraft, func(w io.Writer) error { _, err := w.Write(state); return err }); err != nil {
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
