// Package sealed puts a head before a body of bytes, by which a reader knows what the
// body is, and that it is whole and unaltered, before he decodes any of it.
package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Kind is a sort of files. The head is the magic word, the number of the format, the
// length of the body and its SHA-256.
type Kind struct {
	Magic  string // with which a file begins
	Format uint32 // a reader refuses any other
}

// most bounds a body, in bytes; more is a damaged length.
const most = 1 << 32

func (k Kind) headSize() int { return len(k.Magic) + 4 + 8 + sha256.Size }

// head returns that of a body.
func (k Kind) head(body []byte) []byte {
	h := append(make([]byte, 0, k.headSize()), k.Magic...)
	h = binary.LittleEndian.AppendUint32(h, k.Format)
	h = binary.LittleEndian.AppendUint64(h, uint64(len(body)))
	sum := sha256.Sum256(body)
	return append(h, sum[:]...)
}

// Write writes the head and the body.
func (k Kind) Write(w io.Writer, body []byte) error {
	if len(body) > most {
		return fmt.Errorf("must be at most %d bytes long, got %d", most, len(body))
	}
	if _, err := w.Write(k.head(body)); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}

// Read reads what Write wrote, to the end of r, and returns the body. What is cut short,
// has bytes to spare or was altered anywhere is an error.
func (k Kind) Read(r io.Reader) ([]byte, error) {
	h := make([]byte, k.headSize())
	if n, err := io.ReadFull(r, h); err != nil {
		return nil, fmt.Errorf("is cut short: the head must be %d bytes long, got %d: %w", len(h), n, err)
	}
	if got := h[:len(k.Magic)]; string(got) != k.Magic {
		return nil, fmt.Errorf("must begin with %q, got %q", k.Magic, got)
	}
	if got := binary.LittleEndian.Uint32(h[len(k.Magic):]); got != k.Format {
		return nil, fmt.Errorf("must have format %d, got %d: go on with the program that wrote it", k.Format, got)
	}
	size := binary.LittleEndian.Uint64(h[len(k.Magic)+4:])
	if size > most {
		return nil, fmt.Errorf("is damaged: its length is given as %d bytes, more than %d", size, most)
	}
	var body bytes.Buffer // grows with what is there, not with what the head says
	n, err := io.Copy(&body, io.LimitReader(r, int64(size)+1))
	switch {
	case err != nil:
		return nil, err
	case uint64(n) < size:
		return nil, fmt.Errorf("is cut short: must have %d bytes after its head, got %d", size, n)
	case uint64(n) > size:
		return nil, fmt.Errorf("is damaged: there is more than the %d bytes that its head tells of", size)
	case !bytes.Equal(k.head(body.Bytes()), h):
		return nil, errors.New("is damaged: the sha256 of its contents does not agree")
	}
	return body.Bytes(), nil
}
