package peer

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"netlab/sim/wire"
)

// What a peer does when it has nothing more to send.
const (
	ThenHalfClose = "half-close" // shutdown(WR), and goes on receiving; a client's default
	ThenClose     = "close"
	ThenReset     = "reset" // close() with SO_LINGER 0
	ThenHold      = "hold"  // keeps the socket, also after the peer has closed; a server's default
)

// Thens lists what can be done when nothing more is to be sent.
func Thens() []string { return []string{ThenClose, ThenHalfClose, ThenReset, ThenHold} }

// DefaultWithin is how long connect and send wait if nothing else is said.
const DefaultWithin = 10 * time.Second

// DefaultReceive is how many octets one recv asks for if nothing else is said.
const DefaultReceive = 4096

// Options say what a peer does.
type Options struct {
	Proto   wire.Proto // TCP or UDP
	Listen  string     // "[ADDR:]PORT": be a server; UDP: the own port
	Connect string     // "HOST:PORT": be a client
	Local   string     // "[ADDR][:PORT]": the client's own end

	To        string   // UDP: "HOST:PORT" for what is sent, without connect
	Broadcast string   // UDP: the port on every host of the link
	Multicast string   // UDP: "GROUP:PORT" for what is sent
	Join      []string // UDP: groups to hear
	Interface string   // UDP: for groups
	TTL       int      // UDP: links that a datagram to a group may cross
	Share     bool     // UDP: let others use the same address

	Sends   []string      // what is sent without being typed
	Size    int           // send this many octets; 0: none
	Every   time.Duration // from one text to the next; 0: no timer
	Count   int           // stop after so many; 0: with a timer never, else after all texts
	Then    string        // one of Thens; empty: the default
	Echo    bool          // answer with the same
	Reply   string        // answer by this template; see [CheckTemplate]
	Lines   bool          // a message ends at a line break, not where recv ends
	Receive int           // octets that one recv asks for; 0: DefaultReceive

	SendFiles  []string // paths
	As         string   // the name that the receiver is told; empty: the file's own
	ReceiveDir string   // a folder
	Force      bool     // write over files

	Once   bool          // a server ends when its first client has left; UDP: after the first datagram
	Within time.Duration // how long a call may wait; 0: DefaultWithin for connect and send, no limit for the rest
	Fault  Fault

	Input    <-chan string           // typed lines; closed at the end of the input; nil: nobody types
	Start    time.Time               // from when times are counted; zero: from the call of Run
	Tell     func(Event)             // called in order, from one goroutine at a time
	Progress func(done, total int64) // of a file; may be nil
}

// A UsageError says what is wrong with Options and how to mend it.
type UsageError struct{ Msg, Hint string }

// Error implements error.
func (e *UsageError) Error() string { return e.Msg }

func wrong(hint, format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...), hint}
}

// Check reports the first thing in the options that makes no sense.
func (o *Options) Check() error {
	udp := o.Proto == wire.UDP
	targets := 0
	for _, t := range []string{o.Connect, o.To, o.Broadcast, o.Multicast} {
		if t != "" {
			targets++
		}
	}
	switch {
	case targets > 1:
		return wrong("choose one", "there can be only one of --connect, --to, --broadcast and --multicast")
	case !udp && o.Listen == "" && o.Connect == "":
		return wrong("for example: netlab peer tcp --listen 8888", "say --listen [ADDR:]PORT or --connect HOST:PORT")
	case !udp && o.Listen != "" && o.Connect != "":
		return wrong("start it twice, once with each", "a TCP peer either listens or connects")
	case udp && targets == 0 && o.Listen == "":
		return wrong("for example: netlab peer udp --listen 8888", "say --listen [ADDR:]PORT, or where to send: --connect, --to, --broadcast or --multicast")
	case o.Local != "" && o.Listen != "":
		return wrong("--listen takes [ADDR:]PORT", "--local is for a peer that does not listen")
	case o.Echo && o.Reply != "":
		return wrong("the template {text} is an echo", "--echo and --reply cannot both answer")
	case o.Then != "" && !slices.Contains(Thens(), o.Then):
		return wrong("one of close, half-close, reset, hold", "--then %q is unknown", o.Then)
	case o.Every < 0 || o.Within < 0 || o.Size < 0 || o.Count < 0 || o.Receive < 0:
		return wrong("a time such as 1s, or a number", "times and numbers cannot be negative")
	case o.Every > 0 && len(o.Sends) == 0 && o.Size == 0:
		return wrong("for example: --every 1s --send hello", "--every needs something to send")
	case o.Count > 0 && o.Every == 0:
		return wrong("for example: --every 1s --count 3", "--count counts what --every sends")
	case o.TTL < 0 || o.TTL > 255:
		return wrong("0 stays in this host, 1 on this link", "--ttl %d is not in 0 to 255", o.TTL)
	}
	return cmpErr(o.checkRest(), o.checkFiles(), o.checkFault())
}

// cmpErr returns the first error.
func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxSize bounds --size and --receive: they are held in memory.
const maxSize = 1 << 30

func (o *Options) checkRest() error {
	if o.Size > maxSize || o.Receive > maxSize {
		return wrong("use --send-file for more", "more than %d octets at once", maxSize)
	}
	for _, f := range []struct{ flag, value string }{{"--listen", o.Listen}, {"--local", o.Local}} {
		if f.value == "" {
			continue
		}
		if _, err := ParseLocal(f.value); err != nil {
			return wrong("[ADDR:]PORT, such as 8888 or 127.0.0.1:8888; port 0 lets the system choose", "%s %q: %v", f.flag, f.value, err)
		}
	}
	for _, f := range []struct{ flag, value string }{{"--connect", o.Connect}, {"--to", o.To}} {
		if f.value == "" {
			continue
		}
		if _, _, err := ParseRemote(f.value); err != nil {
			return wrong("HOST:PORT, such as 127.0.0.1:8888", "%s %q: %v", f.flag, f.value, err)
		}
	}
	if o.Reply != "" {
		return CheckTemplate(o.Reply)
	}
	return o.checkGroups()
}

// checkFault refuses a fault that would show nothing.
func (o *Options) checkFault() error {
	if o.Fault == NoFault {
		return nil
	}
	e, ok := exhibit(o.Fault)
	given := map[string]bool{"": true, "--listen": o.Listen != "", "--echo": o.Echo || o.Reply != "", "--broadcast": o.Broadcast != "",
		"--send-file": len(o.SendFiles) > 0 || o.ReceiveDir != "", "--receive-file": o.ReceiveDir != ""}
	switch {
	case !ok:
		return wrong("netlab peer faults lists them", "no fault %q", o.Fault)
	case !slices.Contains(e.Protos, o.Proto):
		return wrong("netlab peer faults says where each is shown", "fault %s is not one of %s programs", o.Fault, o.Proto)
	case !given[e.Needs]:
		return wrong("for example: netlab peer "+e.Example, "fault %s shows nothing without %s", o.Fault, e.Needs)
	}
	return nil
}

// A peer is one run.
type peer struct {
	opt         Options
	host, other string // names in the trace: A opens, B listens
	start       time.Time

	telling sync.Mutex
	n       int

	looking sync.Mutex // guards socks and what was told of their states
	socks   []*sock
}

// Run plays a peer until it is done: its input and its peers have ended, or the context
// has. The errors are [*UsageError], [*CallError], [*FileError] and the context's.
func Run(ctx context.Context, opt Options) error {
	if err := opt.Check(); err != nil {
		return err
	}
	if opt.Receive == 0 {
		opt.Receive = DefaultReceive
	}
	if opt.Then == "" {
		opt.Then = ThenHalfClose
		if opt.Listen != "" {
			opt.Then = ThenHold
		}
	}
	if opt.Start.IsZero() {
		opt.Start = time.Now()
	}
	p := &peer{opt: opt, host: "A", other: "B", start: opt.Start}
	if opt.Listen != "" {
		p.host, p.other = "B", "A"
	}
	if opt.Fault != NoFault {
		p.note(WhyFaultOn, opt.Fault)
	}
	stop := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		p.watchStates(stop)
	}()
	var err error
	if opt.Proto == wire.UDP {
		err = p.runUDP(ctx)
	} else {
		err = p.runTCP(ctx)
	}
	close(stop)
	<-watched
	p.settle()
	return err
}

// patience is how long connect and send may wait.
func (p *peer) patience() time.Duration {
	if p.opt.Within > 0 {
		return p.opt.Within
	}
	return DefaultWithin
}

// until is the deadline of a call that waits for others: none, if nobody has set one.
func (p *peer) until() time.Time {
	if p.opt.Within > 0 {
		return time.Now().Add(p.opt.Within)
	}
	return time.Time{}
}

// silent reports whether the texts come from flags, so that nothing is typed.
func (o *Options) silent() bool {
	return len(o.Sends) > 0 || o.Size > 0 || len(o.SendFiles) > 0 || o.ReceiveDir != ""
}

// Interactive reports whether the peer sends what is typed.
func (o *Options) Interactive() bool { return !o.silent() }
