package rewrite

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Packet is a packet as it matters for playing it again.
type Packet struct {
	From  int // which end
	At    time.Duration
	Seg   wire.Segment
	Dgram wire.Datagram
	Proto wire.Proto
	Again bool
	lost  bool // the script loses it
}

// Refused says why a conversation cannot be written as a script.
type Refused struct{ Why string }

// Error gives the reason.
func (r *Refused) Error() string { return "cannot be written as a scenario: " + r.Why }

// Script writes the conversation as the text of a scenario in its one true form. The profile
// is what the hosts' lines say; empty leaves it open. The error is a *[Refused] if the
// language has no words for what was captured.
func Script(c *explain.Conversation, intent, profile string) (string, error) {
	w := &writer{c: c, profile: profile}
	if err := w.refuse(); err != nil {
		return "", err
	}
	w.packets = Packets(c.Trace)
	w.clock()
	if c.Proto == wire.UDP {
		w.udp()
	} else {
		w.tcp()
	}
	if err := w.tooLong(); err != nil {
		return "", err
	}
	text := w.text(intent)
	s, err := scenario.Parse("captured", text)
	if err != nil {
		return "", fmt.Errorf("rewrite: %w", err)
	}
	return s.String(), nil
}

// Packets lists what both ends of a two-host trace have sent.
func Packets(t *trace.Trace) (list []Packet) {
	first := ""
	if len(t.Hosts) > 0 {
		first = t.Hosts[0].Name
	}
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind != trace.Send || e.Rule != nil && e.Rule.ID == follow.CaptureDuplicate.Rule().ID {
			continue
		}
		p := Packet{At: e.T, Seg: e.Seg, Dgram: e.Dgram, Proto: e.Proto, Again: e.Again}
		if e.Host != first {
			p.From = 1
		}
		list = append(list, p)
	}
	return list
}

// A call is a statement with a time, and the reads that it waits for.
type call struct {
	at    time.Duration
	reads []string
	text  string
}

type writer struct {
	c       *explain.Conversation
	profile string
	packets []Packet
	delay   time.Duration
	shift   time.Duration // B's times are so much later than they were at B
	faults  []string
	setup   []string
	calls   []call

	read     [2]int  // octets that an end's calls wait for
	ended    [2]bool // they wait for the end of the stream too
	lastRead [2]int  // index in calls of the last one that waits
	nodelay  [2]bool // small segments went out at once
}

// refuse says what the language has no words for.
func (w *writer) refuse() error {
	c := w.c
	switch {
	case c.Ends[0] == c.Ends[1]:
		return &Refused{"both ends are one socket"}
	case c.Ends[0].Port() == 0 || c.Ends[1].Port() == 0:
		return &Refused{"one end has port 0"}
	case c.Cut > 0:
		return &Refused{fmt.Sprintf("it is too long (%d packets)", len(c.Rows)+c.Cut)}
	case c.Proto == wire.UDP && c.Ends[1].Addr().IsMulticast():
		return &Refused{"it goes to a group"}
	case c.Proto == wire.UDP:
		return nil
	case c.Handshake == follow.NoHandshake || c.Handshake == follow.PartlySeen:
		return &Refused{"its beginning was not captured"}
	case c.Handshake == follow.SplitHandshake:
		return &Refused{"a split handshake needs a TCP that answers a SYN in two steps"}
	case c.Count(follow.AnotherSyn) > 0:
		return &Refused{"several SYNs with different numbers were captured"}
	}
	return nil
}

// tooLong refuses what no script can wait for: a conversation of days, or a capture whose
// clock was set meanwhile.
func (w *writer) tooLong() error {
	longest := max(w.delay, w.c.Lasted)
	for _, c := range w.calls {
		longest = max(longest, c.at)
	}
	if longest > scenario.MaxTime {
		return &Refused{fmt.Sprintf("it lasted longer than %s", scenario.MaxTime)}
	}
	return nil
}

// clock finds the delay of the link and how the two clocks stand: the quickest answer of
// each end tells how far the capture point was from it.
func (w *writer) clock() {
	quickest := [2]time.Duration{-1, -1}
	t := w.c.Trace
	for i := range t.Events {
		e := &t.Events[i]
		cause := t.At(e.Cause)
		if e.Kind != trace.Send || cause == nil || cause.Host == e.Host || e.Again {
			continue
		}
		x := 0
		if e.Host != t.Hosts[0].Name {
			x = 1
		}
		if d := e.T - cause.T; d >= 0 && (quickest[x] < 0 || d < quickest[x]) {
			quickest[x] = d
		}
	}
	a, b := quickest[0], quickest[1]
	switch {
	case a >= 0 && b >= 0:
		w.delay = (a + b) / 2
		w.shift = b - w.delay
	case b >= 0:
		w.delay = b
	case a >= 0:
		w.delay = a
	}
	w.delay = w.delay.Round(time.Microsecond)
}

// when is the time at which an end did something, by the clock of A. A clock that was set
// back puts packets before the first one: nothing in a script can be earlier than its start.
func (w *writer) when(p *Packet) time.Duration {
	if p.From == 1 {
		return max(0, p.At-w.shift)
	}
	return max(0, p.At)
}

func (w *writer) call(x int, at time.Duration, format string, args ...any) {
	w.calls = append(w.calls, call{at: at, text: follow.Name(x) + ": " + fmt.Sprintf(format, args...)})
}

// text puts the script together.
func (w *writer) text(intent string) string {
	var b strings.Builder
	if intent != "" {
		b.WriteString("# " + strings.ReplaceAll(intent, "\n", "\n# ") + "\n\n")
	}
	for x := range 2 {
		b.WriteString("host " + follow.Name(x) + w.habits(x) + "\n")
	}
	fmt.Fprintf(&b, "link A B delay=%s\n", w.delay)
	for _, f := range w.faults {
		b.WriteString(f + "\n")
	}
	b.WriteString("\n")
	for _, s := range w.setup {
		b.WriteString(s + "\n")
	}
	slices.SortStableFunc(w.calls, func(a, b call) int { return cmp.Compare(a.at, b.at) })
	for _, c := range w.calls {
		fmt.Fprintf(&b, "at %s  %s\n", c.at, strings.Join(append(c.reads, c.text), "\n"))
	}
	return b.String()
}

// habits writes what the SYN of an end tells of its TCP.
func (w *writer) habits(x int) (s string) {
	if a, b := w.c.Ends[x].Addr(), w.c.Ends[1-x].Addr(); a.Is4() && a != b && ordinary(a) && ordinary(b) {
		s += " ip=" + a.String()
	}
	for i := range w.packets {
		p := &w.packets[i]
		if p.From != x || p.Proto != wire.TCP || !p.Seg.Flags.Has(wire.SYN) {
			continue
		}
		s += " iss=" + p.Seg.Seq.String()
		if m := p.Seg.Options.MSS; m != 0 && m != 1460 {
			s += " mss=" + strconv.Itoa(int(m))
		}
		break
	}
	if w.profile != "" {
		s += " profile=" + w.profile
	}
	return s
}

// ordinary reports whether an address is one that a script's host can have: of one host, and
// not of the loopback.
func ordinary(a netip.Addr) bool {
	return a.IsGlobalUnicast() && a.As16()[12] < 224 && a.As16()[12] > 0
}

// udp writes the datagrams of both ends.
func (w *writer) udp() {
	a, b := w.c.Ends[0].Port(), w.c.Ends[1].Port()
	sockets, ports := [2]string{"u", "v"}, [2]uint16{a, b}
	listens := [2]bool{true, true}
	for i := range w.packets {
		if p := &w.packets[i]; p.Proto == wire.ICMP && !p.Dgram.Cite.Late {
			listens[p.From] = slices.ContainsFunc(w.packets, func(q Packet) bool { return q.Proto == wire.UDP && q.From == p.From })
		}
	}
	for _, x := range []int{1, 0} {
		if listens[x] {
			w.setup = append(w.setup, fmt.Sprintf("%s: %s = socket udp", follow.Name(x), sockets[x]), fmt.Sprintf("%s: bind %s :%d", follow.Name(x), sockets[x], ports[x]))
		}
	}
	for i := range w.packets {
		if p := &w.packets[i]; p.Proto == wire.UDP {
			w.call(p.From, w.when(p), "sendto %s %s:%d %s", sockets[p.From], follow.Name(1-p.From), ports[1-p.From], octets(p.Dgram.Data))
		}
	}
}

// octets writes what is sent: as a text if it is one, otherwise as a number.
func octets(s string) string {
	plain := len(s) <= 60
	for _, c := range []byte(s) {
		plain = plain && (c >= ' ' && c <= '~' || c == '\n' || c == '\r' || c == '\t')
	}
	if s == "" || plain && strings.TrimSpace(s) != "" {
		return strconv.Quote(s)
	}
	return strconv.Itoa(len(s))
}

// IsRefused returns the reason why a conversation was refused, if it was.
func IsRefused(err error) (*Refused, bool) {
	var r *Refused
	ok := errors.As(err, &r)
	return r, ok
}

// SameUntil compares two runs packet by packet, in order: from whom, which flags, which
// numbers counted from the initial ones, how much data. It returns the index of the first
// packet that differs, or -1.
func SameUntil(a, b []Packet) int {
	ra, rb := relative(a), relative(b)
	for i := range max(len(ra), len(rb)) {
		if i >= len(ra) || i >= len(rb) || ra[i] != rb[i] {
			return i
		}
	}
	return -1
}

// A sameness is what must be equal in two packets.
type sameness struct {
	from     int
	proto    wire.Proto
	flags    wire.Flags
	seq, ack wire.Seq
	n        int
}

func relative(list []Packet) (out []sameness) {
	var base [2]wire.Seq
	for i := range list {
		p := &list[i]
		if p.Seg.Flags.Has(wire.SYN) {
			base[p.From] = p.Seg.Seq
		}
		s := sameness{p.From, p.Proto, p.Seg.Flags, p.Seg.Seq - base[p.From], 0, len(p.Seg.Data) + len(p.Dgram.Data)}
		if p.Seg.Flags.Has(wire.ACK) {
			s.ack = p.Seg.Ack - base[1-p.From]
		}
		out = append(out, s)
	}
	return out
}
