package trace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"netlab/sim/wire"
)

// jsonEvent is the form of an event on disk. The names are a contract: add, do
// not rename.
type jsonEvent struct {
	Type    string            `json:"type"`
	N       int               `json:"n"`
	T       int64             `json:"t_ns"`
	Host    string            `json:"host"`
	Kind    Kind              `json:"kind"`
	Conn    string            `json:"conn,omitempty"`
	Stmt    int               `json:"stmt,omitempty"`
	Call    string            `json:"call,omitempty"`
	Args    string            `json:"args,omitempty"`
	Result  *string           `json:"result,omitempty"`
	Proto   string            `json:"proto,omitempty"`
	Pkt     int               `json:"pkt,omitempty"`
	Src     string            `json:"src,omitempty"`
	Dst     string            `json:"dst,omitempty"`
	Seg     *jsonSegment      `json:"seg,omitempty"`
	RelSeq  *int              `json:"rel_seq,omitempty"`
	RelAck  *int              `json:"rel_ack,omitempty"`
	Again   bool              `json:"again,omitempty"`
	From    string            `json:"from,omitempty"`
	To      string            `json:"to,omitempty"`
	Vars    map[string]int64  `json:"vars,omitempty"`
	Rule    map[string]string `json:"rule,omitempty"`
	Cause   int               `json:"cause,omitempty"`
	CauseBy string            `json:"cause_by,omitempty"`
	Text    string            `json:"text,omitempty"`
	Source  Source            `json:"source"`
	Frame   int               `json:"frame,omitempty"`
	Step    int               `json:"step,omitempty"`
}

type jsonSegment struct {
	Flags   string       `json:"flags"`
	Seq     *uint32      `json:"seq,omitempty"` // TCP
	Ack     *uint32      `json:"ack,omitempty"`
	Len     int          `json:"len"`
	Wnd     *uint16      `json:"wnd,omitempty"` // TCP
	Options *jsonOptions `json:"options,omitempty"`
	Data    []byte       `json:"data,omitempty"` // base64

	Frag *jsonFragment `json:"fragment,omitempty"`
	Cite *jsonCite     `json:"cites,omitempty"` // ICMP: the packet that it is about
}

type jsonFragment struct {
	ID     uint16 `json:"id"`
	Offset int    `json:"offset"`
	Len    int    `json:"len"`
	More   bool   `json:"more,omitempty"`
}

type jsonCite struct {
	Proto string `json:"proto"`
	Src   string `json:"src"`
	Dst   string `json:"dst"`
	Late  bool   `json:"reassembly_time_exceeded,omitempty"`
	Other string `json:"says,omitempty"`
}

type jsonOptions struct {
	MSS    uint16     `json:"mss,omitempty"`
	WScale *uint8     `json:"wscale,omitempty"`
	SACKOK bool       `json:"sack_permitted,omitempty"`
	TSVal  *uint32    `json:"ts_val,omitempty"`
	TSEcr  *uint32    `json:"ts_ecr,omitempty"`
	SACK   [][]uint32 `json:"sack,omitempty"`
}

// A header is the first line of a saved trace.
type header struct {
	Type    string `json:"type"`
	Script  string `json:"script"`
	Hash    string `json:"hash,omitempty"`
	Profile string `json:"profile,omitempty"`
	Seed    uint64 `json:"seed"`
	Source  Source `json:"source"`
	Hosts   []Host `json:"hosts"`
}

// A footer is the last line of a saved trace.
type footer struct {
	Type   string   `json:"type"`
	Events int      `json:"events"`
	Ended  int64    `json:"ended_ns"`
	Notes  []string `json:"notes,omitempty"`
}

// WriteJSON writes the trace, one object a line: a header, the events, a result.
func (t *Trace) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(header{"trace", t.Script, t.Hash, t.Profile, t.Seed, t.Source, t.Hosts}); err != nil {
		return err
	}
	isns := map[Flow]wire.Seq{}
	for i := range t.Events {
		if e := &t.Events[i]; e.HasSegment() && e.Seg.Flags.Has(wire.SYN) {
			isns[e.Flow()] = e.Seg.Seq
		}
		if err := enc.Encode(toJSON(&t.Events[i], isns)); err != nil {
			return err
		}
	}
	return enc.Encode(footer{"result", len(t.Events), int64(t.Ended), t.Notes})
}

// EncodeEvent returns one event as a line of JSON without the relative numbers,
// for streams that do not know them yet.
func EncodeEvent(e *Event) ([]byte, error) { return json.Marshal(toJSON(e, nil)) }

// DecodeEvent reads one event written by EncodeEvent or WriteJSON.
func DecodeEvent(line []byte) (Event, error) {
	var j jsonEvent
	if err := json.Unmarshal(line, &j); err != nil {
		return Event{}, err
	}
	return fromJSON(&j)
}

func toJSON(e *Event, isns map[Flow]wire.Seq) jsonEvent {
	j := jsonEvent{
		Type: "event", N: e.N, T: int64(e.T), Host: e.Host, Kind: e.Kind, Conn: e.Conn, Stmt: e.Stmt,
		Call: e.Call, Args: e.Args, Pkt: e.Pkt, Again: e.Again, Cause: e.Cause, CauseBy: e.CauseBy,
		Text: e.Text, Source: e.Source, Frame: e.Frame,
	}
	if e.Kind == Return || e.Result != "" {
		j.Result = &e.Result
	}
	if !e.Src.IsZero() {
		j.Src, j.Dst = e.Src.String(), e.Dst.String()
	}
	if e.Proto != wire.TCP && e.HasPacket() {
		j.Proto, j.Seg = e.Proto.String(), datagramToJSON(e.Dgram)
	} else if e.HasSegment() || e.Kind == Deliver {
		j.Proto, j.Seg = e.Proto.String(), segmentToJSON(e.Seg)
		seq, ack, seqOK, ackOK := e.Relative(isns)
		if seqOK {
			j.RelSeq = &seq
		}
		if ackOK {
			j.RelAck = &ack
		}
	}
	if e.Kind == State {
		j.From, j.To = e.From.String(), e.To.String()
	}
	if len(e.Vars) > 0 {
		j.Vars = map[string]int64{}
		for _, v := range e.Vars {
			j.Vars[v.ID.String()] = v.Value
		}
	}
	if e.Rule != nil {
		j.Rule = map[string]string{"id": e.Rule.ID, "ref": e.Rule.Ref, "text": e.Rule.Text}
	}
	return j
}

func segmentToJSON(s wire.Segment) *jsonSegment {
	seq, wnd := uint32(s.Seq), s.Wnd
	j := &jsonSegment{Flags: s.Flags.String(), Seq: &seq, Len: len(s.Data), Wnd: &wnd, Data: []byte(s.Data)}
	if s.Flags.Has(wire.ACK) {
		ack := uint32(s.Ack)
		j.Ack = &ack
	}
	if o := s.Options; o != (wire.Options{}) {
		j.Options = &jsonOptions{MSS: o.MSS, SACKOK: o.SACKPermitted}
		if o.HasWScale {
			j.Options.WScale = &o.WScale
		}
		if o.HasTimestamps {
			j.Options.TSVal, j.Options.TSEcr = &o.TSVal, &o.TSEcr
		}
		for _, b := range o.SACK[:o.NSACK] {
			j.Options.SACK = append(j.Options.SACK, []uint32{uint32(b.From), uint32(b.To)})
		}
	}
	return j
}

func datagramToJSON(d wire.Datagram) *jsonSegment {
	j := &jsonSegment{Len: len(d.Data), Data: []byte(d.Data)}
	if f := d.Frag; f != nil {
		j.Frag = &jsonFragment{f.ID, f.Offset, f.Len, f.More}
	}
	if c := d.Cite; c != nil {
		j.Cite = &jsonCite{c.Proto.String(), c.Src.String(), c.Dst.String(), c.Late, c.Other}
	}
	return j
}

func datagramFromJSON(j *jsonSegment) (wire.Datagram, error) {
	d := wire.Datagram{Data: string(j.Data)}
	if f := j.Frag; f != nil {
		d.Frag = &wire.Fragment{ID: f.ID, Offset: f.Offset, Len: f.Len, More: f.More}
	}
	if c := j.Cite; c != nil {
		proto, ok := wire.ParseProto(c.Proto)
		src, err1 := parseEndpoint(c.Src)
		dst, err2 := parseEndpoint(c.Dst)
		if !ok || err1 != nil || err2 != nil {
			return d, fmt.Errorf("bad citation in an ICMP message")
		}
		d.Cite = &wire.Cite{Proto: proto, Src: src, Dst: dst, Late: c.Late, Other: c.Other}
	}
	return d, nil
}

// maxLine bounds one line of a saved trace.
const maxLine = 4 << 20

// ReadJSON reads a trace that WriteJSON wrote. An error names the line.
func ReadJSON(r io.Reader) (*Trace, error) {
	t := &Trace{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if err := t.readLine(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("trace: line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if len(t.Events) == 0 && t.Script == "" {
		return nil, fmt.Errorf("trace: no events (write one with: netlab sim SCENARIO --format json)")
	}
	return t, nil
}

func (t *Trace) readLine(line []byte) error {
	var head header
	if err := json.Unmarshal(line, &head); err != nil {
		return err
	}
	switch head.Type {
	case "trace":
		t.Script, t.Hash, t.Profile, t.Seed, t.Source, t.Hosts = head.Script, head.Hash, head.Profile, head.Seed, head.Source, head.Hosts
	case "event":
		e, err := DecodeEvent(line)
		if err != nil {
			return err
		}
		e.N = len(t.Events) + 1
		t.Events = append(t.Events, e)
	case "result":
		var foot footer
		if err := json.Unmarshal(line, &foot); err != nil {
			return err
		}
		t.Ended, t.Notes = time.Duration(foot.Ended), foot.Notes
	default:
		return fmt.Errorf("unknown type %q (want trace, event or result)", head.Type)
	}
	return nil
}

func fromJSON(j *jsonEvent) (Event, error) {
	e := Event{
		N: j.N, T: time.Duration(j.T), Host: j.Host, Kind: j.Kind, Conn: j.Conn, Stmt: j.Stmt, Call: j.Call,
		Args: j.Args, Pkt: j.Pkt, Again: j.Again, Cause: j.Cause, CauseBy: j.CauseBy, Text: j.Text,
		Source: j.Source, Frame: j.Frame,
	}
	if j.Result != nil {
		e.Result = *j.Result
	}
	var err error
	if e.Src, err = parseEndpoint(j.Src); err != nil {
		return e, err
	}
	if e.Dst, err = parseEndpoint(j.Dst); err != nil {
		return e, err
	}
	if j.Proto != "" {
		var ok bool
		if e.Proto, ok = wire.ParseProto(j.Proto); !ok {
			return e, fmt.Errorf("unknown protocol %q", j.Proto)
		}
	}
	if j.Seg != nil && e.Proto != wire.TCP && e.HasPacket() {
		if e.Dgram, err = datagramFromJSON(j.Seg); err != nil {
			return e, err
		}
	} else if j.Seg != nil {
		if e.Seg, err = segmentFromJSON(j.Seg); err != nil {
			return e, err
		}
	}
	if j.Kind == State {
		var ok1, ok2 bool
		e.From, ok1 = wire.ParseState(j.From)
		e.To, ok2 = wire.ParseState(j.To)
		if !ok1 || !ok2 {
			return e, fmt.Errorf("unknown state %q or %q", j.From, j.To)
		}
	}
	for id := range Vars {
		if v, ok := j.Vars[id.String()]; ok {
			e.Vars = append(e.Vars, Var{id, v})
		}
	}
	if j.Rule != nil {
		e.Rule = &wire.Rule{ID: j.Rule["id"], Ref: j.Rule["ref"], Text: j.Rule["text"]}
	}
	return e, nil
}

func segmentFromJSON(j *jsonSegment) (wire.Segment, error) {
	s := wire.Segment{Data: string(j.Data)}
	if j.Seq != nil {
		s.Seq = wire.Seq(*j.Seq)
	}
	if j.Wnd != nil {
		s.Wnd = *j.Wnd
	}
	if j.Flags != "" {
		flags, ok := wire.ParseFlags(j.Flags)
		if !ok {
			return s, fmt.Errorf("unknown flags %q", j.Flags)
		}
		s.Flags = flags
	}
	if j.Ack != nil {
		s.Ack = wire.Seq(*j.Ack)
	}
	o := j.Options
	if o == nil {
		return s, nil
	}
	s.Options.MSS, s.Options.SACKPermitted = o.MSS, o.SACKOK
	if o.WScale != nil {
		s.Options.HasWScale, s.Options.WScale = true, *o.WScale
	}
	if o.TSVal != nil && o.TSEcr != nil {
		s.Options.HasTimestamps, s.Options.TSVal, s.Options.TSEcr = true, *o.TSVal, *o.TSEcr
	}
	for _, b := range o.SACK {
		if len(b) != 2 || int(s.Options.NSACK) == len(s.Options.SACK) {
			return s, fmt.Errorf("bad SACK blocks")
		}
		s.Options.SACK[s.Options.NSACK] = wire.Block{From: wire.Seq(b[0]), To: wire.Seq(b[1])}
		s.Options.NSACK++
	}
	return s, nil
}

func parseEndpoint(s string) (wire.Endpoint, error) {
	if s == "" {
		return wire.Endpoint{}, nil
	}
	host, port, ok := strings.Cut(s, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || err != nil {
		return wire.Endpoint{}, fmt.Errorf("bad endpoint %q (want HOST:PORT)", s)
	}
	return wire.Endpoint{Host: host, Port: uint16(n)}, nil
}

// WriteEvent writes one event as a line, with the step of the lesson to which it
// belongs. isns collects the initial sequence numbers from call to call.
func WriteEvent(w io.Writer, e *Event, isns map[Flow]wire.Seq, step int) error {
	if e.HasSegment() && e.Seg.Flags.Has(wire.SYN) {
		isns[e.Flow()] = e.Seg.Seq
	}
	j := toJSON(e, isns)
	j.Step = step
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(j)
}
