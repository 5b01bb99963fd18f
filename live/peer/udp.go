package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"

	"netlab/live"
	"netlab/sim/wire"
)

// A caller is a UDP peer: client and server at once.
type caller struct {
	*sock
	conn    *net.UDPConn
	target  netip.AddrPort   // of what is sent; invalid: those who have been heard
	known   []netip.AddrPort // who has been heard, in order
	said    int              // datagrams received
	asked   int              // datagrams sent since the last answer
	forgets int
	waits   time.Time // since when the fault wait-for-ever waits; zero: it does not
	buffer  [64]byte
}

// A datagram is what recvfrom has returned.
type datagram struct {
	data string
	from netip.AddrPort
	cut  bool
	err  error
}

func (p *peer) runUDP(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	u := &caller{sock: p.newSock("u")}
	if err := u.open(ctx); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = u.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	came := make(chan datagram)
	read := make(chan struct{})
	go func() {
		defer close(read)
		u.receive(ctx, came)
	}()
	err := u.loop(ctx, came)
	cancel()
	_ = u.conn.SetDeadline(time.Unix(1, 0))
	<-read
	u.becomes(Closing)
	u.calls("close", u.name)
	closed := u.conn.Close()
	u.shut()
	_ = u.returned("close", u.name, "0", closed)
	u.becomes(Unconnected)
	return err
}

// open makes the socket, binds it, and connects it if that is asked for.
func (u *caller) open(ctx context.Context) error {
	o := &u.opt
	local, err := u.ownEnd(ctx)
	if err != nil {
		return err
	}
	u.local = local
	lc := net.ListenConfig{Control: u.prepareUDP()}
	where := u.name + " " + local.String()
	pc, err := lc.ListenPacket(ctx, network("udp", local.Addr()), local.String())
	if err != nil {
		return u.did("bind", where, "", err)
	}
	u.conn = pc.(*net.UDPConn)
	u.local = unmap(u.conn.LocalAddr().(*net.UDPAddr).AddrPort())
	if o.Connect != "" {
		if err := u.reconnect(ctx, u.local); err != nil {
			_ = u.conn.Close()
			return err
		}
	}
	_ = u.did("bind", where, "0", nil)
	u.becomes(Bound)
	if raw, err := u.conn.SyscallConn(); err == nil {
		u.opened(raw)
	}
	if o.Connect != "" {
		u.remote = u.target
		_ = u.did("connect", u.name+" "+u.target.String(), "0", nil)
		u.becomes(Connected)
	}
	_ = u.did("getsockname", u.name, u.local.String(), nil)
	if err := u.setGroups(u.conn); err != nil {
		_ = u.conn.Close()
		return err
	}
	return nil
}

// ownEnd finds the own end and, if it is needed for that, the target.
func (u *caller) ownEnd(ctx context.Context) (netip.AddrPort, error) {
	o := &u.opt
	switch {
	case o.Broadcast != "":
		port, _ := ParsePort(o.Broadcast)
		u.target = netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), port)
	default:
		for _, t := range []string{o.Connect, o.To, o.Multicast} {
			if t == "" {
				continue
			}
			host, port, err := ParseRemote(t)
			if err != nil {
				return netip.AddrPort{}, err
			}
			ends, err := u.lookup(ctx, host, port)
			if err != nil {
				return netip.AddrPort{}, err
			}
			u.target = ends[0]
		}
	}
	own := o.Listen
	if own == "" {
		own = o.Local
	}
	if own != "" {
		return ParseLocal(own)
	}
	if u.target.Addr().Is6() {
		return netip.AddrPortFrom(netip.IPv6Unspecified(), 0), nil
	}
	return netip.AddrPortFrom(netip.IPv4Unspecified(), 0), nil
}

// prepareUDP sets what must be set before bind.
func (u *caller) prepareUDP() func(string, string, syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) (err error) {
		_ = u.did("socket", "udp", u.name, nil)
		if u.opt.Share || len(u.opt.Join) > 0 {
			if e := raw.Control(func(fd uintptr) { err = setReuse(fd, true, 1) }); e != nil {
				return e
			}
			if err = u.did("setsockopt", u.name+" SO_REUSEADDR 1", "0", err); err != nil {
				return err
			}
		}
		if u.opt.Broadcast == "" && u.opt.Fault != NoBroadcast {
			return nil
		}
		value := 1
		if u.opt.Fault == NoBroadcast {
			value = 0
		}
		if e := raw.Control(func(fd uintptr) { err = setBroadcast(fd, value) }); e != nil {
			return e
		}
		return u.did("setsockopt", u.name+" SO_BROADCAST "+strconv.Itoa(value), "0", err)
	}
}

// reconnect opens the socket anew with a peer: package net connects only while it opens.
func (u *caller) reconnect(ctx context.Context, local netip.AddrPort) error {
	_ = u.conn.Close()
	dialer := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(local), Timeout: u.patience(), Control: func(_, _ string, raw syscall.RawConn) (err error) {
		if !u.opt.Share {
			return nil
		}
		if e := raw.Control(func(fd uintptr) { err = setReuse(fd, true, 1) }); e != nil {
			return e
		}
		return err
	}}
	conn, err := dialer.DialContext(ctx, network("udp", u.target.Addr()), u.target.String())
	if err != nil {
		return u.did("connect", u.name+" "+u.target.String(), "", err)
	}
	u.conn = conn.(*net.UDPConn)
	u.local = unmap(u.conn.LocalAddr().(*net.UDPAddr).AddrPort())
	return nil
}

// names are the calls' names: a connected socket needs no address.
func (u *caller) names() (send, recv string) {
	if u.opt.Connect != "" {
		return "send", "recv"
	}
	return "sendto", "recvfrom"
}

// receive takes datagrams until the run is over.
func (u *caller) receive(ctx context.Context, came chan<- datagram) {
	buf := make([]byte, u.opt.Receive)
	_, recv := u.names()
	args := u.name + " " + strconv.Itoa(len(buf))
	for ctx.Err() == nil {
		u.calls(recv, args)
		n, _, flags, from, err := u.conn.ReadMsgUDPAddrPort(buf, nil)
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return
		}
		d := datagram{data: string(buf[:max(0, n)]), from: unmap(from), cut: flags&cutShort != 0}
		if live.Errno(err) == wire.EMSGSIZE { // so Windows says that it was cut
			d.cut, err = true, nil
		}
		d.err = err
		select {
		case came <- d:
		case <-ctx.Done():
			return
		}
	}
}

// took tells what recvfrom has returned, and answers.
func (u *caller) took(d datagram) error {
	_, recv := u.names()
	args := u.name + " " + strconv.Itoa(u.opt.Receive)
	if d.err != nil {
		return u.returned(recv, args, "", d.err, u.unheard(d.err))
	}
	result := strconv.Itoa(len(d.data))
	if u.opt.Connect == "" {
		result += " " + d.from.String()
	}
	why := because("")
	switch {
	case d.cut:
		why = because(WhyTruncated, u.opt.Receive)
	case d.data == "":
		why = because(WhyEmptyDatagram)
	}
	_ = u.returned(recv, args, result, nil, holding(d.data), why, func(e *Event) { e.Remote = d.from })
	u.delivered(d.data, d.from)
	u.said, u.asked, u.waits = u.said+1, max(0, u.asked-1), time.Time{}
	if !slices.Contains(u.known, d.from) {
		u.known = append(u.known, d.from)
	}
	return u.answer(d)
}

// answer answers a datagram if the options say so.
func (u *caller) answer(d datagram) error {
	text, to := d.data, d.from
	switch {
	case u.opt.Reply != "":
		text = Answer(u.opt.Reply, d.data, d.from, u.said)
	case !u.opt.Echo:
		return nil
	}
	if u.opt.Fault == ForgetAnswers {
		if u.forgets++; u.forgets%2 == 0 {
			u.note(WhyForgotten, d.from)
			return nil
		}
	}
	if newest := u.known[len(u.known)-1]; u.opt.Fault == AnswerLast && newest != to {
		u.note(WhyWrongClient, newest, to)
		to = newest
	}
	return u.sendTo(text, to)
}

// sendTo sends one datagram.
func (u *caller) sendTo(text string, to netip.AddrPort) error {
	if u.opt.Fault == WholeBuffer && len(text) < len(u.buffer) {
		n := copy(u.buffer[:], text)
		u.note(WhyGarbage, len(u.buffer), n, len(u.buffer)-n)
		text = string(u.buffer[:])
	}
	send, _ := u.names()
	args := u.name + " " + quoted(text)
	if u.opt.Connect == "" {
		args += " " + to.String()
	}
	_ = u.conn.SetWriteDeadline(time.Now().Add(u.patience()))
	u.calls(send, args)
	var n int
	var err error
	if u.opt.Connect != "" {
		n, err = u.conn.Write([]byte(text))
	} else {
		n, err = u.conn.WriteToUDPAddrPort([]byte(text), to)
	}
	return u.returned(send, args, strconv.Itoa(n), err, holding(text), u.unheard(err), func(e *Event) { e.Remote = to })
}

// unheard explains that a call was told of an earlier datagram, which nobody took.
func (u *caller) unheard(err error) func(*Event) {
	switch live.Errno(err) {
	case wire.ECONNREFUSED, wire.ECONNRESET: // the second is what Windows says
		return because(WhyUnheard, u.target)
	default:
		return because("")
	}
}
