package figure

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// dpi is the resolution of PNG files.
const dpi = 150

// page is one figure: its name, its size and what is drawn on it.
type page struct {
	name string
	w, h vg.Length
	draw func(draw.Canvas)
	few  bool // the PNG has at most 256 colours, for line drawings
}

// save writes NAME.svg and NAME.png of every page into dir and returns their
// names. Each file appears whole or not at all.
func save(dir string, pages ...page) ([]string, error) {
	var names []string
	for _, p := range pages {
		for _, f := range []struct {
			name string
			make func() ([]byte, error)
		}{{p.name + ".svg", p.svg}, {p.name + ".png", p.png}} {
			b, err := f.make()
			if err == nil {
				err = put(filepath.Join(dir, f.name), b)
			}
			if err != nil {
				return names, fmt.Errorf("draw %s: %w", f.name, err)
			}
			names = append(names, f.name)
		}
	}
	return names, nil
}

// paint draws the page on white.
func (p page) paint(c vg.CanvasSizer) {
	dc := draw.New(c)
	dc.FillPolygon(white, corners(dc.Rectangle))
	p.draw(dc)
}

// svg returns the page as SVG. Two faults of the writer are mended: its images
// are PNG but called jpg and would keep their own proportions, and its fonts
// name no stand-in for readers who lack them (Arial has the same widths).
func (p page) svg() ([]byte, error) {
	c := vgsvg.New(p.w, p.h)
	p.paint(c)
	b, err := bytesOf(c)
	b = bytes.ReplaceAll(b, []byte(`xlink:href="data:image/jpg;`), []byte(`preserveAspectRatio="none" xlink:href="data:image/png;`))
	b = bytes.ReplaceAll(b, []byte(`font-family:Liberation Sans;`), []byte(`font-family:Liberation Sans,Arial,Helvetica,sans-serif;`))
	return b, err
}

// png returns the page as PNG.
func (p page) png() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(p.w, p.h), vgimg.UseDPI(dpi))
	p.paint(c)
	if p.few {
		var b bytes.Buffer
		err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, fewColours(c.Image()))
		return b.Bytes(), err
	}
	return bytesOf(vgimg.PngCanvas{Canvas: c})
}

// fewColours returns the image in its 256 most frequent colours, told apart to five
// bits a channel; all others take the nearest of them.
func fewColours(img image.Image) *image.Paletted {
	coarse := func(c color.Color) color.NRGBA {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		return color.NRGBA{n.R&^7 | n.R>>5, n.G&^7 | n.G>>5, n.B&^7 | n.B>>5, 0xff}
	}
	box := img.Bounds()
	counts := map[color.NRGBA]int{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			counts[coarse(img.At(x, y))]++
		}
	}
	order := slices.SortedFunc(maps.Keys(counts), func(a, b color.NRGBA) int {
		return cmp.Or(counts[b]-counts[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	palette := color.Palette{}
	for _, c := range order[:min(256, len(order))] {
		palette = append(palette, c)
	}
	index := map[color.NRGBA]uint8{}
	for _, c := range order {
		index[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(box, palette)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			out.SetColorIndex(x, y, index[coarse(img.At(x, y))])
		}
	}
	return out
}

func bytesOf(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}

// put writes a file under a hidden name and renames it.
func put(path string, b []byte) error {
	hidden := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial")
	if err := os.WriteFile(hidden, b, 0o644); err != nil {
		_ = os.Remove(hidden)
		return err
	}
	return os.Rename(hidden, path)
}
