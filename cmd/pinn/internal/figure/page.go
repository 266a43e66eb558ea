package figure

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"pinn/cmd/pinn/internal/rundir"
)

// dpi is the resolution of PNG files.
const dpi = 150

// page is one figure: its name, its size and what is drawn on it.
type page struct {
	name string
	w, h vg.Length
	draw func(draw.Canvas)
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
				err = rundir.Put(filepath.Join(dir, f.name), b)
			}
			if err != nil {
				return names, fmt.Errorf("draw %s: %w", f.name, err)
			}
			names = append(names, f.name)
		}
	}
	return names, nil
}

// saveSVG writes a page into the file at path, which appears whole or not at all.
func saveSVG(path string, p page) error {
	b, err := p.svg()
	if err == nil {
		err = rundir.Put(path, b)
	}
	if err != nil {
		return fmt.Errorf("draw %s: %w", path, err)
	}
	return nil
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
	return bytesOf(vgimg.PngCanvas{Canvas: c})
}

func bytesOf(w io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	_, err := w.WriteTo(&b)
	return b.Bytes(), err
}
