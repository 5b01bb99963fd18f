package lab

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"netlab/live"
	"netlab/live/jail"
	"netlab/live/netns"
	"netlab/sim/scenario"
)

// A Program is a real program that plays a host.
//
// Its environment says what the script has its host do: NETLAB_HOST and NETLAB_ADDR are the
// host's name and address, NETLAB_PEER is the address of the host that it talks to, and
// NETLAB_PORT the port that it shall serve or connect to.
type Program struct {
	Host    string `json:"host"`
	Command string `json:"command"` // for sh -c
	// Cell, if set, is where a program runs that nobody trusts; Command is not used then, and
	// Work holds its files, a tar archive.
	Cell *jail.Cell `json:"cell,omitempty"`
	Work []byte     `json:"-"`
	// Stays says that nobody waits for the program to end by itself, as a server does not.
	Stays bool `json:"stays,omitempty"`
	// Within is how long it may take to serve, Output how many octets it may print; 0: see
	// the constants.
	Within time.Duration `json:"within_ns,omitempty"`
	Output int64         `json:"output,omitempty"`
}

// How long a program may take to listen, and to end by itself once its peer is done; and how
// long one that listens where nobody reaches it is given to listen elsewhere, too.
const (
	listensWithin = 10 * time.Second
	endsWithin    = 2 * time.Second
	listensMore   = 200 * time.Millisecond
	listensLater  = time.Second // on the script's port, if no other will do
)

// A running is a program that plays a host.
type running struct {
	prog  *Program
	part  part
	addr  netip.Addr // of its host
	wire  bool       // its host has a namespace of its own: there 127.0.0.1 is nobody else's
	other bool       // the others take the script's port as it stands
	space int        // the namespace; 0: the one of the thread that starts it
	told  []string   // what its environment says of its part

	cmd       *exec.Cmd // if it is a command of ours
	stop      func()    // ends the program and all that it has started; nil: it was not started
	done      chan struct{}
	cell      *jail.Process // if it runs in one
	typed     *os.File      // its standard input then
	out       *output
	failed    string      // why it plays no part
	elsewhere uint16      // the port that it serves in the place of the script's
	storm     atomic.Bool // it was ended because it sent too much
	mu        sync.Mutex
	p         *live.Player
	said      string // last
	how       string // it ended; known when done is closed
}

// newRunning prepares a program for the part that it plays; nil if none plays one.
func newRunning(s *scenario.Script, st *stage) *running {
	if st.program == nil {
		return nil
	}
	r := &running{prog: st.program, part: partOf(s, st.program.Host), addr: st.addr[st.program.Host]}
	r.told = []string{"NETLAB_HOST=" + r.prog.Host, "NETLAB_ADDR=" + r.addr.String()}
	if peer, ok := st.addr[r.part.peer]; ok {
		r.told = append(r.told, "NETLAB_PEER="+peer.String())
	} else if r.part.peer != "" { // a group
		r.told = append(r.told, "NETLAB_PEER="+r.part.peer)
	}
	if r.part.port != 0 {
		r.told = append(r.told, "NETLAB_PORT="+strconv.Itoa(int(r.part.port)))
	}
	return r
}

// join gives the player a host that is no business of its own, and the program the player
// that notes what it says.
func (r *running) join(ctx context.Context, opt *live.Options) {
	if r != nil {
		opt.Program, opt.LaunchAt = r.prog.Host, r.part.at
		opt.Type = r.typing
		opt.Launch = func() (port, as uint16, err error) {
			if port, as, err = r.launch(ctx); err != nil {
				r.failed = err.Error()
			}
			return port, as, err
		}
	}
}

// know gives the program its player before the first statement.
func (r *running) know(p *live.Player) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.p = p
}

// within does something in the namespace of the program's host.
func (r *running) within(do func() error) error {
	if r.space == 0 {
		return do()
	}
	return netns.Within(r.space, do)
}

// launch starts the program in the namespace of its host. If it should serve, launch returns
// once it does, with its port and with the script's, for which that stands.
func (r *running) launch(ctx context.Context) (port, as uint16, err error) {
	list, err := r.sockets()
	if err != nil {
		return 0, 0, fmt.Errorf("lab: %w", err)
	}
	defer list.close()
	before := list.waiting()
	if err := r.start(); err != nil || !r.part.serves {
		return 0, 0, err
	}
	var first time.Time // when it was seen to listen
	var best netip.AddrPort
	until := r.patience()
	for ctx.Err() == nil && until() {
		if at, ok := r.best(list.waiting(), before); ok {
			if best = at; first.IsZero() {
				first = time.Now()
			}
			more := listensMore
			if r.prog.Cell != nil && best.Port() != r.part.port {
				more = listensLater
			} else if r.reached(best.Addr()) {
				return r.serves(best)
			}
			if time.Since(first) > more {
				return r.serves(best)
			}
		}
		select {
		case <-r.done:
			return 0, 0, fmt.Errorf("the program %s; it did not %s%s", r.how, r.part.serving(), r.last())
		default:
		}
		time.Sleep(5 * time.Millisecond)
	}
	if !first.IsZero() {
		return r.serves(best)
	}
	return 0, 0, fmt.Errorf("the program did not %s within %s%s", r.part.serving(), r.mayTake(), r.last())
}

// mayTake is how long the program may take to listen.
func (r *running) mayTake() time.Duration { return cmp.Or(r.prog.Within, listensWithin) }

// patience returns what says whether to wait on for the program to listen: for as long as it may
// take; and twice as long again while it computes, for on a busy machine others have the processor.
func (r *running) patience() func() bool {
	end, extra := time.Now().Add(r.mayTake()), 2
	return func() bool {
		if time.Now().Before(end) {
			return true
		}
		if extra == 0 || r.cell == nil || !r.cell.Wants() {
			return false
		}
		end, extra = end.Add(r.mayTake()), extra-1
		return true
	}
}

// start starts the program, and begins to take down what it says.
func (r *running) start() error {
	begin, how := r.command, r.ended
	if r.prog.Cell != nil {
		begin, how = r.confine, r.cellEnded
	}
	out, err := begin()
	if err != nil {
		return err
	}
	r.done, r.out = make(chan struct{}), &output{most: cmp.Or(r.prog.Output, mostOutput), stop: r.stop}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer out.Close()
		r.listen(io.TeeReader(out, r.out))
	}()
	go func() {
		<-read
		r.how = how()
		r.say("the program "+r.how, "")
		close(r.done)
	}()
	return nil
}

// command starts the program as one of ours.
func (r *running) command() (io.ReadCloser, error) {
	cmd := exec.Command("/bin/sh", "-c", r.prog.Command)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, marker) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "PYTHONUNBUFFERED=1"), r.told...)
	ownGroup(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	cmd.Stderr = cmd.Stdout
	if err := r.within(cmd.Start); err != nil {
		return nil, fmt.Errorf("lab: start %q: %w", r.prog.Command, err)
	}
	r.cmd, r.stop = cmd, func() { killAll(cmd) }
	return out, nil
}

// ended waits for the end of a program of ours.
func (r *running) ended() string {
	if err := r.cmd.Wait(); err != nil {
		return "ends: " + err.Error()
	}
	return "exits with 0"
}

// serves notes where the program listens.
func (r *running) serves(at netip.AddrPort) (port, as uint16, err error) {
	as = r.part.port
	if as == 0 {
		as = at.Port()
	}
	if r.other && as != at.Port() && r.prog.Cell != nil {
		r.elsewhere = at.Port()
		return 0, 0, fmt.Errorf("the program listens on port %d, and not on port %d", at.Port(), as)
	}
	if r.other && as != at.Port() {
		return 0, 0, fmt.Errorf("the program listens on port %d, but the script's port is %d, and a host that is played by the model or a puppet sends to that: listen on $NETLAB_PORT",
			at.Port(), as)
	}
	text := ListensOn + at.String()
	if !r.reached(at.Addr()) {
		text += NobodyReaches + r.addr.String()
	}
	r.say(text, "")
	return at.Port(), as, nil
}

// The words of the notes that say where a program listens.
const (
	ListensOn     = "listens on "
	NobodyReaches = ", where no other host can reach it: bind it to 0.0.0.0 or to "
)

// maxSaid bounds how many lines of a program's output are kept.
const maxSaid = 1000

// listen takes down what the program prints.
func (r *running) listen(out io.Reader) {
	sc := bufio.NewScanner(out)
	for n := 0; sc.Scan(); n++ {
		if n < maxSaid {
			r.say("prints "+strconv.Quote(cut(sc.Text())), cut(sc.Text()))
		}
	}
	_, _ = io.Copy(io.Discard, out) // a line too long to be taken down
}

// cut shortens a line that is too long, between two of its characters.
func cut(s string) string {
	const enough = 200
	if len(s) <= enough {
		return s
	}
	end := enough
	for end > enough-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// say records what the program did; printed, if it is not empty, may explain a failure.
func (r *running) say(text, printed string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if printed != "" {
		r.said = printed
	}
	if r.p != nil {
		r.p.Say(r.prog.Host, text)
	}
}

// last is the last thing that the program printed, for an error.
func (r *running) last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == "" {
		return ""
	}
	return "; the last it printed: " + r.said
}

// await gives the program time to end by itself, by a clock that may stand still; meanwhile
// it calls turn.
func (r *running) await(ctx context.Context, now func() time.Time, turn func()) {
	if r == nil || r.stop == nil || r.prog.Stays {
		return
	}
	for end := now().Add(endsWithin); now().Before(end); turn() {
		select {
		case <-r.done:
			return
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// hush lets nothing more be noted of the program.
func (r *running) hush() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.p = nil
}

// end ends the program, and all that it has started, and reports whether it was still running.
// How it is ended is no part of the run.
func (r *running) end() (wasRunning bool) {
	r.hush()
	if r == nil || r.stop == nil {
		return false
	}
	select {
	case <-r.done:
	default:
		wasRunning = true
	}
	r.stop()
	if r.typed != nil {
		_ = r.typed.Close()
	}
	<-r.done
	return wasRunning
}
