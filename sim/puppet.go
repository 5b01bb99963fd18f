package sim

import (
	"strings"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// puppetSees notes what a puppet learns from a packet.
func (w *World) puppetSees(h *host, p *wire.Packet) {
	if p.Proto != wire.TCP {
		return
	}
	key := pair{p.Dst.Port, p.Src}
	seen := h.flows[key]
	seen.Got(&p.Seg)
	h.setFlow(key, seen)
}

func (h *host) setFlow(key pair, seen scenario.Seen) {
	if h.flows == nil {
		h.flows = map[pair]scenario.Seen{}
	}
	h.flows[key] = seen
}

// puppetSends makes up a packet as the script says and sends it.
func (w *World) puppetSends(hi int, st *scenario.Stmt) {
	h := &w.hosts[hi]
	m := st.Made
	port := m.From
	if port == 0 {
		port = scenario.PuppetPort
	}
	data := ""
	if st.HasText || st.N > 0 {
		data = st.Octets()
	}
	p := wire.Packet{Src: wire.Endpoint{Host: h.Name, Port: port}, Dst: st.Peer, TTL: 64, Damaged: m.Bad}
	if st.Verb == scenario.Datagram {
		p.Proto, p.Dgram = wire.UDP, wire.Datagram{Data: data}
	} else {
		key := pair{port, st.Peer}
		seen := h.flows[key]
		p.Seg = wire.Segment{Flags: m.Flags, Wnd: m.Wnd, Options: m.Options, Data: data, Seq: seen.Seq(m.Seq)}
		if m.Flags.Has(wire.ACK) {
			p.Seg.Ack = seen.Ack(m.Ack)
		}
		seen.Sent(&p.Seg)
		h.setFlow(key, seen)
	}
	w.transmit(hi, p, trace.Event{Rule: RulePuppet}, false)
}

// RulePuppet is why a puppet sends.
var RulePuppet = &wire.Rule{ID: "puppet", Ref: "netlab help scenario", Text: "The script makes this packet up: no program and no TCP stands behind it."}

// thenWords writes a then line for the trace.
func thenWords(st *scenario.Stmt) string { return strings.TrimPrefix(st.Then.String(), "then ") }
