package pcapwork

import (
	"slices"
	"strings"

	"netlab/capture/follow"
	"netlab/lessons/grade/result"
)

// warnings tell what an honest capture does not have, or seldom.
func (g *grader) warnings() (checks []result.Check) {
	warn := func(key string, frame int, args ...any) {
		id := "warning-" + strings.TrimPrefix(key, "w-")
		if slices.ContainsFunc(checks, func(c result.Check) bool { return c.ID == id }) {
			id += "-2" // of the other end
		}
		c := g.check(id, g.say("t-warning"), 0, true)
		c.DependsOn, c.Tags, c.Rationale = nil, []string{"pcap", TagWarning}, g.say(key, args...)
		if frame > 0 {
			c.Evidence = &result.Evidence{Frames: []int{frame}}
		}
		checks = append(checks, c)
	}
	at := func(key string, frame int, args ...any) {
		if frame > 0 {
			warn(key, frame, append([]any{frame}, args...)...)
		}
	}
	if g.s.rep.Broken != nil {
		warn("w-cut", 0, g.s.rep.Broken.Error())
	}
	if g.s.file.iface == "model" {
		warn("w-model", 0)
	}
	f := g.f
	if f == nil {
		return checks
	}
	if f.counted() {
		warn("w-ids", 0)
	}
	at("w-time", f.backAt)
	switch n := len(f.when); {
	case f.noTimes:
		warn("w-no-time", 0)
	case n > 3 && f.when[0].Equal(f.when[n-1]):
		warn("w-same-time", 0)
	}
	for x := range f.ends {
		e := &f.ends[x]
		at("w-ip-sum", e.sums.badIP)
		if e.sums.edited() {
			at("w-sum", e.sums.badFrame)
		}
		at("w-differs", e.differs)
		at("w-stamp", e.oldStamp)
		if s := e.syn; s != nil && s.options.MSS == 0 {
			at("w-mss", s.frame)
		}
		if s := e.syn; s != nil && s.seq < handMade {
			at("w-isn", s.frame, s.seq.String())
		}
	}
	if g.isTCP() {
		at("w-unseen", f.first(follow.AckedUnseen))
		at("w-gap", f.first(follow.SegmentLost))
		f.answered(at)
	}
	return checks
}

// counted reports whether one counter has given both ends' identifications, from a low number on:
// each kernel has its own, which begins anywhere.
func (f *facts) counted() bool {
	a, b := f.ends[0].ids, f.ends[1].ids
	return len(a) > 0 && len(b) > 0 && a[0] > 0 && a[0] < 1024 && b[0] == a[0]+1
}

// first is the frame in which a kind was found first; 0: never.
func (f *facts) first(k follow.Kind) int {
	for _, c := range f.Counts {
		if c.Kind == k {
			return c.First
		}
	}
	return 0
}

// answered looks whether the SYN,ACK is the answer that a kernel gives to the SYN (RFC 9293
// §3.10.7.2, RFC 7323 §3.2).
func (f *facts) answered(at func(key string, frame int, args ...any)) {
	syn, ack := f.ends[0].syn, f.ends[1].syn
	if syn == nil || ack == nil || !ack.acks {
		return
	}
	if ack.ack != syn.seq.Add(1) {
		at("w-synack", ack.frame)
	}
	if o := ack.options; o.HasTimestamps && syn.options.HasTimestamps && o.TSEcr != syn.options.TSVal && f.first(follow.SynAgain) == 0 {
		at("w-echo", ack.frame)
	}
}
