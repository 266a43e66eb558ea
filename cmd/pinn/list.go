package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"pinn/problems"
)

// galleryEntry is one line of pinn list.
type galleryEntry struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Source string   `json:"source"`
	RelL2  *float64 `json:"target_rel_l2"`
}

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the gallery: the problems that come with the program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			entries := gallery()
			if a.json {
				e := json.NewEncoder(a.out)
				e.SetIndent("", "  ")
				return e.Encode(entries)
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, e := range entries {
				target := "-"
				if e.RelL2 != nil {
					target = fmt.Sprintf("%.0e", *e.RelL2)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", e.Name, target, e.Title)
			}
			return w.Flush()
		},
	}
}

// gallery decodes the headers of the embedded problem files.
func gallery() []galleryEntry {
	var entries []galleryEntry
	for _, name := range problems.Gallery() {
		src, _ := problems.Open(name)
		spec, faults := problems.Decode(name+".toml", src)
		if faults.HasErrors() {
			panic("pinn: a problem of the gallery does not decode")
		}
		e := galleryEntry{Name: name, Title: spec.Title, Source: spec.Source}
		if spec.Target != nil {
			e.RelL2 = spec.Target.RelL2
		}
		entries = append(entries, e)
	}
	return entries
}
