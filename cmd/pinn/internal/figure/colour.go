package figure

import (
	"image/color"

	"gonum.org/v1/plot/palette/moreland"
)

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
