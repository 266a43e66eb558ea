package problems

import (
	"embed"
	"slices"
	"strings"
)

// Files holds the gallery: one problem file *.toml each, and the tables *.csv
// that some of them name. (The pattern reads *.toml or *.csv; two patterns
// would have to match at least one file each.)
//
//go:embed *.[tc][os][mv]*
var Files embed.FS

// Gallery returns the names of the problems of the gallery, sorted.
func Gallery() []string {
	entries, err := Files.ReadDir(".")
	if err != nil {
		panic("problems: the embedded gallery cannot be listed")
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".toml"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Open returns the problem file of a name of the gallery, with or without
// .toml, and whether there is one.
func Open(name string) ([]byte, bool) {
	src, err := Files.ReadFile(strings.TrimSuffix(name, ".toml") + ".toml")
	return src, err == nil
}
