package tui

import (
	"strconv"
	"strings"
	"time"

	"netlab/lessons/text/width"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// mainView finds the socket of a host that matters: its connection, or its
// listener while there is no connection.
func mainView(views []trace.View, host string) *trace.View {
	var best *trace.View
	for i := range views {
		v := &views[i]
		if v.Host == host && (best == nil || v.State != wire.StateListen) {
			best = v
		}
	}
	return best
}

// tcbPane shows the control blocks of the first two hosts side by side.
func (m *Model) tcbPane(w int, full bool) []line {
	if m.branch == 0 && len(m.s.Step().Plot) > 0 {
		return m.plotPane(w, full)
	}
	t, since, upto := m.shown()
	views := t.Views(since, upto)
	var columns [][]line
	col := (w - 3) / 2
	for _, h := range t.Hosts[:min(2, len(t.Hosts))] {
		columns = append(columns, m.tcbColumn(views, h, col, full))
	}
	titles := make([]string, len(columns))
	for i := range columns {
		titles[i] = m.s.Words.T("tcb", t.Hosts[i].Name)
		if m.onlyDatagrams() {
			titles[i] = "UDP " + t.Hosts[i].Name
		}
	}
	lines := []line{m.tcbTitle(titles, w, col)}
	rows := 0
	for _, c := range columns {
		rows = max(rows, len(c))
	}
	for r := range rows {
		l := line{parts: []line{plain(" ")}}
		for i, c := range columns {
			if i > 0 {
				l.parts = append(l.parts, line{look: lookFaint, text: m.bar() + " "})
			}
			cell := plain("")
			if r < len(c) {
				cell = c[r]
			}
			l.parts = append(l.parts, padTo(cell, col)...)
		}
		lines = append(lines, l)
	}
	if full {
		legend := m.s.Words.T("changed")
		if !m.only { // a lesson asks
			legend += "   " + m.s.Words.T("hidden")
		}
		lines = append(lines, line{look: lookFaint, text: " " + width.Cut(legend, w-1)})
	}
	return lines
}

func (m *Model) tcbTitle(titles []string, w, col int) line {
	dash := "-"
	if m.opt.Unicode {
		dash = "─"
	}
	text := ""
	for i, t := range titles {
		part := strings.Repeat(dash, 2) + " " + t + " "
		if i < len(titles)-1 {
			part += strings.Repeat(dash, max(0, col+1-width.Of(part)))
		}
		text += part
	}
	return line{look: lookFaint, text: text + strings.Repeat(dash, max(0, w-width.Of(text)))}
}

// padTo makes the parts of a line exactly n columns wide.
func padTo(l line, n int) []line {
	var parts []line
	for _, p := range l.flat() {
		p.text = width.Cut(p.text, n)
		n -= width.Of(p.text)
		parts = append(parts, p)
	}
	return append(parts, plain(strings.Repeat(" ", max(0, n))))
}

// tcbColumn writes what one host holds: its listener, if it has one, and its
// connection, in a few lines or one variable a line.
func (m *Model) tcbColumn(views []trace.View, h trace.Host, w int, full bool) []line {
	var lines []line
	v := mainView(views, h.Name)
	for i := range views {
		if l := &views[i]; l.Host == h.Name && l.State == wire.StateListen && l.Known[trace.VarBacklog] {
			lines = append(lines, m.listenerLines(l, w, v != l)...)
		}
	}
	switch {
	case v == nil && m.isLive():
		return []line{{look: lookFaint, text: m.s.Words.T("not_sampled")}}
	case v == nil && m.onlyDatagrams():
		return []line{{look: lookFaint, text: width.Cut(m.s.Words.T("no_datagrams"), w)}}
	case v == nil:
		return []line{{look: lookFaint, text: m.s.Words.T("no_tcb")}}
	case v.State == wire.StateListen && len(lines) > 0:
		return lines
	}
	if v.Known[trace.VarDatagrams] {
		return append(lines, m.datagramLines(views, h, w)...)
	}
	lines = append(lines, m.headLine(v, h, w))
	if v.Known == [trace.Vars]bool{} { // a kernel tells the state and keeps the rest to itself
		return lines
	}
	if full {
		return append(lines, m.tcbRows(v, w)...)
	}
	if v.Known[trace.VarUnacked] || v.Known[trace.VarRetransmits] { // TCP_INFO
		return append(lines,
			m.varLine(v, w, []string{"unacked", "retransmits", "RTO"}, trace.VarUnacked, trace.VarRetransmits, trace.VarRTO),
			m.varLine(v, w, []string{"RTT", "cwnd", "SND.WND"}, trace.VarRTT, trace.VarCwnd, trace.VarSndWnd),
			plain(m.timerText(v)))
	}
	return append(lines,
		m.varLine(v, w, []string{"ISS", "UNA", "NXT"}, trace.VarISS, trace.VarSndUna, trace.VarSndNxt),
		m.varLine(v, w, []string{"IRS", "RCV.NXT"}, trace.VarIRS, trace.VarRcvNxt),
		m.varLine(v, w, []string{"SND.WND", "RCV.WND"}, trace.VarSndWnd, trace.VarRcvWnd),
		plain(m.timerText(v)))
}

// datagramLines write a host's UDP sockets: the port, the peer if there is one, and
// what waits to be read.
func (m *Model) datagramLines(views []trace.View, h trace.Host, w int) []line {
	var lines []line
	for i := range views {
		v := &views[i]
		if v.Host != h.Name || !v.Known[trace.VarDatagrams] {
			continue
		}
		text := v.Conn + " UDP"
		if v.Local.Port != 0 {
			text += "  :" + strconv.Itoa(int(v.Local.Port))
		}
		if !v.Peer.IsZero() {
			text += " -> " + v.Peer.String()
		}
		lines = append(lines, line{look: lookState, text: width.Cut(text, w)},
			plain(width.Cut(m.s.Words.T("waiting", m.varText(v, trace.VarDatagrams), m.varText(v, trace.VarOctets)), w)))
	}
	return lines
}

// onlyDatagrams reports whether the trace shown has no TCP in it.
func (m *Model) onlyDatagrams() bool {
	t, _, _ := m.shown()
	udp := false
	for i := range t.Events {
		e := &t.Events[i]
		if e.HasSegment() || e.Kind == trace.State {
			return false
		}
		udp = udp || e.HasPacket()
	}
	return udp
}

// isLive reports whether the trace shown is not the model's.
func (m *Model) isLive() bool {
	t, _, _ := m.shown()
	return t.Source != trace.Model
}

// listenerLines write a listening socket and its two queues: on one line beside
// a connection, on two by itself.
func (m *Model) listenerLines(v *trace.View, w int, short bool) []line {
	queues := m.s.Words.T("queues", v.Value[trace.VarSynQueue], v.Value[trace.VarAcceptQueue], v.Value[trace.VarBacklog])
	name := v.Conn + " " + v.State.String()
	if short {
		queues = m.s.Words.T("queues_short", v.Value[trace.VarSynQueue], v.Value[trace.VarAcceptQueue], v.Value[trace.VarBacklog])
	}
	if short && width.Of(name)+2+width.Of(queues) <= w {
		return []line{{parts: []line{{look: lookState, text: name}, plain("  " + queues)}}}
	}
	if short {
		return []line{{look: lookState, text: name}}
	}
	return []line{{look: lookState, text: name}, plain(queues)}
}

// headLine writes a connection's name, state and address, as far as they fit.
func (m *Model) headLine(v *trace.View, h trace.Host, w int) line {
	state := v.State.String()
	if v.StateNew {
		state += " *"
	}
	if m.branch == 0 && m.s.Hidden(v.Host, "state") {
		state = "???"
	}
	name := v.Conn + " "
	addr := h.IP
	if v.Local.Port != 0 {
		addr += ":" + strconv.Itoa(int(v.Local.Port))
	}
	if width.Of(name+state+addr)+2 > w {
		addr = ""
	}
	return line{parts: []line{plain(name), {look: lookState, text: state}, {look: lookFaint, text: "  " + addr}}}
}

// varLine writes as many variables as fit; a number is never cut.
func (m *Model) varLine(v *trace.View, w int, names []string, ids ...trace.VarID) line {
	text := ""
	for i, id := range ids {
		part := names[i] + " " + m.varText(v, id)
		if text != "" {
			part = "  " + part
		}
		if width.Of(text+part) <= w {
			text += part
		}
	}
	return plain(text)
}

// tcbRows writes one variable a line, with what it was before.
func (m *Model) tcbRows(v *trace.View, w int) []line {
	var rows []line
	for id := range trace.Vars {
		if !v.Known[id] || id == trace.VarBacklog || id == trace.VarSynQueue || id == trace.VarAcceptQueue {
			continue
		}
		if id.IsTimer() && v.State == wire.StateClosed {
			continue // stopped with the connection
		}
		value := m.varText(v, id)
		if id.IsTimer() && v.Value[id] > 0 && !m.hidden(v, id) {
			value = "t=" + value
		}
		text := width.Pad(m.s.Words.Var(id), 21) + value
		if v.Changed[id] && v.Was[id] != 0 && !m.hidden(v, id) && !m.textbook {
			was := " was " + trace.Var{ID: id, Value: v.Was[id]}.Text()
			if width.Of(text+was) <= w {
				text += was
			}
		}
		look := lookPlain
		if v.Changed[id] {
			look = lookBold
		}
		rows = append(rows, line{look: look, text: text})
	}
	return rows
}

func (m *Model) hidden(v *trace.View, id trace.VarID) bool {
	return m.branch == 0 && m.s.Hidden(v.Host, id.String())
}

// varText writes a variable's value, with * if it is new, or ??? if it is the answer.
func (m *Model) varText(v *trace.View, id trace.VarID) string {
	switch {
	case m.hidden(v, id):
		return "???"
	case !v.Known[id] || (v.State == wire.StateSynSent && (id == trace.VarIRS || id == trace.VarRcvNxt)):
		return "-"
	}
	text := trace.Var{ID: id, Value: v.Value[id]}.Text()
	if m.textbook && id.IsSeq() {
		text = m.letterOf(v, id)
	}
	if v.Changed[id] {
		text += "*"
	}
	return text
}

// letterOf writes a sequence number variable in textbook notation.
func (m *Model) letterOf(v *trace.View, id trace.VarID) string {
	t, _, upto := m.shown()
	if id == trace.VarIRS || id == trace.VarRcvNxt {
		return m.s.InLetters(t, v.Peer.Host, v.Seq(id), v.Seq(trace.VarIRS), upto)
	}
	return m.s.InLetters(t, v.Host, v.Seq(id), v.Seq(trace.VarISS), upto)
}

// timerText names the timer that will go off first.
func (m *Model) timerText(v *trace.View) string {
	best, at := "", int64(0)
	if v.State == wire.StateClosed {
		return "timer -"
	}
	for id, name := range map[trace.VarID]string{trace.VarRetransmit: "RTX", trace.VarDelayedAck: "ACK", trace.VarPersist: "probe", trace.VarTimeWait: "2MSL",
		trace.VarKeepAlive: "keep-alive", trace.VarFinWait2: "FIN-WAIT-2"} {
		if m.hidden(v, id) {
			return "timer ???"
		}
		if d := v.Value[id]; d > 0 && (at == 0 || d < at) {
			best, at = name, d
		}
	}
	if at == 0 {
		return "timer -"
	}
	if left, ok := m.untilThen(time.Duration(at)); ok {
		return m.s.Words.T("timer_in", best, seconds(left))
	}
	return "timer " + best + " t=" + trace.Ms(time.Duration(at))
}
