// Package ip is the little of the Internet Protocol that a transport protocol meets:
// datagrams too long for a link travel in fragments and are put together again, and one
// lost fragment loses them all (RFC 791 §3.2).
package ip

import (
	"slices"
	"time"

	"netlab/sim/wire"
)

var rules wire.Rulebook

// Rules of IP.
var (
	RuleFragment    = rules.Add("ip-fragment", "RFC 791 §3.2", "The datagram is longer than the link's MTU: it travels in fragments.")
	RuleReassembled = rules.Add("ip-reassembled", "RFC 791 §3.2", "The last missing fragment is here: the datagram is whole again.")
	RuleWaiting     = rules.Add("ip-fragment-waits", "RFC 791 §3.2", "A fragment waits for the others.")
	RuleIncomplete  = rules.Add("ip-incomplete", "RFC 1122 §3.3.2", "A fragment never came: after a while the others are thrown away, the datagram is lost, and its sender is told by ICMP if the first fragment came.")
)

// Rules lists the rules of IP.
func Rules() []*wire.Rule { return slices.Clone(rules) }

// How long fragments wait for the missing ones.
const (
	Patience      = 60 * time.Second // RFC 1122 §3.3.2: between 60 and 120 seconds
	LinuxPatience = 30 * time.Second // Linux: ipfrag_time
)

// Split returns the packets in which a UDP datagram crosses a link: itself if it
// fits, else fragments. An MTU of 0 fits everything.
func Split(p wire.Packet, mtu int, id uint16) []wire.Packet {
	total := wire.UDPHeaderLen + len(p.Dgram.Data)
	if p.Proto != wire.UDP || mtu == 0 || wire.IPHeaderLen+total <= mtu {
		return []wire.Packet{p}
	}
	room := (mtu - wire.IPHeaderLen) &^ 7 // offsets count in eights
	var parts []wire.Packet
	for off := 0; off < total; off += room {
		n := min(room, total-off)
		part := p
		part.Dgram.Data = p.Dgram.Data[max(0, off-wire.UDPHeaderLen) : off+n-wire.UDPHeaderLen]
		part.Dgram.Total = len(p.Dgram.Data)
		part.Dgram.Frag = &wire.Fragment{ID: id, Offset: off, Len: n, More: off+n < total}
		parts = append(parts, part)
	}
	return parts
}

// A Reassembler holds the fragments of a host that wait for others.
type Reassembler struct {
	Patience time.Duration
	partial  []partial
}

type partial struct {
	src, dst wire.Endpoint
	id       uint16
	since    time.Duration
	parts    []wire.Packet
}

// Clone returns a copy that can go its own way.
func (r *Reassembler) Clone() Reassembler {
	c := Reassembler{Patience: r.Patience, partial: append([]partial(nil), r.partial...)}
	for i := range c.partial {
		c.partial[i].parts = append([]wire.Packet(nil), c.partial[i].parts...)
	}
	return c
}

// Add takes a fragment. It returns the whole datagram once nothing is missing.
func (r *Reassembler) Add(now time.Duration, p wire.Packet) (whole wire.Packet, ok bool) {
	f := p.Dgram.Frag
	at := -1
	for i := range r.partial {
		if q := &r.partial[i]; q.src == p.Src && q.dst == p.Dst && q.id == f.ID {
			at = i
		}
	}
	if at < 0 {
		r.partial = append(r.partial, partial{src: p.Src, dst: p.Dst, id: f.ID, since: now})
		at = len(r.partial) - 1
	}
	q := &r.partial[at]
	for _, old := range q.parts {
		if old.Dgram.Frag.Offset == f.Offset {
			return wire.Packet{}, false // a copy
		}
	}
	q.parts = append(q.parts, p)
	data, complete := join(q.parts)
	if !complete {
		return wire.Packet{}, false
	}
	r.partial = append(r.partial[:at:at], r.partial[at+1:]...)
	p.Dgram = wire.Datagram{Data: data}
	return p, true
}

// join puts the parts in order; complete is false while one is missing.
func join(parts []wire.Packet) (data string, complete bool) {
	for next := 0; ; {
		found := false
		for _, p := range parts {
			if f := p.Dgram.Frag; f.Offset == next {
				data += p.Dgram.Data
				next += f.Len
				if !f.More {
					return data, true
				}
				found = true
			}
		}
		if !found {
			return "", false
		}
	}
}

// Expire throws away what has waited too long. It returns, for each datagram that this
// loses, a message for its sender if the first fragment came, and nil otherwise (RFC 792).
func (r *Reassembler) Expire(now time.Duration) (lost []*wire.Cite) {
	kept := r.partial[:0:0]
	for _, q := range r.partial {
		if now-q.since < r.Patience {
			kept = append(kept, q)
			continue
		}
		var cite *wire.Cite
		for _, p := range q.parts {
			if p.Dgram.Frag.Offset == 0 {
				cite = &wire.Cite{Proto: p.Proto, Src: p.Src, Dst: p.Dst, Late: true}
			}
		}
		lost = append(lost, cite)
	}
	r.partial = kept
	return lost
}

// Due returns when the oldest waiting fragment is to be thrown away; zero if none waits.
func (r *Reassembler) Due() time.Duration {
	if len(r.partial) == 0 {
		return 0
	}
	return r.partial[0].since + r.Patience
}
