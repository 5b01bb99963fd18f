package pcapwork

import (
	"fmt"
	"strings"

	"netlab/capture/follow"
	"netlab/lessons/grade/result"
)

// demands grades what must be in the capture.
func (g *grader) demands() (checks []result.Check) {
	checks = append(checks, g.found())
	s := g.spec
	type demand struct {
		id     string
		asked  bool
		title  string
		finish func(*result.Check)
	}
	for _, d := range []demand{
		{demandHandshake, s.Handshake, g.say("t-handshake"), g.handshake},
		{demandData, s.MinData > 0, g.say("t-data", s.MinData), g.octets},
		{demandPayload, s.Payload != "", g.say("t-payload"), g.payload},
		{demandClose, s.Close != "", g.say("t-close", g.closeWords(s.closes)), g.closing},
	} {
		switch c := g.check(d.id, d.title, s.pointsOf(d.id), false); {
		case !d.asked:
		case g.f == nil:
			checks = append(checks, g.skip(c, g.say("needs-found")))
		default:
			c.Evidence = &result.Evidence{}
			d.finish(&c)
			if c.Verdict == result.Fail {
				c.Evidence.Ladder = g.ladder(c.Evidence.Frames)
			}
			checks = append(checks, c)
		}
	}
	if s.MaxPackets > 0 {
		checks = append(checks, g.size())
	}
	return checks
}

// pass gives a check its points.
func pass(c *result.Check, why string) {
	c.Verdict, c.Score, c.Rationale = result.Pass, c.MaxScore, why
}

// found looks whether the conversation is there at all.
func (g *grader) found() result.Check {
	c := g.check(demandFound, g.say("t-found"), g.spec.pointsOf(demandFound), false)
	want := g.say("what-wanted", strings.ToUpper(g.spec.Proto))
	if g.spec.Port > 0 {
		want += g.say("what-port", g.spec.Port)
	}
	if g.spec.Filter != "" {
		want += g.say("what-filter", g.spec.Filter)
	}
	c.Expected = want
	if f := g.f; f != nil {
		why := g.say("found", f.N, f.Ends[0], f.Ends[1], f.Packets[0]+f.Packets[1])
		if n := len(g.s.candidates); n > 1 {
			why += g.say("found-several", n)
		}
		if g.s.rep.Broken != nil {
			why += g.say("found-cut", g.s.rep.Broken.Error())
		}
		pass(&c, why)
		c.Actual = f.Ends[0].String() + " > " + f.Ends[1].String()
		c.Evidence = &result.Evidence{Frames: f.span()}
		return c
	}
	c.Rationale, c.Cause = g.say("not-found"), g.say("not-found-why")
	const most = 5
	var have []string
	for _, s := range g.s.rep.Conversations {
		if s.Proto == g.spec.proto && g.spec.Port > 0 && int(s.Ends[0].Port()) == int(g.spec.Port) {
			c.Cause = g.say("port-is-client")
		}
		if len(have) < most {
			have = append(have, fmt.Sprintf("%s %s > %s", s.Proto, s.Ends[0], s.Ends[1]))
		}
	}
	if more := len(g.s.rep.Conversations) + g.s.rep.Unlisted - len(have); more > 0 {
		have = append(have, g.say("more-convs", more))
	}
	if c.Actual = strings.Join(have, "; "); len(have) == 0 {
		c.Actual = g.say("nothing-here")
	}
	return c
}

func (g *grader) handshake(c *result.Check) {
	c.Requirement = &result.Requirement{Level: "COURSE", Ref: "RFC 9293 §3.5"}
	c.Evidence.Frames = g.f.opening()
	c.Expected = "SYN; SYN,ACK; ACK"
	if g.opened(g.f) {
		pass(c, g.say("open-ok"))
		return
	}
	key := map[follow.Handshake]string{follow.NoHandshake: "open-none", follow.Refused: "open-rst", follow.UnansweredSyn: "open-no-answer",
		follow.HalfOpen: "open-half", follow.PartlySeen: "open-part"}[g.f.Handshake]
	if key == "" {
		key = "open-other"
	}
	c.Actual = g.say(key)
	c.Rationale = g.say("open-bad", c.Actual)
	switch g.f.Handshake {
	case follow.NoHandshake, follow.PartlySeen:
		c.Cause = g.say("open-late")
	case follow.Refused:
		c.Cause = g.say("open-refused")
	default: // the sentence above says all
	}
}

func (g *grader) sentBy() string {
	if g.spec.SentBy == "" {
		return g.say("sent-any")
	}
	return g.say("sent-" + g.spec.SentBy)
}

func (g *grader) octets(c *result.Check) {
	n := g.dataOf(g.f)
	c.Expected = g.say("octets", g.spec.MinData) + ", " + g.sentBy()
	c.Actual = g.say("octets", n)
	c.Evidence.Frames = g.f.span()
	if n >= int(g.spec.MinData) {
		pass(c, g.say("data-ok", n))
		return
	}
	c.Rationale = g.say("data-bad", n)
}

func (g *grader) payload(c *result.Check) {
	c.Expected = printable([]byte(g.spec.Payload), mostShown) + ", " + g.sentBy()
	if frames, ok := g.findPayload(g.f, g.ends()); ok {
		pass(c, g.say("payload-ok"))
		c.Evidence.Frames = frames
		return
	}
	c.Rationale, c.Cause = g.say("payload-bad"), g.say("payload-why")
	if c.Actual = g.firstData(); c.Actual == "" {
		c.Actual = g.say("no-data")
	}
	for _, x := range g.ends() {
		c.Evidence.Frames = append(c.Evidence.Frames, g.f.ends[x].framesOf(0, 64)...)
		if frame := g.f.ends[x].short; frame > 0 {
			c.Cause, c.Evidence.Frames = g.say("payload-short"), []int{frame}
		}
	}
	if frames, ok := g.findPayload(g.f, []int{0, 1}); ok {
		c.Rationale, c.Cause, c.Evidence.Frames = g.say("payload-side"), "", frames
		return
	}
	for _, f := range g.s.candidates {
		if f != g.f && g.payloadIn(f) {
			c.Rationale, c.Cause = g.say("payload-other", f.Ends[0], f.Ends[1]), ""
			return
		}
	}
}

// firstData is how the data begins that should hold the payload.
func (g *grader) firstData() string {
	const most = 64
	var parts []string
	for _, x := range g.ends() {
		if s := g.f.ends[x].stream; len(s) > 0 {
			parts = append(parts, sides[x]+": "+fmt.Sprintf("%q", s[:min(len(s), most)]))
		}
	}
	return strings.Join(parts, "; ")
}

// closeWords names ways to close.
func (g *grader) closeWords(names []string) string {
	var all []string
	for _, n := range names {
		if n == "simultaneous" {
			n = "simul"
		}
		all = append(all, g.say("close-"+n))
	}
	return strings.Join(all, g.say("or"))
}

func (g *grader) closing(c *result.Check) {
	c.Requirement = &result.Requirement{Level: "COURSE", Ref: "RFC 9293 §3.6"}
	c.Evidence.Frames = g.f.closing()
	name := closeOf(g.f.Summary)
	c.Expected, c.Actual = g.closeWords(g.spec.closes), g.closeWords([]string{name})
	if name == "" {
		c.Actual = g.say("close-none")
	}
	if g.closedAs(g.f) {
		pass(c, g.say("close-ok"))
		return
	}
	c.Rationale = g.say("close-bad")
	switch name {
	case "":
		c.Cause = g.say("close-open")
	case "reset":
		c.Cause = g.say("close-unread")
	case "four", "three":
		c.Cause = g.say("close-quick")
	}
}

func (g *grader) size() result.Check {
	n := g.s.rep.Packets
	ok := n <= int(g.spec.MaxPackets)
	c := g.check(demandSize, g.say("t-size", g.spec.MaxPackets), g.spec.pointsOf(demandSize), ok)
	if g.f == nil { // an empty capture is small, too
		return g.skip(c, g.say("needs-found"))
	}
	c.Expected, c.Actual = g.say("t-size", g.spec.MaxPackets), g.say("packets", n)
	key := "size-bad"
	if ok {
		key = "size-ok"
	}
	c.Rationale = g.say(key, n)
	return c
}
