package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// conversationJSON is a conversation as --json prints it. The names are a contract: add, do
// not rename.
type conversationJSON struct {
	Type        string                `json:"type,omitempty"` // "conversation"
	N           int                   `json:"n"`
	Proto       string                `json:"proto"`
	A           string                `json:"a"`
	B           string                `json:"b"`
	FirstFrame  int                   `json:"first_frame"`
	LastFrame   int                   `json:"last_frame"`
	Start       string                `json:"start"`
	DurationNs  int64                 `json:"duration_ns"`
	Packets     [2]int                `json:"packets"` // from A, from B
	Octets      [2]int64              `json:"octets"`
	Handshake   string                `json:"handshake,omitempty"`
	RTTNs       int64                 `json:"rtt_ns,omitempty"`
	Close       string                `json:"close,omitempty"`
	ClosedFirst string                `json:"closed_first,omitempty"` // "A"
	Segments    int                   `json:"close_segments,omitempty"`
	FinFrames   *[2]int               `json:"fin_frames,omitempty"` // 0: none
	TimeWait    []string              `json:"time_wait,omitempty"`
	Complete    string                `json:"complete,omitempty"`
	States      map[string]statesJSON `json:"states,omitempty"` // at the end, by end
	Guessed     bool                  `json:"roles_guessed,omitempty"`
	Findings    []findingJSON         `json:"findings"`
}

// statesJSON is what is inferred about one end.
type statesJSON struct {
	Earliest string   `json:"earliest"`
	Proven   string   `json:"proven"`
	Possible []string `json:"possible"`
	Guess    bool     `json:"guess,omitempty"`
}

// findingJSON is a finding, or how often one kind was found.
type findingJSON struct {
	Kind   string            `json:"kind"`
	Count  int               `json:"count,omitempty"`
	Frame  int               `json:"frame"` // the first one, of a count
	Frames []int             `json:"see,omitempty"`
	Text   string            `json:"text,omitempty"`
	Rule   map[string]string `json:"rule"`
}

func ruleJSON(r *wire.Rule) map[string]string {
	return map[string]string{"id": r.ID, "ref": r.Ref, "text": r.Text}
}

func inferredJSON(in follow.Inferred) statesJSON {
	s := statesJSON{Earliest: in.Earliest.String(), Proven: in.Proven.String(), Guess: in.Guess}
	for _, st := range in.Possible.List() {
		s.Possible = append(s.Possible, st.String())
	}
	return s
}

func toConversation(s *follow.Summary) *conversationJSON {
	j := &conversationJSON{Type: "conversation", N: s.N, Proto: s.Proto.String(), A: s.Ends[0].String(), B: s.Ends[1].String(),
		FirstFrame: s.FirstFrame, LastFrame: s.LastFrame, Start: s.Start.UTC().Format(time.RFC3339Nano), DurationNs: int64(s.Lasted),
		Packets: s.Packets, Octets: s.Octets, Guessed: s.Guessed, Findings: []findingJSON{}}
	for _, c := range s.Counts {
		j.Findings = append(j.Findings, findingJSON{Kind: c.Kind.String(), Count: c.N, Frame: c.First, Rule: ruleJSON(c.Kind.Rule())})
	}
	if s.Proto != wire.TCP {
		return j
	}
	j.Handshake, j.RTTNs, j.Close, j.Complete = s.Handshake.String(), int64(s.RTT), s.Close.String(), s.Complete()
	if s.First >= 0 {
		j.ClosedFirst = follow.Name(s.First)
	}
	fins := s.Closing
	j.FinFrames, j.Segments = &fins, s.Segments
	j.States = map[string]statesJSON{}
	for x := range 2 {
		if s.TimeWait[x] {
			j.TimeWait = append(j.TimeWait, follow.Name(x))
		}
		j.States[follow.Name(x)] = inferredJSON(s.Final[x])
	}
	return j
}

// writeListJSON writes one object a conversation, then a result.
func writeListJSON(w writer, rep *explain.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, s := range rep.Conversations {
		if err := enc.Encode(toConversation(s)); err != nil {
			return err
		}
	}
	result := listResultJSON{"result", rep.Packets, len(rep.Conversations), rep.Unlisted, rep.Others, rep.Links, rep.Backward, rep.Warnings, ""}
	if rep.Broken != nil {
		result.Broken = rep.Broken.Error()
	}
	return enc.Encode(result)
}

// listResultJSON ends the list of conversations.
type listResultJSON struct {
	Type          string         `json:"type"` // "result"
	Packets       int            `json:"packets"`
	Conversations int            `json:"conversations"`
	Unlisted      int            `json:"unlisted,omitempty"`
	Others        map[string]int `json:"not_followed,omitempty"`
	Links         map[string]int `json:"unknown_links,omitempty"`
	Backward      int            `json:"earlier_than_before,omitempty"` // packets that are not in the order of time
	Warnings      []string       `json:"warnings,omitempty"`
	Broken        string         `json:"broken,omitempty"`
}

// oneResultJSON is a trace's last line, with the conversation.
type oneResultJSON struct {
	Type         string            `json:"type"` // "result"
	Events       int               `json:"events"`
	Ended        int64             `json:"ended_ns"`
	Notes        []string          `json:"notes,omitempty"`
	Conversation *conversationJSON `json:"conversation"`
}

// writeOneJSON writes a conversation as a trace; its result holds what was found.
func writeOneJSON(w writer, c *explain.Conversation) error {
	var b bytes.Buffer
	if err := c.Trace.WriteJSON(&b); err != nil {
		return err
	}
	lines := strings.SplitAfter(strings.TrimSuffix(b.String(), "\n"), "\n")
	last := len(lines) - 1
	for _, l := range lines[:last] {
		if _, err := w.Write([]byte(l)); err != nil {
			return err
		}
	}
	j := toConversation(c.Summary)
	j.Type = ""
	j.Findings = j.Findings[:0]
	add := func(list []follow.Finding) {
		for i := range list {
			f := &list[i]
			j.Findings = append(j.Findings, findingJSON{Kind: f.Kind.String(), Frame: f.Frame, Frames: f.Refs, Text: f.Text(), Rule: ruleJSON(f.Kind.Rule())})
		}
	}
	for i := range c.Rows {
		add(c.Rows[i].Findings)
	}
	add(c.Findings)
	result := oneResultJSON{Conversation: j}
	if err := json.Unmarshal([]byte(lines[last]), &result); err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(result)
}
