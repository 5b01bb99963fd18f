package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/live/lab"
	"netlab/sim/trace"
)

// A command is what one line of input wants done with a run that is stepped:
//
//	release [N]     let packet N through, or the first that is held; so does an empty line
//	drop [N]        lose it
//	duplicate [N]   hold one more copy of it
//	wait TIME       let the kernels go on by themselves, such as 1.2s
//	quit            end the run here
type command struct {
	verb   string
	n      int           // of the packet; 0: the first that is held
	time   time.Duration // wait
	begun  time.Time
	packet lab.Packet // that it was given to
	copies int        // how often that was held then
	before int        // how often it had arrived then
	given  bool
}

// heldPatience is how long a command waits for its packet to be held, and to take effect.
const heldPatience = 30 * time.Second

// clock wakes up the one who waits for a command to be done.
func (c *command) clock() <-chan time.Time {
	switch {
	case c == nil:
		return nil
	case c.verb == "wait":
		return time.After(time.Until(c.begun.Add(c.time)))
	default:
		return time.After(time.Until(c.begun.Add(heldPatience)))
	}
}

// commandHint lists what can be said.
const commandHint = "release [N], drop [N], duplicate [N], wait TIME (such as 1.2s), quit"

// parseCommand reads one line; nothing on it is a release. An error says what is wrong.
func parseCommand(line string) (*command, error) {
	words := strings.Fields(line)
	c := &command{verb: "release", begun: time.Now()}
	if len(words) > 0 {
		c.verb = words[0]
	}
	switch c.verb {
	case "release", "drop", "duplicate":
		if len(words) > 2 {
			return nil, usageError(commandHint, "%s needs one packet, not %d", c.verb, len(words)-1)
		}
		if len(words) == 2 {
			n, err := strconv.Atoi(strings.TrimPrefix(words[1], "#"))
			if err != nil || n < 1 {
				return nil, usageError(commandHint, "%q is no number of a packet", words[1])
			}
			c.n = n
		}
		return c, nil
	case "wait":
		if len(words) == 2 {
			d, err := time.ParseDuration(words[1])
			if err == nil && d >= 0 && d <= time.Hour {
				c.time = d
				return c, nil
			}
		}
		return nil, usageError(commandHint, "wait needs a time of an hour at most, such as 1.2s or 300ms")
	case "quit", "q":
		if len(words) == 1 {
			c.verb = "quit"
			return c, nil
		}
	}
	return nil, usageError(commandHint, "%q is no command", c.verb)
}

// read takes a line of input as the next command.
func (st *stepping) read(line string) error {
	st.lines++
	c, err := parseCommand(line)
	if err != nil {
		return st.mistake(err)
	}
	st.do = c
	return nil
}

// mistake ends the run, or is told to somebody who can mend it.
func (st *stepping) mistake(err error) error {
	st.do = nil
	exit := err.(*exitError)
	if st.interactive() {
		st.say(exit.err.Error() + " (" + exit.hint + ")")
		return nil
	}
	return usageError(exit.hint, "line %d: %v", st.lines, exit.err)
}

// obey does the command as far as it can be done now.
func (st *stepping) obey() (done bool, err error) {
	c := st.do
	switch {
	case c.verb == "quit":
		return true, nil
	case c.verb == "wait":
		return st.ended || time.Since(c.begun) >= c.time, nil
	case !c.given:
		return st.give()
	}
	now := st.heldTimes(c.packet)
	if c.verb == "duplicate" {
		return st.ended || now > c.copies, nil
	}
	return st.ended || now < c.copies && (c.verb != "release" || st.arrivals(c.packet) > c.before), nil
}

// arrivals is how often a packet has reached its host.
func (st *stepping) arrivals(p lab.Packet) (n int) {
	for i := range st.now.Trace.Events {
		if e := &st.now.Trace.Events[i]; e.Kind == trace.Recv && e.Pkt == p.N && e.Host == p.To {
			n++
		}
	}
	return n
}

// heldTimes is how often a packet is held.
func (st *stepping) heldTimes(p lab.Packet) (n int) {
	for _, h := range st.now.Held {
		if h.Packet == p {
			n++
		}
	}
	return n
}

// give hands the command to the wire, once its packet is held.
func (st *stepping) give() (done bool, err error) {
	c := st.do
	i := slices.IndexFunc(st.now.Held, func(h lab.Held) bool { return c.n == 0 || h.N == c.n })
	switch {
	case i < 0 && st.ended && c.n == 0: // more than was needed: `yes release` lets everything through
		return true, nil
	case i < 0:
		return false, st.missing()
	}
	c.packet, c.given = st.now.Held[i].Packet, true
	c.copies, c.before = st.heldTimes(c.packet), st.arrivals(c.packet)
	act := map[string]func(lab.Packet) error{"release": st.h.Release, "drop": st.h.Drop, "duplicate": st.h.Duplicate}[c.verb]
	if act(c.packet) != nil { // the run is over meanwhile, and says so
		return true, nil
	}
	return false, nil
}

// missing tells a command whose packet is not held to wait for it, unless it cannot come any
// more.
func (st *stepping) missing() error {
	c := st.do
	gone := false
	for i := range st.now.Trace.Events {
		e := &st.now.Trace.Events[i]
		gone = gone || e.Pkt == c.n && c.n > 0 && (e.Kind == trace.Recv || e.Kind == trace.Drop)
	}
	switch {
	case st.ended:
		return st.mistake(&exitError{exitUsage, lab.ErrOver, "the record above shows how it ended"})
	case gone:
		return st.mistake(usageError("held are only the packets in the last lines that begin with: held", "packet #%d is not held any more", c.n).(*exitError))
	case time.Since(c.begun) >= heldPatience && c.n > 0:
		return st.mistake(usageError("wait for it, or leave the number out", "no packet #%d is held", c.n).(*exitError))
	case time.Since(c.begun) >= heldPatience:
		return st.mistake(usageError("wait says how long to wait", "no packet is held").(*exitError))
	}
	return nil
}
