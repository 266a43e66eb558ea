package problems

import (
	"regexp"
	"slices"
)

// blame says where each diagnostic of a file with all settings comes from. earlier
// are the diagnostics of the file as given and after each setting but the last.
// What the file has too keeps its place there. What a setting brought follows, in
// the order of the settings, under the name of the setting and without a place,
// since the fault may show anywhere in the file.
func blame(list Diagnostics, earlier []Diagnostics, settings []string) Diagnostics {
	from := make([]Diagnostics, len(settings)+1)
	for _, d := range list {
		i := 0
		for ; i < len(earlier); i++ {
			if j := slices.IndexFunc(earlier[i], d.alike); j >= 0 {
				d = earlier[i][j]
				earlier[i] = slices.Delete(earlier[i], j, j+1)
				break
			}
		}
		if i > 0 {
			d.File, d.Pos, d.Message = settingFile(settings[i-1]), Pos{}, lineOf.ReplaceAllString(d.Message, "")
		}
		from[i] = append(from[i], d)
	}
	from[0].Sort()
	return slices.Concat(from...)
}

// lineOf is how messages refer to another line of the file.
var lineOf = regexp.MustCompile(` in line \d+`)

// alike reports whether two diagnostics say the same, wherever.
func (d Diagnostic) alike(e Diagnostic) bool {
	return d.Key == e.Key && d.Warning == e.Warning && d.Message == e.Message
}
