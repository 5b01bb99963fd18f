package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/sim/fault"
	"netlab/sim/wire"
)

// A Pos is a place in a script, counted from 1; columns count bytes.
type Pos struct {
	File      string
	Line, Col int
}

// String returns "file:line:col".
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }

// An Error is a mistake in a script, told to the person who wrote it.
type Error struct {
	Pos  Pos
	Msg  string
	Hint string // what would have been right; may be empty
}

// Error returns "demo.txt:4:9: no host "C" (hosts are A, B)".
func (e *Error) Error() string {
	s := e.Pos.String() + ": " + e.Msg
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// A Script is a parsed scenario. Its parts are never changed after parsing.
type Script struct {
	Name    string
	Case    string // the case of its file; empty if the file has none
	Hosts   []Host
	Links   []Link
	Faults  []fault.Fault
	Stmts   []Stmt
	Expects []Expect
	Until   time.Duration // run at least this long; 0: until quiet

	lines []line // for writing it back: comments and order
}

// A Host is a computer with one program and one TCP.
type Host struct {
	Pos    Pos
	Name   string
	IP     string // empty: netlab picks one
	ISS    wire.Seq
	HasISS bool
	Puppet bool // the script plays it: it has no TCP of its own

	Profile        string // habits of this host's TCP; empty: those of the run
	MSS            int    // 0: the profile's; likewise below
	RcvBuf, SndBuf int
	Congestion     string // off or newreno
}

// A Link joins two hosts, or several: what one sends to a group reaches all.
type Link struct {
	Pos       Pos
	Hosts     []string
	Delay     time.Duration // one way
	MTU       int           // octets of the largest packet; 0: any fits
	Loss      fault.Chance
	Duplicate fault.Chance
	Reorder   fault.Chance // a packet is overtaken by those after it
	Corrupt   fault.Chance
}

// joins reports whether both hosts are on the link.
func (l *Link) joins(a, b string) bool {
	return slices.Contains(l.Hosts, a) && slices.Contains(l.Hosts, b)
}

// faults are what the link's chances do to packets from a to b.
func (l *Link) faults(a, b string) []fault.Fault {
	var all []fault.Fault
	add := func(v fault.Verb, c fault.Chance, by time.Duration) {
		if c > 0 {
			all = append(all, fault.Fault{Verb: v, By: by, Sel: fault.Selector{From: a, To: b, Chance: c}})
		}
	}
	add(fault.Drop, l.Loss, 0)
	add(fault.Duplicate, l.Duplicate, 0)
	add(fault.Delay, l.Reorder, max(l.Delay, time.Millisecond))
	add(fault.Corrupt, l.Corrupt, 0)
	return all
}

// AllFaults returns the script's faults and those that the links' chances amount to.
func (s *Script) AllFaults() []fault.Fault {
	all := slices.Clone(s.Faults)
	for i := range s.Links {
		l := &s.Links[i]
		for _, a := range l.Hosts {
			for _, b := range l.Hosts {
				if a != b {
					all = append(all, l.faults(a, b)...)
				}
			}
		}
	}
	return all
}

// A Verb is a socket call, or wait.
type Verb string

// The verbs.
const (
	Socket   Verb = "socket"
	Bind     Verb = "bind"
	Listen   Verb = "listen"
	Accept   Verb = "accept"
	Connect  Verb = "connect"
	SendCall Verb = "send"
	Recv     Verb = "recv"
	Shutdown Verb = "shutdown"
	Close    Verb = "close"
	Wait     Verb = "wait"

	SetSockOpt Verb = "setsockopt"
	GetSockOpt Verb = "getsockopt"
	SendTo     Verb = "sendto"
	RecvFrom   Verb = "recvfrom"
	Join       Verb = "join"
	Leave      Verb = "leave"
	Poll       Verb = "poll"

	Open     Verb = "open"     // RFC 9293's own OPEN, on a socket that listens
	Segment  Verb = "segment"  // a puppet's
	Datagram Verb = "datagram" // a puppet's
	Type     Verb = "type"     // on the standard input of a real program that plays the host
	Then     Verb = "then"     // nobody's: the script waits for something to happen
)

// DefaultWithin bounds a call that does not say how long it may take.
const DefaultWithin = 10 * time.Second

// A Stmt is one statement of a host's program.
type Stmt struct {
	Pos        Pos
	Host       string
	At         time.Duration // since the start; only if HasAt
	HasAt      bool
	Verb       Verb
	Result     string        // the name the result gets: s = socket, x = accept
	Sock       string        // the socket the call is about
	Proto      wire.Proto    // socket
	Peer       wire.Endpoint // connect, sendto, segment, datagram: whom to
	Bind       string        // bind: HOST or a group, if it is said
	Group      string        // join, leave
	Option     string        // setsockopt, getsockopt
	Value      Value
	Events     []string // poll
	Made       *Made    // segment, datagram
	Then       *Expect
	Port       uint16 // bind, listen; 0: not said
	HasPort    bool
	Backlog    int    // listen; -1: not said
	Text       string // send: the octets; recv: the octets expected
	HasText    bool
	N          int    // send, recv: how many octets; 0: not said
	All        bool   // recv: until N octets have come (MSG_WAITALL)
	End        bool   // recv: expects the end of the stream
	How        string // shutdown: read, write or both
	Background bool   // & : do not wait for it
	Within     time.Duration

	octets string // what N stands for, made once by Parse
}

// Deadline is how long the statement may take.
func (s *Stmt) Deadline() time.Duration {
	if s.Within > 0 {
		return s.Within
	}
	return DefaultWithin
}

// An ExpectKind is a form of expect line.
type ExpectKind string

// The forms.
const (
	ExpectPasses  ExpectKind = "passes"  // expect A passes SYN-SENT ESTABLISHED
	ExpectIs      ExpectKind = "is"      // expect A is ESTABLISHED
	ExpectSends   ExpectKind = "sends"   // expect A sends SYN,ACK seq=300 ack=101
	ExpectReturns ExpectKind = "returns" // expect A connect returns ECONNREFUSED
	ExpectQuiet   ExpectKind = "quiet"   // expect A sends nothing for 1s
	ExpectIgnores ExpectKind = "ignores" // expect A ignores FIN
)

// ExpectKinds lists the forms.
func ExpectKinds() []ExpectKind {
	return []ExpectKind{ExpectPasses, ExpectIs, ExpectSends, ExpectReturns, ExpectQuiet, ExpectIgnores}
}

// An Expect is a check on the finished trace.
type Expect struct {
	Pos            Pos
	Host           string
	Kind           ExpectKind
	States         []wire.State
	Then           bool          // it stands in a then line
	Never          bool          // it must not happen
	Anything       bool          // sends: any packet
	Within         time.Duration // expect: since the start; then: since the statement above it
	Proto          wire.Proto
	Flags          wire.Flags
	Seq, Ack       Number
	HasSeq, HasAck bool
	Wnd, Len       int // -1: any
	To             string
	For            time.Duration // sends nothing
	After          int           // quiet: index of the statement above it
	Call           Verb
	Result         string
}

// A line is one line of the script in the order written.
type line struct {
	kind    lineKind
	index   int    // into the script's list of that kind
	comment string // text after #, with the blank before it; kind lineBlank: the whole line
}

type lineKind uint8

const (
	lineBlank lineKind = iota
	lineHost
	lineLink
	lineFault
	lineStmt
	lineExpect
	lineUntil
	lineCase
)

// Host returns the host of that name, or nil.
func (s *Script) Host(name string) *Host {
	for i := range s.Hosts {
		if s.Hosts[i].Name == name {
			return &s.Hosts[i]
		}
	}
	return nil
}

// Delay returns the one-way delay between two hosts and whether they are joined.
// A host is always joined to itself, without delay.
func (s *Script) Delay(a, b string) (time.Duration, bool) {
	if a == b {
		return 0, true
	}
	if l := s.Link(a, b); l != nil {
		return l.Delay, true
	}
	return 0, false
}

// Link returns the link that joins two hosts, or nil.
func (s *Script) Link(a, b string) *Link {
	for i := range s.Links {
		if s.Links[i].joins(a, b) {
			return &s.Links[i]
		}
	}
	return nil
}

// Puppets reports whether the script plays a host itself.
func (s *Script) Puppets() bool {
	return slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.Puppet })
}

// Hash identifies the script by its text in the one true form (64 bits in hexadecimal).
func (s *Script) Hash() string {
	sum := sha256.Sum256([]byte(s.String()))
	return hex.EncodeToString(sum[:8])
}

// With returns a copy of the script with more faults: how an edit makes a fork.
func (s *Script) With(faults ...fault.Fault) *Script {
	c := *s
	c.Faults = append(append([]fault.Fault(nil), s.Faults...), faults...)
	c.lines = append([]line(nil), s.lines...)
	at := len(c.lines)
	for i, l := range c.lines {
		if l.kind == lineStmt || l.kind == lineExpect {
			at = i
			break
		}
	}
	var added []line
	for i := range faults {
		added = append(added, line{kind: lineFault, index: len(s.Faults) + i})
	}
	c.lines = append(c.lines[:at], append(added, c.lines[at:]...)...)
	return &c
}

// Intent returns the comment at the head of the script: what it is about.
func (s *Script) Intent() string {
	var b []string
	for _, l := range s.lines {
		if l.kind != lineBlank || l.comment == "" {
			break
		}
		b = append(b, strings.TrimSpace(strings.TrimPrefix(l.comment, "#")))
	}
	return strings.Join(b, " ")
}

// Address returns the IPv4 address of host i: the script's, or one in 10.0.0.0/24.
func (s *Script) Address(i int) string {
	if ip := s.Hosts[i].IP; ip != "" {
		return ip
	}
	taken := func(ip string) bool {
		return slices.ContainsFunc(s.Hosts, func(h Host) bool { return h.IP == ip })
	}
	n := 0
	for k := 1; ; k++ {
		ip := "10.0.0." + strconv.Itoa(k)
		if taken(ip) {
			continue
		}
		for s.Hosts[n].IP != "" {
			n++
		}
		if n == i {
			return ip
		}
		n++
	}
}
