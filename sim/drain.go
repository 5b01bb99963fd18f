package sim

import (
	"netlab/sim/fault"
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
	settled := 0 // sockets whose variables are recorded before their segments
	for i := range fx {
		f := &fx[i]
		if f.Effect == tcp.EffectSend && settled <= i {
			w.recordVars(hi)
			settled = len(fx)
		}
		w.drainEffect(hi, f)
	}
	w.recordVars(hi)
}

func (w *World) drainEffect(hi int, f *socket.Effect) {
	h := &w.hosts[hi]
	conn := h.ConnName(f.Sock)
	switch f.Effect {
	case tcp.EffectSend:
		w.sendPacket(hi, f)
	case tcp.EffectState:
		w.record(trace.Event{Host: h.Name, Kind: trace.State, Conn: conn, From: f.From, To: f.To, Rule: f.Rule, Src: f.Src, Dst: f.Dst})
	case tcp.EffectIgnore:
		e := trace.Event{Host: h.Name, Kind: trace.Drop, Conn: conn, Rule: f.Rule}
		if c := w.causeEvent(); c != nil && c.HasSegment() {
			e.Pkt, e.Src, e.Dst, e.Seg = c.Pkt, c.Src, c.Dst, c.Seg
		}
		w.record(e)
	case tcp.EffectSignal:
		w.record(trace.Event{Host: h.Name, Kind: trace.Note, Conn: conn, Rule: f.Rule,
			Text: "the program will be told " + string(f.Errno) + ": " + f.Errno.Text()})
	case tcp.EffectDeliver:
		w.record(trace.Event{Host: h.Name, Kind: trace.Deliver, Conn: conn, Seg: wire.Segment{Data: f.Data}})
	case tcp.EffectRefuse: // the socket layer has turned it into an errno
	}
}

func (w *World) causeEvent() *trace.Event {
	if w.cause == 0 {
		return nil
	}
	return &w.events[w.cause-1]
}

// sendPacket puts a segment on the link and decides its fate.
func (w *World) sendPacket(hi int, f *socket.Effect) {
	w.packets++
	pkt := wire.Packet{ID: w.packets, Src: f.Src, Dst: f.Dst, Seg: f.Seg}
	n := w.record(trace.Event{Host: f.Src.Host, Kind: trace.Send, Conn: w.hosts[hi].ConnName(f.Sock),
		Pkt: pkt.ID, Src: f.Src, Dst: f.Dst, Seg: f.Seg, Rule: f.Rule, Again: f.Again})
	di := w.hostIndex(f.Dst.Host)
	delay, _ := w.script.Delay(f.Src.Host, f.Dst.Host)
	if di < 0 {
		return
	}
	counts := &w.counts[hi*len(w.hosts)+di]
	counts.Count(f.Seg)
	fate := fault.Of(w.faults, fault.Packet{From: f.Src.Host, To: f.Dst.Host, Seg: f.Seg, Nth: *counts})
	if fate.Lost {
		w.schedule(item{at: w.now + delay/2, kind: itemLoss, host: hi, pkt: pkt, cause: n, rule: fate.Rule})
		return
	}
	w.schedule(item{at: w.now + delay + fate.Later, kind: itemArrival, host: di, pkt: pkt, cause: n, rule: fate.Rule})
	for _, later := range fate.Copy {
		w.schedule(item{at: w.now + delay + fate.Later + later, kind: itemArrival, host: di, pkt: pkt, cause: n, rule: fate.Rule})
	}
}

// recordVars records what has changed in each socket of the host, and schedules
// the timers that were started.
func (w *World) recordVars(hi int) {
	h := &w.hosts[hi]
	for len(h.seen) < h.Sockets() {
		h.seen = append(h.seen, seenSock{})
	}
	for i := range h.seen {
		id := socket.ID(i)
		seen := &h.seen[i]
		b := h.TCB(id)
		w.scheduleTimers(hi, id, b, seen)
		now, known := w.varsOf(hi, id)
		if !known {
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
		return s != wire.StateListen && s != wire.StateSynSent
	default:
		return s != wire.StateListen && v <= trace.VarRTO
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
	if b.State == wire.StateClosed || b.State == wire.StateListen {
		return w.hosts[hi].seen[id].vars, false
	}
	vars[trace.VarISS], vars[trace.VarSndUna], vars[trace.VarSndNxt] = int64(b.ISS), int64(b.SndUna), int64(b.SndNxt)
	vars[trace.VarSndWnd], vars[trace.VarRcvWnd] = int64(b.SndWnd), int64(b.RcvWnd)
	if b.State != wire.StateSynSent {
		vars[trace.VarIRS], vars[trace.VarRcvNxt] = int64(b.IRS), int64(b.RcvNxt)
	}
	vars[trace.VarRTO] = int64(b.RTO)
	for t, v := range timerVars {
		vars[v] = int64(b.Deadline(tcp.Timer(t)))
	}
	return vars, true
}

var timerVars = [...]trace.VarID{
	tcp.TimerRetransmit: trace.VarRetransmit, tcp.TimerDelayedAck: trace.VarDelayedAck,
	tcp.TimerPersist: trace.VarPersist, tcp.TimerTimeWait: trace.VarTimeWait,
}

// scheduleTimers schedules each timer that was started or moved since last time.
func (w *World) scheduleTimers(hi int, id socket.ID, b *tcp.TCB, seen *seenSock) {
	for t := range seen.timer {
		at := b.Deadline(tcp.Timer(t))
		if at == seen.timer[t] {
			continue
		}
		seen.timer[t] = at
		if at != 0 {
			w.schedule(item{at: at, kind: itemTimer, host: hi, sock: id, timer: tcp.Timer(t), cause: w.timerCause()})
		}
	}
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
		for iss = wire.Seq(100 * (1 + n%choices)); taken[iss]; iss = wire.Seq(100 * (1 + n%choices)) {
			n++
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
