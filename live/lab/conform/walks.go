package conform

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A walk takes so many steps, so far apart: further than an ACK is delayed, and no divisor of
// the time after which something is sent again. Z is a host that never sends: to wait until
// it has sent nothing for a while is to wait.
const (
	walkSteps = 8
	walkPace  = 93 * time.Millisecond
)

// Walks makes n walks: from a fresh connection, calls and segments chosen at random. The same
// seed makes the same walks.
func Walks(n int, seed uint64) []Case {
	var all []Case
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		w := newWalk(fmt.Sprintf("walk %d of seed %d", i+1, seed), r)
		w.ID = fmt.Sprintf("w%d", i+1)
		all = append(all, w)
	}
	return all
}

// newWalk makes one.
func newWalk(name string, r *rand.Rand) Case {
	w := &walk{r: r}
	start := fresh
	if w.to, w.sock = "B:80", "x"; r.IntN(3) == 0 {
		start = asks
		w.to, w.sock, w.from, w.closed = "B:40000", "c", " from=80", true // no program gives a connect() up and hears of it
		if r.IntN(2) == 0 {
			start = append(slices.Clone(asks), "P: segment B:40000 SYN,ACK seq="+irs+" ack=+1 mss=1460 wnd=20000 from=80", "then B sends ACK", "B: wait c")
			w.closed = false
		}
	}
	lines := slices.Clone(start)
	for range walkSteps {
		lines = append(lines, w.step(), fmt.Sprintf("then Z sends nothing for %v", walkPace))
	}
	for i := range lines { // no connect() ends in the middle
		lines[i] = strings.Replace(lines[i], "within 300ms", fmt.Sprintf("within %v", 2*walkSteps*walkPace), 1)
	}
	return newCase("walk", name, len(start), walkSteps*walkPace+silenceAfter, append([]string{"puppet Z", "link P Z", "link Z B"}, lines...))
}

// A walk is where a walk has come.
type walk struct {
	r              *rand.Rand
	to, from, sock string
	closed         bool
}

func (w *walk) one(of ...string) string { return of[w.r.IntN(len(of))] }

// step is the next step: what a peer or a program would do, or the odd segment that nobody
// would expect.
func (w *walk) step() string {
	switch n := w.r.IntN(10); {
	case n < 3 && !w.closed:
		return w.call()
	case n < 7:
		return w.proper()
	default:
		return w.odd()
	}
}

func (w *walk) call() string {
	switch w.r.IntN(6) {
	case 0, 1:
		return fmt.Sprintf("B: send %s %d within 1ms", w.sock, 1+w.r.IntN(300))
	case 2, 3:
		return fmt.Sprintf("B: recv %s %d within 1ms", w.sock, 1+w.r.IntN(200))
	case 4:
		return "B: shutdown " + w.sock + " write"
	default:
		w.closed = true
		return "B: close " + w.sock
	}
}

// proper is a segment that a TCP could send in this place.
func (w *walk) proper() string {
	text := ""
	if w.r.IntN(2) == 0 {
		text = fmt.Sprintf(" len=%d", 1+w.r.IntN(300))
	}
	flags := w.one("ACK", "ACK", "ACK", "FIN,ACK")
	return w.segment(flags, "rcv.nxt", w.one("snd.nxt", "snd.nxt", "snd.una"), text)
}

// odd is one of the probes.
func (w *walk) odd() string {
	text := w.one("", "", " len=10", " len=100")
	if w.r.IntN(3) == 0 {
		return w.segment(w.one(withoutAck...), w.one(seqEdges...), "", text)
	}
	return w.segment(w.one("ACK", "ACK", "ACK", "FIN,ACK", "SYN,ACK", "RST,ACK"), w.one(append(slices.Clone(seqEdges), "rcv.nxt+50", "rcv.nxt-50")...), w.one(ackOpen...), text)
}

func (w *walk) segment(flags, seq, ack, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "P: segment %s %s seq=%s", w.to, flags, seq)
	if ack != "" {
		b.WriteString(" ack=" + ack)
	}
	b.WriteString(" wnd=20000" + text + w.from)
	return b.String()
}
