package hybrid

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
)

// An encoded snapshot is a head and a body. The head is the magic word, the number of
// the format, the length of the body and its SHA-256; the body is a Snapshot by
// encoding/gob, which keeps every bit of a float64.
const (
	magic          = "pinn run"
	snapshotFormat = 1
	headSize       = len(magic) + 4 + 8 + sha256.Size
	mostBody       = 1 << 32 // bytes; more is a damaged length
)

// Encode writes the snapshot for DecodeSnapshot.
func (s *Snapshot) Encode(w io.Writer) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(s); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if body.Len() > mostBody {
		return fmt.Errorf("snapshot: must be at most %d bytes long, got %d", mostBody, body.Len())
	}
	if _, err := w.Write(head(body.Bytes())); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if _, err := w.Write(body.Bytes()); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// head returns that of a body.
func head(body []byte) []byte {
	h := append(make([]byte, 0, headSize), magic...)
	h = binary.LittleEndian.AppendUint32(h, snapshotFormat)
	h = binary.LittleEndian.AppendUint64(h, uint64(len(body)))
	sum := sha256.Sum256(body)
	return append(h, sum[:]...)
}

// DecodeSnapshot reads what Encode wrote, to the end of r. Nothing is decoded before
// its checksum is found right, so that a damaged or truncated snapshot is an error.
func DecodeSnapshot(r io.Reader) (*Snapshot, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	s := &Snapshot{}
	rest := bytes.NewReader(body)
	if err := gob.NewDecoder(rest).Decode(s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if rest.Len() > 0 {
		return nil, fmt.Errorf("snapshot: there are %d bytes after it", rest.Len())
	}
	return s, nil
}

// readBody reads the body that the head describes.
func readBody(r io.Reader) ([]byte, error) {
	h := make([]byte, headSize)
	if n, err := io.ReadFull(r, h); err != nil {
		return nil, fmt.Errorf("is cut short: the head must be %d bytes long, got %d: %w", headSize, n, err)
	}
	if got := h[:len(magic)]; string(got) != magic {
		return nil, fmt.Errorf("must begin with %q, got %q", magic, got)
	}
	if got := binary.LittleEndian.Uint32(h[len(magic):]); got != snapshotFormat {
		return nil, fmt.Errorf("must have format %d, got %d: go on with the program that wrote it", snapshotFormat, got)
	}
	size := binary.LittleEndian.Uint64(h[len(magic)+4:])
	if size > mostBody {
		return nil, fmt.Errorf("is damaged: its length is given as %d bytes, more than %d", size, mostBody)
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
	case !bytes.Equal(head(body.Bytes()), h):
		return nil, errors.New("is damaged: the checksum does not agree")
	}
	return body.Bytes(), nil
}
