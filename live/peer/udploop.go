package peer

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"netlab/live"
	"netlab/sim/wire"
)

// loop takes what happens, one thing at a time, until the run is over.
func (u *caller) loop(ctx context.Context, came <-chan datagram) error {
	input := u.opt.Input
	if u.opt.silent() {
		input = nil
	}
	texts, said := u.speak(ctx)
	var over <-chan time.Time // when it is time to give up
	if u.opt.Within > 0 {
		over = time.After(u.opt.Within)
	}
	for {
		lines, mine := input, texts
		if !u.waits.IsZero() {
			lines, mine = nil, nil // the program does nothing but wait
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			return u.givesUp()
		case <-u.patienceOver():
			u.note(WhyStillWaiting)
			u.waits = time.Now().Add(time.Hour) // it is said once
		case d := <-came:
			err := u.took(d)
			if err != nil && u.ends(err) || u.opt.Once {
				return err
			}
			if u.opt.Within > 0 {
				over = time.After(u.opt.Within)
			}
			if u.answered(said == nil && input == nil) {
				return nil
			}
		case text := <-mine:
			if err := u.say(text); err != nil && u.ends(err) {
				return err
			}
		case <-said:
			said = nil
			if done, wait := u.spoken(); done {
				return nil
			} else if wait > 0 {
				over = time.After(wait)
			}
		case line, ok := <-lines:
			if !ok {
				input = nil
				if done, wait := u.spoken(); done {
					return nil
				} else if wait > 0 {
					over = time.After(wait)
				}
				continue
			}
			if done, err := u.typed(line); done || (err != nil && u.ends(err)) {
				return err
			}
		}
	}
}

// speak hands out the texts of the command line; said is closed after the last, and nil
// if there are none.
func (u *caller) speak(ctx context.Context) (texts chan string, said chan struct{}) {
	if len(u.opt.Sends) == 0 && u.opt.Size == 0 {
		return nil, nil
	}
	texts, said = make(chan string), make(chan struct{})
	go func() {
		defer close(said)
		u.opt.texts(ctx, nil, func(text string) {
			select {
			case texts <- text:
			case <-ctx.Done():
			}
		})
	}()
	return texts, said
}

// ends reports whether an error of one call ends the run: a peer that types may try
// again, and a server has others to serve.
func (u *caller) ends(err error) bool {
	var call *CallError
	if !errors.As(err, &call) {
		return true
	}
	return u.opt.Listen == "" && !u.opt.Interactive()
}

// spoken is what happens when nothing more is to be sent: a server goes on, a client
// that asked waits for its answers, and a sender is done.
func (u *caller) spoken() (done bool, wait time.Duration) {
	switch {
	case u.opt.Listen != "":
		return false, 0
	case u.opt.Within > 0:
		return false, u.opt.Within
	case u.opt.Connect != "" && u.asked > 0:
		return false, DefaultWithin
	default:
		return u.opt.Fault != WaitForEver || u.waits.IsZero(), 0
	}
}

// answered reports whether all that was asked is answered, and nothing more is to be sent.
func (u *caller) answered(spoken bool) bool {
	return spoken && u.opt.Connect != "" && u.opt.Listen == "" && u.asked == 0
}

// givesUp ends the waiting: a client whose question was not answered tells so.
func (u *caller) givesUp() error {
	_, recv := u.names()
	if u.opt.Connect == "" && u.opt.Listen == "" && u.opt.Multicast+u.opt.To+u.opt.Broadcast != "" {
		return nil // it was a sender, and has listened long enough
	}
	if u.said > 0 && u.asked == 0 {
		return nil
	}
	return u.returned(recv, u.name, "", context.DeadlineExceeded)
}

// stillWaiting is after how long it is said what the fault wait-for-ever does.
const stillWaiting = time.Second

func (u *caller) patienceOver() <-chan time.Time {
	if u.waits.IsZero() || u.waits.After(time.Now()) {
		return nil
	}
	return time.After(time.Until(u.waits.Add(stillWaiting)))
}

// say sends a text to the target, or to all who have been heard.
func (u *caller) say(text string) error {
	to := u.known
	if u.target.IsValid() {
		to = []netip.AddrPort{u.target}
	}
	if len(to) == 0 {
		u.peer.note(WhyNobody)
		return nil
	}
	var first error
	for _, end := range to {
		err := u.sendTo(text, end)
		if live.Errno(err) == wire.ECONNREFUSED { // of an earlier datagram: this one was not sent
			err = u.sendTo(text, end)
		}
		if first = cmpErr(first, err); err == nil {
			u.asked++
		}
	}
	if u.opt.Fault == WaitForEver && first == nil {
		u.waits = time.Now()
	}
	return first
}

// typed does what a typed line asks for.
func (u *caller) typed(line string) (done bool, err error) {
	cmd := ParseTyped(line)
	switch cmd.Do {
	case "quit":
		return true, nil
	case "send":
		if cmd.Who == 0 {
			return false, u.say(cmd.Text)
		}
		if cmd.Who > len(u.known) {
			u.peer.note(WhyNoSuch, cmd.Who)
			return false, nil
		}
		return false, u.sendTo(cmd.Text, u.known[cmd.Who-1])
	case "list":
		if len(u.known) == 0 {
			u.peer.note(WhyListEmpty)
		}
		for i, end := range u.known {
			u.peer.note(WhyList, i+1, u.name, end)
		}
	default: // there is no connection to close
		u.peer.note(WhyTyped, cmd.Text)
	}
	return false, nil
}
