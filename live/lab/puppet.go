package lab

import (
	"net"
	"net/netip"
	"slices"
	"time"

	"netlab/capture"
	"netlab/live"
	"netlab/live/link"
	"netlab/live/netns"
	"netlab/sim/fault"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A flow of a puppet: its own port and the other end, as the script names it.
type flow struct {
	host string
	port uint16
	peer wire.Endpoint
}

// puppetSends makes up a packet as the script says and puts it on the wire.
func (n *network) puppetSends(st *scenario.Stmt) {
	n.mu.Lock()
	key := flow{st.Host, st.Flow(), st.Peer}
	seen := n.flows[key]
	p := st.Make(&seen)
	n.flows[key] = seen
	n.last = time.Now()
	n.mu.Unlock()
	n.send(&p)
}

// puppetSees notes what a puppet learns from a packet that has come to it. It holds the lock.
func (n *network) puppetSees(to int, pkt *capture.Packet) {
	if pkt.Proto != wire.TCP {
		return
	}
	from := slices.IndexFunc(n.spaces, func(s netns.Space) bool { return s.Addr == pkt.Src.Addr() })
	if from < 0 {
		return
	}
	key := flow{n.script.Hosts[to].Name, pkt.Dst.Port(), wire.Endpoint{Host: n.script.Hosts[from].Name, Port: pkt.Src.Port()}}
	seen := n.flows[key]
	seen.Got(&pkt.Seg)
	n.flows[key] = seen
}

// send puts a packet on the wire that no kernel has sent, on behalf of the host that it
// names.
func (n *network) send(p *wire.Packet) {
	data, err := capture.Encode(p, n.addr)
	if err != nil {
		return // longer than IP allows: the parser refuses such a packet
	}
	if p.Damaged {
		damage(data)
	}
	n.wire.Send(n.index(p.Src.Host), data)
}

// addr is the address of a host of the script, or of a group.
func (n *network) addr(host string) netip.Addr {
	if i := n.index(host); i >= 0 {
		return n.spaces[i].Addr
	}
	a, _ := netip.ParseAddr(host)
	return a
}

func (n *network) index(host string) int {
	return slices.IndexFunc(n.script.Hosts, func(h scenario.Host) bool { return h.Name == host })
}

// oldSegments lets segments of earlier connections turn up at their times, until done is
// closed.
func (n *network) oldSegments(p *live.Player, done <-chan struct{}) {
	for i := range n.faults {
		f := &n.faults[i]
		if f.Verb != fault.Old {
			continue
		}
		n.clocks.Add(1)
		go func() {
			defer n.clocks.Done()
			select {
			case <-done:
			case <-time.After(time.Until(p.Start().Add(f.At))):
				n.oldSegment(f)
			}
		}()
	}
}

// oldSegment puts a segment in front of its receiver that none of the script's connections
// has sent, between the sockets of the one that the script makes.
func (n *network) oldSegment(f *fault.Fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	pkt := wire.Packet{Src: wire.Endpoint{Host: f.Sel.From, Port: scenario.PuppetPort}, Dst: wire.Endpoint{Host: f.Sel.To, Port: 80}, Seg: f.Seg, TTL: 64}
	for i := range n.script.Stmts {
		st := &n.script.Stmts[i]
		switch {
		case st.Verb != scenario.Connect:
		case st.Host == f.Sel.From && st.Peer.Host == f.Sel.To:
			pkt.Dst.Port = st.Peer.Port
		case st.Host == f.Sel.To && st.Peer.Host == f.Sel.From:
			pkt.Src.Port, pkt.Dst.Port = st.Peer.Port, scenario.PuppetPort
		}
	}
	for i := range n.seen { // the ports that the connection really has
		h := &n.seen[i]
		src, dst := h.pkt.Src, h.pkt.Dst
		if h.kind == trace.Send && src.Addr() == n.addr(f.Sel.From) && dst.Addr() == n.addr(f.Sel.To) {
			pkt.Src.Port, pkt.Dst.Port = src.Port(), dst.Port()
			break
		}
	}
	data, err := capture.Encode(&pkt, n.addr)
	if err != nil {
		return
	}
	to := n.index(f.Sel.To)
	n.olds++
	number := firstOld + n.olds
	n.rules[[2]int{number, to}] = fault.RuleOldPacket
	n.seen = append(n.seen, happening{kind: trace.Note, at: time.Now(), host: f.Sel.From, rule: fault.RuleOldPacket,
		text: "an old segment of an earlier connection turns up: " + pkt.Seg.Label()})
	n.wire.Put(link.Delivery{Frame: number, To: to, Due: n.start.Add(f.At), Data: address(data, n.spaces[to].MAC)})
}

// firstOld is from where the packets are counted that no host has sent.
const firstOld = 1 << 30

// noCard is the hardware address of a host without a kernel.
var noCard = net.HardwareAddr{2, 0, 0, 0, 0xff, 1}
