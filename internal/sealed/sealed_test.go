package sealed

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

var kind = Kind{"pinn test", 3}

func sealedBody(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := kind.Write(&b, body); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for _, body := range [][]byte{nil, {0}, bytes.Repeat([]byte{7}, 1000)} {
		got, err := kind.Read(bytes.NewReader(sealedBody(t, body)))
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes: %v", len(got), err)
		}
	}
}

// A file with any of its bytes altered, lost or added is refused, and so is one of
// another kind or format.
func TestAltered(t *testing.T) {
	whole := sealedBody(t, []byte("something"))
	read := func(src []byte) error {
		_, err := kind.Read(bytes.NewReader(src))
		return err
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		if read(bad) == nil {
			t.Errorf("an altered byte %d is taken", i)
		}
		if read(whole[:i]) == nil {
			t.Errorf("a file cut at %d is taken", i)
		}
	}
	if read(append(bytes.Clone(whole), 0)) == nil {
		t.Error("a byte more is taken")
	}
	for want, k := range map[string]Kind{"must begin with \"pinn west\"": {"pinn west", 3}, "must have format 4, got 3": {"pinn test", 4}} {
		if _, err := k.Read(bytes.NewReader(whole)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// full is a disk that is full after some bytes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errors.New("the disk is full")
	}
	f.left -= len(p)
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	for _, left := range []int{0, kind.headSize()} {
		if err := kind.Write(&full{left}, []byte("something")); err == nil {
			t.Errorf("written to a disk with %d bytes left", left)
		}
	}
}
