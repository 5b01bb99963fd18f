package peer

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"netlab/live"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// An Event is one thing that a peer did or saw. The embedded event is what a trace
// keeps; the other fields are for those who show it.
type Event struct {
	trace.Event
	Local, Remote netip.AddrPort // the socket's ends, as far as they are known
	Data          string         // what was sent or received
	Why           Why            // the sentence that explains it; empty: none
	With          []any          // fills the sentence
}

// SocketChange is the Call of a note that says that a socket, as its program sees it, goes
// from the state Args to the state Result; the names are those of [APIStates].
const SocketChange = "socket-state"

// A Why names a sentence; the catalogues of words have its text.
type Why string

// The sentences.
const (
	WhyPeerClosed    Why = "peer-closed"
	WhyEmptyDatagram Why = "empty-datagram"
	WhyTruncated     Why = "truncated"
	WhyCopied        Why = "copied"
	WhyPart          Why = "part"
	WhyLine          Why = "line"
	WhyLongLine      Why = "long-line"
	WhyLookup        Why = "lookup"
	WhyNobody        Why = "nobody"
	WhyQueueFull     Why = "queue-full"
	WhyNoSuch        Why = "no-such"
	WhyTyped         Why = "typed"
	WhyList          Why = "list"
	WhyListEmpty     Why = "list-empty"
	WhyClientLeft    Why = "client-left"
	WhyHeld          Why = "held"
	WhyUnheard       Why = "unheard"
	WhyFileOffered   Why = "file-offered"
	WhyFileComes     Why = "file-comes"
	WhyFileHanded    Why = "file-handed"
	WhyFileKept      Why = "file-kept"
	WhyFileTaken     Why = "file-taken"
	WhyFileRefused   Why = "file-refused"
	WhyFaultOn       Why = "fault-on"
	WhyNeverClosed   Why = "never-closed"
	WhySpun          Why = "spun"
	WhyNeverRead     Why = "never-read"
	WhyWrongClient   Why = "wrong-client"
	WhyGarbage       Why = "garbage"
	WhyForgotten     Why = "forgotten"
	WhyStillWaiting  Why = "still-waiting"
	WhyStarMerged    Why = "star-merged"
	WhyStarShort     Why = "star-short"
	WhyStarDone      Why = "star-done"
	WhyEmptyWaits    Why = "empty-waits"
	WhyAppended      Why = "appended"
	WhyOutside       Why = "outside"
)

// Whys lists every sentence.
func Whys() []Why {
	return []Why{WhyPeerClosed, WhyEmptyDatagram, WhyTruncated, WhyCopied, WhyPart, WhyLine, WhyLongLine, WhyLookup, WhyNobody,
		WhyQueueFull, WhyNoSuch, WhyTyped, WhyList, WhyListEmpty, WhyClientLeft, WhyHeld, WhyUnheard, WhyFileOffered,
		WhyFileComes, WhyFileHanded, WhyFileKept, WhyFileTaken, WhyFileRefused, WhyFaultOn, WhyNeverClosed, WhySpun,
		WhyNeverRead, WhyWrongClient, WhyGarbage, WhyForgotten, WhyStillWaiting, WhyStarMerged, WhyStarShort, WhyStarDone,
		WhyEmptyWaits, WhyAppended, WhyOutside}
}

// A CallError is a call that did not succeed; the events have told it.
type CallError struct {
	Call, Args string
	Errno      wire.Errno
	Err        error
}

// Error implements error: "connect 127.0.0.1:9: ECONNREFUSED".
func (e *CallError) Error() string { return e.Call + " " + e.Args + ": " + string(e.Errno) }

// Unwrap returns the operating system's own error.
func (e *CallError) Unwrap() error { return e.Err }

// tell numbers and hands on an event. It may be called from any goroutine.
func (p *peer) tell(e Event) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.n++
	e.N, e.T, e.Source = p.n, time.Since(p.start), trace.Live
	if e.Host == "" {
		e.Host = p.host
	}
	if e.Local.IsValid() {
		e.Src = wire.Endpoint{Host: p.host, Port: e.Local.Port()}
		e.Dst = wire.Endpoint{Host: p.other, Port: e.Remote.Port()}
	}
	p.opt.Tell(e)
}

// note tells a sentence about a socket.
func (s *sock) note(why Why, with ...any) {
	s.tell(Event{Event: trace.Event{Kind: trace.Note, Conn: s.name}, Local: s.local, Remote: s.remote, Why: why, With: with})
}

// note tells a sentence about the peer as a whole.
func (p *peer) note(why Why, with ...any) {
	p.tell(Event{Event: trace.Event{Kind: trace.Note}, Why: why, With: with})
}

// calls tells that a call is about to be made.
func (s *sock) calls(call, args string) {
	s.tell(Event{Event: trace.Event{Kind: trace.Call, Conn: s.name, Call: call, Args: args, Proto: s.opt.Proto}, Local: s.local, Remote: s.remote})
}

// returned tells what a call returned, and makes an error of its errno.
func (s *sock) returned(call, args, result string, err error, more ...func(*Event)) error {
	e := Event{Event: trace.Event{Kind: trace.Return, Conn: s.name, Call: call, Args: args, Result: result, Proto: s.opt.Proto}, Local: s.local, Remote: s.remote}
	var failed error
	if err != nil {
		errno := live.Errno(err)
		e.Result = string(errno)
		failed = &CallError{call, args, errno, err}
	}
	for _, f := range more {
		f(&e)
	}
	s.tell(e)
	return failed
}

// did tells a call that never waits, with its result.
func (s *sock) did(call, args, result string, err error, more ...func(*Event)) error {
	s.calls(call, args)
	return s.returned(call, args, result, err, more...)
}

// because adds a sentence to an event.
func because(why Why, with ...any) func(*Event) {
	return func(e *Event) { e.Why, e.With = why, with }
}

// holding adds what was sent or received.
func holding(data string) func(*Event) { return func(e *Event) { e.Data = data } }

// delivered tells what has reached the program.
func (s *sock) delivered(data string, from netip.AddrPort) {
	s.tell(Event{Event: trace.Event{Kind: trace.Deliver, Conn: s.name, Proto: s.opt.Proto, Seg: wire.Segment{Data: data}},
		Local: s.local, Remote: from, Data: data})
}

// quoted writes what a call is given, shortened.
func quoted(data string) string {
	const most = 48
	if len(data) > most {
		return strconv.Quote(data[:most]) + fmt.Sprintf("… %d", len(data))
	}
	return strconv.Quote(data)
}
