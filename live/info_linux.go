package live

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// diagInfo asks for the attribute INET_DIAG_INFO, which holds a tcp_info (sock_diag(7)).
const diagInfo = 2

// Layout of the answer, behind the netlink header: inet_diag_msg, then attributes.
const (
	diagTimer   = 2  // which timer runs
	diagRetrans = 3  // how often it has gone off
	diagExpires = 52 // in how many milliseconds it goes off
	diagMsgLen  = 72
)

// Info returns what the kernel says about one end of a connection beside its state: its
// timer and TCP_INFO (tcp(7)), in the trace's variables; now is the trace's time. A
// connection in SYN-RECEIVED that nobody has accepted, or in TIME-WAIT, has a timer only.
func (r *Raw) Info(local, peer netip.AddrPort, now time.Duration) []trace.Var {
	d := r.diag
	if s, ok := r.spaces[local.Addr()]; ok {
		d = s.diag
	}
	msg, ok := d.ask(local, peer, 1<<(diagInfo-1))
	if !ok || len(msg) < 16+diagMsgLen || binary.NativeEndian.Uint16(msg[4:]) == unix.NLMSG_ERROR {
		return nil
	}
	body := msg[16:]
	if binary.BigEndian.Uint16(body[6:]) != peer.Port() { // the listener
		return nil
	}
	vars := timerVars(kernelStates[body[1]], body[diagTimer], now+time.Duration(binary.NativeEndian.Uint32(body[diagExpires:]))*time.Millisecond)
	info, n := tcpInfo(body[diagMsgLen:])
	if n == 0 {
		return append(vars, trace.Var{ID: trace.VarRetransmits, Value: int64(body[diagRetrans])})
	}
	return append(vars, infoVars(info, n)...)
}

// tcpInfo finds the tcp_info among the attributes, and how much of it this kernel fills.
func tcpInfo(attrs []byte) (info unix.TCPInfo, n int) {
	for len(attrs) >= 4 {
		size, kind := int(binary.NativeEndian.Uint16(attrs)), binary.NativeEndian.Uint16(attrs[2:])
		if size < 4 || size > len(attrs) {
			break
		}
		if kind == diagInfo {
			all := unsafe.Slice((*byte)(unsafe.Pointer(&info)), unsafe.Sizeof(info))
			n = copy(all, attrs[4:size])
		}
		attrs = attrs[min((size+3)&^3, len(attrs)):]
	}
	return info, n
}

// timerVars tells the timers apart as ss(8) does: on, keepalive, timewait and persist.
func timerVars(s wire.State, timer byte, at time.Duration) []trace.Var {
	ids := []trace.VarID{1: trace.VarRetransmit, 2: trace.VarKeepAlive, 3: trace.VarTimeWait, 4: trace.VarPersist, 5: trace.VarFinWait2}
	if timer == 2 && s == wire.StateFinWait2 { // an orphan waits for a FIN on the timer that keeps others alive
		timer = 5
	}
	var vars []trace.Var
	for kind := 1; kind < len(ids); kind++ {
		v := trace.Var{ID: ids[kind]}
		if kind == int(timer) {
			v.Value = int64(at)
		}
		vars = append(vars, v)
	}
	return vars
}

// infoVars are the fields of TCP_INFO that a learner can use; windows in octets.
func infoVars(info unix.TCPInfo, n int) []trace.Var {
	const infinite = 0x7fffffff // TCP_INFINITE_SSTHRESH
	mss := int64(info.Snd_mss)
	threshold := int64(info.Snd_ssthresh) * mss
	if info.Snd_ssthresh == infinite {
		threshold = infinite
	}
	micros := func(us uint32) int64 { return int64(us) * int64(time.Microsecond) }
	vars := []trace.Var{
		{ID: trace.VarUnacked, Value: int64(info.Unacked)}, {ID: trace.VarRetransmits, Value: int64(info.Retransmits)},
		{ID: trace.VarRTO, Value: micros(info.Rto)},
		{ID: trace.VarCwnd, Value: int64(info.Snd_cwnd) * mss}, {ID: trace.VarSsthresh, Value: threshold},
	}
	if info.Rtt > 0 { // it was measured
		vars = append(vars, trace.Var{ID: trace.VarRTT, Value: micros(info.Rtt)})
	}
	if n >= int(unsafe.Offsetof(info.Snd_wnd)+unsafe.Sizeof(info.Snd_wnd)) {
		vars = append(vars, trace.Var{ID: trace.VarSndWnd, Value: int64(info.Snd_wnd)})
	}
	if n >= int(unsafe.Offsetof(info.Rcv_wnd)+unsafe.Sizeof(info.Rcv_wnd)) {
		vars = append(vars, trace.Var{ID: trace.VarRcvWnd, Value: int64(info.Rcv_wnd)})
	}
	return vars
}
