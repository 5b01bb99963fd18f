package lab

import (
	"time"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// slowestAck is how long a kernel keeps an acknowledgment back at most: TCP_DELACK_MAX of Linux's
// tcp.h, and a tick of its clock (10 ms at HZ=100).
const slowestAck = 210 * time.Millisecond

// lateAck is by how much the acknowledgment of a FIN that has arrived came later than any kernel
// sends it; 0: none did. Then the machine stood still between a packet's way into a host and
// the host's answer, where no time stamp tells it, and what comes of it (the FIN is sent again,
// a connection that is gone answers with a RST) is no habit of the kernel's. A FIN that was damaged
// on its way is for no kernel, and what a puppet is sent waits for the script.
func lateAck(seen []happening, puppet func(host int) bool) (late time.Duration) {
	for i := range seen {
		fin := &seen[i]
		if !fin.carries(trace.Recv) || !fin.pkt.Seg.Flags.Has(wire.FIN) || fin.damaged || puppet(fin.to) {
			continue
		}
		arrived := fin.at
		for k := i + 1; k < len(seen); k++ {
			h := &seen[k]
			switch {
			case h.carries(trace.Recv) && h.pkt.Src == fin.pkt.Src && h.pkt.Dst == fin.pkt.Dst && h.pkt.Seg.End() != fin.pkt.Seg.End():
				arrived = h.at // perhaps what was missing before the FIN
				continue
			case !h.carries(trace.Send) || h.pkt.Src != fin.pkt.Dst || h.pkt.Dst != fin.pkt.Src:
				continue
			case !h.pkt.Seg.Flags.Has(wire.ACK) || !h.pkt.Seg.Ack.AtOrAfter(fin.pkt.Seg.End()):
				continue
			}
			if took := h.at.Sub(arrived); took > slowestAck {
				late = max(late, took)
			}
			break
		}
	}
	return late
}

// carries reports whether a TCP segment was sent, or arrived.
func (h *happening) carries(kind trace.Kind) bool { return h.kind == kind && h.pkt.Proto == wire.TCP }
