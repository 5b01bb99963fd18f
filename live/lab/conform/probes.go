package conform

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"netlab/sim/scenario"
)

// A situation is a point in the life of a connection, reached by a conversation between the
// endpoint under test (B) and a puppet.
type situation struct {
	name  string
	lines []string
	to    string // the socket that probes go to, and the puppet's port
	sock  string // the program's descriptor, if it still has one
	seqs  []string
	acks  []string
}

// The numbers of the puppet, and those of a segment that knows nothing of a connection.
const (
	irs        = "300000"
	strangeSeq = "5000"
	strangeAck = "7000"
)

// settles is a pause in which what is on its way arrives.
const settles = "then B sends nothing for 6ms"

var (
	listens = []string{"B: s = socket tcp", "B: listen s 80"}
	asked   = append(slices.Clone(listens), "P: segment B:80 SYN seq="+irs+" mss=1460 wnd=20000", "then B sends SYN,ACK")
	fresh   = append(slices.Clone(asked), "P: segment B:80 ACK seq=+1 ack=+1 wnd=20000", "B: x = accept s")
	talked  = append(slices.Clone(fresh), "B: send x 1000", "then B sends ACK len=1000", "P: segment B:80 ACK seq=+1 ack=+1001 wnd=20000", settles)
	asks    = []string{"B: c = socket tcp", "B: connect c P:80 within 300ms &", "then B sends SYN"}
	dialled = append(slices.Clone(asks), "P: segment B:40000 SYN,ACK seq="+irs+" ack=+1 mss=1460 wnd=20000 from=80", "then B sends ACK", "B: wait c",
		"B: send c 1000", "then B sends ACK len=1000", "P: segment B:40000 ACK seq=+1 ack=+1001 wnd=20000 from=80", settles)

	finComes = []string{"P: segment B:80 FIN,ACK seq=+1 ack=+1001 wnd=20000", "then B sends ACK ack=+2", "then B is CLOSE-WAIT"}
	finGoes  = []string{"B: shutdown x write", "then B sends FIN,ACK"}
	closes   = []string{"B: close x", "then B sends FIN,ACK"}
	finAcked = []string{"P: segment B:80 ACK seq=+1 ack=+1002 wnd=20000", "then B is FIN-WAIT-2"}
	crosses  = []string{"P: segment B:80 FIN,ACK seq=+1 ack=+1001 wnd=20000", "then B sends ACK ack=+2", "then B is CLOSING"}
	readsEnd = []string{"B: recv x 1"}
)

func after(parts ...[]string) []string { return slices.Concat(parts...) }

// The edges of the window and of what may be acknowledged.
var (
	seqEdges = []string{"rcv.nxt", "rcv.nxt+1", "rcv.nxt-1", "rcv.nxt-1000", "rcv.nxt+rcv.wnd-1", "rcv.nxt+rcv.wnd", "rcv.nxt+rcv.wnd+1"}
	ackEdges = []string{"snd.una", "snd.una-1", "snd.una-100000", "snd.nxt+1"}
	ackOpen  = append(slices.Clone(ackEdges), "snd.nxt") // something is outstanding
)

func situations() []situation {
	const in = "B:80"
	out := "B:40000 from=80"
	return []situation{
		{"CLOSED", nil, in, "", []string{strangeSeq}, []string{strangeAck}},
		{"LISTEN", listens, in, "", []string{strangeSeq}, []string{strangeAck}},
		{"SYN-SENT", asks, out, "c", []string{strangeSeq}, []string{"iss", "iss+1", "iss+2"}},
		{"SYN-RECEIVED, passive", asked, in, "", seqEdges, ackOpen},
		{"SYN-RECEIVED, active", after(asks, []string{"P: segment B:40000 SYN seq=" + irs + " mss=1460 wnd=20000 from=80", "then B sends SYN,ACK"}), out, "c", seqEdges, ackOpen},
		{"ESTABLISHED", talked, in, "x", seqEdges, ackEdges},
		{"ESTABLISHED, something outstanding", after(talked, []string{"B: send x 100", "then B sends ACK len=100"}), in, "x", seqEdges, ackOpen},
		{"ESTABLISHED, something unread", after(talked, []string{`P: segment B:80 ACK seq=+1 ack=+1001 wnd=20000 data="0123456789"`, "then B sends ACK ack=+11"}), in, "x", seqEdges, ackEdges},
		{"CLOSE-WAIT", after(talked, finComes), in, "x", seqEdges, ackEdges},
		{"FIN-WAIT-1", after(talked, finGoes), in, "x", seqEdges, ackOpen},
		{"FIN-WAIT-2", after(talked, finGoes, finAcked), in, "x", seqEdges, ackEdges},
		{"FIN-WAIT-2, no program", after(talked, closes, finAcked), in, "", seqEdges, ackEdges},
		{"CLOSING", after(talked, finGoes, crosses), in, "x", seqEdges, ackOpen},
		{"LAST-ACK", after(talked, finComes, finGoes), in, "x", seqEdges, ackOpen},
		{"LAST-ACK, the end was read", after(talked, finComes, readsEnd, finGoes), in, "x", seqEdges, ackOpen},
		{"TIME-WAIT", after(dialled, []string{"B: shutdown c write", "then B sends FIN,ACK", "P: segment B:40000 ACK seq=+1 ack=+1002 wnd=20000 from=80",
			"P: segment B:40000 FIN,ACK seq=+1 ack=+1002 wnd=20000 from=80", "then B sends ACK ack=+2", "then B is TIME-WAIT"}), out, "c", seqEdges, ackEdges},
		{"TIME-WAIT, somebody listens", after(talked, finGoes, finAcked, []string{"P: segment B:80 FIN,ACK seq=+1 ack=+1002 wnd=20000", "then B sends ACK ack=+2", "then B is TIME-WAIT"}), in, "x",
			seqEdges, ackEdges},
	}
}

// The flags of probes.
var (
	withAck    = []string{"ACK", "SYN,ACK", "RST,ACK", "FIN,ACK"}
	withoutAck = []string{"none", "SYN", "RST", "FIN", "SYN,FIN"}
)

// How long an endpoint is watched after a probe: longer than it delays an ACK, and not as
// long as it waits before it sends something again.
const (
	silenceAfter = 60 * time.Millisecond
	lateBy       = 30 * time.Millisecond // what is late on a busy machine is seen too
	watchAfter   = lateBy + 20*time.Millisecond
)

// Probes makes every probe: the situations, times flags, SEQ, ACK and text.
func Probes() []Case {
	var all []Case
	for _, sit := range situations() {
		for _, seq := range sit.seqs {
			for _, text := range []string{"", " len=10"} {
				for _, flags := range withoutAck {
					all = append(all, sit.probe(flags+" seq="+seq+text))
				}
				for _, flags := range withAck {
					for _, ack := range sit.acks {
						all = append(all, sit.probe(flags+" seq="+seq+" ack="+ack+text))
					}
				}
			}
		}
	}
	for i := range all {
		all[i].ID = fmt.Sprintf("p%d", i+1)
	}
	return all
}

// probe makes the case of one segment.
func (s *situation) probe(segment string) Case {
	to, from, _ := strings.Cut(s.to, " ")
	lines := after(s.lines, []string{
		strings.TrimSpace("P: segment " + to + " " + segment + " wnd=20000 " + from),
		fmt.Sprintf("then B sends nothing for %v", silenceAfter),
	})
	if s.sock != "" {
		lines = append(lines, "B: getsockopt "+s.sock+" SO_ERROR")
	}
	c := newCase("probe", s.name+": "+segment, len(s.lines), silenceAfter+lateBy, lines)
	c.Situation = s.name
	return c
}

// newCase makes a case of a script's lines; first is the statement from which on the answers
// count, for a while.
func newCase(kind, name string, first int, watch time.Duration, lines []string) Case {
	for i, l := range lines {
		if what, ok := strings.CutPrefix(l, "then "); ok && !strings.Contains(what, " for ") {
			lines[i] = "then within 1s " + what
		}
	}
	head := []string{"# " + name, "puppet P", "host B", "link P B delay=1ms"}
	text := strings.Join(append(append(head, lines...), "run until 1s"), "\n") + "\n"
	s, err := scenario.Parse(kind, text)
	if err != nil {
		panic("conform: " + err.Error() + "\n" + text)
	}
	return Case{Name: name, Script: s, first: first, watch: watch}
}
