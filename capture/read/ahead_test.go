package read_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"netlab/capture/read"
)

// many makes a file of packets of all sizes, the largest longer than what is kept of one.
func many(n int) []byte {
	le := binary.LittleEndian
	rng := rand.New(rand.NewPCG(1, 2))
	file := pcap(le, 0xa1b2c3d4, 4, 1, 0)
	for i := range n {
		size := rng.IntN(1500)
		switch i % 100 {
		case 7:
			size = 60_000
		case 50:
			size = 300_000
		}
		for _, v := range []int{1_700_000_000 + i, i, size, size} {
			file = le.AppendUint32(file, uint32(v))
		}
		for j := range size {
			file = append(file, byte(i+j))
		}
	}
	return file
}

// ahead reads a file to its end, ahead.
func ahead(t *testing.T, file io.Reader) (recs []read.Record, warnings []string, err error) {
	t.Helper()
	a, err := read.NewAhead(file)
	if err != nil {
		return nil, nil, err
	}
	defer a.Close(t.Context())
	for {
		rec, err := a.Next(t.Context())
		if err == io.EOF {
			return recs, a.Warnings(), nil
		}
		if err != nil {
			return recs, a.Warnings(), err
		}
		kept := *rec
		kept.Data = bytes.Clone(rec.Data)
		recs = append(recs, kept)
	}
}

// Reading ahead finds what reading finds: every packet, whole, over many batches, and the
// same error at the same place.
func TestAhead(t *testing.T) {
	whole := many(3000)
	odd := join(section(binary.LittleEndian), iface(binary.LittleEndian, 1, 9, 0, 1, 0, 0x80|64, 0, 0, 0), enhanced(binary.LittleEndian, 0, 5, 4, "abcd"))
	for name, file := range map[string][]byte{"sound": whole, "cut": whole[:len(whole)-1], "compressed": zipped(whole[:1<<20]), "empty": nil, "with a warning": odd} {
		want, wantWarned, wantErr := all(file)
		got, warned, err := ahead(t, bytes.NewReader(file))
		if len(got) != len(want) || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d packets, want %d, the same", name, len(got), len(want))
		}
		if !reflect.DeepEqual(warned, wantWarned) || !reflect.DeepEqual(err, wantErr) {
			t.Errorf("%s: %v, %v; want %v, %v", name, warned, err, wantWarned, wantErr)
		}
	}
}

// Who waits for a pipe in which nothing comes hears the context, and so does Close.
func TestAheadOfAPipe(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	go func() { _, _ = out.Write(pcap(binary.LittleEndian, 0xa1b2c3d4, 4, 1, 0)) }()
	a, err := read.NewAhead(in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := a.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want that of the context", err)
	}
	a.Close(ctx) // a Close that waits for the pipe hangs here
}

// counted counts the calls of Read.
type counted struct {
	io.Reader
	calls atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	c.calls.Add(1)
	return c.Reader.Read(p)
}

// After Close nothing reads the file: who has opened it may go to another place in it.
func TestAheadIsClosed(t *testing.T) {
	file := &counted{Reader: bytes.NewReader(many(3000))}
	a, err := read.NewAhead(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.Close(t.Context())
	calls := file.calls.Load()
	time.Sleep(20 * time.Millisecond)
	if again := file.calls.Load(); again != calls {
		t.Errorf("the file was read %d times after Close", again-calls)
	}
}
