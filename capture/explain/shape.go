package explain

import (
	"netlab/capture"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Relative returns the trace with numbers that count from the initial ones, as pictures
// show them.
func (c *Conversation) Relative() *trace.Trace {
	t := *c.Trace
	t.Events = append([]trace.Event(nil), t.Events...)
	for i := range t.Events {
		e := &t.Events[i]
		if !e.HasSegment() {
			continue
		}
		x := 0
		if e.Host == "B" {
			x = 1
		}
		e.Seg.Seq = wire.Seq(e.Seg.Seq - c.Bases[x])
		if e.Seg.Flags.Has(wire.ACK) {
			e.Seg.Ack = wire.Seq(e.Seg.Ack - c.Bases[1-x])
		}
		for k := range e.Seg.Options.NSACK {
			b := &e.Seg.Options.SACK[k]
			b.From, b.To = wire.Seq(b.From-c.Bases[1-x]), wire.Seq(b.To-c.Bases[1-x])
		}
	}
	return &t
}

// PlainFrames returns the conversation's packets as Ethernet frames, whatever they were
// captured from.
func (c *Conversation) PlainFrames() []capture.Frame {
	frames := make([]capture.Frame, len(c.Frames))
	for i, f := range c.Frames {
		frames[i] = capture.AsEthernet(c.Link, f)
	}
	return frames
}
