package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// word is a piece of text on a page: where its baseline begins, in points from
// the lower left, and how large it is.
type word struct {
	text       string
	x, y, w, h float64
	upright    bool // turned by a quarter
}

var fontSize = regexp.MustCompile(`font-size:([0-9.]+)px`)

// readSVG parses a page as XML and returns its words.
func readSVG(t testing.TB, svg []byte) []word {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	var words []word
	depth := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		if err != nil {
			t.Fatalf("the SVG is not XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth += bool2int(e.Name.Local == "g")
			for _, a := range e.Attr {
				if v := strings.ToLower(a.Value); a.Name.Local != "href" && (strings.Contains(v, "nan") || strings.Contains(v, "inf")) {
					t.Fatalf("<%s %s=%q>: not a number", e.Name.Local, a.Name.Local, a.Value)
				}
			}
			if e.Name.Local == "text" {
				words = append(words, readWord(t, dec, e, depth > 1))
			}
		case xml.EndElement:
			depth -= bool2int(e.Name.Local == "g")
		}
	}
}

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

func readWord(t testing.TB, dec *xml.Decoder, e xml.StartElement, upright bool) word {
	t.Helper()
	var text string
	if err := dec.DecodeElement(&text, &e); err != nil {
		t.Fatal(err)
	}
	w := word{text: text, upright: upright}
	size := 0.0
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "x":
			w.x, _ = strconv.ParseFloat(a.Value, 64)
		case "y":
			w.y, _ = strconv.ParseFloat(a.Value, 64)
			w.y = -w.y
		case "style":
			size, _ = strconv.ParseFloat(fontSize.FindStringSubmatch(a.Value)[1], 64)
		}
	}
	sty := typeface(vg.Length(size), draw.XLeft, draw.YBottom)
	w.w, w.h = sty.Width(text).Points(), 0.7*size
	return w
}

// svgOf renders a page.
func svgOf(t testing.TB, p page) []byte {
	t.Helper()
	svg, err := p.svg()
	if err != nil || len(svg) < 500 {
		t.Fatalf("page %s: %d bytes, %v", p.name, len(svg), err)
	}
	return svg
}

// texts returns all words of a page.
func texts(t testing.TB, p page) []string {
	t.Helper()
	var out []string
	for _, w := range readSVG(t, svgOf(t, p)) {
		out = append(out, w.text)
	}
	return out
}

// wantTexts checks that every text wanted is a word of the page.
func wantTexts(t *testing.T, p page, wanted ...string) {
	t.Helper()
	got := texts(t, p)
	for _, want := range wanted {
		if !slices.Contains(got, want) {
			t.Errorf("page %s lacks the text %q; it has %q", p.name, want, got)
		}
	}
}

// TestNoOverlap checks on every sample page that no two words touch and that
// none leaves the page.
func TestNoOverlap(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	for name, pages := range samplePages() {
		if testing.Short() && name != "burgers" && name != "history" && name != "courses" {
			continue
		}
		for _, p := range pages {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				var level []word
				for _, w := range readSVG(t, svgOf(t, p)) {
					if !w.upright && strings.TrimSpace(w.text) != "" {
						level = append(level, w)
					}
				}
				for i, a := range level {
					if a.x < 0 || a.x+a.w > p.w.Points() || a.y < 0 || a.y+a.h > p.h.Points() {
						t.Errorf("%q at (%.0f, %.0f) leaves the page of %.0f × %.0f", a.text, a.x, a.y, p.w, p.h)
					}
					for _, b := range level[:i] {
						if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
							t.Errorf("%q at (%.0f, %.0f) and %q at (%.0f, %.0f) overlap", a.text, a.x, a.y, b.text, b.x, b.y)
						}
					}
				}
			})
		}
	}
}

// samplePages returns the pages of all samples.
func samplePages() map[string][]page {
	out := map[string][]page{}
	for name, a := range samples() {
		out[name] = a.pages()
	}
	h := sampleHistory()
	out["history"] = []page{h.loss(), h.gradients().phases("phases"), h.seconds().phases("phases-seconds")}
	out["courses"] = []page{coursesPage("Burgers' equation: a shock forms at x = 0", sampleCourses())}
	h = longHistory()
	out["long"] = []page{h.loss(), h.gradients().phases("phases"), h.seconds().phases("phases-seconds")}
	return out
}
