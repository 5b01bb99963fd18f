package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"netlab/lessons/text"
	"netlab/live/peer"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A peerShow prints what a peer tells, with the packets among it.
type peerShow struct {
	a        *app
	flags    *peerFlags
	words    *text.Words
	english  *text.Words
	start    time.Time
	segments *segmentWatch // nil: not shown

	mu      sync.Mutex // guards what follows
	out     io.Writer  // stdout, or the lines above a prompt
	n       int
	packets int
	isns    map[trace.Flow]wire.Seq
	second  int // in which segments are counted
	shown   int // segments in it
	hidden  int
	bar     statusLine
	barTime time.Time
	err     error // of writing
}

func newPeerShow(a *app, f *peerFlags) *peerShow {
	return &peerShow{a: a, bar: statusLine{a: a}, flags: f, words: text.For(a.language()), english: text.For("en"), start: time.Now(), out: a.out, isns: map[trace.Flow]wire.Seq{}}
}

// begin starts the recorder and writes the head.
func (s *peerShow) begin() error {
	if s.a.jsonFlag {
		line, err := jsonLine(struct {
			Type   string       `json:"type"`
			Script string       `json:"script"`
			Source trace.Source `json:"source"`
			Hosts  []trace.Host `json:"hosts"`
		}{"trace", "peer " + s.flags.Proto.String(), trace.Live, []trace.Host{{Name: "A"}, {Name: "B"}}})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(s.out, line); err != nil {
			return err
		}
	}
	if s.flags.noSegments || s.flags.quiet {
		return nil
	}
	watch, why := watchSegments(s)
	if watch == nil {
		fmt.Fprintln(s.a.err, "netlab: "+s.words.T("peer_no_segments", s.words.T(why)))
		if why == "peer_segments_why" {
			fmt.Fprintln(s.a.err, "hint: "+s.words.T("peer_segments_try", ownPath()))
		}
		return nil
	}
	s.segments = watch
	return nil
}

// end stops the recorder and writes the foot.
func (s *peerShow) end() error {
	notes := []string{}
	if s.segments != nil {
		if dropped := s.segments.stop(); dropped > 0 {
			notes = append(notes, fmt.Sprintf("%d packets dropped by the kernel", dropped))
			fmt.Fprintf(s.a.err, "netlab: the kernel dropped %d packets of the recording\n", dropped)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellHidden()
	s.bar.clear()
	if s.a.jsonFlag {
		line, err := jsonLine(map[string]any{"type": "result", "events": s.n, "ended_ns": time.Since(s.start), "notes": notes})
		if err != nil {
			return err
		}
		s.write(line)
	}
	return s.err
}

// jsonLine is one object on a line.
func jsonLine(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.String(), err
}

// above makes lines go to a prompt instead of stdout.
func (s *peerShow) above(out io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = out
}

func (s *peerShow) write(text string) {
	if _, err := io.WriteString(s.out, text); err != nil && s.err == nil {
		s.err = err
	}
}

// tell takes an event of the peer. Packets that were seen before it come first.
func (s *peerShow) tell(e peer.Event) {
	if s.segments != nil {
		s.segments.observe(&e)
	}
	s.print(e)
}

// print writes an event in the form that was asked for.
func (s *peerShow) print(e peer.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	e.N = s.n
	switch {
	case s.a.jsonFlag:
		s.json(&e)
	case s.flags.quiet:
		s.quiet(&e)
	default:
		if line := s.line(&e); line != "" {
			s.bar.clear()
			s.write(fmt.Sprintf("%10sms  %s\n", trace.Ms(e.T), line))
		}
	}
}

// json writes the event as a trace keeps it, its sentence in English.
func (s *peerShow) json(e *peer.Event) {
	if e.Why != "" {
		e.Text = s.english.T("peer_why_"+string(e.Why), e.With...)
	}
	var b bytes.Buffer
	if err := trace.WriteEvent(&b, &e.Event, s.isns, 0); err == nil {
		s.write(b.String())
	}
}

// quiet writes only what arrives; a server says from whom. How a server is reached is
// said on stderr.
func (s *peerShow) quiet(e *peer.Event) {
	switch {
	case e.Kind == trace.Deliver && s.flags.Listen == "":
		s.write(s.safe(e.Data))
	case e.Kind == trace.Deliver:
		s.write(e.Remote.String() + ": " + strings.TrimSuffix(s.safe(e.Data), "\n") + "\n")
	case e.Kind == trace.Return && e.Call == "getsockname" && s.flags.Listen != "":
		fmt.Fprintln(s.a.err, "netlab: "+e.Call+" "+e.Conn+" -> "+e.Result)
	}
}

// safe keeps what arrives from steering a terminal.
func (s *peerShow) safe(data string) string {
	if f, ok := s.a.out.(*os.File); ok && isTerminal(f) {
		return peer.Printable(data)
	}
	return data
}

// line says the event in one line; empty if others say it.
func (s *peerShow) line(e *peer.Event) string {
	w := s.words
	switch {
	case e.Kind == trace.Return:
		return s.returned(e)
	case e.Call == peer.SocketChange:
		return w.T("peer_socket", e.Conn, w.T("peer_api_"+e.Args), w.T("peer_api_"+e.Result))
	case e.Kind == trace.State:
		return w.T("peer_kernel", e.Conn, e.From, e.To)
	case e.Kind == trace.Note:
		return s.note(e)
	case e.HasPacket():
		return s.packet(e)
	default: // calls are told when they return, and deliveries by recv
		return ""
	}
}

func (s *peerShow) note(e *peer.Event) string {
	with := e.With
	if e.Why == peer.WhyFileRefused && len(with) == 2 {
		with = []any{with[0], s.words.T("peer_file_" + fmt.Sprint(with[1]))}
	}
	line := s.words.T("peer_why_"+string(e.Why), with...)
	if e.Conn == "" {
		return line
	}
	return s.words.T("peer_says", e.Conn, line)
}

// returned says what a call returned and what that means.
func (s *peerShow) returned(e *peer.Event) string {
	line := e.Call + " " + e.Args + " -> " + e.Result
	received := strings.HasPrefix(e.Call, "recv") && e.Data != ""
	if received {
		line += "  "
		if e.Call == "recv" {
			line += e.Remote.String() + ": "
		}
		line += strconv.Quote(cutAt(e.Data, 200))
	}
	if text := s.words.Errno(wire.Errno(e.Result)); text != "" {
		line += "  (" + text + ")"
	} else if e.Result == "EAI_NONAME" {
		line += "  (" + s.words.T("peer_no_such_host") + ")"
	}
	if e.Why != "" {
		line += "  (" + s.words.T("peer_why_"+string(e.Why), e.With...) + ")"
	}
	return line
}

// cutAt shortens a long text.
func cutAt(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// mostSegments is how many segments without SYN, FIN or RST are shown in one second.
const mostSegments = 60

// packet says a segment as the arrows of the lessons' pictures do, counted from the SYNs.
func (s *peerShow) packet(e *peer.Event) string {
	tag := ""
	ev := e.Event
	if ev.HasSegment() {
		if ev.Seg.Flags.Has(wire.SYN) {
			s.isns[ev.Flow()] = ev.Seg.Seq
			tag = "  " + s.words.T("peer_isn", ev.Seg.Seq)
		}
		seq, ack, seqOK, ackOK := ev.Relative(s.isns)
		if seqOK {
			ev.Seg.Seq = wire.Seq(0).Add(seq)
		}
		if ackOK {
			ev.Seg.Ack = wire.Seq(0).Add(ack)
		}
	}
	if bulk := ev.Seg.Flags&(wire.SYN|wire.FIN|wire.RST) == 0; bulk {
		if now := int(e.T / time.Second); now != s.second {
			s.tellHidden()
			s.second, s.shown = now, 0
		}
		if s.shown++; s.shown > mostSegments {
			s.hidden++
			return ""
		}
	}
	arrow := " <- "
	if e.Host == s.host() {
		arrow = " -> "
	}
	who := ""
	if e.Conn == "s" { // accept has not given it a name yet
		who = e.Remote.String() + "  "
	}
	return e.Conn + arrow + who + ev.Label() + tag
}

// tellHidden says how many segments were not shown one by one.
func (s *peerShow) tellHidden() {
	if s.hidden > 0 && !s.a.jsonFlag {
		s.bar.clear()
		s.write(fmt.Sprintf("%10s    %s\n", "", s.words.T("peer_many", s.hidden)))
	}
	s.hidden = 0
}

// host is this peer's name in the trace: A opens, B listens.
func (s *peerShow) host() string {
	if s.flags.Listen != "" {
		return "B"
	}
	return "A"
}
