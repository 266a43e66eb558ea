package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"pinn/internal/safetensors"
	"slices"
	"strings"
	"syscall"
)

// Folders and files are open to all readers, as far as the user's umask allows.
const (
	dirMode  = 0o755
	fileMode = 0o644
)

// WriteProblem writes problem.toml.
func (d *Draft) WriteProblem(src []byte) error {
	return d.write(problemFile, func(w io.Writer) error {
		_, err := w.Write(src)
		return err
	})
}

// WriteRun writes run.json.
func (d *Draft) WriteRun(r Run) error { return d.write(runFile, r.Encode) }

// WriteTrace writes trace.csv; its columns are those of hybrid.Trace.
func (d *Draft) WriteTrace(t *Table) error { return d.write(traceFile, t.Encode) }

// WriteEvents writes events.csv.
func (d *Draft) WriteEvents(events []Event) error {
	return d.write(eventsFile, func(w io.Writer) error { return EncodeEvents(w, events) })
}

// WriteSolution writes solution.csv: the axes of Run.Grid, then the fields.
func (d *Draft) WriteSolution(t *Table) error { return d.write(solutionFile, t.Encode) }

// WriteErrors writes errors.csv; a run without a truth has none.
func (d *Draft) WriteErrors(t *Table) error { return d.write(errorsFile, t.Encode) }

// WriteWeights writes the network.
func (d *Draft) WriteWeights(w safetensors.File) error { return d.write(weightsFile, w.Encode) }

// Include puts the content of a file that the problem names, such as a reference
// table, into the folder and returns its name there: its own, or with a number
// added where that is taken. The same path is included once.
func (d *Draft) Include(path string, content []byte) (string, error) {
	path = filepath.Clean(path)
	if name, ok := d.copied[path]; ok {
		return name, nil
	}
	name := d.free(filepath.Base(path))
	if err := d.write(name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}); err != nil {
		return "", err
	}
	d.copied[path] = name
	return name, nil
}

// free returns base, or base with a number before its extension, such that no
// part of the folder bears the name in any mixture of cases.
func (d *Draft) free(base string) string {
	taken := slices.Clone(parts)
	for _, name := range d.copied {
		taken = append(taken, name)
	}
	ext := filepath.Ext(base)
	name := base
	for n := 2; slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, name) }); n++ {
		name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(base, ext), n, ext)
	}
	return name
}

// write makes the file called name, which must be new, and fills it.
func (d *Draft) write(name string, fill func(io.Writer) error) error {
	if d.dir == "" {
		return fmt.Errorf("write %s: the run is already committed or aborted", name)
	}
	path := filepath.Join(d.dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return Remedy(err)
	}
	if err := fillFile(f, fill); err != nil {
		return fmt.Errorf("write %s: %w", path, Remedy(err))
	}
	return nil
}

// fillFile writes f through a buffer, brings it to the disk and closes it; a
// disk may report that it is full at any of these.
func fillFile(f *os.File, fill func(io.Writer) error) (err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bufio.NewWriterSize(f, 1<<16)
	if err := fill(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	// Pipes, devices and some network file systems know no sync.
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// Put writes a file under a hidden name and renames it, so that it appears whole or not at
// all, in place of an older one.
func Put(path string, content []byte) error {
	hidden := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial")
	err := os.WriteFile(hidden, content, fileMode)
	if err == nil {
		err = os.Rename(hidden, path)
	}
	if err != nil {
		_ = os.Remove(hidden)
	}
	return err
}

// Remedy adds what the user can do about an error of the file system.
func Remedy(err error) error {
	for _, r := range []struct {
		is   error
		what string
	}{
		{syscall.ENOSPC, "free some space, or choose another disk with --out"},
		{syscall.EDQUOT, "free some of your quota, or choose another disk with --out"},
		{syscall.EFBIG, "raise the limit on the size of files (ulimit -f)"},
		{syscall.EROFS, "the disk is read-only: choose another place with --out"},
		{fs.ErrPermission, "make the folder writable, or choose another place with --out"},
		{syscall.ENOTDIR, "a file stands where a folder is needed: move it away, or choose another place with --out"},
		{syscall.ENAMETOOLONG, "choose a shorter path with --out"},
	} {
		if errors.Is(err, r.is) {
			return fmt.Errorf("%w; %s", err, r.what)
		}
	}
	return err
}
