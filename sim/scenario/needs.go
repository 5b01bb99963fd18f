package scenario

import (
	"maps"
	"slices"

	"netlab/sim/fault"
	"netlab/sim/wire"
)

// A Need is something a player must be able to do to play a script.
type Need string

// The needs.
const (
	NeedLoss         Need = "loss"         // lose a chosen segment
	NeedDelay        Need = "delay"        // hold a chosen segment back, or repeat it
	NeedExactISS     Need = "exact-iss"    // an expect line names an absolute number
	NeedRaw          Need = "raw"          // put a made-up segment on the wire
	NeedSimultaneous Need = "simultaneous" // two hosts act at the same moment
	NeedChance       Need = "chance"       // lose, delay, repeat or damage packets by chance or for a time
	NeedWatch        Need = "watch"        // wait for something to happen on the wire
	NeedDatagrams    Need = "datagrams"    // UDP sockets
	NeedOptions      Need = "options"      // socket options and poll
	NeedGroups       Need = "groups"       // datagrams to several hosts at once
	NeedOwnStack     Need = "own-stack"    // each host has a network stack of its own
	NeedOpen         Need = "open"         // RFC 9293's OPEN on a listener
)

// needTexts say why a player that lacks the ability cannot show the script.
var needTexts = map[Need]string{
	NeedLoss:         "it loses a segment that only a network with a wire of its own can lose",
	NeedDelay:        "it delays or repeats a segment, which loopback never does",
	NeedExactISS:     "it expects absolute sequence numbers, and a kernel picks its own at random",
	NeedRaw:          "it sends a segment that no socket would send",
	NeedSimultaneous: "two hosts act at the same moment, which loopback cannot be made to do for certain",
	NeedChance:       "packets meet with accidents by chance, and loopback is a perfect network",
	NeedWatch:        "it waits for segments with then lines",
	NeedDatagrams:    "it uses UDP, and on this system a live run makes TCP calls only",
	NeedOptions:      "it sets socket options or polls, which a live run on this system does not do",
	NeedGroups:       "it sends to several hosts at once, which needs a private network namespace",
	NeedOwnStack:     "all its hosts share one network stack on loopback, and here a datagram would reach another host's socket; a network with a wire would keep them apart",
	NeedOpen:         "it makes RFC 9293's OPEN call on a listener, which sockets do not have",
}

// Needs lists the needs that there are, in order of their names.
func Needs() []Need { return slices.Sorted(maps.Keys(needTexts)) }

// Text says in English what the script does that needs this ability.
func (n Need) Text() string { return needTexts[n] }

// Needs lists what a player must be able to do. A script's iss and delay, and the habits
// of its hosts, describe the model's world and are no need by themselves.
func (s *Script) Needs() []Need {
	has := map[Need]bool{NeedRaw: s.Puppets()}
	for _, f := range s.AllFaults() {
		switch {
		case f.Sel.Chance > 0 || f.Sel.Since > 0 || f.Sel.Until > 0:
			has[NeedChance] = true
		case f.Verb == fault.Drop:
			has[NeedLoss] = true
		case f.Verb == fault.Old:
			has[NeedRaw] = true
		default:
			has[NeedDelay] = true
		}
	}
	for i := range s.Expects {
		e := &s.Expects[i]
		if e.HasSeq && e.Seq.IsAbsolute() || e.HasAck && e.Ack.IsAbsolute() {
			has[NeedExactISS] = true
		}
	}
	for i := range s.Stmts {
		a := &s.Stmts[i]
		switch a.Verb {
		case Then:
			has[NeedWatch] = true
		case Open:
			has[NeedOpen] = true
		case SetSockOpt, GetSockOpt, Poll:
			has[NeedOptions] = true
		case Join, Leave:
			has[NeedDatagrams], has[NeedGroups] = true, true
		case SendTo, RecvFrom:
			has[NeedDatagrams] = true
			has[NeedGroups] = has[NeedGroups] || a.Peer.IsGroup()
		case Socket:
			has[NeedDatagrams] = has[NeedDatagrams] || a.Proto == wire.UDP
		default: // every player can make the others
		}
		for k := range s.Stmts[:i] {
			if b := &s.Stmts[k]; a.HasAt && b.HasAt && a.At == b.At && a.Host != b.Host {
				has[NeedSimultaneous] = true
			}
		}
	}
	has[NeedOwnStack] = s.needsOwnStack()
	var needs []Need
	for _, n := range []Need{NeedLoss, NeedDelay, NeedChance, NeedExactISS, NeedRaw, NeedOpen, NeedWatch, NeedDatagrams, NeedOptions, NeedGroups, NeedOwnStack, NeedSimultaneous} {
		if has[n] {
			needs = append(needs, n)
		}
	}
	return needs
}

// HearsGroup reports whether a UDP socket is meant to hear a group: it joins one, or
// somebody sends to everybody at the port to which it is bound.
func (s *Script) HearsGroup(host, sock string) bool {
	if s.joins(host, sock) {
		return true
	}
	for i := range s.Stmts {
		if b := &s.Stmts[i]; b.Verb == Bind && b.Host == host && b.Sock == sock {
			for k := range s.Stmts {
				if a := &s.Stmts[k]; a.Verb == SendTo && a.Peer.IsBroadcast() && a.Peer.Port == b.Port {
					return true
				}
			}
		}
	}
	return false
}

// SharesPort reports whether, where all hosts share one stack, a UDP socket of the host
// on that port meets a socket of another host: one of the two hears a group and is bound
// to no address.
func (s *Script) SharesPort(host string, port uint16) bool {
	hears, others := false, false
	for i := range s.Stmts {
		if b := &s.Stmts[i]; b.Verb == Bind && b.Port == port {
			others = others || b.Host != host
			hears = hears || s.HearsGroup(b.Host, b.Sock)
		}
	}
	return hears && others
}

func (s *Script) joins(host, sock string) bool {
	for i := range s.Stmts {
		if a := &s.Stmts[i]; a.Verb == Join && a.Host == host && a.Sock == sock {
			return true
		}
	}
	return false
}

// needsOwnStack reports whether a datagram to one host could reach another host's
// socket where all share one stack: sockets that hear groups are bound to a port
// and to no address, so the port alone tells them apart. It is so too where a host
// does not want to hear its own datagrams to a group.
func (s *Script) needsOwnStack() bool {
	type port struct {
		host string
		n    uint16
	}
	wild := map[port]bool{}
	udp := map[port]bool{}
	socks := map[[2]string]bool{}
	for i := range s.Stmts {
		a := &s.Stmts[i]
		switch a.Verb {
		case Socket:
			socks[[2]string{a.Host, a.Result}] = a.Proto == wire.UDP
		case Bind:
			if a.Bind != "" && a.Bind != a.Host && s.Host(a.Bind) != nil {
				return true // an address of another host is foreign, and here it is not
			}
			if !socks[[2]string{a.Host, a.Sock}] {
				continue
			}
			udp[port{a.Host, a.Port}] = true
			wild[port{a.Host, a.Port}] = wild[port{a.Host, a.Port}] || s.HearsGroup(a.Host, a.Sock)
		case SetSockOpt:
			if a.Value.N == 0 && (a.Option == "IP_MULTICAST_LOOP" || a.Option == "IP_MULTICAST_TTL") {
				return true
			}
		default: // the others open no port
		}
	}
	wildPort := map[uint16]int{}
	for p, w := range wild {
		if w {
			wildPort[p.n]++
		}
	}
	for i := range s.Stmts {
		a := &s.Stmts[i]
		if a.Verb != SendTo && (a.Verb != Connect || !socks[[2]string{a.Host, a.Sock}]) || a.Peer.IsGroup() {
			continue
		}
		to := port{a.Peer.Host, a.Peer.Port}
		switch {
		case !udp[to] && wildPort[to.n] > 0, // another host's socket would take what nobody there wants
			wild[to] && wildPort[to.n] > 1: // the kernel would choose one of several
			return true
		}
	}
	return false
}

// HasSocket reports whether the host has a socket that listens or is bound to a port.
func (s *Script) HasSocket(host string) bool {
	return slices.ContainsFunc(s.Stmts, func(a Stmt) bool { return a.Host == host && (a.Verb == Listen || a.Verb == Bind) })
}

// Buffers reports whether the script says how large buffers are: a kernel counts
// them in its own way.
func (s *Script) Buffers() bool {
	return slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.RcvBuf > 0 || h.SndBuf > 0 }) ||
		slices.ContainsFunc(s.Stmts, func(a Stmt) bool { return a.Option == "SO_RCVBUF" || a.Option == "SO_SNDBUF" })
}
