package sim

import (
	"netlab/sim/fault"
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
	key := pair{st.Flow(), st.Peer}
	seen := h.flows[key]
	p := st.Make(&seen)
	if p.Proto == wire.TCP {
		h.setFlow(key, seen)
	}
	w.transmit(hi, p, trace.Event{Rule: RulePuppet}, false)
}

// RulePuppet is why a puppet sends.
var RulePuppet = &wire.Rule{ID: "puppet", Ref: "netlab help scenario", Text: "The script makes this packet up: no program and no TCP stands behind it."}

// oldPacket lets a segment of an earlier connection between the same sockets
// turn up: it takes the ports of the connection that the script makes.
func (w *World) oldPacket(it *item) {
	pkt := *it.pkt
	from, to := pkt.Src.Host, pkt.Dst.Host
	pkt.Src.Port, pkt.Dst.Port = 40000, 80
	for i := range w.script.Stmts {
		st := &w.script.Stmts[i]
		switch {
		case st.Verb == scenario.Connect && st.Host == from && st.Peer.Host == to:
			pkt.Dst.Port = st.Peer.Port
			if id, ok := w.hosts[it.host].names[st.Sock]; ok {
				if local, _ := w.hosts[it.host].Ends(id); local.Port != 0 {
					pkt.Src.Port = local.Port
				}
			}
		case st.Verb == scenario.Connect && st.Host == to && st.Peer.Host == from:
			pkt.Src.Port, pkt.Dst.Port = st.Peer.Port, 40000
		}
	}
	w.packets++
	pkt.ID = w.packets
	n := w.record(trace.Event{Host: from, Kind: trace.Note, Text: "an old segment of an earlier connection turns up: " + pkt.Seg.Label(), Rule: fault.RuleOldPacket})
	it.pkt, it.cause, it.kind, it.rule = &pkt, n, itemArrival, fault.RuleOldPacket
	it.host = w.hostIndex(to)
	w.cause = n
	w.arrive(it)
}
