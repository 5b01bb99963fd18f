package worksheet

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
	"netlab/lessons/text"
)

// Named slips: which checks lose marks, which have something that follows, and what belief
// they show. Everything that is not named has full marks.
func TestSlips(t *testing.T) {
	for _, c := range []struct {
		why    string
		sheet  string
		edits  map[string]string
		lost   map[string]string // by check: the cells that count, of how many
		follow []string
		belief string // of the first check that loses
	}{
		{"one slip that nothing depends on costs one cell", "handshake-worksheet",
			map[string]string{"2.from": "A"}, map[string]string{"row-2": "6/7"}, nil, ""},
		{"the SYN is not counted in the ack; A goes on from it and loses nothing more", "handshake-worksheet",
			map[string]string{"2.ack": "400", "3.seq": "400", "4.seq": "400", "5.ack": "425", "next-from-a": "425"},
			map[string]string{"row-2": "6/7"}, []string{"row-3", "row-4", "row-5", "next-from-a"}, "syn-uses-no-number"},
		{"the same slip made afresh for B's SYN costs again", "handshake-worksheet",
			map[string]string{"2.ack": "400", "3.seq": "400", "3.ack": "7000", "4.seq": "400", "4.ack": "7000", "5.ack": "425"},
			map[string]string{"row-2": "6/7", "row-3": "6/7"}, []string{"row-3", "row-4", "row-5"}, "syn-uses-no-number"},
		{"a slip that is not carried on is one slip", "handshake-worksheet",
			map[string]string{"2.ack": "402"}, map[string]string{"row-2": "6/7"}, nil, "counts-the-segment"},
		{"ack in one's own numbers", "handshake-worksheet",
			map[string]string{"2.ack": "7001"}, map[string]string{"row-2": "6/7"}, nil, "wrong-number-space"},
		{"a wrong ISN is carried on", "handshake-worksheet",
			map[string]string{"2.seq": "7100", "3.ack": "7101", "4.ack": "7101", "5.seq": "7101"}, map[string]string{"row-2": "6/7"},
			[]string{"row-3", "row-4", "row-5"}, ""},
		{"the pure ACK uses a number", "handshake-worksheet",
			map[string]string{"4.seq": "402", "5.ack": "427", "next-from-a": "427"}, map[string]string{"row-4": "6/7"}, []string{"row-5", "next-from-a"}, "ack-uses-number"},
		{"both become ESTABLISHED at once", "handshake-worksheet",
			map[string]string{"2.B.state": "ESTABLISHED"}, map[string]string{"row-2": "6/7"}, nil, "both-at-once"},
		{"the belief costs the question too: a state is not excused by the table", "handshake-worksheet",
			map[string]string{"2.B.state": "ESTABLISHED", "b-when-a-is-open": "ESTABLISHED"}, map[string]string{"row-2": "6/7", "b-when-a-is-open": "0/1"}, nil, "both-at-once"},
		{"the flag ACK is forgotten", "handshake-worksheet",
			map[string]string{"4.flags": "PSH"}, map[string]string{"row-4": "6/7"}, nil, "ack-goes-alone"},
		{"an empty row has no marks and takes none from others", "handshake-worksheet",
			map[string]string{"3.from": "", "3.flags": "", "3.seq": "", "3.ack": "", "3.len": "", "3.A.state": "", "3.B.state": ""},
			map[string]string{"row-3": "0/7"}, nil, ""},
		{"what cannot be read costs its cell and no other", "handshake-worksheet",
			map[string]string{"3.seq": "about 400", "3.A.state": "OPEN"}, map[string]string{"row-3": "5/7"}, nil, ""},

		{"a wrong length is carried on", "data-transfer-worksheet",
			map[string]string{"4.len": "50", "5.ack": "351", "6.seq": "351", "7.ack": "471", "8.ack": "471", "9.seq": "471", "last-octet": "470"},
			map[string]string{"row-4": "4/5"}, []string{"row-5", "row-6", "row-7", "row-8", "row-9", "last-octet"}, ""},
		{"the ack names the last octet, every time it is computed", "data-transfer-worksheet",
			map[string]string{"5.ack": "360", "7.ack": "480", "8.ack": "480", "9.ack": "5030"},
			map[string]string{"row-5": "4/5", "row-7": "4/5", "row-9": "4/5"}, []string{"row-8"}, "ack-names-last"},
		{"numbers count segments", "data-transfer-worksheet",
			map[string]string{"5.ack": "302"}, map[string]string{"row-5": "4/5"}, nil, "counts-segments"},
		{"the ack is a count", "data-transfer-worksheet",
			map[string]string{"5.ack": "60"}, map[string]string{"row-5": "4/5"}, nil, "ack-is-a-count"},
		{"a pure ACK has no seq", "data-transfer-worksheet",
			map[string]string{"5.seq": "-"}, map[string]string{"row-5": "4/5"}, nil, "pure-ack-has-no-seq"},
		{"a pure ACK repeats the seq of the data", "data-transfer-worksheet",
			map[string]string{"9.seq": "361"}, map[string]string{"row-9": "4/5"}, nil, "ack-repeats-seq"},
		{"the last octet is taken for the next", "data-transfer-worksheet",
			map[string]string{"last-octet": "481"}, map[string]string{"last-octet": "0/1"}, nil, "ack-names-last"},
		{"each segment needs its own ACK", "data-transfer-worksheet",
			map[string]string{"one-ack": "yes"}, map[string]string{"one-ack": "0/1"}, nil, "one-ack-per-segment"},

		{"the FIN is not counted; what follows counts", "teardown-worksheet",
			map[string]string{"5.ack": "801", "6.ack": "801", "8.ack": "801", "7.seq": "801", "9.seq": "801"}, map[string]string{"row-5": "6/7"},
			[]string{"row-6", "row-7", "row-8", "row-9"}, "fin-uses-no-number"},
		{"B's FIN has the number of its last octet", "teardown-worksheet",
			map[string]string{"8.seq": "3045", "9.ack": "3046"}, map[string]string{"row-8": "6/7"}, []string{"row-9"}, "w-is-last-octet"},
		{"a wrong state that stays is one slip", "teardown-worksheet",
			map[string]string{"4.B.state": "CLOSING", "5.B.state": "CLOSING", "6.B.state": "CLOSING", "7.B.state": "CLOSING"}, map[string]string{"row-4": "6/7"},
			[]string{"row-5", "row-6", "row-7"}, "closing-is-any-closing"},
		{"both wait", "teardown-worksheet",
			map[string]string{"9.B.state": "TIME-WAIT"}, map[string]string{"row-9": "6/7"}, nil, "second-waits-too"},
		{"the FIN has no flag, so it has no number either", "teardown-worksheet",
			map[string]string{"8.flags": "ACK", "9.ack": "3046"}, map[string]string{"row-8": "6/7"}, []string{"row-9"}, ""},

		{"the FIN that crosses is said to acknowledge", "simultaneous-close-worksheet",
			map[string]string{"5.ack": "502", "fin-acks-fin": "yes"}, map[string]string{"row-5": "4/5", "fin-acks-fin": "0/1"}, nil, "fin-always-acks"},
		{"a FIN is taken as an ACK", "simultaneous-close-worksheet",
			map[string]string{"5.A.state": "TIME_WAIT"}, map[string]string{"row-5": "4/5"}, nil, "fin-is-taken-as-ack"},
		{"who gets a FIN is passive", "simultaneous-close-worksheet",
			map[string]string{"4.B.state": "CLOSE_WAIT"}, map[string]string{"row-4": "4/5"}, nil, "fin-means-passive"},
		{"nobody waits", "simultaneous-close-worksheet",
			map[string]string{"how-many-wait": "0"}, map[string]string{"how-many-wait": "0/1"}, nil, "nobody-waits"},

		{"UDP mends losses, and is a stream", "udp-worksheet",
			map[string]string{"sent-again": "1", "second-read": "40"}, map[string]string{"sent-again": "0/1", "second-read": "0/1"}, nil, "udp-is-a-stream"},
		{"the ports are exchanged", "udp-worksheet",
			map[string]string{"4.src_port": "5000", "4.dst_port": "8000"}, map[string]string{"row-4": "4/6"}, nil, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := sheet(t, c.sheet)
			for _, lang := range text.Languages() {
				checks, _, _ := grade(t, s, "a.toml", edited(t, s, c.edits), lang)
				lost, follow, belief := outcomes(checks, s)
				if !maps.Equal(lost, c.lost) {
					t.Errorf("lost %v, want %v: %+v", lost, c.lost, checks)
				}
				if !slices.Equal(follow, c.follow) {
					t.Errorf("follows in %v, want %v", follow, c.follow)
				}
				if belief != c.belief {
					t.Errorf("belief %q, want %q", belief, c.belief)
				}
			}
		})
	}
}

// outcomes sums up what checks say.
func outcomes(checks []result.Check, s *Sheet) (lost map[string]string, follow []string, belief string) {
	lost = map[string]string{}
	for _, c := range checks {
		if slices.Contains(c.Tags, FollowThrough) {
			follow = append(follow, c.ID)
		}
		if c.Verdict == result.Pass {
			continue
		}
		if belief == "" {
			belief = c.Belief
		}
		cells := 1
		if strings.HasPrefix(c.ID, "row-") {
			for i, r := range s.rows {
				if c.ID == fmt.Sprintf("row-%d", i+1) {
					cells = len(s.blanks(r))
				}
			}
		}
		lost[c.ID] = fmt.Sprintf("%.0f/%d", c.Score/c.MaxScore*float64(cells), cells)
	}
	return lost, follow, belief
}

// A report must say what is right, why, and where it stands, in the student's language.
func TestFeedback(t *testing.T) {
	s := sheet(t, "handshake-worksheet")
	answers := edited(t, s, map[string]string{"2.ack": "400", "3.seq": "400", "3.B.state": "LISTEN", "4.seq": ""})
	for lang, want := range map[string]map[string][]string{
		"en": {
			"row-2": {"ack: you wrote 400, right is 401", "400 + 1 (SYN) = 401", "A SYN uses no sequence number", "RFC 9293 §3.10.7.2, third"},
			"row-3": {"seq = 400 follows from your ack in row 2: it counts; 401 would be right", "B.state: Our SYN is acknowledged"},
			"row-4": {"seq: not answered, right is 401"},
		},
		"zh-CN": {
			"row-2": {"ack：你填的是 400，正确的是 401", "也许你以为 SYN 不占用序号。"},
			"row-3": {"seq = 400 与你第 2 行的 ack 一致，算对；正确的是 401"},
			"row-4": {"seq：未作答，正确的是 401"},
		},
	} {
		checks, _, _ := grade(t, s, "a.toml", answers, lang)
		for id, parts := range want {
			c := check(t, checks, id)
			all := strings.Join(c.Steps, "\n")
			for _, p := range parts {
				if !strings.Contains(all, p) {
					t.Errorf("%s %s lacks %q:\n%s", lang, id, p, all)
				}
			}
		}
	}
	c := check(t, must(t, s, answers), "row-2")
	if c.Expected != "ack = 401" || c.Actual != "ack = 400" || c.Requirement == nil || c.Requirement.Ref != "RFC 9293 §3.10.7.2, third" {
		t.Errorf("row-2: %+v", c)
	}
}

func must(t *testing.T, s *Sheet, answers []byte) []result.Check {
	t.Helper()
	checks, err := s.Grade("a.toml", answers, "en")
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

// In relative numbers a slip is a slip and follows as it does in absolute ones, and the
// report speaks the student's numbers and says so.
func TestRelativeSlip(t *testing.T) {
	s := sheet(t, "teardown-worksheet")
	file, err := s.read("r.toml", relative(t, s), "en")
	if err != nil {
		t.Fatal(err)
	}
	file.cells[4]["ack"], file.cells[5]["ack"] = "1", "1"
	checks, _, _ := grade(t, s, "r.toml", render(file), "en")
	lost, follow, belief := outcomes(checks, s)
	if fmt.Sprint(lost) != "map[row-5:6/7]" || fmt.Sprint(follow) != "[row-6]" || belief != "fin-uses-no-number" {
		t.Errorf("lost %v, follow %v, belief %s", lost, follow, belief)
	}
	if c := check(t, checks, "row-5"); c.Expected != "ack = 2" {
		t.Errorf("expected %q, want the student's relative numbers", c.Expected)
	}
	if all := strings.Join(checks[0].Steps, "\n"); !strings.Contains(all, "read as relative ones") {
		t.Errorf("nothing says how the numbers were read: %s", all)
	}
}

// Numbers of both kinds in one file are not all right.
func TestMixedNotation(t *testing.T) {
	s := sheet(t, "teardown-worksheet")
	_, score, most := grade(t, s, "a.toml", edited(t, s, map[string]string{"4.seq": "1", "4.ack": "1", "5.seq": "1"}), "en")
	if score >= most {
		t.Errorf("mixed numbers have %v of %v", score, most)
	}
}

// Follow-through is for slips: who writes the same everywhere must not live on it.
func TestConstantAnswersDoNotPay(t *testing.T) {
	for _, name := range []string{"handshake-worksheet", "data-transfer-worksheet", "teardown-worksheet", "simultaneous-close-worksheet"} {
		s := sheet(t, name)
		for _, n := range []string{"0", "1", "400", "4294967295"} {
			edits := map[string]string{}
			for i, r := range s.rows {
				for _, f := range s.blanks(r) {
					v := n
					switch f.kind {
					case kindState:
						v = "ESTABLISHED"
					case kindFlags:
						v = "ACK"
					case kindHost:
						v = "A"
					}
					edits[fmt.Sprintf("%d.%s", i+1, f.name)] = v
				}
			}
			for _, k := range s.keys {
				edits[k.q.ID] = n
			}
			_, score, most := grade(t, s, "a.toml", edited(t, s, edits), "en")
			t.Logf("%s: all %s: %.1f of %.0f", name, n, score, most)
			if score > 0.6*most {
				t.Errorf("%s: %s in every cell has %v of %v", name, n, score, most)
			}
		}
	}
}

// Every number of the true trace but the first of each direction follows from something: where
// it does not, a slip would be punished again and again.
func TestEveryNumberHasASource(t *testing.T) {
	for name := range numbers {
		s := sheet(t, name)
		first := map[string]bool{}
		for _, r := range s.rows {
			if !r.isTCP() {
				continue
			}
			host := r.event.Src.Host
			if first[host] && len(r.seqFrom) == 0 {
				t.Errorf("%s: seq of row %d follows from nothing", name, r.n)
			}
			first[host] = true
			if s.truth(r, field{kind: kindAck}, Absolute) != none && len(r.ackFrom) == 0 {
				t.Errorf("%s: ack of row %d follows from nothing", name, r.n)
			}
		}
	}
}

// A belief that a cell can show must be in the common table, or nothing can be said of it.
func TestBeliefsAreKnown(t *testing.T) {
	ids := []string{"ack-goes-alone", "counts-the-segment", "pure-ack-has-no-seq", "w-is-last-octet", "ack-repeats-seq", "counts-segments",
		"ack-uses-number", "wrong-number-space", "fin-always-acks", "ack-names-last", "ack-is-a-count", "syn-uses-no-number", "fin-uses-no-number"}
	for _, id := range stateBeliefs {
		ids = append(ids, id)
	}
	for _, id := range ids {
		if _, ok := text.Misconceptions()[id]; !ok {
			t.Errorf("no misconception %q", id)
		}
	}
}
