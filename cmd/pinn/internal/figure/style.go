package figure

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of type in points; figures are meant to be shown at 1:1 or larger.
const (
	sizeHead  = 12
	sizeTitle = 10
	sizeLabel = 9.5
	sizeTick  = 8.5
)

// Colours of everything but data.
var (
	ink   = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	soft  = color.NRGBA{0x66, 0x66, 0x66, 0xff}
	faint = color.NRGBA{0xe2, 0xe2, 0xe2, 0xff}
	alarm = color.NRGBA{0xc4, 0x2b, 0x1c, 0xff}
	white = color.NRGBA{0xff, 0xff, 0xff, 0xff}
)

// series are the colours of lines: Okabe and Ito's eight without yellow, which
// is too pale on white; all kinds of colour vision tell them apart.
//
// Source: M. Okabe, K. Ito, Color Universal Design (2008).
var series = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x7a, 0x52, 0x30, 0xff},
}

// dashes tell lines apart that share a colour.
var dashes = [][]vg.Length{nil, {5, 2.5}, {1.5, 2}, {7, 2, 1.5, 2}}

// tints shade the phases, one per method in order of appearance.
var tints = []color.NRGBA{
	{0xe4, 0xee, 0xf8, 0xff}, {0xfd, 0xee, 0xdc, 0xff}, {0xe5, 0xf3, 0xe6, 0xff}, {0xf1, 0xe8, 0xf5, 0xff}, {0xf0, 0xf0, 0xec, 0xff},
}

// seriesStyle returns the style of the ith line of a panel.
func seriesStyle(i int) draw.LineStyle {
	return draw.LineStyle{Color: series[i%len(series)], Width: 1.2, Dashes: dashes[i/len(series)%len(dashes)]}
}

// pen returns a plain line style.
func pen(c color.Color, width vg.Length, dash ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dash}
}

// typeface returns a text style; x and y say which point of the text is given.
func typeface(size vg.Length, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:  ink,
		Font:   font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		XAlign: x, YAlign: y,
		Handler: plot.DefaultTextHandler,
	}
}

// bold is golang.org/x/image/font.WeightBold.
const bold = 3

// coloured returns the style in another colour.
func coloured(s text.Style, c color.Color) text.Style {
	s.Color = c
	return s
}

// clean makes any text fit for XML and for one line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f:
			return ' '
		case r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// fit shortens s with an ellipsis until it is at most width wide.
func fit(s string, sty text.Style, width vg.Length) string {
	s = clean(s)
	if sty.Width(s) <= width {
		return s
	}
	runes := []rune(s)
	lo, hi := 0, len(runes) // the longest prefix that fits is in [lo, hi)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; sty.Width(string(runes[:mid])+"…") <= width {
			lo = mid
		} else {
			hi = mid
		}
	}
	return strings.TrimRight(string(runes[:lo]), " ") + "…"
}

// wrap breaks s between words into lines at most width wide; a longer word is
// shortened.
func wrap(s string, sty text.Style, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(clean(s)) {
		word = fit(word, sty, width)
		switch {
		case line == "":
			line = word
		case sty.Width(line+" "+word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// courseStyle returns the style of the ith method: the first is dark and wide.
func courseStyle(i int) draw.LineStyle {
	if i == 0 {
		return pen(ink, 1.8)
	}
	s := seriesStyle(i - 1)
	s.Width = 1.4
	return s
}

func courseColour(i int) color.NRGBA {
	if i == 0 {
		return ink
	}
	return series[(i-1)%len(series)]
}

// viridis colours fields, magma errors: both grow evenly in lightness, so equal
// steps look equal, also in print and to all kinds of colour vision.
//
// Source: S. van der Walt, N. Smith, matplotlib 2.0 (2015); ten anchors of
// each, between which moreland.NewLuminance interpolates in CIELAB.
var (
	viridis = shades(0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725)
	magma   = shades(0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f, 0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d, 0xfcfdbf)
)

// shades returns 256 colours along the anchors.
func shades(anchors ...uint32) []color.NRGBA {
	controls := make([]color.Color, len(anchors))
	for i, a := range anchors {
		controls[i] = color.NRGBA{byte(a >> 16), byte(a >> 8), byte(a), 0xff}
	}
	m, err := moreland.NewLuminance(controls)
	if err != nil {
		panic("figure: the anchors of a colour map must grow lighter")
	}
	m.SetMin(0)
	m.SetMax(1)
	out := make([]color.NRGBA, 256)
	for i, c := range m.Palette(len(out)).Colors() {
		out[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	return out
}

// shade returns the colour of a place in [0, 1]; what lies outside takes the
// colour of the nearer end.
func shade(colours []color.NRGBA, at float64) color.NRGBA {
	n := len(colours)
	return colours[max(0, min(n-1, int(at*float64(n))))]
}
