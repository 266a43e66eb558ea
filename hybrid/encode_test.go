package hybrid

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// encoded is a snapshot of a run in its second leg, as it is written.
func encoded(t testing.TB) []byte {
	t.Helper()
	first, o := twice(Options{})
	var b bytes.Buffer
	o.Keep = func(_ bool, take func() *Snapshot) {
		if s := take(); s.Steps() == 45 && b.Len() == 0 {
			if err := s.Encode(&b); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := Run(t.Context(), first, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What an encoded snapshot begins with, and the most that its body may take.
const (
	magic    = "pinn run"
	headSize = len(magic) + 4 + 8 + sha256.Size
	mostBody = 1 << 32
)

// headed puts the right head before a body.
func headed(body []byte) []byte {
	var b bytes.Buffer
	if err := snapshotKind.Write(&b, body); err != nil {
		panic("hybrid: a buffer that cannot be written to")
	}
	return b.Bytes()
}

// A damaged byte, wherever it is, is an error, and so is a missing or an additional end.
func TestDamagedSnapshot(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: the default tier has it")
	}
	whole := encoded(t)
	if s, err := DecodeSnapshot(bytes.NewReader(whole)); err != nil || s.Steps() != 45 || s.Leg != "second" || len(s.Legs) != 1 {
		t.Fatalf("%v", err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	stride := 1
	if testing.Short() {
		stride = max(1, len(whole)/300)
	}
	for at := 0; at < len(whole); at += stride {
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << rng.IntN(8)
		if s, err := DecodeSnapshot(bytes.NewReader(bad)); err == nil || s != nil {
			t.Fatalf("a damaged byte %d of %d is taken", at, len(whole))
		}
	}
	for n := 0; n < len(whole); n += max(1, stride) {
		if s, err := DecodeSnapshot(bytes.NewReader(whole[:n])); err == nil || s != nil || !strings.Contains(err.Error(), "cut short") {
			t.Fatalf("the first %d of %d bytes: %v", n, len(whole), err)
		}
		if n > headSize {
			n += len(whole) / 50
		}
	}
	for what, bad := range map[string][]byte{
		"must begin with \"pinn run\"":    append([]byte("pinn rum"), whole[8:]...),
		"must have format 1, got 2":       func() []byte { b := bytes.Clone(whole); b[len(magic)] = 2; return b }(),
		"there is more than the":          append(bytes.Clone(whole), 0),
		"the sha256 of its contents does": func() []byte { b := bytes.Clone(whole); b[len(b)-1]++; return b }(),
		"there are 1 bytes after it":      headed(append(bytes.Clone(whole[headSize:]), 0)),
		"the head must be 52 bytes":       nil,
		"snapshot: EOF":                   headed(nil),
		"its length is given as 109951":   longer(whole, 100<<40),
	} {
		if _, err := DecodeSnapshot(bytes.NewReader(bad)); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("err = %v, want %q", err, what)
		}
	}
}

// longer says in the head that the body has so many bytes.
func longer(whole []byte, size uint64) []byte {
	b := bytes.Clone(whole)
	binary.LittleEndian.PutUint64(b[len(magic)+4:], size)
	return b
}

// A head that tells of four gigabytes costs no memory but that of what is there.
func TestDamagedLengthCostsNothing(t *testing.T) {
	bad := longer(encoded(t), mostBody)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := DecodeSnapshot(bytes.NewReader(bad))
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err == nil || used > 64*uint64(len(bad)) {
		t.Errorf("%v, and %d bytes were allocated for %d", err, used, len(bad))
	}
}

// A body that was made to have the right checksum is decoded or refused, and what it
// holds is restored or refused: no panic, and no memory for what is not there.
func TestForgedSnapshot(t *testing.T) {
	if testing.Short() {
		t.Skip("short tier: hundreds of forged snapshots")
	}
	body := encoded(t)[headSize:]
	rng := rand.New(rand.NewPCG(3, 4))
	decoded, restored := 0, 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const trials = 400
	for range trials {
		bad := bytes.Clone(body)
		for range 1 + rng.IntN(3) {
			bad[rng.IntN(len(bad))] = byte(rng.IntN(256))
		}
		s, err := DecodeSnapshot(bytes.NewReader(headed(bad)))
		if err != nil {
			continue
		}
		decoded++
		if tryToRestore(s) == nil {
			restored++
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > trials*1000*uint64(len(body)) {
		t.Errorf("%d bytes were allocated for %d forged snapshots of %d", used, trials, len(body))
	}
	if decoded < trials/10 || restored < trials/10 {
		t.Errorf("of %d forged snapshots %d are decoded and %d restored: the test shows nothing", trials, decoded, restored)
	}
}

// tryToRestore makes the leg that the snapshot is of, and goes no step on.
func tryToRestore(s *Snapshot) error {
	l := legOf(s.Leg)
	l.Name = s.Leg
	r := newRunner(Options{})
	r.legs = s.Legs
	in, _, err := r.check(*l)
	if err != nil {
		return err
	}
	_, err = r.restore(in, s)
	return err
}

// A writer that fails is an error of Encode, wherever it fails.
func TestEncodeFails(t *testing.T) {
	for _, after := range []int{0, 1} {
		if err := (&Snapshot{}).Encode(&failing{after}); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("after %d writes: %v", after, err)
		}
	}
	if snapshotKind.Magic != magic {
		t.Errorf("a snapshot begins with %q", snapshotKind.Magic)
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after == 0 {
		return 0, errors.New("disk full")
	}
	f.after--
	return len(p), nil
}

// FuzzDecodeSnapshot decodes what it is given, and the same as a body with the right
// head. Whatever comes out can be encoded, and comes out again.
func FuzzDecodeSnapshot(f *testing.F) {
	whole := encoded(f)
	f.Add([]byte(nil))
	f.Add(whole)
	f.Add(whole[headSize:])
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(magic))
	f.Add(longer(whole, 1<<39))
	var small bytes.Buffer
	if err := (&Snapshot{Theta: []float64{1}, Legs: []LegResult{{Name: "x"}}}).Encode(&small); err != nil {
		f.Fatal(err)
	}
	f.Add(small.Bytes()[headSize:])
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, b := range [][]byte{src, headed(src)} {
			s, err := DecodeSnapshot(bytes.NewReader(b))
			if err != nil {
				continue
			}
			var once, twice bytes.Buffer
			if err := s.Encode(&once); err != nil {
				t.Fatal(err)
			}
			again, err := DecodeSnapshot(bytes.NewReader(once.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Encode(&twice); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
				t.Fatal("encoded twice, it is another one")
			}
			_ = tryToRestore(s)
		}
	})
}
