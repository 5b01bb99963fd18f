package lab

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"netlab/capture"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A merger makes one trace of what the calls and the packets say.
type merger struct {
	script *scenario.Script
	events []trace.Event
	frames []message
	raw    []capture.Frame // packets whose events are there already
}

func newMerger(s *scenario.Script) *merger { return &merger{script: s} }

func (m *merger) addEvent(line json.RawMessage) error {
	e, err := trace.DecodeEvent(line)
	if err != nil {
		return fmt.Errorf("event from the child: %w", err)
	}
	m.events = append(m.events, e)
	return nil
}

func (m *merger) addFrame(f message) { m.frames = append(m.frames, f) }

func (m *merger) addPacket(f message) {
	m.raw = append(m.raw, capture.Frame{Time: time.Unix(0, f.TimeNs), Data: f.Data, OrigLen: f.Orig})
}

// finish merges by the wall clock, which stamps both calls and packets. Calls
// keep their order among themselves, and packets theirs.
func (m *merger) finish(level Level, start time.Time, took time.Duration, stats capture.Stats) *Result {
	res := &Result{Level: level, Stats: stats, Frames: m.raw}
	events := m.events
	for i, f := range m.frames {
		frame := capture.Frame{Time: time.Unix(0, f.TimeNs), Data: f.Data, OrigLen: f.Orig}
		res.Frames = append(res.Frames, frame)
		events = append(events, m.packetEvents(i+1, f, frame, start)...)
	}
	slices.SortStableFunc(events, func(a, b trace.Event) int { return int(min(1, max(-1, a.T-b.T))) })
	res.Trace = m.trace(events, took)
	res.Trace.Notes = append(res.Trace.Notes, Describe(level), fmt.Sprintf("%d packets captured, %d dropped by the kernel", stats.Captured, stats.Dropped))
	if m.script.Until > 0 {
		res.Trace.Notes = append(res.Trace.Notes, "run until describes the model's time; this run ended when everything was acknowledged and the wire was quiet")
	}
	if level == LevelCallsOnly {
		res.Trace.Notes = res.Trace.Notes[:1]
	}
	return res
}

// trace makes a trace of events in their order.
func (m *merger) trace(events []trace.Event, took time.Duration) *trace.Trace {
	for i := range events {
		events[i].N = i + 1
	}
	findCauses(events)
	findRepeats(events)
	t := &trace.Trace{Script: m.script.Name, Hash: m.script.Hash(), Source: trace.Live, Events: events, Ended: took}
	for i, h := range m.script.Hosts {
		t.Hosts = append(t.Hosts, trace.Host{Name: h.Name, IP: m.script.Address(i)})
	}
	return t
}

// Describe says in English what a level shows.
func Describe(l Level) string {
	switch l {
	case LevelWire:
		return "real sockets of this kernel, each host in a private network namespace, joined by a wire that is watched"
	case LevelPrivate:
		return "real sockets of this kernel in a private network namespace, captured on lo"
	case LevelHost:
		return "real sockets of this kernel on the host's own loopback, captured on lo"
	case LevelCallsOnly:
		return "real sockets of this kernel on the host's own loopback; the packets cannot be seen here"
	case LevelRecorded:
		return "a recording of an earlier run, not of this machine"
	default:
		panic("lab: unknown level " + strconv.Itoa(int(l)))
	}
}

// describeModels says who played a run on the wire in which the model played some hosts.
func describeModels(models map[string]string) string {
	var who []string
	for _, host := range slices.Sorted(maps.Keys(models)) {
		who = append(who, host+" is the model ("+models[host]+")")
	}
	return strings.Join(who, ", ") + "; the others are real sockets of this kernel, each host in a private network namespace, joined by a wire that is watched"
}

// packetEvents says what a frame shows: a segment was sent and, if a filter kept
// it from its receiver, that it was lost. That a segment arrived is not said:
// only an ACK proves it.
func (m *merger) packetEvents(n int, f message, frame capture.Frame, start time.Time) []trace.Event {
	pkt, err := capture.Decode(frame.Data)
	if err != nil {
		return []trace.Event{{T: frame.Time.Sub(start), Kind: trace.Note, Source: trace.Capture, Frame: n,
			Text: "frame " + strconv.Itoa(n) + " is no packet of the script"}}
	}
	src, dst := endpoint(f.Src), endpoint(f.Dst)
	e := trace.Event{T: frame.Time.Sub(start), Host: src.Host, Kind: trace.Send, Conn: f.Conn, Pkt: n, Src: src, Dst: dst,
		Proto: pkt.Proto, Seg: pkt.Seg, Dgram: pkt.Dgram, Source: trace.Capture, Frame: n}
	if c := e.Dgram.Cite; c != nil && len(f.Cited) == 2 {
		c.Src, c.Dst = endpoint(f.Cited[0]), endpoint(f.Cited[1])
	}
	if !f.Lost {
		return []trace.Event{e}
	}
	lost := e
	lost.Kind, lost.Host, lost.Conn = trace.Drop, dst.Host, ""
	lost.Text = "a filter on the receiving socket drops"
	lost.CauseBy = "the script's drop line"
	return []trace.Event{e, lost}
}

func endpoint(s string) wire.Endpoint {
	host, port, _ := strings.Cut(s, ":")
	n, _ := strconv.ParseUint(port, 10, 16)
	return wire.Endpoint{Host: host, Port: uint16(n)}
}

// findCauses links what the packets and calls prove: a return to its call, and
// a segment that acknowledges to the segment it acknowledges.
func findCauses(events []trace.Event) {
	calls := map[int]int{}
	type edge struct {
		flow trace.Flow
		end  wire.Seq
	}
	ends := map[edge]int{}
	sent := map[int]int{}
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case trace.Call:
			calls[e.Stmt] = e.N
		case trace.Return:
			e.Cause, e.CauseBy = calls[e.Stmt], "the same call"
		case trace.Send:
			sent[e.Pkt] = e.N
			if e.Seg.Flags.Has(wire.ACK) {
				if n, ok := ends[edge{e.Flow().Reverse(), e.Seg.Ack}]; ok {
					e.Cause, e.CauseBy = n, "its ACK field"
				}
			}
			if e.Seg.Len() > 0 {
				ends[edge{e.Flow(), e.Seg.End()}] = e.N
			}
		case trace.Recv, trace.Drop:
			if n := sent[e.Pkt]; n > 0 {
				e.Cause, e.CauseBy = n, cmp.Or(e.CauseBy, "the same packet")
			}
		case trace.State, trace.Set, trace.Timer, trace.Deliver, trace.Note:
		}
	}
}

// FromRecording makes a result of a recorded trace, for a machine that refuses a
// run of its own; reason and fix say why and how to mend it.
func FromRecording(t *trace.Trace, reason, fix string) *Result {
	res := &Result{Level: LevelRecorded, Trace: t, Reason: reason, Fix: fix}
	for i := range t.Events {
		if t.Events[i].Source == trace.Capture && t.Events[i].Kind == trace.Send {
			res.Stats.Captured++
		}
	}
	return res
}
