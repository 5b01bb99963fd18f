package pcapwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/capture/read"
	"netlab/lessons/grade/picture"
	"netlab/lessons/grade/result"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// TagWarning is the tag of a check that has no points and only tells that something in a
// capture looks strange.
const TagWarning = "warning"

// A grader grades one hand-in.
type grader struct {
	spec *Spec
	lang string
	data []byte
	s    *survey
	f    *facts // the conversation that is asked for, or nil
	full *explain.Conversation
}

// Grade grades a capture and the answers about it by a spec for which [Spec.Check] has found
// no mistake: a check for each demand, one for each question, and warnings ([TagWarning]).
// capName and ansName name the files in errors; words are those of lang. The fingerprint is
// for [Same]. The error is a [*result.Reason] if the hand-in is refused.
func Grade(spec *Spec, capName string, capture []byte, ansName string, answers []byte, lang string) (checks []result.Check, fingerprint []string, err error) {
	g := &grader{spec: spec, lang: lang, data: capture}
	given, err := g.readAnswers(ansName, answers)
	if err != nil {
		return nil, nil, err
	}
	if err := g.admit(capName); err != nil {
		return nil, nil, err
	}
	if g.s, err = look(capture, spec); err != nil {
		return nil, nil, g.unreadable(capName, err)
	}
	g.choose()
	checks = append(g.demands(), g.questions(given)...)
	checks = append(checks, g.warnings()...)
	return checks, g.s.fingerprint(g.f), nil
}

// Span tells when the first and the last packet of a capture were captured, for assignments
// that are open during some time only; both are zero if no packet has a time.
func Span(capture []byte) (first, last time.Time) {
	r, err := read.New(bytes.NewReader(capture))
	for n := 0; err == nil && n < maxPackets; n++ {
		var rec read.Record
		if rec, err = r.Next(); err != nil || rec.Time.IsZero() {
			continue
		}
		if first.IsZero() || rec.Time.Before(first) {
			first = rec.Time
		}
		if rec.Time.After(last) {
			last = rec.Time
		}
	}
	return first, last
}

// Warnings lists what checks with the tag [TagWarning] say.
func Warnings(checks []result.Check) (all []string) {
	for i := range checks {
		if slices.Contains(checks[i].Tags, TagWarning) {
			all = append(all, checks[i].Rationale)
		}
	}
	return all
}

func (g *grader) say(key string, args ...any) string { return texts.Say(g.lang, key, args...) }

// reject refuses the hand-in; the last argument of answers-unknown belongs to the hint.
func (g *grader) reject(code string, args ...any) error {
	e := &result.Reason{Code: code, Hint: g.say(code + "-hint")}
	if code == "answers-unknown" {
		last := len(args) - 1
		e.Hint, args = g.say(code+"-hint", args[last]), args[:last]
	}
	e.Message = g.say(code, args...)
	return e
}

// admit refuses what is too large or no capture, before anything is decoded.
func (g *grader) admit(name string) error {
	if len(g.data) > maxCapture {
		return g.reject("too-large", name, maxCapture>>20)
	}
	if bytes.HasPrefix(g.data, []byte{0x1f, 0x8b}) {
		return g.reject("compressed", name)
	}
	r, err := read.New(bytes.NewReader(g.data))
	if err != nil {
		return g.unreadable(name, err)
	}
	for n := 0; ; n++ {
		switch _, err := r.Next(); {
		case err == nil && n == maxPackets:
			return g.reject("too-many", name, maxPackets)
		case err == nil:
		case n > 0:
			return nil // what was read stays read
		case err == io.EOF:
			return g.reject("no-packets", name, "0")
		default:
			return g.reject("no-packets", name, err.Error())
		}
	}
}

func (g *grader) unreadable(name string, err error) error {
	e := g.reject("no-capture", name, err.Error())
	var format *read.FormatError
	if own := (*result.Reason)(nil); g.lang != "zh-CN" && errors.As(err, &format) && errors.As(e, &own) {
		own.Hint = format.Hint
	}
	return e
}

// choose picks the conversation that meets most of the demands; of equals the first.
func (g *grader) choose() {
	best := -1
	for _, f := range g.s.candidates {
		score := 0
		for i, met := range []bool{g.dataOf(f) >= int(g.spec.MinData), g.closedAs(f), g.opened(f), g.payloadIn(f)} {
			if met {
				score += 1 << i
			}
		}
		if score > best {
			best, g.f = score, f
		}
	}
}

// ends lists the ends whose data counts.
func (g *grader) ends() []int {
	switch g.spec.SentBy {
	case sides[0]:
		return []int{0}
	case sides[1]:
		return []int{1}
	default:
		return []int{0, 1}
	}
}

func (g *grader) dataOf(f *facts) (n int) {
	for _, x := range g.ends() {
		n += f.ends[x].end
	}
	return n
}

func (g *grader) opened(f *facts) bool {
	return f.Handshake == follow.ThreeWay || f.Handshake == follow.SimultaneousOpen
}

func (g *grader) payloadIn(f *facts) bool {
	_, ok := g.findPayload(f, g.ends())
	return ok
}

func (g *grader) findPayload(f *facts, ends []int) (frames []int, ok bool) {
	for _, x := range ends {
		if frames, ok = f.ends[x].holds(g.spec.Payload, f.Proto); ok {
			return frames, true
		}
	}
	return nil, false
}

// closedAs reports whether a connection ended in one of the ways that are asked for. A
// half-close takes four segments or three, too.
func (g *grader) closedAs(f *facts) bool {
	name := closeOf(f.Summary)
	for _, want := range g.spec.closes {
		switch {
		case name == "":
		case want == "any", want == name, want == "four" && f.Segments == 4, want == "three" && f.Segments == 3:
			return true
		}
	}
	return len(g.spec.closes) == 0
}

// check makes a check with its points.
func (g *grader) check(id, title string, points float64, ok bool) result.Check {
	c := result.Check{ID: id, Title: title, Verdict: result.Fail, MaxScore: points, Visibility: result.Visible, Tags: []string{"pcap"}}
	if ok {
		c.Verdict, c.Score = result.Pass, points
	}
	if id != demandFound {
		c.DependsOn = []string{demandFound}
	}
	return c
}

// skip is a check of a conversation that is not there.
func (g *grader) skip(c result.Check, why string) result.Check {
	c.Verdict, c.Score, c.SkipReason = result.Skip, 0, why
	return c
}

// questions grades the answers.
func (g *grader) questions(given map[string]string) (checks []result.Check) {
	for i := range g.spec.Questions {
		q := &g.spec.Questions[i]
		checks = append(checks, g.question(q, given[q.ID]))
	}
	return checks
}

func (g *grader) question(q *Question, given string) result.Check {
	k := find(q.Answer)
	c := g.check(q.ID, q.Prompt.In(g.lang), q.Points, false)
	if g.f == nil {
		return g.skip(c, g.say("needs-found"))
	}
	v, ok := k.of(g.f)
	if !ok {
		return g.skip(c, g.say("not-shown", Meaning(q.Answer, g.lang)))
	}
	c.Evidence = &result.Evidence{Frames: v.frames}
	c.Actual = printable([]byte(given), mostShown)
	if g.spec.Reveal || q.Reveal {
		c.Expected = v.show(k)
	}
	if given == "" {
		c.Rationale = g.say("no-answer")
		return c
	}
	look := g.say("answer-look", frameList(v.frames))
	switch judge(q, k, v, given) {
	case right:
		c.Verdict, c.Score, c.Rationale = result.Pass, q.Points, g.say("answer-right")
	case relative:
		c.Rationale, c.Cause = g.say("answer-rel")+look, g.say("answer-rel-why")
	case notNumber:
		c.Rationale = g.say("answer-number")
	case notAddress:
		c.Rationale = g.say("answer-addr")
	case notChoice:
		words := []string{sides[0], sides[1], both, none}
		if k.kind == closeName {
			words = closeNames()
		}
		c.Rationale = g.say("answer-choice", strings.Join(words, ", "))
	default:
		c.Rationale = g.say("answer-wrong") + look
	}
	return c
}

func frameList(frames []int) string {
	var list []string
	for _, n := range frames {
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ", ")
}

// ladder draws the conversation, with frames marked; each packet has the number of its frame.
func (g *grader) ladder(frames []int) string {
	if g.full == nil {
		var err error
		if g.full, err = explain.Detail(context.Background(), bytes.NewReader(g.data), g.f.Summary, explain.Options{}); err != nil {
			return ""
		}
	}
	t := g.full.Relative()
	var marked []int
	for i := range t.Events {
		if ev := &t.Events[i]; ev.Kind == trace.Send && slices.Contains(frames, ev.Frame) {
			marked = append(marked, ev.N)
		}
	}
	return picture.Draw(t, marked, func(ev *trace.Event) string { return fmt.Sprintf("#%d %s", ev.Frame, ev.Label()) })
}

// isTCP reports whether the assignment is about TCP.
func (g *grader) isTCP() bool { return g.spec.proto == wire.TCP }
