package rundir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pinn/cmd/pinn/internal/lock"
)

// Draft is a run folder that is being written: a hidden folder beside the place
// of the final one, locked while a program is at work on it. It must end in Commit,
// Abort or Close; after any of them, Abort and Close do nothing, so "defer
// draft.Close()" is safe. A Draft serves one goroutine.
type Draft struct {
	parent string
	made   []string          // the folders that Create made for it, innermost first
	dir    string            // "" after Commit or Abort
	copied map[string]string // source path of Include to name in the folder
	held   *lock.Hold        // of dir
	found  bool              // dir was there before: see Reopen
}

// Create begins a run below root/problem, or below root itself if problem is
// empty, and makes the folders that are missing. Its error names the path and,
// where there is one, the remedy.
func Create(root, problem string) (*Draft, error) {
	if problem != "" && (problem == "." || !filepath.IsLocal(problem) || strings.ContainsAny(problem, `/\`)) {
		return nil, fmt.Errorf("begin a run: the problem name %q cannot name a folder; rename the problem file", problem)
	}
	parent := filepath.Join(cmp.Or(root, "."), problem)
	d := &Draft{parent: parent, copied: map[string]string{}}
	for try := 1; ; try++ {
		err := d.begin()
		if err == nil {
			return d, nil
		}
		// The name may be taken, or another program have removed an empty parent.
		if crossed := errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist); !crossed || try == maxTries {
			d.unmake()
			return nil, fmt.Errorf("begin a run: %w", Remedy(err))
		}
	}
}

// maxTries bounds how often Create begins again.
const maxTries = 1000

// begin makes the draft's folder and its parents.
func (d *Draft) begin() error {
	if lost := missing(d.parent); len(lost) > len(d.made) {
		d.made = lost
	}
	if err := os.MkdirAll(d.parent, dirMode); err != nil {
		return err
	}
	dir := filepath.Join(d.parent, draftName())
	if err := os.Mkdir(dir, dirMode); err != nil {
		return err
	}
	held, err := lock.Try(dir)
	if err != nil {
		_ = os.Remove(dir)
		return err
	}
	d.dir, d.held = dir, held
	return nil
}

// missing returns the folders on the way to dir that are not there, innermost first.
func missing(dir string) []string {
	var list []string
	for {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return list
		}
		list = append(list, dir)
		dir = filepath.Dir(dir)
	}
}

// unmake removes the folders that Create made, as far as they are empty.
func (d *Draft) unmake() {
	for _, dir := range d.made {
		if os.Remove(dir) != nil {
			return
		}
	}
}

// Dir returns the draft's own folder, "" once it is committed or aborted.
func (d *Draft) Dir() string { return d.dir }

// Figures makes the folder for figures if need be and returns its path.
func (d *Draft) Figures() (string, error) {
	dir := filepath.Join(d.dir, figuresDir)
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return "", Remedy(err)
	}
	return dir, nil
}

// Abort removes the draft and all that is in it, its state too, and the folders that
// were made for it if nothing else is in them. A draft that was reopened stays.
func (d *Draft) Abort() error {
	if d.dir == "" {
		return nil
	}
	dir := d.dir
	d.dir = ""
	d.release()
	if d.found {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove an unfinished run: %w", Remedy(err))
	}
	d.unmake()
	return nil
}

// Commit gives the draft the next free name, run-0001, run-0002, …, and returns its
// path. No existing file or folder is ever replaced, however many programs commit at
// once: a program claims a name by an exclusive mkdir, and tries the next number if the
// claim or the name is taken. The folder appears under its name by one rename. If Commit
// fails the draft stays.
func (d *Draft) Commit() (string, error) {
	if d.dir == "" {
		return "", errors.New("commit a run: it is already committed or aborted")
	}
	n, err := lastRun(d.parent)
	if err != nil {
		return "", fmt.Errorf("commit a run: %w", Remedy(err))
	}
	for {
		n++
		path, err := d.claim(runName(n))
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("commit a run (it is left in %s): %w", d.dir, Remedy(err))
		}
		d.dir = ""
		d.release()
		syncDir(d.parent)
		return path, nil
	}
}

// claim moves the draft to name, or says that the name is taken. The claim is a
// hidden folder of its own, because a rename may replace an empty folder.
func (d *Draft) claim(name string) (string, error) {
	claim := filepath.Join(d.parent, "."+name+".claim")
	if err := os.Mkdir(claim, dirMode); err != nil {
		return "", err
	}
	defer os.Remove(claim) // a claim that stays costs only its number
	path := filepath.Join(d.parent, name)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = &fs.PathError{Op: "rename", Path: path, Err: fs.ErrExist}
		}
		return "", err
	}
	return path, os.Rename(d.dir, path)
}

// syncDir asks the system to keep a rename through a crash; not every file
// system can, and the run is whole without it.
func syncDir(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
