package live

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
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
	switch st := &p.script.Stmts[c.stmt]; st.Verb {
	case scenario.Accept, scenario.Recv, scenario.RecvFrom:
		return Interest{H: c.sock.h, Read: true}, true
	case scenario.Connect, scenario.SendCall, scenario.SendTo:
		return Interest{H: c.sock.h, Write: true}, true
	case scenario.Poll:
		return Interest{H: c.sock.h, Read: slices.Contains(st.Events, "POLLIN"), Write: slices.Contains(st.Events, "POLLOUT")}, true
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
		s := &sock{host: st.Host, name: st.Result, open: true, proto: st.Proto, group: p.hearsGroup(st.Host, st.Result)}
		if s.h, err = p.back.Socket(st.Proto, p.opt.Addr[st.Host]); err == nil {
			p.names[hi][st.Result] = s
			p.socks = append(p.socks, s)
			err = p.loss.attach(p.back, s)
		}
	case scenario.Bind:
		err = p.bindTo(c.sock, st)
	case scenario.Listen:
		err = p.listen(c.sock, st)
	case scenario.Accept:
		return p.accept(hi, c, st)
	case scenario.Connect:
		return p.connect(c, st)
	case scenario.SendCall:
		return p.send(c, st)
	case scenario.Recv, scenario.RecvFrom:
		return p.recv(c, st)
	case scenario.SendTo:
		return p.sendTo(c, st)
	case scenario.SetSockOpt:
		err = p.setOption(c.sock, st)
	case scenario.GetSockOpt:
		err = p.back.PendingError(c.sock.h)
	case scenario.Join:
		err = p.back.Join(c.sock.h, p.realHost(st.Group), p.opt.Addr[st.Host])
	case scenario.Leave:
		err = p.back.Leave(c.sock.h, p.realHost(st.Group), p.opt.Addr[st.Host])
	case scenario.Poll:
		got := p.back.Ready(c.sock.h, st.Events)
		return got, got != ""
	case scenario.Shutdown:
		err = p.back.Shutdown(c.sock.h, st.How)
	case scenario.Close:
		if c.sock.lingers {
			return p.lingeringClose(c)
		}
		err = p.back.Close(c.sock.h)
		c.sock.open = false
	case scenario.Type: // the script plays this host: nobody reads what is typed
	case scenario.Wait:
		return "0", p.cursor.HasReturned(p.cursor.Awaited(c.stmt))
	default:
		panic("live: unknown call " + string(st.Verb))
	}
	return result(err), true
}

// bind gives the socket a host's address and the script's port, or a free one
// that stands for it.
func (p *Player) bind(s *sock, host string, port uint16) error {
	real := port
	if !p.opt.FixedPorts {
		real = 0
	}
	if !p.opt.Wire && p.script.SharesPort(s.host, port) { // with sockets of other hosts on this stack
		if err := p.back.SetOption(s.h, "SO_REUSEADDR", scenario.Value{N: 1}); err != nil {
			return err
		}
	}
	if err := p.back.Bind(s.h, netip.AddrPortFrom(p.opt.Addr[host], real)); err != nil {
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
		if err := p.bind(s, cmp.Or(st.Bind, s.host), st.Port); err != nil {
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
	if !done {
		return string(wire.EAGAIN), c.sock.nonBlock
	}
	if err != nil {
		return result(err), true
	}
	s := &sock{host: st.Host, name: st.Result, h: h, open: true, listener: c.sock.name, local: p.back.Local(h), peer: p.back.Peer(h)}
	p.names[hi][st.Result] = s
	p.socks = append(p.socks, s)
	p.loss.inherited(p.back, s)
	return "0", true
}

func (p *Player) connect(c *call, st *scenario.Stmt) (string, bool) {
	if !c.begun {
		c.begun = true
		if !c.sock.local.IsValid() && !c.sock.bound {
			c.sock.bound = true
			if err := p.bindAddress(c.sock); err != nil {
				return result(err), true
			}
		}
		peer := p.realPeer(st.Peer, c.sock.proto)
		err := p.back.Connect(c.sock.h, peer)
		if err != nil && !errors.Is(err, syscall.EINPROGRESS) {
			return result(err), true
		}
		c.sock.peer = peer
		c.sock.local = p.back.Local(c.sock.h)
		if err == nil || c.sock.nonBlock {
			return result(err), true
		}
	}
	done, err := p.back.Connected(c.sock.h)
	if done {
		if local := p.back.Local(c.sock.h); local.IsValid() {
			c.sock.local = local
		}
	}
	return result(err), done
}

// bindAddress binds a socket that connects to its host's address. The kernel chooses the
// port, unless somebody must know it before: then it is the model's.
func (p *Player) bindAddress(s *sock) error {
	addr := p.opt.Addr[s.host]
	if !p.opt.ModelPorts || s.proto != wire.TCP {
		return p.back.BindAddress(s.h, addr)
	}
	port := uint16(firstEphemeral)
	for _, other := range p.socks {
		if other.local.Addr() == addr && other.local.Port() >= port {
			port = other.local.Port() + 1
		}
	}
	return p.back.Bind(s.h, netip.AddrPortFrom(addr, port))
}

// firstEphemeral is the first port that the model gives a socket which has none.
const firstEphemeral = 40000

// realPeer finds the address behind the script's HOST:PORT. Where nobody
// listens, it is a port that refuses.
func (p *Player) realPeer(peer wire.Endpoint, proto wire.Proto) netip.AddrPort {
	addr := p.realHost(peer.Host)
	for _, s := range p.socks { // TCP and UDP have ports of their own
		if end, ok := p.ports[s.local]; ok && end == peer && s.proto == proto {
			return s.local
		}
	}
	if p.opt.Program == peer.Host {
		for real, end := range p.ports {
			if end == peer {
				return real
			}
		}
	}
	if p.opt.FixedPorts || peer.IsGroup() {
		return netip.AddrPortFrom(addr, peer.Port)
	}
	closed := netip.AddrPortFrom(addr, 1) // tcpmux: nobody has listened there for decades
	p.ports[closed] = peer
	return closed
}

func (p *Player) send(c *call, st *scenario.Stmt) (string, bool) {
	data := st.Octets()
	for first := true; c.sent < len(data) || first && data == ""; first = false {
		n, done, err := p.back.Send(c.sock.h, data[c.sent:])
		switch {
		case err != nil && c.sent > 0: // a part was taken: that is what the call returns
			return strconv.Itoa(c.sent), true
		case err != nil:
			return result(err), true
		case !done && c.sock.nonBlock && c.sent > 0:
			return strconv.Itoa(c.sent), true
		case !done:
			return string(wire.EAGAIN), c.sock.nonBlock
		}
		c.sent += n
	}
	return strconv.Itoa(c.sent), true
}

// sendTo sends one datagram, from the address of the socket's host.
func (p *Player) sendTo(c *call, st *scenario.Stmt) (string, bool) {
	data := st.Octets()
	if !c.sock.local.IsValid() && !c.sock.group && !c.sock.bound {
		c.sock.bound = true
		if err := p.back.BindAddress(c.sock.h, p.opt.Addr[c.sock.host]); err != nil {
			return result(err), true
		}
	}
	done, err := p.back.SendTo(c.sock.h, data, p.opt.Addr[c.sock.host], p.realPeer(st.Peer, wire.UDP))
	if !done {
		return string(wire.EAGAIN), c.sock.nonBlock
	}
	if err != nil {
		return result(err), true
	}
	if !c.sock.local.IsValid() {
		c.sock.local = p.hostEnd(c.sock)
	}
	return strconv.Itoa(len(data)), true
}

// hostEnd is the socket's own end with its host's address, also where the socket
// is bound to no address in particular.
func (p *Player) hostEnd(s *sock) netip.AddrPort {
	return netip.AddrPortFrom(p.opt.Addr[s.host], p.back.Local(s.h).Port())
}

func (p *Player) setOption(s *sock, st *scenario.Stmt) error {
	if st.Option == "O_NONBLOCK" { // our descriptors never block: the waiting is the player's
		s.nonBlock = st.Value.N != 0
		return nil
	}
	err := p.back.SetOption(s.h, st.Option, st.Value)
	if st.Option == "SO_LINGER" && err == nil {
		s.lingers = !st.Value.Off && st.Value.T > 0
	}
	return err
}

// lingeringClose makes a close() that waits in the kernel, on a thread of its own: the others
// go on meanwhile.
func (p *Player) lingeringClose(c *call) (string, bool) {
	if c.closing == nil {
		c.closing = make(chan error, 1)
		h := c.sock.h
		go func() { c.closing <- p.back.Close(h) }()
	}
	select {
	case err := <-c.closing:
		c.sock.open = false
		return result(err), true
	default:
		return "", false
	}
}

// realHost is the address behind a name in the script: a host, or a group by its
// address.
func (p *Player) realHost(name string) netip.Addr {
	if a, ok := p.opt.Addr[name]; ok {
		return a
	}
	a, err := netip.ParseAddr(name)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return a
}

// hearsGroup reports whether the script lets the socket hear a group: it joins one,
// or somebody sends to everybody at its port. Such a socket cannot be bound to its
// host's address.
func (p *Player) hearsGroup(host, name string) bool {
	return p.script.HearsGroup(host, name)
}

// bindTo gives the socket the address and the port that the script names.
func (p *Player) bindTo(s *sock, st *scenario.Stmt) error {
	group := wire.Endpoint{Host: st.Bind}.IsGroup()
	if !s.group && !group {
		return p.bind(s, cmp.Or(st.Bind, s.host), st.Port)
	}
	if !p.opt.Wire && p.script.SharesPort(s.host, st.Port) {
		if err := p.back.SetOption(s.h, "SO_REUSEADDR", scenario.Value{N: 1}); err != nil {
			return err
		}
	}
	local := netip.AddrPortFrom(netip.IPv4Unspecified(), st.Port)
	if group {
		local = netip.AddrPortFrom(p.realHost(st.Bind), st.Port)
	}
	if err := p.back.Bind(s.h, local); err != nil {
		return err
	}
	s.local = p.hostEnd(s)
	if st.Port != 0 {
		p.ports[s.local] = wire.Endpoint{Host: s.host, Port: st.Port}
	}
	return nil
}

func (p *Player) recv(c *call, st *scenario.Stmt) (string, bool) {
	for {
		want, all := st.Wants(len(c.got))
		if c.sock.proto == wire.UDP && st.HasText { // one datagram, whatever its length
			want, all = wire.MaxDatagram, false
		}
		data, done, err := p.back.Recv(c.sock.h, want)
		if err != nil {
			return result(err), true
		}
		if !done {
			return string(wire.EAGAIN), c.sock.nonBlock
		}
		if data != "" {
			p.emit(trace.Event{Host: c.sock.host, Kind: trace.Deliver, Conn: c.sock.name, Seg: wire.Segment{Data: data}})
		}
		c.got += data
		if !all || c.sock.proto == wire.UDP || data == "" || len(data) == want || st.Differs(c.got) {
			return st.RecvResult(c.got), true
		}
	}
}
