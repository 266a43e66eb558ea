package judging

import (
	"slices"
	"testing"

	"pinn/pde"
)

func TestReadTable(t *testing.T) {
	b := testBox("x", "t")
	// The header is matched by name; two points lie within 1e-9 of the domain,
	// one outside.
	src := "v,t,x\n1,0,0\n2,1,0.5\n3,0.5,1.0000000005\n4,-1e-10,0\n5,0.5,1.1\n"
	table, err := ReadTable([]byte(src), b, []string{"u", "v"})
	if err != nil {
		t.Fatal(err)
	}
	p := table.Where()
	if want := []float64{0, 0, 0.5, 1, 1, 0.5, 0, 0}; p.N != 4 || !slices.Equal(p.X, want) {
		t.Errorf("points %v, want %v", p.X, want)
	}
	if table.Outside() != 1 || table.Free() || !slices.Equal(table.Known(), []bool{false, true}) {
		t.Errorf("Outside %d, Free %v, Known %v", table.Outside(), table.Free(), table.Known())
	}
	if v := table.At(p); v[0] != nil || !slices.Equal(v[1], []float64{1, 2, 3, 4}) {
		t.Errorf("At = %v", v)
	}
	defer func() {
		if recover() == nil {
			t.Error("At other points did not panic")
		}
	}()
	table.At(b.JudgingGrid())
}

func TestReadTableFaults(t *testing.T) {
	b := testBox("x", "t")
	b.Inside = inside(t, "x < 0.5", "x", "t")
	for _, row := range []struct{ name, src, want string }{
		{"no axis", "x,u\n1,2\n", "1:1: no column for the axis t"},
		{"no axes", "u\n1\n", "1:1: no column for the axis x\n1:1: no column for the axis t"},
		{"no field", "x,t\n0,0\n", "1:1: no column for any field"},
		{"unknown column", "x,t,u,w\n0,0,0,0\n", "1:1: column w is neither an axis nor a field"},
		{"outside", "x,t,u\n\n0.6,0,1\n0,2,1\n", "3:1: no point of the file lies in the domain"},
		{"syntax", "x,t,u\n0,0\n", "2:1: must have 3 columns as the header, got 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := ReadTable([]byte(row.src), b, []string{"u", "v"})
			if err == nil || err.Error() != row.want {
				t.Errorf("got\n%v\nwant\n%s", err, row.want)
			}
		})
	}
}

// FuzzReadTable demands that every point of an accepted file lies in the domain or
// counts as outside.
func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"x,t,u\n1,2,3\n", "u,t,x\r\n1e-3,\"0.5\",-0\r\n", "x,t,u\n0,0,0\n0,0\n", "x,t,u\n0,0,0\n2,0,1\n", "x,t\n0,0\n"} {
		f.Add([]byte(s))
	}
	b := testBox("x", "t")
	f.Fuzz(func(t *testing.T, src []byte) {
		table, err := ReadTable(src, b, []string{"u"})
		if err != nil {
			return
		}
		c, err := pde.ReadCSV(src)
		if err != nil || table.Where().N+table.Outside() != c.Rows {
			t.Fatalf("%d points inside and %d outside of %v", table.Where().N, table.Outside(), c)
		}
	})
}
