package pde

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pinn/internal/seeds"
)

func TestReadCSV(t *testing.T) {
	for _, row := range []struct{ name, src string }{
		{"plain", "x,t,u\n1,2,3\n-4,5e-1,6\n"},
		{"no newline at the end", "x,t,u\n1,2,3\n-4,0.5,6"},
		{"crlf", "x,t,u\r\n1,2,3\r\n-4,.5,6\r\n"},
		{"spaces", " x , t ,u\n 1, 2 ,3\n-4,\t0.5,+6.0\n"},
		{"byte order mark", "\ufeffx,t,u\n1,2,3\n-4,0.5,6\n"},
		{"empty lines", "\nx,t,u\n\n1,2,3\n\n-4,0.5,6\n\n"},
		{"quotes", "\"x\",t,\"u\"\n\"1\",2,3\n-4,0.5,6\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ReadCSV([]byte(row.src))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(c.Names, []string{"x", "t", "u"}) || c.Rows != 2 || !slices.Equal(c.X, []float64{1, 2, 3, -4, 0.5, 6}) {
				t.Errorf("got %+v", c)
			}
			if !slices.Equal(c.Column("t"), []float64{2, 0.5}) || c.Column("q") != nil {
				t.Errorf("Column(t) = %v, Column(q) = %v", c.Column("t"), c.Column("q"))
			}
		})
	}
}

func TestReadCSVFaults(t *testing.T) {
	for _, row := range []struct{ name, src, want string }{
		{"empty", "", "1:1: the file is empty: a header row must name the columns"},
		{"blank", "\n\n", "1:1: the file is empty: a header row must name the columns"},
		{"header only", "\nx,u\n", "2:1: no rows follow the header"},
		{"twice", "x,u,x\n1,2,3\n", "1:5: column x appears twice"},
		{"no name", "x,,u\n1,2,3\n", "1:3: column 2 has no name"},
		{"short row", "x,u\n1,2\n3\n", "3:1: must have 2 columns as the header, got 1"},
		{"long row", "x,u\n1,2,3\n", "2:1: must have 2 columns as the header, got 3"},
		{"text", "x,u\n1,2\n\n3,four\n", "4:3: u must be a finite number, got \"four\""},
		{"missing", "x,u\n,2\n", "2:1: x must be a finite number, got \"\""},
		{"nan", "x,u\n1,nan\n", "2:3: u must be a finite number, got \"nan\""},
		{"inf", "x,u\n-Inf,1\n", "2:1: x must be a finite number, got \"-Inf\""},
		{"too large", "x,u\n1e999,1\n", "2:1: x must be a finite number, got \"1e999\""},
		{"quote", "x,u\n1,\"2\n", "2:6: extraneous or missing \" in quoted-field"},
		{"all at once", "x,u\na,b\nc,1\n1\n", "2:1: x must be a finite number, got \"a\"\n" +
			"2:3: u must be a finite number, got \"b\"\n3:1: x must be a finite number, got \"c\"\n4:1: must have 2 columns as the header, got 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := ReadCSV([]byte(row.src))
			var faults CSVFaults
			if !errors.As(err, &faults) {
				t.Fatalf("error %v, want CSVFaults", err)
			}
			if err.Error() != row.want {
				t.Errorf("got\n%v\nwant\n%s", err, row.want)
			}
		})
	}
	_, err := ReadCSV([]byte("x\n" + strings.Repeat("q\n", 1000)))
	if faults := (CSVFaults)(nil); !errors.As(err, &faults) || len(faults) != maxCSVFaults {
		t.Errorf("%d faults, want the first %d", len(faults), maxCSVFaults)
	}
}

// FuzzReadCSV demands that no input panics and that an accepted one is a full
// table of finite numbers.
func FuzzReadCSV(f *testing.F) {
	seeds.Add(f, "testdata/fuzz/FuzzReadCSV.txtar", 13)
	for _, s := range []string{"x,t,u\n1,2,3\n", "u,t,x\r\n1e-3,\"0.5\",-0\r\n", "\ufeffx , u\n\n 1,2 \n", "x,u\n1,nan\n", "x\n\"1\n2\"\n", "x,t,u\n0,0,0\n0,0\n", ",\n,\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := ReadCSV(src)
		if err != nil {
			var faults CSVFaults
			if !errors.As(err, &faults) || len(faults) == 0 || faults[0].Line < 1 || faults[0].Column < 1 {
				t.Fatalf("error %v, want faults with a place", err)
			}
			return
		}
		if c.Rows < 1 || len(c.X) != c.Rows*len(c.Names) || len(c.Lines) != c.Rows {
			t.Fatalf("table of %d rows, %d columns, %d numbers", c.Rows, len(c.Names), len(c.X))
		}
		for _, v := range c.X {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("accepted %v", v)
			}
		}
	})
}
