package pcapwork

import (
	"bytes"
	"context"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/capture/read"
	"netlab/sim/wire"
)

// Limits of what is looked at.
const (
	maxCapture    = 64 << 20 // octets of the file
	maxPackets    = 200_000
	maxStream     = 1 << 20  // octets of data of one end
	maxStreams    = 16 << 20 // of all ends together
	maxCandidates = 512      // conversations that may be the one that is wanted
	maxGaps       = 16       // packets whose times are kept
)

// A survey is what a capture holds.
type survey struct {
	rep        *explain.Report
	candidates []*facts // conversations that the protocol, the port and the filter pick
	file       fileInfo
}

// facts are what is known of one conversation beyond its summary.
type facts struct {
	*follow.Summary
	ends    [2]endFacts
	when    []time.Time // of the first packets
	backAt  int         // frame whose time is before that of the one before; 0: none
	noTimes bool
	cur     *read.Record // of the packet that is told
	link    uint16
	left    *int // octets of data that may still be kept
}

// endFacts are what one end has sent.
type endFacts struct {
	syn       *segment
	first     *segment // after its SYN
	firstData *segment
	fin       *segment
	last      *segment
	segments  int // with data
	stream    []byte
	have      []bool
	end       int       // octets of data, each number once
	pieces    []segment // with data, at most maxPieces
	short     int       // frame whose data was cut off by the capture; 0: none
	differs   int       // frame that sends other octets under old numbers; 0: none
	oldStamp  int       // frame with a timestamp that went back; 0: none
	ids       []uint16  // IP identifications of the first packets
	mac       string
	sums      sums
}

// maxPieces bounds the segments whose places in the stream are remembered.
const maxPieces = 1 << 14

// A segment is one packet of an end: of TCP a segment, of UDP a datagram.
type segment struct {
	frame, len int
	at         int // where its data stands in the stream
	seq, ack   wire.Seq
	base, peer wire.Seq // relative numbers count from these
	wnd        uint16
	ttl        uint8
	acks       bool
	options    wire.Options
	when       time.Time
}

// look reads a capture that was checked: first all its conversations, then the packets of
// those that may be the wanted one.
func look(data []byte, spec *Spec) (*survey, error) {
	ctx := context.Background()
	rep, err := explain.Read(ctx, bytes.NewReader(data), explain.Options{})
	if err != nil {
		return nil, err
	}
	s := &survey{rep: rep, file: describe(data)}
	wanted, left := map[int]*facts{}, maxStreams
	for _, c := range rep.Conversations {
		if len(s.candidates) < maxCandidates && spec.matches(c) {
			f := &facts{Summary: c, left: &left}
			wanted[c.FirstFrame] = f
			s.candidates = append(s.candidates, f)
		}
	}
	if len(s.candidates) > 0 {
		s.watch(data, wanted)
	}
	return s, nil
}

// matches reports whether a conversation may be the wanted one.
func (s *Spec) matches(c *follow.Summary) bool {
	port := uint16(s.Port)
	byPort := port == 0 || c.Ends[1].Port() == port || c.Guessed && c.Ends[0].Port() == port
	return c.Proto == s.proto && byPort && s.picks.Conversation(c)
}

// watch tells the packets of the candidates, in a second reading.
func (s *survey) watch(data []byte, wanted map[int]*facts) {
	var rec read.Record
	f := follow.New(follow.Options{
		Watch: func(c *follow.Summary) follow.Watcher {
			if w := wanted[c.FirstFrame]; w != nil {
				w.cur = &rec
				return w
			}
			return nil
		},
		Begins: func(frame int) bool { return wanted[frame] != nil },
	})
	r, err := read.New(bytes.NewReader(data))
	var d capture.Decoder
	var h capture.Headers
	for err == nil {
		if rec, err = r.Next(); err == nil && d.Decode(rec.Link, rec.Data, rec.OrigLen, &h) == nil {
			f.Packet(&h, rec.Time, rec.Frame)
		}
	}
	f.Finish() // the first reading has reported why it ended
}

// Done implements follow.Watcher; the summary of the first reading is kept.
func (f *facts) Done(*follow.Summary, []follow.Finding) {}

// Packet implements follow.Watcher.
func (f *facts) Packet(s *follow.Summary, views [2]follow.EndView, p *follow.Packet) {
	h := p.Headers
	if h.Proto != f.Proto {
		return // ICMP that reports about it
	}
	f.clock(p.Frame)
	// The first reading may have learned only later which end called.
	x := p.From
	if s.Ends[0] != f.Ends[0] {
		x = 1 - x
	}
	e := &f.ends[x]
	seg := &segment{frame: p.Frame, len: h.Len, seq: h.Seq, ack: h.Ack, base: views[p.From].Base, peer: views[1-p.From].Base, wnd: h.Wnd, ttl: h.TTL,
		acks: h.Flags.Has(wire.ACK), options: h.Options, when: f.cur.Time}
	e.look(f.cur, h)
	f.link = f.cur.Link
	e.data(seg, h, f.left)
	if f.Proto == wire.TCP {
		e.flags(seg, h)
	} else if e.first == nil {
		e.first = seg
	}
}

// clock notes a packet's time.
func (f *facts) clock(frame int) {
	now := f.cur.Time
	if now.IsZero() {
		f.noTimes = true
		return
	}
	if n := len(f.when); n > 0 && now.Before(f.when[n-1].Add(-clockSlack)) && f.backAt == 0 {
		f.backAt = frame
	}
	if len(f.when) == maxGaps {
		f.when[maxGaps-1] = now // only the last one is compared with from now on
		return
	}
	f.when = append(f.when, now)
}

// clockSlack is how far times may go back: queues of one network card are not read in order.
const clockSlack = 5 * time.Millisecond

// flags notes the segments that open and close.
func (e *endFacts) flags(seg *segment, h *capture.Headers) {
	if h.Flags.Has(wire.RST) {
		return
	}
	if h.Flags.Has(wire.SYN) {
		if e.syn == nil || e.syn.seq != h.Seq {
			e.syn = seg
		}
		return
	}
	if e.first == nil {
		e.first = seg
	}
	if l := e.last; l != nil && h.Options.HasTimestamps && l.options.HasTimestamps && h.Seq.After(l.seq) &&
		int32(h.Options.TSVal-l.options.TSVal) < 0 && e.oldStamp == 0 {
		e.oldStamp = seg.frame
	}
	if h.Flags.Has(wire.FIN) && e.fin == nil {
		e.fin = seg
	}
	e.last = seg
}

// data keeps the octets that a segment carries where they belong in the stream.
func (e *endFacts) data(seg *segment, h *capture.Headers, left *int) {
	if h.Len == 0 {
		return
	}
	e.segments++
	if e.firstData == nil {
		e.firstData = seg
	}
	if len(h.Data) < h.Len && e.short == 0 {
		e.short = seg.frame
	}
	if h.Proto == wire.UDP {
		seg.at = e.end
	} else {
		seg.at = h.Seq.Minus(seg.base.Add(1))
	}
	if seg.at < 0 || seg.at >= maxStream {
		return
	}
	e.end = max(e.end, seg.at+seg.len)
	octets := h.Data[:min(len(h.Data), h.Len, maxStream-seg.at)]
	if grow := seg.at + len(octets) - len(e.stream); grow > 0 {
		if *left -= grow; *left < 0 {
			return
		}
		e.stream = append(e.stream, make([]byte, grow)...)
		e.have = append(e.have, make([]bool, grow)...)
	}
	for i, c := range octets {
		if e.have[seg.at+i] && e.stream[seg.at+i] != c && e.differs == 0 {
			e.differs = seg.frame
		}
		e.stream[seg.at+i], e.have[seg.at+i] = c, true
	}
	if len(e.pieces) < maxPieces {
		e.pieces = append(e.pieces, *seg)
	}
}

// holds finds a text in what an end has sent, and the frames that carry it. Of UDP it must
// stand in one datagram.
func (e *endFacts) holds(text string, proto wire.Proto) (frames []int, ok bool) {
	if proto == wire.UDP {
		for _, p := range e.pieces {
			if bytes.Contains(e.stream[p.at:min(p.at+p.len, len(e.stream))], []byte(text)) {
				return []int{p.frame}, true
			}
		}
		return nil, false
	}
	for from := 0; ; {
		i := bytes.Index(e.stream[from:], []byte(text))
		if i < 0 {
			return nil, false
		}
		i += from
		if whole(e.have[i : i+len(text)]) {
			return e.framesOf(i, i+len(text)), true
		}
		from = i + 1
	}
}

func whole(have []bool) bool {
	for _, h := range have {
		if !h {
			return false
		}
	}
	return true
}

// framesOf lists the first frames that carry octets of the stream.
func (e *endFacts) framesOf(from, to int) (frames []int) {
	const most = 8
	for _, p := range e.pieces {
		if p.at < to && p.at+p.len > from && len(frames) < most {
			frames = append(frames, p.frame)
		}
	}
	return frames
}
