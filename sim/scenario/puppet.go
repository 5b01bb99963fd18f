package scenario

import "netlab/sim/wire"

// Flow returns the port that a puppet's statement sends from.
func (st *Stmt) Flow() uint16 {
	if st.Made.From != 0 {
		return st.Made.From
	}
	return PuppetPort
}

// Make makes up the packet of a puppet's statement, from what the puppet has seen of the
// flow, and notes there that it is sent.
func (st *Stmt) Make(seen *Seen) wire.Packet {
	m := st.Made
	data := ""
	if st.HasText || st.N > 0 {
		data = st.Octets()
	}
	p := wire.Packet{Src: wire.Endpoint{Host: st.Host, Port: st.Flow()}, Dst: st.Peer, TTL: 64, Damaged: m.Bad}
	if st.Verb == Datagram {
		p.Proto, p.Dgram = wire.UDP, wire.Datagram{Data: data}
		return p
	}
	p.Seg = wire.Segment{Flags: m.Flags, Wnd: m.Wnd, Options: m.Options, Data: data, Seq: seen.Seq(m.Seq)}
	if m.Flags.Has(wire.ACK) {
		p.Seg.Ack = seen.Ack(m.Ack)
	}
	seen.Sent(&p.Seg)
	return p
}
