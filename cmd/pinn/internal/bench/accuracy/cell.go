package accuracy

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// spell returns the text of a cell. Numbers are the shortest decimal that reads back
// as the same value, and blank for NaN; settings are a JSON list; phases are
// "adamw 450 snr; lbfgs 912 passes".
func spell(place any) string {
	switch p := place.(type) {
	case *string:
		return *p
	case *int:
		return strconv.Itoa(*p)
	case *uint64:
		return strconv.FormatUint(*p, 10)
	case *float64:
		return spellNumber(*p)
	case figurePlace:
		v, _ := p.list.Get(p.name)
		return spellNumber(v)
	case *[]string:
		return spellList(*p)
	case *[]Phase:
		return spellPhases(*p)
	}
	panic("accuracy: a column has a type that has no spelling")
}

func spellNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func spellList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // strings always can be
	return string(text)
}

func spellPhases(phases []Phase) string {
	var words []string
	for _, p := range phases {
		ended := p.Ended
		if ended == "" {
			ended = "-"
		}
		words = append(words, fmt.Sprintf("%s %d %s", p.Method, p.Steps, ended))
	}
	return strings.Join(words, "; ")
}

// parse puts the text of a cell into its place.
func parse(place any, text string) (err error) {
	switch p := place.(type) {
	case *string:
		*p = text
	case *int:
		*p, err = strconv.Atoi(text)
		err = expected(err, "a whole number", text)
	case *uint64:
		*p, err = strconv.ParseUint(text, 10, 64)
		err = expected(err, "a whole number, 0 or more", text)
	case *float64:
		*p, err = parseNumber(text)
	case figurePlace:
		var v float64
		if v, err = parseNumber(text); text != "" && err == nil {
			p.list.Set(p.name, v)
		}
	case *[]string:
		if text != "" {
			err = expected(json.Unmarshal([]byte(text), p), "a list of words in quotation marks, or blank", text)
		}
	case *[]Phase:
		*p, err = parsePhases(text)
	default:
		panic("accuracy: a column has a type that has no spelling")
	}
	return err
}

// expected says what a cell must be, if err says that it is not.
func expected(err error, what, text string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("must be %s, got %q", what, text)
}

func parseNumber(text string) (float64, error) {
	if text == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, expected(err, "a number or blank", text)
}

func parsePhases(text string) ([]Phase, error) {
	if text == "" {
		return nil, nil
	}
	var out []Phase
	for words := range strings.SplitSeq(text, "; ") {
		parts := strings.Split(words, " ")
		if len(parts) != 3 {
			return nil, fmt.Errorf(`must be phases as in "adamw 450 snr; lbfgs 912 passes", got %q`, text)
		}
		steps, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil, fmt.Errorf("must have a whole number of steps in each phase, got %q", parts[1])
		}
		if parts[2] == "-" {
			parts[2] = ""
		}
		out = append(out, Phase{parts[0], steps, parts[2]})
	}
	return out, nil
}
