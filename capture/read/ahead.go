package read

import (
	"context"
	"io"
)

// An Ahead reads a capture file in a goroutine of its own, some packets ahead of who asks
// for them: fetching a large file and making sense of it then take place at the same time.
type Ahead struct {
	full, empty chan *batch
	stop        chan struct{} // closed by Close
	stopped     chan struct{} // closed when nothing reads the file any more
	at          *batch        // what Next takes from
	taken       int           // records of it
}

// A batch is some packets, and how the reading stood after them.
type batch struct {
	records  []Record
	data     []byte // the octets of all of them
	err      error  // why there are no more; nil if there are
	consumed int64
	warnings []string
}

// Sizes of a batch. A record never needs more room than is left, see Reader.take.
const (
	batchRecords = 512
	batchOctets  = 2 * keepOctets
	batches      = 3 // one is being filled, one waits, one is being used
)

// NewAhead begins to read a file as [New] does, and its errors are those of New. Close ends it.
func NewAhead(file io.Reader) (*Ahead, error) {
	r, err := New(file)
	if err != nil {
		return nil, err
	}
	a := &Ahead{full: make(chan *batch, batches), empty: make(chan *batch, batches), stop: make(chan struct{}), stopped: make(chan struct{}), at: &batch{}}
	for range batches {
		a.empty <- &batch{records: make([]Record, 0, batchRecords), data: make([]byte, batchOctets)}
	}
	go a.run(r)
	return a, nil
}

// run fills batches until the file ends.
func (a *Ahead) run(r *Reader) {
	defer close(a.stopped)
	for {
		var b *batch
		select {
		case b = <-a.empty:
		case <-a.stop:
			return
		}
		b.fill(r)
		a.full <- b // has room for all batches
		if b.err != nil {
			return
		}
	}
}

// fill takes packets from the file for as long as any record has room.
func (b *batch) fill(r *Reader) {
	b.records = b.records[:0]
	for used := 0; b.err == nil && len(b.records) < batchRecords && used <= batchOctets-keepOctets; {
		r.data = b.data[used:]
		var rec Record
		if rec, b.err = r.Next(); b.err == nil {
			b.records = append(b.records, rec)
			used += len(rec.Data)
		}
	}
	b.consumed, b.warnings = r.Consumed(), r.Warnings()
}

// Next returns the next packet, which is valid until the next call. The error is that of
// [Reader.Next] or of the context: a file can be a pipe in which nothing comes.
func (a *Ahead) Next(ctx context.Context) (*Record, error) {
	for a.taken == len(a.at.records) {
		if a.at.err != nil {
			return nil, a.at.err
		}
		if a.at.data != nil {
			a.empty <- a.at
		}
		a.at, a.taken = &batch{}, 0
		select {
		case a.at = <-a.full:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	a.taken++
	return &a.at.records[a.taken-1], nil
}

// Consumed is how many octets of the file itself have been fetched up to about here.
func (a *Ahead) Consumed() int64 { return a.at.consumed }

// Warnings lists what was odd about the file up to about here.
func (a *Ahead) Warnings() []string { return a.at.warnings }

// Close ends the reading. It waits until nothing reads the file any more, but not longer
// than the context lasts.
func (a *Ahead) Close(ctx context.Context) {
	close(a.stop)
	select {
	case <-a.stopped:
	case <-ctx.Done():
	}
}
