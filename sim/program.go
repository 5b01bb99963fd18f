package sim

import (
	"strconv"
	"strings"

	"netlab/sim/scenario"
	"netlab/sim/socket"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// defaultRecv is how many octets recv() asks for when the script does not say.
const defaultRecv = 65536

// startStmt starts statement i of the script.
func (w *World) startStmt(i int) {
	st := &w.script.Stmts[i]
	hi := w.hostIndex(st.Host)
	h := &w.hosts[hi]
	w.cursor.Start(i)
	w.cause = 0
	if st.HasAt && w.now > st.At {
		w.record(trace.Event{Host: st.Host, Kind: trace.Note, Stmt: i + 1,
			Text: "late: due at " + trace.Ms(st.At) + "ms, but the call before it had not returned"})
	}
	c := call{stmt: i, sock: socket.None}
	if st.Verb != scenario.Wait {
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
	if st.Sock != "" && st.Verb != scenario.Wait {
		id, ok := h.names[st.Sock]
		if !ok { // the accept that should have made it did not succeed
			w.returnCall(hi, c, string(wire.EBADF))
			return
		}
		c.sock = id
	}
	if result, done := w.try(hi, &c, true); done {
		w.returnCall(hi, c, result)
	} else {
		h.calls = append(h.calls, c)
		w.schedule(item{at: w.now + st.Deadline(), kind: itemPatience, host: hi, stmt: i, cause: c.cause})
	}
	w.drain(hi)
	w.retryCalls()
}

// returnCall ends a call.
func (w *World) returnCall(hi int, c call, result string) {
	st := &w.script.Stmts[c.stmt]
	w.cursor.Return(c.stmt)
	if st.Verb == scenario.Wait {
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
}

// losePatience ends a call that has taken longer than the script allows.
func (w *World) losePatience(it item) {
	h := &w.hosts[it.host]
	for k, c := range h.calls {
		if c.stmt == it.stmt {
			h.calls = append(h.calls[:k], h.calls[k+1:]...)
			w.returnCall(it.host, c, string(wire.ETIMEDOUT))
			return
		}
	}
}

// try makes a call, or makes it again; done is false while it would block.
func (w *World) try(hi int, c *call, first bool) (result string, done bool) {
	h := &w.hosts[hi]
	st := &w.script.Stmts[c.stmt]
	switch st.Verb {
	case scenario.Socket:
		h.names[st.Result] = h.Socket(st.Result)
		return "0", true
	case scenario.Bind:
		return errnoResult(h.Bind(c.sock, st.Port)), true
	case scenario.Listen:
		return errnoResult(h.Listen(w.now, c.sock, st.Port, st.Backlog)), true
	case scenario.Accept:
		return w.tryAccept(hi, c, st)
	case scenario.Connect:
		if first {
			if errno := h.Connect(w.now, c.sock, st.Peer); errno != wire.EINPROGRESS {
				return errnoResult(errno), true
			}
		}
		errno, done := h.Connected(c.sock)
		return errnoResult(errno), done
	case scenario.SendCall:
		return w.trySend(hi, c, st)
	case scenario.Recv:
		return w.tryRecv(hi, c, st)
	case scenario.Shutdown:
		return errnoResult(h.Shutdown(w.now, c.sock, st.How)), true
	case scenario.Close:
		return errnoResult(h.Close(w.now, c.sock)), true
	case scenario.Wait:
		return "0", w.cursor.HasReturned(w.cursor.Awaited(c.stmt))
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

func (w *World) tryAccept(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h := &w.hosts[hi]
	id, child, errno := h.Accept(c.sock, st.Result)
	if errno != wire.OK {
		return errnoResult(errno), errno != wire.EAGAIN
	}
	h.names[st.Result] = id
	w.record(trace.Event{Host: h.Name, Kind: trace.Note, Call: "rename", Conn: st.Result, Args: child, Result: st.Sock,
		Text: "accept takes the finished connection " + child + " and names it " + st.Result})
	return "0", true
}

func (w *World) trySend(hi int, c *call, st *scenario.Stmt) (string, bool) {
	h := &w.hosts[hi]
	data := st.Octets()
	for c.sent < len(data) {
		n, errno := h.Send(w.now, c.sock, data[c.sent:])
		if errno == wire.EAGAIN {
			return "", false
		}
		if errno != wire.OK {
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
	want := st.N
	if want == 0 {
		want = defaultRecv
	}
	for {
		if st.HasText {
			want = len(st.Text) - len(c.got)
		}
		data, errno := h.Recv(w.now, c.sock, want)
		if errno != wire.OK {
			return errnoResult(errno), errno != wire.EAGAIN
		}
		c.got += data
		if !st.HasText || data == "" || len(c.got) == len(st.Text) {
			return st.RecvResult(c.got), true
		}
	}
}
