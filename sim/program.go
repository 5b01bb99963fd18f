package sim

import (
	"strconv"
	"strings"

	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// startStmt starts statement i of the script.
func (w *World) startStmt(i int) {
	st := &w.script.Stmts[i]
	w.cursor.Start(i)
	w.cause = 0
	if st.HasAt {
		w.lastAt = st.At
	}
	if st.Verb == scenario.Then {
		w.startThen(i)
		return
	}
	hi := w.hostIndex(st.Host)
	h := &w.hosts[hi]
	w.waits.Mark(len(w.events))
	if st.HasAt && w.now > st.At+w.slack {
		w.record(trace.Event{Host: st.Host, Kind: trace.Note, Stmt: i + 1,
			Text: "late: due at " + trace.Ms(st.At) + "ms, but the call before it had not returned"})
	}
	c := call{stmt: i, sock: socket.None}
	if st.Verb != scenario.Wait && !w.quiet {
		args := st.ShortArgs()
		if st.Result != "" {
			args = strings.TrimSpace(args + " as " + st.Result)
		}
		e := trace.Event{Host: st.Host, Kind: trace.Call, Stmt: i + 1, Call: string(st.Verb), Args: args, Conn: st.Sock}
		if st.Sock == "" {
			e.Conn = st.Result
		}
		c.cause = w.record(e)
		w.cause = c.cause
	}
	if h.puppet {
		w.cursor.Return(i)
		w.puppetSends(hi, st)
		w.retryCalls()
		return
	}
	if st.Sock != "" && st.Verb != scenario.Wait {
		id, ok := h.names[st.Sock]
		if !ok { // the accept that should have made it did not succeed
			w.returnCall(hi, c, string(wire.EBADF))
			w.retryCalls()
			return
		}
		c.sock = id
	}
	if result, done := w.try(hi, &c, true); done {
		w.returnCall(hi, c, result)
	} else {
		h.calls = append(h.calls, c)
		patience := st.Deadline()
		if d, lingers := h.Linger(c.sock); st.Verb == scenario.Close && lingers {
			patience = d
		}
		w.schedule(item{at: w.now + patience, kind: itemPatience, host: hi, stmt: i, cause: c.cause})
	}
	w.drain(hi)
	w.retryCalls()
}

// startThen begins to wait for what a then line says.
func (w *World) startThen(i int) {
	w.waits.Begin(i, w.now)
	w.schedule(item{at: w.now + w.script.Stmts[i].Deadline(), kind: itemPatience, host: -1, stmt: i})
	w.checkThens()
}

// checkThens ends the then lines that have come true, or that cannot any more, and lets
// the script go on.
func (w *World) checkThens() {
	for {
		stmt, note, ended := w.waits.Next(w.events)
		if !ended {
			return
		}
		w.record(note)
		w.cursor.Return(stmt)
	}
}

// returnCall ends a call.
func (w *World) returnCall(hi int, c call, result string) {
	st := &w.script.Stmts[c.stmt]
	w.cursor.Return(c.stmt)
	if st.Verb == scenario.Wait || w.quiet {
		return
	}
	w.drain(hi)
	e := trace.Event{Host: st.Host, Kind: trace.Return, Stmt: c.stmt + 1, Call: string(st.Verb), Conn: st.Sock, Result: result}
	if e.Conn == "" {
		e.Conn = st.Result
	}
	if text := wire.Errno(result).Text(); text != "" {
		e.Text = text
	}
	w.record(e)
}

// retryCalls gives every waiting call another try; one that returns may let
// another go on.
func (w *World) retryCalls() {
	for hi := range w.hosts {
		h := &w.hosts[hi]
		for k := 0; k < len(h.calls); {
			c := h.calls[k]
			cause := w.cause
			result, done := w.try(hi, &c, false)
			if !done {
				w.drain(hi) // it may have read a part
				h.calls[k] = c
				k++
				continue
			}
			h.calls = append(h.calls[:k], h.calls[k+1:]...)
			w.returnCall(hi, c, result)
			w.cause = cause
			w.drain(hi)
			k = 0
		}
	}
	if w.waits.Any() {
		w.checkThens()
	}
}

// losePatience ends a call that has taken longer than the script allows.
func (w *World) losePatience(it *item) {
	if it.host < 0 {
		w.thenOver(it.stmt)
		return
	}
	h := &w.hosts[it.host]
	for k, c := range h.calls {
		if c.stmt == it.stmt {
			h.calls = append(h.calls[:k], h.calls[k+1:]...)
			result := string(wire.ETIMEDOUT)
			switch w.script.Stmts[it.stmt].Verb {
			case scenario.Poll, scenario.Close: // poll() tells nothing, close() lingers no longer
				result = "0"
			default: // the other calls have no time-out of their own
			}
			w.returnCall(it.host, c, result)
			return
		}
	}
}

// thenOver ends a then line whose time is over.
func (w *World) thenOver(stmt int) {
	if note, waited := w.waits.Expire(stmt, w.events); waited {
		w.record(note)
		w.cursor.Return(stmt)
	}
}

// try makes a call, or makes it again; done is false while it would block.
func (w *World) try(hi int, c *call, first bool) (result string, done bool) {
	h := &w.hosts[hi]
	st := &w.script.Stmts[c.stmt]
	switch st.Verb {
	case scenario.Socket:
		if st.Proto == wire.UDP {
			h.names[st.Result] = h.SocketUDP(st.Result)
		} else {
			h.names[st.Result] = h.Socket(st.Result)
		}
		return "0", true
	case scenario.Bind:
		return errnoResult(h.Bind(c.sock, wire.Endpoint{Host: st.Bind, Port: st.Port})), true
	case scenario.Listen:
		return errnoResult(h.Listen(w.now, c.sock, st.Port, st.Backlog)), true
	case scenario.Accept:
		return w.tryAccept(hi, c, st)
	case scenario.Connect:
		return w.tryConnect(hi, c, st, first)
	case scenario.Open:
		return errnoResult(h.Open(w.now, c.sock, st.Peer)), true
	case scenario.SendCall:
		return w.trySend(hi, c, st)
	case scenario.SendTo:
		n, errno := h.SendTo(c.sock, st.Peer, st.Octets())
		return countResult(n, errno), true
	case scenario.Recv, scenario.RecvFrom:
		return w.tryRecv(hi, c, st)
	case scenario.Shutdown:
		return errnoResult(h.Shutdown(w.now, c.sock, st.How)), true
	case scenario.Close:
		if first {
			if errno := h.Close(w.now, c.sock); errno != wire.OK {
				return errnoResult(errno), true
			}
		}
		_, lingers := h.Linger(c.sock)
		return "0", !lingers
	case scenario.Wait:
		return "0", w.cursor.HasReturned(w.cursor.Awaited(c.stmt))
	case scenario.SetSockOpt:
		v := socket.Value{N: st.Value.N, T: st.Value.T, IsTime: st.Value.IsTime, Off: st.Value.Off}
		return errnoResult(h.SetOption(w.now, c.sock, socket.Option(st.Option), v)), true
	case scenario.GetSockOpt:
		return errnoResult(h.Errno(c.sock)), true
	case scenario.Join:
		return errnoResult(h.Join(c.sock, st.Group)), true
	case scenario.Leave:
		return errnoResult(h.Leave(c.sock, st.Group)), true
	case scenario.Poll:
		return w.tryPoll(hi, c, st)
	case scenario.Type: // the script plays this host: nobody reads what is typed
		return "0", true
	default:
		panic("sim: unknown call " + string(st.Verb))
	}
}

// errnoResult is what a call returns in a trace: 0 or the errno's name.
func errnoResult(errno wire.Errno) string {
	if errno == wire.OK {
		return "0"
	}
	return string(errno)
}

// countResult is a number of octets, or the errno's name.
func countResult(n int, errno wire.Errno) string {
	if errno == wire.OK {
		return strconv.Itoa(n)
	}
	return string(errno)
}

// blocks reports whether a call that returned errno waits: EAGAIN on a socket that
// blocks.
func (h *host) blocks(sock socket.ID, errno wire.Errno) bool {
	return errno == wire.EAGAIN && !h.NonBlocking(sock)
}

func (w *World) tryConnect(hi int, c *call, st *scenario.Stmt, first bool) (string, bool) {
	h := &w.hosts[hi]
	if first {
		errno := h.Connect(w.now, c.sock, st.Peer)
		if errno != wire.EINPROGRESS || h.NonBlocking(c.sock) {
			return errnoResult(errno), true
		}
	}
	errno, done := h.Connected(c.sock)
	return errnoResult(errno), done
}

func (w *World) tryAccept(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h := &w.hosts[hi]
	id, child, errno := h.Accept(c.sock, st.Result)
	if errno != wire.OK {
		return errnoResult(errno), !h.blocks(c.sock, errno)
	}
	h.names[st.Result] = id
	w.record(trace.Event{Host: h.Name, Kind: trace.Note, Call: "rename", Conn: st.Result, Args: child, Result: st.Sock,
		Text: "accept takes the finished connection " + child + " and names it " + st.Result})
	return "0", true
}

func (w *World) trySend(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h := &w.hosts[hi]
	data := st.Octets()
	if _, _, isUDP := h.Datagrams(c.sock); isUDP {
		n, errno := h.Send(w.now, c.sock, data)
		return countResult(n, errno), true
	}
	if c.sent > 0 && !h.Writable(c.sock) { // the kernel wakes a writer when a third of the buffer is free
		return "", false
	}
	for c.sent < len(data) {
		n, errno := h.Send(w.now, c.sock, data[c.sent:])
		switch {
		case h.blocks(c.sock, errno):
			return "", false
		case errno != wire.OK && c.sent > 0: // a part was taken: that is what the call returns
			return strconv.Itoa(c.sent), true
		case errno != wire.OK:
			return errnoResult(errno), true
		}
		c.sent += n
	}
	return strconv.Itoa(c.sent), true
}

// tryRecv reads once, or, if the script names a text, until that many octets
// have come.
func (w *World) tryRecv(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h := &w.hosts[hi]
	_, _, isUDP := h.Datagrams(c.sock)
	for {
		want, all := st.Wants(c.sent)
		if isUDP && st.HasText { // one datagram, whatever its length
			want, all = wire.MaxDatagram, false
		}
		data, errno := h.Recv(w.now, c.sock, want)
		if errno != wire.OK {
			return errnoResult(errno), !h.blocks(c.sock, errno)
		}
		c.sent += len(data)
		if st.HasText || st.End {
			c.got += data
		}
		if !all || isUDP || data == "" || len(data) == want || st.Differs(c.got) {
			if st.HasText || st.End {
				return st.RecvResult(c.got), true
			}
			return strconv.Itoa(c.sent), true
		}
	}
}

// tryPoll waits until the socket is ready for something that the program asked for; an
// error or a hang-up always ends the wait.
func (w *World) tryPoll(hi int, c *call, st *scenario.Stmt) (string, bool) {
	want := socket.PollErr | socket.PollHup
	for _, name := range st.Events {
		e, _ := socket.ParseEvents(name)
		want |= e
	}
	ready := w.hosts[hi].Poll(c.sock) & want
	return ready.String(), ready != 0
}
