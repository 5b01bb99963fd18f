package peer

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// read receives until the peer has closed, and answers if the options say so.
func (c *conn) read(ctx context.Context, h *hub) error {
	buf := make([]byte, c.opt.Receive)
	pending := ""
	for {
		data, err := c.recv(buf)
		switch {
		case errors.Is(err, io.EOF):
			return c.afterEnd(ctx)
		case errors.Is(err, net.ErrClosed):
			return nil // closed by order
		case err != nil:
			return err
		}
		if !c.opt.Lines {
			if err := c.answer(h, data); err != nil {
				return err
			}
			continue
		}
		if pending, err = c.lines(h, pending+data); err != nil {
			return err
		}
	}
}

// maxLine bounds a line that is waited for.
const maxLine = 64 << 10

// lines takes whole lines out of the stream and returns what is left of it.
func (c *conn) lines(h *hub, pending string) (string, error) {
	for {
		line, rest, ok := strings.Cut(pending, "\n")
		if !ok && len(pending) < maxLine {
			return pending, nil
		}
		if !ok {
			c.note(WhyLongLine, maxLine)
			line, rest = pending, ""
		} else {
			c.note(WhyLine, strings.TrimSuffix(line, "\r"))
			line += "\n"
		}
		if err := c.answer(h, line); err != nil {
			return "", err
		}
		pending = rest
	}
}

// answer answers one message.
func (c *conn) answer(h *hub, message string) error {
	c.said++
	text := message
	switch {
	case c.opt.Reply != "":
		text = Answer(c.opt.Reply, message, c.remote, c.said)
	case !c.opt.Echo:
		return nil
	}
	to := c.answerTo(h)
	err := to.send(text)
	if to != c || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// afterEnd is what a program does when recv has returned 0.
func (c *conn) afterEnd(ctx context.Context) error {
	switch {
	case c.opt.Fault == NeverClose:
		c.note(WhyNeverClosed)
		return c.hold(ctx)
	case c.opt.Fault == Spin:
		return c.spin(ctx)
	case c.opt.Then == ThenHold && c.opt.Listen == "":
		c.note(WhyHeld)
		return c.hold(ctx)
	}
	return nil
}

// spinFor is how long the fault burns a processor; a real program would go on.
const spinFor = time.Second

// spin calls recv again and again though it returns 0 each time.
func (c *conn) spin(ctx context.Context) error {
	var one [1]byte
	times := 0
	for end := time.Now().Add(spinFor); time.Now().Before(end) && ctx.Err() == nil; times++ {
		if _, err := c.tcp.Read(one[:]); !errors.Is(err, io.EOF) {
			break
		}
	}
	c.note(WhySpun, times)
	return nil
}

// speak orders the texts of the command line, on a timer if there is one, and at last
// what is to be done then.
func (c *conn) speak(ctx context.Context) {
	if len(c.opt.Sends) == 0 && c.opt.Size == 0 {
		return
	}
	c.opt.texts(ctx, c.closed, func(text string) { c.order("send", text) })
	c.order(c.opt.Then, "")
}

// texts hands out what is to be sent, one by one, on a timer if there is one.
func (o *Options) texts(ctx context.Context, stop <-chan struct{}, send func(string)) {
	list := o.Sends
	if o.Size > 0 {
		list = append(list[:len(list):len(list)], strings.Repeat("0123456789", o.Size/10+1)[:o.Size])
	}
	ended := func(text string) string {
		if o.Lines && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		return text
	}
	if o.Every == 0 {
		for _, text := range list {
			send(ended(text))
		}
		return
	}
	tick := time.NewTicker(o.Every)
	defer tick.Stop()
	for n := 1; ; n++ {
		send(ended(Numbered(list[(n-1)%len(list)], n)))
		if n == o.Count {
			return
		}
		select {
		case <-tick.C:
		case <-stop:
			return
		case <-ctx.Done():
			return
		}
	}
}
