package hybrid

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"io"

	"pinn/internal/sealed"
)

// snapshotKind is the kind of an encoded snapshot. Its body is a Snapshot by
// encoding/gob, which keeps every bit of a float64.
var snapshotKind = sealed.Kind{Magic: "pinn run", Format: 1}

// Encode writes the snapshot for DecodeSnapshot.
func (s *Snapshot) Encode(w io.Writer) error {
	var body bytes.Buffer
	err := gob.NewEncoder(&body).Encode(s)
	if err == nil {
		err = snapshotKind.Write(w, body.Bytes())
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return nil
}

// DecodeSnapshot reads what Encode wrote, to the end of r. Nothing is decoded before
// its checksum is found right, so that a damaged or truncated snapshot is an error.
func DecodeSnapshot(r io.Reader) (*Snapshot, error) {
	body, err := snapshotKind.Read(r)
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
