package sim

import (
	"slices"
	"strconv"
	"time"

	"netlab/sim/fault"
	"netlab/sim/ip"
	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// drain turns the effects of a host into events and packets.
func (w *World) drain(hi int) {
	h := &w.hosts[hi]
	fx := h.Take()
	recorded := false // variables are recorded before the segments that they explain
	for i := range fx {
		f := &fx[i]
		if f.Effect == tcp.EffectSend && !recorded {
			w.recordVars(hi)
			recorded = true
		}
		w.drainEffect(hi, f)
	}
	w.recordVars(hi)
}

func (w *World) drainEffect(hi int, f *socket.Effect) {
	h := &w.hosts[hi]
	if f.Effect == tcp.EffectSend {
		w.sendPacket(hi, f)
		return
	}
	if w.quiet {
		return
	}
	conn := h.ConnName(f.Sock)
	switch f.Effect {
	case tcp.EffectState:
		w.record(trace.Event{Host: h.Name, Kind: trace.State, Conn: conn, From: f.From, To: f.To, Rule: f.Rule, Src: f.Src, Dst: f.Dst})
	case tcp.EffectIgnore:
		e := trace.Event{Host: h.Name, Kind: trace.Drop, Conn: conn, Rule: f.Rule}
		if c := w.causeEvent(); c != nil && c.HasPacket() {
			e.Pkt, e.Src, e.Dst, e.Seg, e.Proto, e.Dgram = c.Pkt, c.Src, c.Dst, c.Seg, c.Proto, c.Dgram
		}
		w.record(e)
	case tcp.EffectSignal:
		w.record(trace.Event{Host: h.Name, Kind: trace.Note, Conn: conn, Rule: f.Rule,
			Text: "the program will be told " + string(f.Errno) + ": " + f.Errno.Text()})
	case tcp.EffectAdvise:
		w.record(trace.Event{Host: h.Name, Kind: trace.Note, Conn: conn, Rule: f.Rule, Text: "the path may be dead: IP is asked for another"})
	case tcp.EffectDeliver:
		e := trace.Event{Host: h.Name, Kind: trace.Deliver, Conn: conn, Proto: f.Proto, Seg: wire.Segment{Data: f.Data}, Rule: f.Rule}
		if f.Lost > 0 {
			e.Text = strconv.Itoa(f.Lost) + " octets of the datagram are lost"
		}
		w.record(e)
	case tcp.EffectSend, tcp.EffectRefuse: // sent above; the socket layer has turned a refusal into an errno
	}
}

func (w *World) causeEvent() *trace.Event {
	if w.cause == 0 {
		return nil
	}
	return &w.events[w.cause-1]
}

// sendPacket puts what a host sends on its links, in fragments if need be.
func (w *World) sendPacket(hi int, f *socket.Effect) {
	h := &w.hosts[hi]
	p := wire.Packet{Proto: f.Proto, Src: f.Src, Dst: f.Dst, TTL: f.TTL, Seg: f.Seg, Dgram: f.Dgram}
	e := trace.Event{Conn: h.ConnName(f.Sock), Rule: f.Rule, Again: f.Again}
	if f.Proto != wire.UDP {
		w.transmit(hi, p, e, f.NoLoop)
		return
	}
	parts := ip.Split(p, w.mtu(hi, p.Dst), w.datagram)
	if len(parts) > 1 {
		w.datagram++
		e.Rule = ip.RuleFragment
	}
	for i := range parts {
		w.transmit(hi, parts[i], e, f.NoLoop)
	}
}

// mtu returns the smallest MTU on the ways from a host to a destination; 0 if nothing
// limits.
func (w *World) mtu(hi int, dst wire.Endpoint) int {
	least := 0
	for di := range w.hosts {
		k := w.link(hi, di)
		if k.mtu > 0 && k.joined && (dst.IsGroup() || w.hosts[di].Name == dst.Host) && (least == 0 || k.mtu < least) {
			least = k.mtu
		}
	}
	return least
}

func (w *World) link(from, to int) *link { return &w.links[from*len(w.hosts)+to] }

// transmit records a packet as sent, and sends it to the host, or to each of a group.
func (w *World) transmit(hi int, p wire.Packet, e trace.Event, noLoop bool) {
	w.packets++
	p.ID = w.packets
	n := 0
	if !w.quiet {
		e.Host, e.Kind = p.Src.Host, trace.Send
		e.SetPacket(&p)
		w.countAnswer(&p)
		n = w.record(e)
	}
	if w.outside != nil {
		*w.outside = append(*w.outside, p)
		return
	}
	if !p.Dst.IsGroup() {
		if di := w.hostIndex(p.Dst.Host); di >= 0 && w.link(hi, di).joined {
			w.carry(hi, di, &p, n)
		}
		return
	}
	for di := range w.hosts {
		switch {
		case !w.link(hi, di).joined || (di == hi && noLoop) || (di != hi && p.TTL == 0):
		case di == hi && !w.hosts[di].wants(p.Dst):
		default:
			w.carry(hi, di, &p, n)
		}
	}
}

// stormAfter is how many ACKs that only answer ACKs make a storm: no exchange that ends
// has so many in a row.
const stormAfter = 100

// countAnswer counts the empty ACKs in a row that answer empty ACKs.
func (w *World) countAnswer(p *wire.Packet) {
	c := w.causeEvent()
	if p.Proto != wire.TCP || !p.Seg.IsPureAck() || c == nil || c.Kind != trace.Recv || !c.Seg.IsPureAck() {
		w.answers = 0
		return
	}
	w.answers++
}

// wants reports whether any socket of the host could take a datagram to a group.
func (h *host) wants(dst wire.Endpoint) bool { return dst.IsBroadcast() || h.Joined(dst.Host) }

// carry decides a packet's fate on its way to one host.
func (w *World) carry(hi, di int, p *wire.Packet, n int) {
	delay := w.link(hi, di).delay
	if len(w.faults) == 0 {
		w.schedule(item{at: w.now + delay, kind: itemArrival, host: di, pkt: p, cause: n})
		return
	}
	counts := &w.counts[hi*len(w.hosts)+di]
	counts.Count(p)
	fp := fault.Packet{From: w.hosts[hi].Name, To: w.hosts[di].Name, Packet: p, At: w.now, Nth: *counts, Seed: w.seed}
	if w.copies != nil {
		id := fp.SameIdentity()
		fp.Copy = w.copies[id]
		w.copies[id]++
	}
	fate := fault.Of(w.faults, fp)
	if fate.Lost {
		w.schedule(item{at: w.now + delay/2, kind: itemLoss, host: hi, pkt: p, cause: n, rule: fate.Rule})
		return
	}
	if fate.Damaged {
		bad := *p
		bad.Damaged = true
		p = &bad
	}
	w.schedule(item{at: w.now + delay + fate.Later, kind: itemArrival, host: di, pkt: p, cause: n, rule: fate.Rule})
	for _, later := range fate.Copy {
		w.schedule(item{at: w.now + delay + fate.Later + later, kind: itemArrival, host: di, pkt: p, cause: n, rule: fate.Rule})
	}
}

// recordVars records what has changed in each socket of the host, and schedules
// the timers that were started.
func (w *World) recordVars(hi int) {
	h := &w.hosts[hi]
	for len(h.seen) < h.Sockets() {
		h.seen = append(h.seen, seenSock{})
	}
	ids := h.Touched()
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		seen := &h.seen[id]
		b := h.TCB(id)
		for t := range seen.timer {
			w.scheduleTimer(hi, id, tcp.Timer(t), b.Deadline(tcp.Timer(t)), -1)
		}
		if w.quiet {
			continue
		}
		now, known := w.varsOf(hi, id)
		if !known || (seen.known && now == seen.vars) {
			continue
		}
		var changed []trace.Var
		for v := range trace.Vars {
			if now[v] != seen.vars[v] || (!seen.known && relevant(v, b.State)) {
				changed = append(changed, trace.Var{ID: v, Value: now[v]})
			}
		}
		if len(changed) == 0 {
			continue
		}
		seen.vars, seen.known = now, true
		local, peer := h.Ends(id)
		w.record(trace.Event{Host: h.Name, Kind: trace.Set, Conn: h.ConnName(id), Vars: changed, Src: local, Dst: peer})
	}
}

// relevant reports whether a variable is worth recording when a socket is first seen.
func relevant(v trace.VarID, s wire.State) bool {
	switch v {
	case trace.VarSynQueue, trace.VarAcceptQueue, trace.VarBacklog:
		return s == wire.StateListen
	case trace.VarIRS, trace.VarRcvNxt:
		return s != wire.StateClosed && s != wire.StateListen && s != wire.StateSynSent
	default:
		return s != wire.StateClosed && s != wire.StateListen && v <= trace.VarRTO
	}
}

// varsOf reads the variables of a socket; known is false while it has none.
func (w *World) varsOf(hi int, id socket.ID) (vars [trace.Vars]int64, known bool) {
	h := &w.hosts[hi]
	b := h.TCB(id)
	if syn, accept, backlog, ok := h.Queues(id); ok {
		vars[trace.VarSynQueue], vars[trace.VarAcceptQueue], vars[trace.VarBacklog] = int64(syn), int64(accept), int64(backlog)
		return vars, true
	}
	if waiting, octets, ok := h.Datagrams(id); ok {
		vars[trace.VarDatagrams], vars[trace.VarOctets] = int64(waiting), int64(octets)
		return vars, true
	}
	if b.State == wire.StateClosed || b.State == wire.StateListen {
		return w.hosts[hi].seen[id].vars, false
	}
	vars[trace.VarISS], vars[trace.VarSndUna], vars[trace.VarSndNxt] = int64(b.ISS), int64(b.SndUna), int64(b.SndNxt)
	vars[trace.VarSndWnd], vars[trace.VarRcvWnd] = int64(b.SndWnd), int64(b.RcvWnd)
	if b.State != wire.StateSynSent {
		vars[trace.VarIRS], vars[trace.VarRcvNxt] = int64(b.IRS), int64(b.RcvNxt)
	}
	vars[trace.VarRTO] = int64(b.RTO)
	vars[trace.VarCwnd], vars[trace.VarSsthresh] = int64(b.Cwnd), int64(b.Ssthresh)
	for t, v := range timerVars {
		vars[v] = int64(b.Deadline(tcp.Timer(t)))
	}
	return vars, true
}

var timerVars = [...]trace.VarID{
	tcp.TimerRetransmit: trace.VarRetransmit, tcp.TimerDelayedAck: trace.VarDelayedAck,
	tcp.TimerPersist: trace.VarPersist, tcp.TimerTimeWait: trace.VarTimeWait,
	tcp.TimerKeepAlive: trace.VarKeepAlive, tcp.TimerUser: trace.VarUser, tcp.TimerFinWait2: trace.VarFinWait2,
}

// scheduleTimer sees to it that the queue has an item for a timer at its deadline or
// before it: a timer that is put off, as each ACK does, keeps the item it has.
func (w *World) scheduleTimer(hi int, id socket.ID, t tcp.Timer, at time.Duration, cause int) {
	seen := &w.hosts[hi].seen[id]
	if at == 0 || (seen.timer[t] != 0 && seen.timer[t] <= at) {
		return
	}
	seen.timer[t] = at
	if cause < 0 {
		cause = w.timerCause()
	}
	w.schedule(item{at: at, kind: itemTimer, host: hi, sock: id, timer: t, cause: cause})
}

// timerCause is the event that started a timer: the segment just sent, if any.
func (w *World) timerCause() int {
	for n := len(w.events); n > 0 && w.events[n-1].T == w.now && n > w.cause; n-- {
		if w.events[n-1].Kind == trace.Send {
			return n
		}
	}
	return w.cause
}

// readableISS picks a small readable initial sequence number for a host from the
// seed: a multiple of 100, different for each host of the script.
// Deviation: RFC 9293 §3.4.1 wants it unpredictable; a lesson wants it readable.
func readableISS(s *scenario.Script, seed uint64, i int) wire.Seq {
	const choices = 29 // 100, 200, … 2900: short numbers, with room for octets between two hosts
	taken := map[wire.Seq]bool{}
	for _, h := range s.Hosts {
		if h.HasISS {
			taken[h.ISS] = true
		}
	}
	iss := wire.Seq(0)
	for k := range i + 1 {
		if s.Hosts[k].HasISS {
			continue
		}
		n := mix(seed, uint64(k))
		iss = wire.Seq(100 * (1 + n%choices))
		for tries := 0; taken[iss] && tries < choices; tries++ {
			n++
			iss = wire.Seq(100 * (1 + n%choices))
		}
		taken[iss] = true
	}
	return iss
}

// mix scrambles two numbers into one (splitmix64).
func mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}
