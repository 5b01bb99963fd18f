package tcp

import "netlab/sim/wire"

// The user calls of RFC 9293 §3.10.1 to §3.10.5. STATUS (§3.10.6) needs no
// function here: the TCB is a value, and whoever has it can look at it.

// openPassive is OPEN, passive (RFC 9293 §3.10.1).
func (m *machine) openPassive() {
	if m.b.State != wire.StateClosed {
		m.refuse("OPEN", "connection already exists")
		return
	}
	m.b.Passive = true
	m.enter(wire.StateListen, RulePassiveOpen)
}

// openActive is OPEN, active (RFC 9293 §3.10.1).
func (m *machine) openActive(iss wire.Seq) {
	if m.b.State != wire.StateClosed && m.b.State != wire.StateListen {
		m.refuse("OPEN", "connection already exists")
		return
	}
	b := m.b
	b.Passive = false
	m.setISS(iss)
	m.enter(wire.StateSynSent, RuleActiveOpen)
	m.emitSegment(wire.SYN, b.ISS, "", RuleActiveOpen, false)
	b.SndNxt = b.ISS.Add(1)
	m.timeRoundTrip(b.SndNxt)
	m.startRetransmit()
}

func (m *machine) setISS(iss wire.Seq) {
	m.b.ISS, m.b.SndUna, m.b.SndNxt = iss, iss, iss
}

// send is SEND (RFC 9293 §3.10.2).
func (m *machine) send(data string) {
	switch m.b.State {
	case wire.StateClosed:
		m.refuse("SEND", "connection does not exist")
	case wire.StateListen:
		m.refuse("SEND", "foreign socket unspecified")
	case wire.StateSynSent, wire.StateSynReceived:
		if m.b.CloseDeferred {
			m.refuse("SEND", "connection closing")
			return
		}
		m.b.snd.Append(data) // sent after ESTABLISHED
	case wire.StateEstablished, wire.StateCloseWait:
		m.b.snd.Append(data)
		m.output(RuleSend)
	case wire.StateFinWait1, wire.StateFinWait2, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait:
		m.refuse("SEND", "connection closing")
	}
}

// receive is RECEIVE for at most n octets (RFC 9293 §3.10.3). With nothing to
// deliver and more possibly to come it does nothing: the caller waits.
func (m *machine) receive(n int) {
	b := m.b
	switch b.State {
	case wire.StateClosed:
		if b.rcv.Len() == 0 {
			m.refuse("RECEIVE", "connection does not exist")
			return
		}
	case wire.StateCloseWait, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait:
		if b.rcv.Len() == 0 {
			m.refuse("RECEIVE", "connection closing")
			return
		}
	case wire.StateListen, wire.StateSynSent, wire.StateSynReceived,
		wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2:
	}
	data := b.rcv.Slice(0, n)
	if data == "" {
		return
	}
	b.rcv.Trim(len(data))
	m.out = append(m.out, Output{Effect: EffectDeliver, Data: data})
	m.announceWindow()
}

// close is CLOSE (RFC 9293 §3.10.4). The FIN follows the last octet queued.
func (m *machine) close() {
	switch m.b.State {
	case wire.StateClosed:
		m.refuse("CLOSE", "connection does not exist")
	case wire.StateListen, wire.StateSynSent:
		m.enterClosed(RuleCloseUnopened)
	case wire.StateSynReceived:
		if m.b.snd.Len() > 0 {
			m.b.CloseDeferred = true
			return
		}
		m.enter(wire.StateFinWait1, RuleClose)
		m.output(RuleClose)
	case wire.StateEstablished:
		m.enter(wire.StateFinWait1, RuleClose)
		m.output(RuleClose)
	case wire.StateCloseWait:
		m.enter(wire.StateLastAck, RuleClose)
		m.output(RuleClose)
	case wire.StateFinWait1, wire.StateFinWait2, wire.StateClosing, wire.StateLastAck, wire.StateTimeWait:
		m.refuse("CLOSE", "connection closing")
	}
}

// abort is ABORT (RFC 9293 §3.10.5).
func (m *machine) abort(why *wire.Rule) {
	switch m.b.State {
	case wire.StateClosed:
		m.refuse("ABORT", "connection does not exist")
	case wire.StateSynReceived, wire.StateEstablished, wire.StateFinWait1, wire.StateFinWait2, wire.StateCloseWait:
		m.emit(wire.Segment{Seq: m.b.SndNxt, Ack: m.b.RcvNxt, Flags: wire.RST | wire.ACK}, why, false)
		m.b.rcv = Queue{}
		m.enterClosed(why)
	case wire.StateClosing, wire.StateLastAck:
		if why == RuleDataAfterEnd { // text is lost, and the peer must know (SHLD-3)
			m.emit(wire.Segment{Seq: m.b.SndNxt, Ack: m.b.RcvNxt, Flags: wire.RST | wire.ACK}, why, false)
			m.b.rcv = Queue{}
			m.enterClosed(why)
			return
		}
		m.enterClosed(RuleAbortSilent)
	case wire.StateListen, wire.StateSynSent, wire.StateTimeWait:
		m.enterClosed(RuleAbortSilent)
	}
}
