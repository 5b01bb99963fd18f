package course

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Transcript writes the whole lesson as plain text: one fact a line, no colour,
// no boxes, no limit of width, in a stable order. It is the full story, so it
// shows what a screen would still hide.
func (s *Session) Transcript(w io.Writer, until string) error {
	b := &strings.Builder{}
	l := s.Lesson()
	fmt.Fprintf(b, "lesson  %s  %s  seed %d  lang %s  source model  profile %s\n", l.ID, s.Title(), s.Run.Seed, s.Words.Lang, l.Profile.Name)
	hides := s.hiddenBy(until)
	shown := map[string]int{} // events of each scene
	for i, st := range l.Steps {
		s.Goto(i)
		head := fmt.Sprintf("step %d/%d", i+1, s.Len())
		if s.NewScene() {
			s.transcriptScene(b, head)
		}
		for k := shown[st.Scene]; k < s.Upto(); k++ {
			s.transcriptEvent(b, head, &s.Trace().Events[k], hides)
		}
		shown[st.Scene] = max(shown[st.Scene], s.Upto())
		s.transcriptStory(b, head, s.Story())
		if a := s.Ask(); a != nil {
			if a.ID == until {
				s.transcriptQuestion(b, head)
				break
			}
			s.transcriptQuestion(b, head)
			s.transcriptAnswer(b, head)
		}
	}
	right, met, total := s.Score()
	fmt.Fprintf(b, "result  questions %d  answered %d  correct %d\n", total, met-s.skipped(), right)
	_, err := io.WriteString(w, b.String())
	return err
}

// transcriptScene says where a scene plays.
func (s *Session) transcriptScene(b *strings.Builder, head string) {
	if s.Step().Scene == "" && s.pos > 0 {
		fmt.Fprintf(b, "%s  scene  %s\n", head, sceneFile(""))
	}
	if title := s.SceneTitle(); title != "" {
		fmt.Fprintf(b, "%s  scene  %s: %s\n", head, s.Step().Scene, oneLine(title))
	}
	for _, h := range s.Trace().Hosts {
		fmt.Fprintf(b, "host    %s  %s\n", h.Name, h.IP)
	}
	for _, k := range s.Script().Links {
		fmt.Fprintf(b, "link    %s  delay %s ms both ways\n", strings.Join(k.Hosts, "-"), trace.Ms(k.Delay))
	}
}

// skipped counts the questions that were closed without a try.
func (s *Session) skipped() (n int) {
	for _, r := range s.records {
		if r.Closed && len(r.Tries) == 0 {
			n++
		}
	}
	return n
}

// transcriptStory writes a text: its words as one fact, each row of a table as one more.
func (s *Session) transcriptStory(b *strings.Builder, head, story string) {
	var words []string
	var rows []string
	for _, line := range strings.Split(story, "\n") {
		if strings.HasPrefix(line, "|") {
			rows = append(rows, oneLine(strings.Trim(line, "| ")))
		} else {
			words = append(words, line)
		}
	}
	fmt.Fprintf(b, "%s  story  %s\n", head, oneLine(strings.Join(words, " ")))
	for _, r := range rows {
		if strings.Trim(r, "-| ") != "" {
			fmt.Fprintf(b, "%s  table  %s\n", head, r)
		}
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(Plain(s)), " ") }

// hiddenBy lists what the question at which a transcript stops must hide.
func (s *Session) hiddenBy(question string) []string {
	for _, st := range s.Lesson().Steps {
		if st.Ask != nil && st.Ask.ID == question {
			return st.Ask.Hides
		}
	}
	return nil
}

// transcriptEvent writes an event: who, what kind, what, when, and the rule.
func (s *Session) transcriptEvent(b *strings.Builder, head string, e *trace.Event, hides []string) {
	t := "t=" + trace.Ms(e.T) + " ms"
	row := func(kind, what string) { fmt.Fprintf(b, "%s  %s  %-6s %s  %s\n", head, e.Host, kind, what, t) }
	switch e.Kind {
	case trace.Call:
		row("call", e.Call+"("+e.Args+")")
	case trace.Return:
		row("return", e.Call+" = "+e.Result)
	case trace.Send, trace.Recv:
		row(string(e.Kind), fmt.Sprintf("#%d %s", e.Pkt, e.Label()))
	case trace.State:
		to := e.To.String()
		if slices.Contains(hides, e.Host+".state") {
			to = "???"
		}
		row("state", e.From.String()+" -> "+to)
	case trace.Set:
		var parts []string
		for _, v := range e.Vars {
			if slices.Contains(hides, e.Host+"."+v.ID.String()) {
				parts = append(parts, v.ID.String()+"=???")
				continue
			}
			parts = append(parts, v.String())
		}
		row("set", strings.Join(parts, " "))
		return
	default:
		row(string(e.Kind), e.What())
	}
	if e.Rule != nil {
		fmt.Fprintf(b, "%s  %s  rule   %s: %s\n", head, e.Host, e.Rule.Ref, s.Words.Rule(e.Rule))
	}
}

func (s *Session) transcriptQuestion(b *strings.Builder, head string) {
	a := s.Ask()
	fmt.Fprintf(b, "%s  ?  %-6s %s: %s\n", head, a.Kind, a.ID, oneLine(s.Prompt()))
	for i, c := range s.Choices() {
		fmt.Fprintf(b, "%s  ?  choice %d) %s\n", head, i+1, oneLine(c))
	}
}

func (s *Session) transcriptAnswer(b *strings.Builder, head string) {
	r := s.Record(s.Ask().ID)
	for i, try := range r.Tries {
		verdict := "wrong"
		if r.Right && i == len(r.Tries)-1 {
			verdict = "right"
		}
		fmt.Fprintf(b, "%s  ?  try    %s  %s\n", head, try, verdict)
	}
	for _, m := range r.Shows {
		fmt.Fprintf(b, "%s  ?  belief %s: %s\n", head, m, s.Belief(m))
	}
	if len(r.Tries) == 0 {
		s.Skip()
	}
	fmt.Fprintf(b, "%s  ?  answer %s\n", head, oneLine(s.Solution()))
	if after := s.After(); after != "" {
		s.transcriptStory(b, head, after)
	}
}

// JSON writes the lesson as one object a line: the trace's header, the events
// with their step, the questions where they are asked, and a result.
func (s *Session) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	l := s.Lesson()
	if err := enc.Encode(map[string]any{"type": "lesson", "v": FormatVersion, "lesson": l.ID, "title": s.Title(), "hash": l.Hash(),
		"seed": s.Run.Seed, "lang": s.Words.Lang, "profile": l.Profile.Name, "steps": s.Len(), "hosts": s.Run.TraceOf(0).Hosts}); err != nil {
		return err
	}
	shown := map[string]int{}
	isns := map[string]map[trace.Flow]wire.Seq{}
	for i, st := range l.Steps {
		s.Goto(i)
		if s.NewScene() && i > 0 {
			if err := enc.Encode(map[string]any{"type": "scene", "step": i + 1, "scene": st.Scene, "title": s.SceneTitle(), "hosts": s.Trace().Hosts}); err != nil {
				return err
			}
		}
		if isns[st.Scene] == nil {
			isns[st.Scene] = map[trace.Flow]wire.Seq{}
		}
		for k := shown[st.Scene]; k < s.Upto(); k++ {
			if err := trace.WriteEvent(w, &s.Trace().Events[k], isns[st.Scene], i+1); err != nil {
				return err
			}
		}
		shown[st.Scene] = max(shown[st.Scene], s.Upto())
		if err := enc.Encode(map[string]any{"type": "step", "step": i + 1, "id": st.ID, "story": s.Story()}); err != nil {
			return err
		}
		if st.Ask == nil {
			continue
		}
		q := map[string]any{"type": "question", "step": i + 1, "id": st.Ask.ID, "kind": st.Ask.Kind, "text": s.Prompt(), "tries": st.Ask.Tries()}
		if c := s.Choices(); len(c) > 0 {
			q["choices"] = c
		}
		if r := s.Record(st.Ask.ID); len(r.Tries) > 0 {
			q["answered"], q["right"], q["first"], q["beliefs"] = r.Tries, r.Right, r.First, r.Shows
		}
		if err := enc.Encode(q); err != nil {
			return err
		}
	}
	right, met, total := s.Score()
	return enc.Encode(map[string]any{"type": "result", "lesson": l.ID, "hash": l.Hash(), "seed": s.Run.Seed,
		"correct": right, "answered": met, "total": total})
}
