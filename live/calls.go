package live

import (
	"net/netip"
	"strconv"
	"syscall"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// interest says what a call waits for.
func (p *Player) interest(c *call) (Interest, bool) {
	if c.sock == nil {
		return Interest{}, false
	}
	switch p.script.Stmts[c.stmt].Verb {
	case scenario.Accept, scenario.Recv:
		return Interest{c.sock.h, false}, true
	case scenario.Connect, scenario.SendCall:
		return Interest{c.sock.h, true}, true
	default:
		return Interest{}, false
	}
}

// result is what a call returns in a trace: 0 or the errno's name.
func result(err error) string {
	if err == nil {
		return "0"
	}
	return string(errnoOf(err))
}

// try makes a call, or makes it again; done is false while it would block.
func (p *Player) try(c *call) (string, bool) {
	st := &p.script.Stmts[c.stmt]
	hi := p.hostIndex(st.Host)
	if c.sock != nil && !c.sock.open { // its descriptor may belong to another socket by now
		return string(wire.EBADF), true
	}
	var err error
	switch st.Verb {
	case scenario.Socket:
		s := &sock{host: st.Host, name: st.Result, open: true}
		if s.h, err = p.back.Socket(); err == nil {
			p.names[hi][st.Result] = s
			p.socks = append(p.socks, s)
			err = p.loss.attach(p.back, s)
		}
	case scenario.Bind:
		err = p.bind(c.sock, st.Port)
	case scenario.Listen:
		err = p.listen(c.sock, st)
	case scenario.Accept:
		return p.accept(hi, c, st)
	case scenario.Connect:
		return p.connect(c, st)
	case scenario.SendCall:
		return p.send(c, st)
	case scenario.Recv:
		return p.recv(c, st)
	case scenario.Shutdown:
		err = p.back.Shutdown(c.sock.h, st.How)
	case scenario.Close:
		err = p.back.Close(c.sock.h)
		c.sock.open = false
	case scenario.Wait:
		return "0", p.cursor.HasReturned(p.cursor.Awaited(c.stmt))
	default:
		panic("live: unknown call " + string(st.Verb))
	}
	return result(err), true
}

// bind gives the socket its host's address and the script's port, or a free one
// that stands for it.
func (p *Player) bind(s *sock, port uint16) error {
	real := port
	if !p.opt.FixedPorts {
		real = 0
	}
	if err := p.back.Bind(s.h, netip.AddrPortFrom(p.opt.Addr[s.host], real)); err != nil {
		return err
	}
	s.local = p.back.Local(s.h)
	if port != 0 {
		p.ports[s.local] = wire.Endpoint{Host: s.host, Port: port}
	}
	return nil
}

func (p *Player) listen(s *sock, st *scenario.Stmt) error {
	if !s.local.IsValid() {
		if err := p.bind(s, st.Port); err != nil {
			return err
		}
	}
	if end, ok := p.ports[s.local]; ok && st.HasPort && end.Port != st.Port {
		return syscall.EINVAL // bound to another port
	}
	backlog := st.Backlog
	if backlog < 0 {
		backlog = 128
	}
	s.listens = true
	err := p.back.Listen(s.h, backlog)
	if err == nil && !s.local.IsValid() {
		s.local = p.back.Local(s.h)
	}
	if local := p.back.Local(s.h); local.IsValid() && local != s.local {
		p.ports[local] = p.ports[s.local] // only now is the real port known
		delete(p.ports, s.local)
		s.local = local
	}
	return err
}

func (p *Player) accept(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h, done, err := p.back.Accept(c.sock.h)
	if !done || err != nil {
		return result(err), done
	}
	s := &sock{host: st.Host, name: st.Result, h: h, open: true, local: p.back.Local(h), peer: p.back.Peer(h)}
	p.names[hi][st.Result] = s
	p.socks = append(p.socks, s)
	p.loss.inherited(p.back, s)
	return "0", true
}

func (p *Player) connect(c *call, st *scenario.Stmt) (string, bool) {
	if !c.begun {
		c.begun = true
		if !c.sock.local.IsValid() {
			if err := p.back.BindAddress(c.sock.h, p.opt.Addr[c.sock.host]); err != nil {
				return result(err), true
			}
		}
		c.sock.peer = p.realPeer(st.Peer)
		if err := p.back.Connect(c.sock.h, c.sock.peer); err != nil {
			return result(err), true
		}
		c.sock.local = p.back.Local(c.sock.h)
	}
	done, err := p.back.Connected(c.sock.h)
	if done {
		if local := p.back.Local(c.sock.h); local.IsValid() {
			c.sock.local = local
		}
	}
	return result(err), done
}

// realPeer finds the address behind the script's HOST:PORT. Where nobody
// listens, it is a port that refuses.
func (p *Player) realPeer(peer wire.Endpoint) netip.AddrPort {
	addr := p.opt.Addr[peer.Host]
	for real, end := range p.ports {
		if end == peer {
			return real
		}
	}
	if p.opt.FixedPorts {
		return netip.AddrPortFrom(addr, peer.Port)
	}
	closed := netip.AddrPortFrom(addr, 1) // tcpmux: nobody has listened there for decades
	p.ports[closed] = peer
	return closed
}

func (p *Player) send(c *call, st *scenario.Stmt) (string, bool) {
	data := st.Octets()
	for c.sent < len(data) {
		n, done, err := p.back.Send(c.sock.h, data[c.sent:])
		if err != nil {
			return result(err), true
		}
		if !done {
			return "", false
		}
		c.sent += n
	}
	return strconv.Itoa(c.sent), true
}

func (p *Player) recv(c *call, st *scenario.Stmt) (string, bool) {
	for {
		want, all := st.Wants(len(c.got))
		data, done, err := p.back.Recv(c.sock.h, want)
		if err != nil {
			return result(err), true
		}
		if !done {
			return "", false
		}
		if data != "" {
			p.emit(trace.Event{Host: c.sock.host, Kind: trace.Deliver, Conn: c.sock.name, Seg: wire.Segment{Data: data}})
		}
		c.got += data
		if !all || data == "" || len(data) == want {
			return st.RecvResult(c.got), true
		}
	}
}
