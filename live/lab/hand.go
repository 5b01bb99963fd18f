package lab

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/link"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A hand stands in the child for the learner, who lets packets through one by one. A packet
// travels as the script says and is held before it reaches its receiver. While one is held
// the script's clock stands still: set times, deadlines and the end of the run wait. The
// kernel's clock does not.
type hand struct {
	commands <-chan message
	out      io.Writer
	n        *network
	p        *live.Player
	rec      *recording

	mu    sync.Mutex
	holds int                  // how many packets are held
	from  time.Time            // since when at least one is
	still time.Duration        // for how long one was, before that
	since map[Packet]time.Time // from when each is held

	told  [][]byte // the events that were told
	size  int      // how much there was to tell then
	grown int      // how much there is, and since when
	grew  time.Time
	heard time.Time
	said  []Held // what was told to be held
	infos map[[2]netip.AddrPort]map[trace.VarID]int64
}

const (
	mostCommands = 64                     // that wait
	tellEvery    = 200 * time.Millisecond // also when nothing has happened: waiting times grow
	settleFor    = 2 * time.Millisecond   // between a state that was seen and the packet that led to it
	overAtMost   = 10 * time.Second       // how long the end of a run waits for a retransmission
	sameTime     = 15 * time.Millisecond  // a kernel counts its timers' time in coarse ticks
)

func newHand(commands <-chan message, out io.Writer) *hand {
	return &hand{commands: commands, out: out, since: map[Packet]time.Time{}, infos: map[[2]netip.AddrPort]map[trace.VarID]int64{}}
}

// join tells the hand whose packets it holds.
func (h *hand) join(n *network, p *live.Player, rec *recording) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h.n, h.p, h.rec = n, p, rec
}

// takes notes that a packet is held from now on; it is called by the wire.
func (h *hand) takes(d link.Delivery, at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holds++; h.holds == 1 {
		h.from = at
	}
	if p := h.packet(d); h.since[p].IsZero() {
		h.since[p] = at
	}
}

// gives notes that one packet less is held.
func (h *hand) gives(p Packet) {
	again := slices.ContainsFunc(h.n.wire.Held(), func(d link.Delivery) bool { return h.packet(d) == p })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holds--; h.holds == 0 {
		h.still += time.Since(h.from)
	}
	if !again {
		delete(h.since, p)
	}
}

// stood is how long packets have been held: so long the script's clock has stood still.
func (h *hand) stood() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holds == 0 {
		return h.still
	}
	return h.still + time.Since(h.from)
}

func (h *hand) packet(d link.Delivery) Packet {
	return Packet{N: d.Frame, To: h.n.script.Hosts[d.To].Name}
}

// turn does what was commanded and tells what has happened; it is called on the player's
// goroutine.
func (h *hand) turn() {
	for {
		select {
		case m := <-h.commands:
			h.obey(m)
			continue
		default:
		}
		break
	}
	h.n.informAll()
	h.n.mu.Lock()
	size := len(h.n.seen) + len(h.rec.events)
	h.n.mu.Unlock()
	if size != h.grown {
		h.grown, h.grew = size, time.Now()
	}
	if time.Since(h.grew) < settleFor && time.Since(h.heard) < tellEvery { // what belongs together is told together
		return
	}
	if size == h.size && time.Since(h.heard) < tellEvery && !h.heldChanged() {
		return
	}
	h.size = size
	_ = h.tell(h.n.merge(h.p, h.rec), false) // a parent that has gone ends the child by closing its input
}

// heldChanged reports whether other packets are held than were told.
func (h *hand) heldChanged() bool {
	return !slices.EqualFunc(h.held(), h.said, func(a, b Held) bool { return a.Packet == b.Packet })
}

// obey does what the learner has decided about a packet. A command that comes too late, when
// nothing is held by that name, changes nothing.
func (h *hand) obey(m message) {
	if m.Packet == nil {
		return
	}
	to := slices.IndexFunc(h.n.script.Hosts, func(x scenario.Host) bool { return x.Name == m.Packet.To })
	now := time.Now()
	if m.Type == "duplicate" {
		for _, d := range h.n.wire.Held() {
			if d.Frame == m.Packet.N && d.To == to {
				d.Copy, d.Due = true, now
				h.note(happening{kind: trace.Note, at: now, text: "the learner's hand duplicates #" + strconv.Itoa(d.Frame)})
				h.n.wire.Put(d)
				return
			}
		}
		return
	}
	d, ok := h.n.wire.Take(m.Packet.N, to)
	if !ok {
		return
	}
	h.gives(*m.Packet)
	if m.Type == "release" {
		d.Hold, d.Due = false, now
		h.n.wire.Put(d)
		return
	}
	if pkt, err := capture.Decode(d.Data); err == nil {
		h.note(happening{kind: trace.Drop, at: now, n: d.Frame, pkt: pkt, text: DroppedByHand})
	}
}

// DroppedByHand is the text of the event that a held packet was dropped.
const DroppedByHand = "the learner's hand drops"

func (h *hand) note(x happening) {
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	h.n.seen = append(h.n.seen, x)
	h.n.last = x.at
}

// held lists what is held, in the order in which it would have arrived.
func (h *hand) held() []Held {
	var all []Held
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.n.wire.Held() {
		p := h.packet(d)
		all = append(all, Held{Packet: p, Copy: d.Copy, Since: h.since[p].Sub(h.p.Start())})
	}
	return all
}

// tell sends up the events that are new or have another name or place than before, and what
// is held now.
func (h *hand) tell(events []trace.Event, over bool) error {
	h.heard = time.Now()
	var lines [][]byte
	for i := range events {
		line, err := trace.EncodeEvent(&events[i])
		if err != nil {
			return err
		}
		lines = append(lines, line)
		if i >= len(h.told) || !bytes.Equal(line, h.told[i]) {
			if err := writeMessage(h.out, message{Type: "event", Event: line, At: i}); err != nil {
				return err
			}
		}
	}
	h.told = lines
	m := &moment{Events: len(events), Held: h.held(), Now: time.Since(h.p.Start()), Over: over}
	if over {
		m.Held = nil
	}
	h.said = m.Held
	return writeMessage(h.out, message{Type: "moment", Moment: m})
}

// waitOver waits until nothing is held or on its way and everything sent is acknowledged, or
// the kernel takes longer to repeat it than anybody would watch.
func (h *hand) waitOver(ctx context.Context) {
	began := h.p.Now()
	for ctx.Err() == nil && h.p.Now().Sub(began) < overAtMost {
		h.turn()
		h.n.mu.Lock()
		still := time.Since(h.n.last)
		h.n.mu.Unlock()
		h.mu.Lock()
		holds := h.holds
		h.mu.Unlock()
		if holds == 0 && still >= quietFor && h.n.wire.Idle() && h.p.Quiet() && h.n.programQuiet() {
			return
		}
		time.Sleep(quietFor / 8)
	}
}

// informAll asks the kernel about every end of a connection that was seen.
func (n *network) informAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	ends := make([][2]netip.AddrPort, 0, len(n.states))
	for end := range n.states {
		ends = append(ends, end)
	}
	slices.SortFunc(ends, func(a, b [2]netip.AddrPort) int {
		return cmp.Or(a[0].Compare(b[0]), a[1].Compare(b[1]))
	})
	for _, end := range ends {
		n.sight(end[0], end[1])
	}
}

// inform writes down what the kernel tells of an end beside its state, if it has changed.
func (n *network) inform(end [2]netip.AddrPort) {
	if n.hand.p == nil || n.states[end] == wire.StateClosed {
		return
	}
	vars, at := n.hand.p.Info(end[0], end[1])
	known := n.hand.infos[end]
	if known == nil {
		known = map[trace.VarID]int64{}
		n.hand.infos[end] = known
	}
	var news []trace.Var
	for _, v := range vars {
		was, had := known[v.ID]
		if had && (was == v.Value || v.ID.IsTimer() && was > 0 && v.Value > 0 && time.Duration(v.Value-was).Abs() < sameTime) {
			continue
		}
		if !had && v.ID.IsTimer() && v.Value == 0 {
			continue
		}
		known[v.ID] = v.Value
		news = append(news, v)
	}
	if len(news) > 0 {
		n.seen = append(n.seen, happening{kind: trace.Set, when: at, local: end[0], peer: end[1], vars: news})
	}
}
