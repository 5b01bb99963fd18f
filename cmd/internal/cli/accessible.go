package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/sim/ladder"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// An accessible is a lesson as a dialogue of lines that are only ever appended:
// for screen readers, for terminals that can do no more, and for paper. The most
// important word comes first and the time last.
type accessible struct {
	a      *app
	cmd    *cobra.Command
	s      *course.Session
	save   func() error
	lines  <-chan string
	broken error
	quit   bool
}

// newAccessible begins a dialogue; all dialogues of a run read the same lines.
func newAccessible(a *app, cmd *cobra.Command, s *course.Session, save func() error) *accessible {
	return &accessible{a: a, cmd: cmd, s: s, save: save, lines: a.readLines()}
}

// readLines reads standard input by lines; the channel is closed at its end.
func (a *app) readLines() <-chan string {
	if a.lines == nil {
		lines := make(chan string)
		a.lines = lines
		go func() {
			defer close(lines)
			in := bufio.NewScanner(a.in)
			for in.Scan() {
				lines <- in.Text()
			}
		}()
	}
	return a.lines
}

// accessibleLesson runs the dialogue until q or the end of the input.
func (a *app) accessibleLesson(cmd *cobra.Command, s *course.Session, save func() error, f *lessonFlags) error {
	d := newAccessible(a, cmd, s, save)
	_, _, total := s.Score()
	d.say(s.Words.T("acc_lesson", s.Title(), s.Len(), total, s.Run.Seed))
	d.say(course.Plain(s.Intro()))
	d.say(s.Words.T("acc_commands"))
	if f.live {
		d.live(f.wire)
	}
	d.step()
	for d.broken == nil && !d.quit {
		line, ok := d.read("> ")
		if !ok || !d.command(strings.TrimSpace(strings.ToLower(line))) {
			break
		}
	}
	if err := save(); err != nil {
		fmt.Fprintln(a.err, "netlab: "+s.Words.T("not_saved", err))
	} else {
		d.say(s.Words.T("quit"))
	}
	if d.broken != nil {
		return d.broken
	}
	return nil
}

func (d *accessible) say(text string) {
	if text == "" || d.broken != nil { // an event without words says nothing
		return
	}
	_, d.broken = fmt.Fprintln(d.a.out, text)
}

// read asks for a line; ok is false at the end of the input or on Ctrl-C.
func (d *accessible) read(prompt string) (string, bool) {
	if _, err := fmt.Fprint(d.a.out, prompt); err != nil {
		d.broken = err
		return "", false
	}
	select {
	case line, ok := <-d.lines:
		return line, ok
	case <-d.cmd.Context().Done():
		return "", false
	}
}

// command obeys one line and reports whether to go on.
func (d *accessible) command(c string) bool {
	w := d.s.Words
	switch {
	case c == "" || c == "n":
		if d.s.Pos() == d.s.Len()-1 {
			d.say(w.T("end_of_lesson") + ".")
			return true
		}
		d.s.Goto(d.s.Pos() + 1)
		d.step()
	case c == "b":
		if !d.s.Back() {
			d.say(w.T("acc_at_start"))
			return true
		}
		d.step()
	case c == "r":
		d.step()
	case c == "w":
		d.where()
	case c == "d":
		d.draw()
	case c == "l" || c == "lw":
		d.live(c == "lw")
	case c == "f":
		d.world()
	case c == "i":
		d.terms()
	case c == "q":
		return false
	case strings.HasPrefix(c, "g "):
		if i := d.s.Lesson().StepIndex(strings.TrimSpace(c[2:])); i >= 0 {
			d.s.Goto(i)
			d.step()
		} else {
			d.say(w.T("goto_bad", strings.TrimSpace(c[2:])))
		}
	default:
		d.say(w.T("acc_commands"))
	}
	return true
}

// step tells the current step and asks its question.
func (d *accessible) step() {
	s := d.s
	if title := s.SceneTitle(); title != "" && s.NewScene() {
		d.say(s.Words.T("scene", course.Plain(title)))
	}
	d.tell(s.Words.T("acc_step", s.Pos()+1, s.Len())+" ", s.Story())
	for i := s.Since(); i < s.Upto(); i++ {
		d.say(d.event(&s.Trace().Events[i]))
	}
	if err := d.save(); err != nil {
		fmt.Fprintln(d.a.err, "netlab: "+s.Words.T("not_saved", err))
	}
	if s.Open() {
		d.question()
	}
	if s.WorldTrace() != nil && !s.Open() {
		d.say(s.Words.T("acc_world"))
	}
	if s.Pos() == s.Len()-1 {
		right, _, total := s.Score()
		d.say(s.Words.T("score", right, total))
	}
}

// world tells the what-if world of the step, from where it differs.
func (d *accessible) world() {
	t := d.s.WorldTrace()
	if t == nil || d.s.Open() {
		d.say(d.s.Words.T("acc_commands"))
		return
	}
	d.say(d.s.Words.T("what_if") + ": " + d.s.WorldTitle())
	for i := range t.Events {
		if e := &t.Events[i]; e.Kind != trace.Set {
			d.say(d.s.Words.Event(e) + " " + d.s.Words.T("acc_time", trace.Ms(e.T)))
		}
	}
}

// event says an event in words, the time last.
func (d *accessible) event(e *trace.Event) string {
	at := " " + d.s.Words.T("acc_time", trace.Ms(e.T))
	if e.HasPacket() && !e.HasSegment() {
		word := map[trace.Kind]string{trace.Send: "acc_send_packet", trace.Recv: "acc_recv_packet", trace.Drop: "acc_drop_packet"}[e.Kind]
		return d.s.Words.T(word, e.Host, e.Pkt, e.Label()) + at
	}
	switch e.Kind {
	case trace.Send:
		return d.s.Words.T("acc_send", e.Host, e.Pkt, d.segment(e)) + at
	case trace.Recv:
		return d.s.Words.T("acc_recv", e.Host, e.Pkt, d.segment(e)) + at
	case trace.State:
		if d.s.Hidden(e.Host, "state") {
			return ""
		}
		return d.s.Words.T("acc_state", e.Host, e.To, e.From, e.Conn) + at
	case trace.Call:
		return d.s.Words.T("acc_call", e.Host, e.Call) + at
	case trace.Return:
		return d.s.Words.T("acc_return", e.Host, e.Call, e.Result) + at
	default: // the story tells the rest
		return ""
	}
}

func (d *accessible) segment(e *trace.Event) string {
	if !e.HasSegment() {
		return e.Label()
	}
	text := d.s.Words.T("acc_segment", e.Seg.Flags, e.Seg.Seq)
	if e.Seg.Flags.Has(wire.ACK) {
		text += d.s.Words.T("acc_ack", e.Seg.Ack)
	}
	if n := len(e.Seg.Data); n > 0 {
		text += d.s.Words.T("acc_octets", n)
	}
	return text
}

// question asks until the question is closed.
func (d *accessible) question() {
	s, a := d.s, d.s.Ask()
	w := s.Words
	d.say(w.T("acc_question") + " " + course.Plain(s.Prompt()))
	for i, c := range s.Choices() {
		d.say(fmt.Sprintf("%d. %s", i+1, course.Plain(c)))
	}
	prompt := w.T("acc_answer_typed") + " "
	if !a.Kind.Typed() {
		prompt = w.T("acc_answer_choice", len(a.Choices)) + " "
	}
	for s.Open() && !d.quit {
		line, ok := d.read(prompt)
		if !ok {
			return
		}
		d.try(strings.TrimSpace(line))
	}
	if err := d.save(); err != nil {
		fmt.Fprintln(d.a.err, "netlab: "+w.T("not_saved", err))
	}
	d.tell("", s.After())
}

// try takes one line as an answer, or as a wish for a hint.
func (d *accessible) try(line string) {
	s, w := d.s, d.s.Words
	switch strings.ToLower(line) {
	case "q":
		d.quit = true
		return
	case "":
		s.Skip()
		d.say(w.T("skipped", course.Plain(s.Solution())))
		return
	case "h":
		if !s.Hint() {
			d.say(w.T("acc_no_hint"))
			return
		}
		shown, _ := s.Hints()
		d.say(w.T("hint", len(shown)) + ": " + course.Plain(shown[len(shown)-1]))
		return
	case "0", "?", "？":
		if s.Ask().Kind.Typed() && line == "0" {
			break
		}
		s.NotSure()
		d.say(w.T("closed") + " " + course.Plain(s.Solution()))
		return
	}
	f := s.Answer(line)
	switch {
	case f.Invalid != "":
		d.say(f.Invalid)
	case f.Right:
		word := w.T("right")
		if !s.Record(s.Ask().ID).First {
			word = w.T("right_second")
		}
		d.say(word + ": " + course.Plain(s.Solution()))
	default:
		d.say(w.T("wrong_answer", line, course.Plain(f.Because)))
		if f.Misconception != "" {
			d.say(w.T("misconception") + s.Belief(f.Misconception))
		}
		if f.Closed {
			d.say(w.T("closed") + " " + course.Plain(s.Solution()))
		} else {
			d.say(w.T("one_try_left"))
		}
	}
}

// where tells how things stand: the picture in words.
func (d *accessible) where() {
	s, w := d.s, d.s.Words
	for _, v := range s.Trace().Views(s.Since(), s.Upto()) {
		state := v.State.String()
		if s.Hidden(v.Host, "state") {
			state = "???"
		}
		text := v.Host + " " + v.Conn + ": " + state
		for id := range trace.Vars {
			if v.Known[id] && id.IsSeq() {
				value := trace.Var{ID: id, Value: v.Value[id]}.Text()
				if s.Hidden(v.Host, id.String()) {
					value = "???"
				}
				text += ", " + id.String() + " " + value
			}
		}
		d.say(text + ".")
	}
	for _, e := range inFlight(s.Trace(), s.Upto()) {
		d.say(w.T("acc_in_flight", e.Pkt, d.segment(e), e.Src.Host, e.Dst.Host))
	}
}

// inFlight lists the segments that are on their way after event n.
func inFlight(t *trace.Trace, n int) []*trace.Event {
	var flying []*trace.Event
	for i := range min(n, len(t.Events)) {
		e := &t.Events[i]
		switch e.Kind {
		case trace.Send:
			flying = append(flying, e)
		case trace.Recv, trace.Drop:
			for k, f := range flying {
				if f.Pkt == e.Pkt {
					flying = append(flying[:k:k], flying[k+1:]...)
					break
				}
			}
		default: // the rest does not travel
		}
	}
	return flying
}

// draw draws the ladder once, as text.
func (d *accessible) draw() {
	opt := ladder.Options{Upto: d.s.Upto(), State: func(e *trace.Event) string {
		if d.s.Hidden(e.Host, "state") {
			return "???"
		}
		return e.To.String()
	}}
	d.say(strings.TrimRight(ladder.New(d.s.Trace(), opt).Text(ladder.DrawOptions{Width: 80}), "\n"))
}

// live runs the script with real sockets, on the wire if that is asked for, and tells what
// differs.
func (d *accessible) live(wire bool) {
	w := d.s.Words
	d.say(w.T("live_running"))
	ctx, cancel := context.WithCancel(d.cmd.Context())
	defer cancel()
	rep, res, err := d.a.liveReport(ctx, d.s, wire)
	if err != nil {
		d.say(w.T("live_failed", w.Reason(err)))
		return
	}
	if res.Reason != "" {
		d.say(w.T("live_failed", res.Reason))
		d.say(w.T("live_fix", res.Fix))
	}
	for _, r := range rep.Rows {
		if r.Main {
			d.say(fmt.Sprintf("%s: %s %s. %s %s, %s %s.", w.Verdict(r.Verdict), r.What, w.Phrase(r.Field), w.T("row_model"), r.Model, w.T("row_live"), r.Live))
		}
	}
	d.say(w.T("live_summary", rep.Pairs, rep.Differences(), res.Stats.Captured, res.Stats.Dropped))
}
