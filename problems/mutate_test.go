package problems

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// strangers are values put where others belong.
var strangers = []string{
	"3", "-1", "0", "0.5", "nan", "1e999", "99999999999999999999", `"x"`, `""`, `"0"`, `"snr"`, `"adamw"`, `"1s"`, "true", "1979-05-27",
	"[]", "[1]", "[[]]", "[1, 0]", "[[1, 2]]", `["u", "u"]`, "{}", "{ a = 1 }", `[{ rule = "snr" }, 3]`, `{ from = 1, to = 0 }`, "\"\"\"\n\"\"\"", "'it''s'",
}

// TestDecodeMutations: the file with every key, with lines lost, doubled, moved
// and their values exchanged, meets what FuzzDecode asks of any input.
func TestDecodeMutations(t *testing.T) {
	lines := strings.SplitAfter(everything, "\n")
	rapid.Check(t, func(r *rapid.T) {
		var doc strings.Builder
		for _, line := range lines {
			switch rapid.IntRange(0, 40).Draw(r, "what") {
			case 0:
			case 1:
				doc.WriteString(line + line)
			case 2:
				doc.WriteString(rapid.SampledFrom(lines).Draw(r, "line") + line)
			case 3:
				if key, _, ok := strings.Cut(line, "="); ok {
					line = key + "= " + rapid.SampledFrom(strangers).Draw(r, "value") + "\n"
				}
				doc.WriteString(line)
			case 4:
				key, value, _ := strings.Cut(line, "=")
				doc.WriteString(strings.TrimSpace(key) + "x =" + value)
			default:
				doc.WriteString(line)
			}
		}
		checkAny(t, []byte(doc.String()))
	})
}

// TestDecodeStrangers: any value in the place of any other. One seventh of all
// pairs, a different one for each line.
func TestDecodeStrangers(t *testing.T) {
	lines := strings.SplitAfter(everything, "\n")
	for i, line := range lines {
		key, _, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		for j := i % 7; j < len(strangers); j += 7 {
			lines[i] = key + "= " + strangers[j] + "\n"
			checkAny(t, []byte(strings.Join(lines, "")))
		}
		lines[i] = line
	}
}
