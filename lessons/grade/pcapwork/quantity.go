package pcapwork

import (
	"fmt"
	"slices"
	"time"

	"netlab/capture/follow"
	"netlab/sim/wire"
)

// A kind is how a quantity is written.
type kind uint8

const (
	plainNumber kind = iota
	seqNumber        // counts from an initial number, too
	millis           // a time in milliseconds
	sideName         // client, server, both, none
	closeName        // four, three, half, simultaneous, reset
	address
)

// number reports whether it is one, so that it may be missed by a little.
func (k kind) number() bool { return k <= millis }

// Which protocols have a quantity.
type protos uint8

const (
	ofTCP protos = 1 << iota
	ofUDP
)

// A value is a quantity of one conversation.
type value struct {
	n      float64 // of numbers
	rel    float64 // of sequence numbers: counted from the initial one
	word   string  // of the others
	frames []int   // where it can be seen
}

// A quantity is something that a conversation has and that can be asked for.
type quantity struct {
	name   string
	kind   kind
	protos protos
	en, zh string
	of     func(f *facts) (value, bool) // false: this capture does not show it
}

func (q *quantity) has(p wire.Proto) bool {
	if p == wire.UDP {
		return q.protos&ofUDP != 0
	}
	return q.protos&ofTCP != 0
}

// quantities are all of them; those of an end are there for the client and the server.
var quantities = slices.Concat(
	perEnd("address", address, ofTCP|ofUDP, "the %s's IP address", "%s的 IP 地址", func(f *facts, x int) (value, bool) {
		return value{word: f.Ends[x].Addr().Unmap().String(), frames: []int{f.FirstFrame}}, true
	}),
	perEnd("port", plainNumber, ofTCP|ofUDP, "the %s's port", "%s的端口号", func(f *facts, x int) (value, bool) {
		return value{n: float64(f.Ends[x].Port()), frames: []int{f.FirstFrame}}, true
	}),
	perEnd("ttl", plainNumber, ofTCP|ofUDP, "the TTL of the %s's first packet", "%s第一个数据包的 TTL", func(f *facts, x int) (value, bool) {
		s := f.ends[x].syn
		if s == nil {
			s = f.ends[x].first
		}
		return seen(s, func() float64 { return float64(s.ttl) })
	}),
	perEnd("packets", plainNumber, ofTCP|ofUDP, "packets that the %s has sent", "%s发送的数据包个数", func(f *facts, x int) (value, bool) {
		return value{n: float64(f.Packets[x]), frames: f.span()}, true
	}),
	perEnd("segments", plainNumber, ofTCP|ofUDP, "packets with data that the %s has sent, repeated ones too", "%s发送的带数据的数据包个数，重发的也算", func(f *facts, x int) (value, bool) {
		return value{n: float64(f.ends[x].segments), frames: f.span()}, true
	}),
	perEnd("octets", plainNumber, ofTCP|ofUDP, "octets of data that the %s has sent, each number once", "%s发送的数据字节数，重发的不再算", func(f *facts, x int) (value, bool) {
		if f.ends[x].end >= maxStream {
			return value{}, false
		}
		return value{n: float64(f.ends[x].end), frames: f.span()}, f.Proto == wire.UDP || f.ends[x].syn != nil
	}),
	perEnd("isn", seqNumber, ofTCP, "the %s's initial sequence number", "%s的初始序号", func(f *facts, x int) (value, bool) {
		return f.ends[x].syn.number(func(s *segment) (wire.Seq, wire.Seq) { return s.seq, s.base })
	}),
	perEnd("mss", plainNumber, ofTCP, "the MSS that the %s announces", "%s通告的最大报文段长度（MSS）", func(f *facts, x int) (value, bool) {
		s := f.ends[x].syn
		v, ok := seen(s, func() float64 { return float64(s.options.MSS) })
		return v, ok && s.options.MSS != 0
	}),
	perEnd("wscale", plainNumber, ofTCP, "the window scale that the %s offers", "%s提出的窗口扩大因子（移位位数）", func(f *facts, x int) (value, bool) {
		s := f.ends[x].syn
		v, ok := seen(s, func() float64 { return float64(s.options.WScale) })
		return v, ok && s.options.HasWScale
	}),
	perEnd("window", plainNumber, ofTCP, "the window field of the %s's SYN", "%s的 SYN 里的窗口字段", func(f *facts, x int) (value, bool) {
		s := f.ends[x].syn
		return seen(s, func() float64 { return float64(s.wnd) })
	}),
	perEnd("first_data_seq", seqNumber, ofTCP, "the sequence number of the %s's first octet of data", "%s第一个数据字节的序号", func(f *facts, x int) (value, bool) {
		return f.ends[x].firstData.number(func(s *segment) (wire.Seq, wire.Seq) { return s.seq, s.base })
	}),
	perEnd("fin_seq", seqNumber, ofTCP, "the number that the %s's FIN uses", "%s的 FIN 占用的序号", func(f *facts, x int) (value, bool) {
		return f.ends[x].fin.number(func(s *segment) (wire.Seq, wire.Seq) { return s.seq.Add(s.len), s.base })
	}),
	perEnd("fin_ack", seqNumber, ofTCP, "the acknowledgment number that acknowledges the %s's FIN", "确认%s的 FIN 的确认号", func(f *facts, x int) (value, bool) {
		return f.ends[x].fin.number(func(s *segment) (wire.Seq, wire.Seq) { return s.seq.Add(s.len + 1), s.base })
	}),
	perEnd("fin_frame", plainNumber, ofTCP, "the frame that holds the %s's first FIN", "%s的第一个 FIN 所在的帧编号", func(f *facts, x int) (value, bool) {
		s := f.ends[x].fin
		return seen(s, func() float64 { return float64(s.frame) })
	}),
	[]quantity{
		{"synack.ack", seqNumber, ofTCP, "the acknowledgment number of the SYN,ACK", "SYN,ACK 的确认号", func(f *facts) (value, bool) {
			if s := f.ends[1].syn; s == nil || !s.acks {
				return value{}, false
			}
			return f.ends[1].syn.number(func(s *segment) (wire.Seq, wire.Seq) { return s.ack, s.peer })
		}},
		{"ack.seq", seqNumber, ofTCP, "the sequence number of the third segment of the handshake", "三次握手中第三个报文段的序号", func(f *facts) (value, bool) {
			return f.third().number(func(s *segment) (wire.Seq, wire.Seq) { return s.seq, s.base })
		}},
		{"ack.ack", seqNumber, ofTCP, "the acknowledgment number of the third segment of the handshake", "三次握手中第三个报文段的确认号", func(f *facts) (value, bool) {
			return f.third().number(func(s *segment) (wire.Seq, wire.Seq) { return s.ack, s.peer })
		}},
		{"packets", plainNumber, ofTCP | ofUDP, "packets of the conversation", "整个会话的数据包个数", func(f *facts) (value, bool) {
			return value{n: float64(f.Packets[0] + f.Packets[1]), frames: f.span()}, true
		}},
		{"data.segments", plainNumber, ofTCP | ofUDP, "packets with data, repeated ones too", "带数据的数据包个数，重发的也算", func(f *facts) (value, bool) {
			return value{n: float64(f.ends[0].segments + f.ends[1].segments), frames: f.span()}, true
		}},
		{"retransmissions", plainNumber, ofTCP, "segments that were sent again, SYN and FIN too", "重发的报文段个数，SYN 和 FIN 也算", func(f *facts) (value, bool) {
			return f.count(follow.Retransmission, follow.FastRetransmission, follow.Spurious, follow.SynAgain, follow.FinAgain), true
		}},
		{"duplicate_acks", plainNumber, ofTCP, "duplicate acknowledgments", "重复确认的个数", func(f *facts) (value, bool) {
			return f.count(follow.DuplicateAck), true
		}},
		{"closer", sideName, ofTCP, "the end that closes or resets first", "先关闭（或复位）的一端", closer},
		{"time_wait", sideName, ofTCP, "the end that passes TIME-WAIT", "经过 TIME-WAIT 的一端", timeWait},
		{"close", closeName, ofTCP, "how the connection ended", "连接是怎样结束的", func(f *facts) (value, bool) {
			name := closeOf(f.Summary)
			return value{word: name, frames: f.closing()}, name != ""
		}},
		{"rtt_ms", millis, ofTCP, "ms from the SYN to the ACK of the SYN,ACK", "从 SYN 到确认 SYN,ACK 的毫秒数", func(f *facts) (value, bool) {
			return value{n: ms(f.RTT), frames: f.opening()}, f.RTT > 0
		}},
		{"duration_ms", millis, ofTCP | ofUDP, "ms from the first packet to the last", "从第一个数据包到最后一个的毫秒数", func(f *facts) (value, bool) {
			return value{n: ms(f.Lasted), frames: f.span()}, !f.noTimes
		}},
		{"udp.length", plainNumber, ofUDP, "the length field of the first UDP datagram", "第一个 UDP 数据报的长度字段", func(f *facts) (value, bool) {
			s := f.ends[0].first
			return seen(s, func() float64 { return float64(s.len + wire.UDPHeaderLen) })
		}},
	},
)

// perEnd makes a quantity of the client and the same of the server.
func perEnd(name string, k kind, p protos, en, zh string, of func(f *facts, x int) (value, bool)) (two []quantity) {
	for x, side := range sides {
		two = append(two, quantity{side + "." + name, k, p, fmt.Sprintf(en, side), fmt.Sprintf(zh, zhSides[x]), func(f *facts) (value, bool) { return of(f, x) }})
	}
	return two
}

// sides are the ends of a conversation: A, who called, and B.
var sides, zhSides = [2]string{"client", "server"}, [2]string{"客户端", "服务器"}

// Quantities lists the names of what can be asked for.
func Quantities() (names []string) {
	for _, q := range quantities {
		names = append(names, q.name)
	}
	return names
}

// Meaning says what a quantity is; empty if there is none of that name.
func Meaning(name, lang string) string {
	switch q := find(name); {
	case q == nil:
		return ""
	case lang == "zh-CN":
		return q.zh
	default:
		return q.en
	}
}

func find(name string) *quantity {
	if i := slices.IndexFunc(quantities, func(q quantity) bool { return q.name == name }); i >= 0 {
		return &quantities[i]
	}
	return nil
}

// seen makes a number that stands in a segment, if that was captured.
func seen(s *segment, n func() float64) (value, bool) {
	if s == nil {
		return value{}, false
	}
	return value{n: n(), frames: []int{s.frame}}, true
}

// number makes a sequence number of a segment; of gives it, and what it is relative to.
func (s *segment) number(of func(s *segment) (n, base wire.Seq)) (value, bool) {
	if s == nil {
		return value{}, false
	}
	n, base := of(s)
	return value{n: float64(uint32(n)), rel: float64(uint32(n - base)), frames: []int{s.frame}}, true
}

// third is the client's segment that finishes the handshake.
func (f *facts) third() *segment {
	s, syn := f.ends[0].first, f.ends[0].syn
	if s == nil || syn == nil || f.ends[1].syn == nil || !s.acks {
		return nil
	}
	return s
}

// count adds findings up; the frames are those where each kind was seen first.
func (f *facts) count(kinds ...follow.Kind) (v value) {
	for _, c := range f.Counts {
		if slices.Contains(kinds, c.Kind) {
			v.n += float64(c.N)
			v.frames = append(v.frames, c.First)
		}
	}
	if v.frames == nil {
		v.frames = f.span()
	}
	return v
}

func closer(f *facts) (value, bool) {
	switch {
	case f.Close == follow.SimultaneousClose:
		return value{word: both, frames: f.closing()}, true
	case f.First < 0:
		return value{}, false
	}
	return value{word: sides[f.First], frames: f.closing()}, true
}

// What else than one of the sides.
const (
	both = "both"
	none = "none"
)

func timeWait(f *facts) (value, bool) {
	v := value{frames: f.closing()}
	switch w := f.TimeWait; {
	case w[0] && w[1]:
		v.word = both
	case w[0]:
		v.word = sides[0]
	case w[1]:
		v.word = sides[1]
	default:
		v.word = none
	}
	return v, f.Close != follow.NotClosed && (f.Close != follow.HalfClose || f.Closing[1-f.First] > 0)
}

// span are the first and the last frame.
func (f *facts) span() []int { return trim(f.FirstFrame, f.LastFrame) }

// closing are the frames of the FINs.
func (f *facts) closing() []int {
	if frames := trim(f.Closing[0], f.Closing[1]); frames != nil {
		slices.Sort(frames)
		return frames
	}
	return trim(f.LastFrame)
}

// opening are the frames of the handshake.
func (f *facts) opening() (frames []int) {
	for _, s := range []*segment{f.ends[0].syn, f.ends[1].syn, f.third()} {
		if s != nil {
			frames = append(frames, s.frame)
		}
	}
	return frames
}

// trim drops frames that are none, and repetitions.
func trim(frames ...int) (list []int) {
	for _, n := range frames {
		if n > 0 && !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// closeNames lists the ways to end, as specs and answers name them.
func closeNames() []string { return []string{"four", "three", "half", "simultaneous", "reset"} }

// closeOf names how a connection ended; empty: it was not seen to end.
func closeOf(s *follow.Summary) string {
	switch {
	case s.Close == follow.SimultaneousClose:
		return "simultaneous"
	case s.Close == follow.Reset:
		return "reset"
	case s.Close == follow.HalfClose && s.Closing[1-s.First] > 0:
		return "half"
	case s.Close == follow.FourSegments:
		return "four"
	case s.Close == follow.ThreeSegments:
		return "three"
	default:
		return ""
	}
}
