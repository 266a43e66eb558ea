package solve

import (
	"regexp"
	"slices"

	"pinn/problems"
)

// blame says where each diagnostic of the last text comes from. texts are the file
// as given and after each of the settings. What the file has too keeps its place
// there. What a setting brought follows, in the order of the settings, under the
// name of the setting; it has no place, for that would be one in a text that nobody
// sees.
func blame(list problems.Diagnostics, src *Source, texts [][]byte, settings []string) problems.Diagnostics {
	if len(list) == 0 || len(settings) == 0 {
		return list
	}
	earlier := make([]problems.Diagnostics, len(settings))
	for i := range earlier {
		_, earlier[i] = compile(src, texts[i], func(*problems.Spec) {})
	}
	from := make([]problems.Diagnostics, len(texts))
	for _, d := range list {
		i := 0
		for ; i < len(earlier); i++ {
			if j := slices.IndexFunc(earlier[i], func(e problems.Diagnostic) bool { return alike(e, d) }); j >= 0 {
				d = earlier[i][j]
				earlier[i] = slices.Delete(earlier[i], j, j+1)
				break
			}
		}
		if i > 0 {
			d.File, d.Pos, d.Message = "--set "+settings[i-1], problems.Pos{}, lineOf.ReplaceAllString(d.Message, "")
		}
		from[i] = append(from[i], d)
	}
	from[0].Sort()
	return slices.Concat(from...)
}

// lineOf is how messages refer to another line of the file.
var lineOf = regexp.MustCompile(` in line \d+`)

// alike reports whether two diagnostics say the same, wherever.
func alike(a, b problems.Diagnostic) bool {
	return a.Key == b.Key && a.Warning == b.Warning && lineOf.ReplaceAllString(a.Message, "") == lineOf.ReplaceAllString(b.Message, "")
}
