package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pinn/cmd/pinn/internal/accuracy"
	"pinn/cmd/pinn/internal/figure"
)

// tabulate draws the figures of the problems named, brings the documents up to date
// and prints the table of what was asked for.
func (a *app) tabulate(store accuracy.Store, f accuracyFlags, names []string) error {
	records, err := store.Load()
	if err != nil {
		return err
	}
	for _, mixed := range accuracy.Mixed(records) {
		fmt.Fprintf(a.err, "%s; --redo brings them together\n", mixed)
	}
	asked := func(r accuracy.Record) bool {
		return slices.Contains(f.methods, r.Method) && slices.ContainsFunc(names, func(n string) bool {
			return strings.TrimSuffix(filepath.Base(n), ".toml") == r.Run.Problem
		})
	}
	var mine []accuracy.Record
	for _, r := range records {
		if asked(r) {
			mine = append(mine, r)
		}
	}
	if err := drawCourses(store, records, mine); err != nil {
		return err
	}
	if err := rewrite(f.out, store, records); err != nil {
		return err
	}
	if a.json {
		e := json.NewEncoder(a.out)
		e.SetIndent("", " ")
		return e.Encode(append([]accuracy.Record{}, mine...))
	}
	_, err = fmt.Fprint(a.out, accuracy.Full(filepath.ToSlash(store.Dir), galleryTargets(), mine).Markdown())
	return err
}

// rewrite brings the documents up to date.
func rewrite(dir string, store accuracy.Store, records []accuracy.Record) error {
	for _, d := range documents(dir) {
		fresh := d
		for _, t := range accuracy.Tables(filepath.ToSlash(store.Dir), galleryTargets(), records) {
			fresh = fresh.With(t)
		}
		if fresh == d {
			continue
		}
		if err := fresh.Write(); err != nil {
			return err
		}
	}
	return nil
}

// documents reads those that may hold tables of the results in dir: README.md in
// it and above it.
func documents(dir string) []accuracy.Document {
	var out []accuracy.Document
	for _, path := range []string{filepath.Join(dir, "README.md"), filepath.Join(dir, "..", "README.md")} {
		if text, err := os.ReadFile(path); err == nil {
			out = append(out, accuracy.Document{Path: filepath.ToSlash(path), Text: string(text)})
		}
	}
	return out
}

// galleryTargets are the problems of the gallery with what they are held to.
func galleryTargets() []accuracy.Problem {
	var out []accuracy.Problem
	for _, e := range gallery() {
		p := accuracy.Problem{Name: e.Name}
		if e.RelL2 != nil {
			p.Target = *e.RelL2
		}
		out = append(out, p)
	}
	return out
}

// drawCourses draws the figure of every problem that has a run among mine, from all
// its runs.
func drawCourses(store accuracy.Store, records, mine []accuracy.Record) error {
	var drawn []string
	for _, r := range mine {
		if slices.Contains(drawn, r.Run.Problem) {
			continue
		}
		drawn = append(drawn, r.Run.Problem)
		courses, err := coursesOf(store, records, r.Run.Problem)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(courses, func(c figure.Course) bool { return len(c.Passes.X) > 0 }) {
			continue
		}
		title := r.Run.Title
		if title == "" {
			title = r.Run.Problem
		}
		if _, err := figure.Courses(store.Folder(r.Run.Problem), title, courses); err != nil {
			return err
		}
	}
	return nil
}

// coursesOf joins the courses of the seeds, method by method.
func coursesOf(store accuracy.Store, records []accuracy.Record, problem string) ([]figure.Course, error) {
	var out []figure.Course
	for _, m := range accuracy.Methods {
		var courses []accuracy.Course
		for _, r := range records {
			if r.Run.Problem != problem || r.Method != m.Name {
				continue
			}
			c, err := store.Course(r)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			courses = append(courses, c.Until(float64(r.Passes), float64(r.Run.Seconds)))
		}
		out = append(out, figure.Course{
			Name:    m.Name,
			Passes:  figure.Span(accuracy.BandOf(courses, func(c accuracy.Course) []float64 { return c.Passes })),
			Seconds: figure.Span(accuracy.BandOf(courses, func(c accuracy.Course) []float64 { return c.Seconds })),
		})
	}
	return out, nil
}
