package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/lessons/text"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// writeList lists the conversations of a capture.
func (e *explaining) writeList(w writer, rep *explain.Report) error {
	words := text.For(e.a.language())
	var b strings.Builder
	title, n := "x_head", len(rep.Conversations)+rep.Unlisted
	if n == 1 {
		title = "x_head_one"
	}
	b.WriteString(words.T(title, e.file, rep.Packets, n))
	if !e.filter.Empty() {
		b.WriteString(" (" + e.filter.String() + ")")
	}
	b.WriteString("\n")
	writeOthers(&b, words, rep)
	if rep.Backward > 0 {
		b.WriteString(words.T("x_backward", rep.Backward) + "\n")
	}
	if len(rep.Conversations) == 0 {
		b.WriteString(words.T("x_none") + "\n")
		_, err := w.Write([]byte(b.String()))
		return err
	}
	b.WriteString("\n")
	if _, err := w.Write([]byte(b.String())); err != nil {
		return err
	}
	head := []string{}
	for _, k := range []string{"n", "proto", "a", "b", "packets", "octets", "ms", "open", "close", "found"} {
		head = append(head, words.T("x_col_"+k))
	}
	const page = 1000 // rows that are aligned together
	for i := 0; i < len(rep.Conversations); i += page {
		rows := [][]string{head}
		if i > 0 {
			rows = nil
		}
		for _, s := range rep.Conversations[i:min(i+page, len(rep.Conversations))] {
			rows = append(rows, listRow(words, s))
		}
		b.Reset()
		writeTable(&b, rows)
		if _, err := w.Write([]byte(b.String())); err != nil {
			return err
		}
	}
	b.Reset()
	if rep.Unlisted > 0 {
		b.WriteString(words.T("x_unlisted", rep.Unlisted) + "\n")
	}
	if rep.Evicted > 0 {
		b.WriteString(words.T("x_evicted", rep.Evicted) + "\n")
	}
	if !e.unsaved {
		b.WriteString("\n" + words.T("x_more", e.file) + "\n")
	}
	_, err := w.Write([]byte(b.String()))
	return err
}

// writeOthers says what was not followed.
func writeOthers(b *strings.Builder, words *text.Words, rep *explain.Report) {
	for _, o := range []struct {
		key    string
		counts map[string]int
	}{{"x_others", rep.Others}, {"x_links", rep.Links}} {
		if len(o.counts) == 0 {
			continue
		}
		b.WriteString(words.T(o.key, strings.Join(counted(words, o.counts), ", ")) + "\n")
	}
}

// counted writes counts, the largest first.
func counted(words *text.Words, m map[string]int) (parts []string) {
	names := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b)) })
	for _, n := range names {
		parts = append(parts, fmt.Sprintf("%s %d", words.Phrase(n), m[n]))
	}
	return parts
}

func listRow(words *text.Words, s *follow.Summary) []string {
	opened, closed := "-", "-"
	if s.Proto == wire.TCP {
		opened, closed = words.Phrase(s.Handshake.String()), words.Phrase(s.Close.String())
	}
	var found []string
	for _, c := range s.Counts {
		if !c.Kind.Quiet() {
			found = append(found, fmt.Sprintf("%s %d", c.Kind, c.N))
		}
	}
	return []string{strconv.Itoa(s.N), s.Proto.String(), s.Ends[0].String(), s.Ends[1].String(), strconv.Itoa(s.Packets[0] + s.Packets[1]),
		strconv.FormatInt(s.Octets[0]+s.Octets[1], 10), trace.Ms(s.Lasted), opened, closed, strings.Join(found, ", ")}
}

// writeOne tells one conversation in full.
func (e *explaining) writeOne(w writer, c *explain.Conversation) error {
	words := text.For(e.a.language())
	var b strings.Builder
	writeHead(&b, words, c)
	b.WriteString("\n")
	rows := [][]string{{words.T("x_row"), words.T("x_col_ms"), "", words.T("x_row_segment"), "A", "B"}}
	for i := range c.Rows {
		r := &c.Rows[i]
		arrow := "A > B"
		if r.From == 1 {
			arrow = "A < B"
		}
		states := [2]string{"", ""}
		if c.Proto == wire.TCP {
			states = [2]string{r.States[0].Words(), r.States[1].Words()}
			if i > 0 {
				for x := range states {
					if states[x] == c.Rows[i-1].States[x].Words() {
						states[x] = "\""
					}
				}
			}
		}
		rows = append(rows, []string{strconv.Itoa(r.Frame), trace.Ms(r.At), arrow, r.Label, states[0], states[1]})
	}
	var table strings.Builder
	writeTable(&table, rows)
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	b.WriteString(lines[0] + "\n")
	for i := range c.Rows {
		b.WriteString(lines[i+1] + "\n")
		for k := range c.Rows[i].Findings {
			writeFinding(&b, words, &c.Rows[i].Findings[k])
		}
		if b.Len() > 1<<16 {
			if _, err := w.Write([]byte(b.String())); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if c.Cut > 0 {
		b.WriteString(words.T("x_cut", c.Cut) + "\n")
	}
	for i := range c.Findings {
		writeFinding(&b, words, &c.Findings[i])
	}
	_, err := w.Write([]byte(b.String()))
	return err
}

func writeFinding(b *strings.Builder, words *text.Words, f *follow.Finding) {
	r := f.Kind.Rule()
	fmt.Fprintf(b, "       ! %s: %s\n         %s [%s]\n", f.Kind, sentence(words, f), words.Rule(r), r.Ref)
}

// sentence words a finding.
func sentence(words *text.Words, f *follow.Finding) string {
	own := *f
	own.Args = slices.Clone(f.Args)
	for i := range own.Args {
		own.Args[i] = words.Phrase(own.Args[i])
	}
	return own.Fill(words.Finding(f.Kind.String(), f.Kind.Sentence()), words.T("x_see"))
}

// writeHead says how the conversation opened and closed.
func writeHead(b *strings.Builder, words *text.Words, c *explain.Conversation) {
	s := c.Summary
	b.WriteString(words.T("x_conv", s.N, s.Proto) + "\n")
	fmt.Fprintf(b, "  A  %s\n  B  %s\n", s.Ends[0], s.Ends[1])
	b.WriteString("  " + words.T("x_size", s.Packets[0]+s.Packets[1], s.Octets[0], s.Octets[1], trace.Ms(s.Lasted)) + "\n")
	if s.Proto != wire.TCP {
		return
	}
	opened := words.T("x_open", words.Phrase(s.Handshake.String()))
	if s.RTT > 0 {
		opened += words.T("x_comma") + words.T("x_rtt", trace.Ms(s.RTT))
	}
	b.WriteString("  " + opened + "\n  " + closedText(words, s) + "\n")
	var waits []string
	for x, w := range s.TimeWait {
		if w {
			waits = append(waits, follow.Name(x))
		}
	}
	if len(waits) > 0 {
		b.WriteString("  " + words.T("x_timewait", strings.Join(waits, ", ")) + "\n")
	}
	b.WriteString("  " + words.Phrase(s.Complete()) + "\n")
	b.WriteString("  " + words.T("x_final", s.Final[0].Words(), s.Final[1].Words()) + "\n")
	if s.Final[0].Guess {
		b.WriteString("  " + words.T("x_guess") + "\n")
	}
	b.WriteString("  " + words.T("x_states_note") + "\n")
}

func closedText(words *text.Words, s *follow.Summary) string {
	kind := words.Phrase(s.Close.String())
	if s.Close == follow.HalfClose && s.Segments > 0 { // how it would be called without the data between the FINs
		segments := follow.ThreeSegments
		if s.Segments == 4 {
			segments = follow.FourSegments
		}
		kind += words.T("x_comma") + words.Phrase(segments.String())
	}
	switch {
	case s.Close == follow.Reset:
		return words.T("x_close_reset", kind, follow.Name(s.First))
	case s.First < 0:
		return words.T("x_close", kind)
	case s.Closing[1-s.First] == 0:
		return words.T("x_close_half", kind, follow.Name(s.First), s.Closing[s.First])
	default:
		return words.T("x_close_fins", kind, follow.Name(s.First), s.Closing[s.First], follow.Name(1-s.First), s.Closing[1-s.First])
	}
}
