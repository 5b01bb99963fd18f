package explain

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"netlab/capture"
	"netlab/capture/filter"
	"netlab/capture/follow"
	"netlab/capture/read"
)

// A Report is what a file holds.
type Report struct {
	Packets       int
	Octets        int64 // of the file
	Conversations []*follow.Summary
	Unlisted      int            // conversations beyond the most that are listed
	Evicted       int            // conversations put away too early, for want of room
	Others        map[string]int // packets that are not followed, by what they are
	Links         map[string]int // packets of unknown link types
	Backward      int            // packets with an earlier time than the one before
	Warnings      []string
	Broken        error // why the reading ended early; nil at the end of a sound file
}

// maxListed bounds the conversations that are kept, and maxOthers what else is counted.
const (
	maxListed = follow.MostKept
	maxOthers = 50
)

// Followed is how many packets belong to conversations or could.
func (r *Report) Followed() int {
	n := r.Packets
	for _, list := range []map[string]int{r.Others, r.Links} {
		for _, k := range list {
			n -= k
		}
	}
	return n
}

// keep lists a conversation, as long as there is room.
func (r *Report) keep(s *follow.Summary) bool {
	if len(r.Conversations) == maxListed {
		r.Unlisted++
		return false
	}
	r.Conversations = append(r.Conversations, s)
	return true
}

// Options say how to read.
type Options struct {
	// Filter keeps conversations; nil keeps all.
	Filter *filter.Filter
	// From is the first frame that Detail tells one by one.
	From int
	// Progress is told now and then how many octets of the file have been fetched.
	Progress func(octets int64)
}

// A walker hands the packets of a file to a follower.
type walker struct {
	ctx      context.Context
	rep      *Report
	progress func(int64)
}

// every is how many packets pass between two words about the progress.
const every = 1 << 14

// errStop ends a walk that has seen enough.
var errStop = errors.New("enough")

// walk reads the file. Its error is that of the context, or one that says that the file is
// no capture at all.
func (w *walker) walk(file io.Reader, take func(h *capture.Headers, rec *read.Record) error) error {
	r, err := read.NewAhead(file)
	if err != nil {
		return err
	}
	defer r.Close(w.ctx)
	var d capture.Decoder
	var h capture.Headers
	var last time.Time
	for {
		rec, err := r.Next(w.ctx)
		if err != nil && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if err != nil {
			w.rep.Warnings = r.Warnings()
			if err != io.EOF {
				w.rep.Broken = err
			}
			return nil
		}
		w.rep.Packets++
		if w.progress != nil && w.rep.Packets%every == 0 {
			w.progress(r.Consumed())
		}
		if err := d.Decode(rec.Link, rec.Data, rec.OrigLen, &h); err != nil {
			w.other(err)
			continue
		}
		if rec.Time.Before(last) {
			w.rep.Backward++
		}
		last = rec.Time
		if err := take(&h, rec); err != nil {
			w.rep.Warnings = r.Warnings()
			if errors.Is(err, errStop) {
				err = nil
			}
			return err
		}
	}
}

// errFragment is what fragments are whose packet is not complete.
const errFragment = capture.Other("fragments of packets that are not complete")

// other counts a packet that is not followed.
func (w *walker) other(err error) {
	list := &w.rep.Others
	var link capture.LinkError
	if errors.As(err, &link) {
		list = &w.rep.Links
	}
	if *list == nil {
		*list = map[string]int{}
	}
	name := err.Error()
	if _, ok := (*list)[name]; !ok && len(*list) >= maxOthers {
		name = "others"
	}
	(*list)[name]++
}

// Read reads a capture and lists its conversations. The error is that of the context, or
// says that the file is no capture (*read.FormatError, *read.Error); a file that is
// broken further on is reported as far as it goes (Report.Broken).
func Read(ctx context.Context, file io.Reader, opt Options) (*Report, error) {
	rep := &Report{}
	w := &walker{ctx, rep, opt.Progress}
	f := follow.New(follow.Options{Done: func(s *follow.Summary) bool {
		return (opt.Filter == nil || opt.Filter.Conversation(s)) && rep.keep(s)
	}})
	err := w.walk(file, func(h *capture.Headers, rec *read.Record) error {
		if !f.Packet(h, rec.Time, rec.Frame) {
			w.other(capture.Other("ICMP about packets that were not captured"))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.Finish()
	for range f.Fragments {
		w.other(errFragment)
	}
	rep.Evicted = f.Evicted
	slices.SortFunc(rep.Conversations, func(a, b *follow.Summary) int { return cmp.Compare(a.N, b.N) })
	return rep, nil
}

func itoa(n int) string { return strconv.Itoa(n) }
