package problems

import (
	"regexp"
	"slices"
)

// blame says where each diagnostic of a file with all settings comes from. earlier
// are the diagnostics of the file as given and after each setting but the last.
// What the file has too keeps its place there. What a setting brought follows, in
// the order of the settings, under the name of the setting and without a place,
// since the fault may show anywhere in the file. A setting brought what is there
// after it and all later ones, but not before it.
func blame(list Diagnostics, earlier []Diagnostics, settings []string) Diagnostics {
	from := make([]Diagnostics, len(settings))
	for i := len(settings) - 1; i >= 0; i-- {
		var older Diagnostics
		for _, d := range list {
			if j := slices.IndexFunc(earlier[i], d.alike); j >= 0 {
				older = append(older, earlier[i][j])
				earlier[i] = slices.Delete(earlier[i], j, j+1)
				continue
			}
			d.File, d.Pos, d.Message = settingFile(settings[i]), Pos{}, lineOf.ReplaceAllString(d.Message, "")
			from[i] = append(from[i], d)
		}
		list = older
	}
	list.Sort()
	return append(list, slices.Concat(from...)...)
}

// lineOf is how messages refer to another line of the file.
var lineOf = regexp.MustCompile(` in line \d+`)

// alike reports whether two diagnostics say the same, wherever.
func (d Diagnostic) alike(e Diagnostic) bool {
	return d.Key == e.Key && d.Warning == e.Warning && d.Message == e.Message
}
