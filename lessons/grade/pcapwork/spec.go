package pcapwork

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"netlab/capture/filter"
	"netlab/lessons/text"
	"netlab/sim/wire"
)

// A Spec is the table [pcap] of an assignment: what must be in the capture, and what is asked
// about it. What is left out is not demanded.
type Spec struct {
	Proto      string             `toml:"proto"`       // tcp, which is usual, or udp
	Port       Number             `toml:"port"`        // of the server; 0: any
	Filter     string             `toml:"filter"`      // in the language of netlab explain
	Handshake  bool               `toml:"handshake"`   // the opening must be there from the first SYN on
	Close      string             `toml:"close"`       // four, three, half, simultaneous, reset or any; "four|three": one of them
	MinData    Number             `toml:"min_data"`    // octets, of the end that SentBy names
	Payload    string             `toml:"payload"`     // must stand in the data, in one piece
	SentBy     string             `toml:"sent_by"`     // whose data: client, server; empty: either
	MaxPackets Number             `toml:"max_packets"` // in the whole file: a capture filter was used
	Reveal     bool               `toml:"reveal"`      // show the right answers to wrong ones
	Points     map[string]float64 `toml:"points"`      // of the demands, by their id; 1 if not named
	Questions  []Question         `toml:"question"`

	picks  *filter.Filter
	proto  wire.Proto
	closes []string
}

// A Question asks for a quantity of the conversation.
type Question struct {
	ID        string    `toml:"id"` // the key in the answers file
	Points    float64   `toml:"points"`
	Prompt    text.Both `toml:"prompt"`
	Answer    string    `toml:"answer"`    // a quantity: client.isn
	Tolerance float64   `toml:"tolerance"` // how far off a number may be; of times in milliseconds
	Relative  bool      `toml:"relative"`  // numbers that count from the initial one are right too
	Reveal    bool      `toml:"reveal"`
}

// A Number is a number, or a text that is one: parameters are filled into texts.
type Number int

// UnmarshalTOML takes 8888 and "8888".
func (n *Number) UnmarshalTOML(v any) error {
	switch v := v.(type) {
	case int64:
		*n = Number(v)
		return nil
	case string:
		k, err := strconv.Atoi(v)
		*n = Number(k)
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("%v is no whole number (is it a parameter that [params] does not have?)", v)
}

// The demands, by the ids of their checks, in the order in which they are graded.
const (
	demandFound     = "found"
	demandHandshake = "handshake"
	demandData      = "data"
	demandPayload   = "payload"
	demandClose     = "close"
	demandSize      = "size"
)

var demands = []string{demandFound, demandHandshake, demandData, demandPayload, demandClose, demandSize}

// Limits of a spec.
const (
	maxQuestions = 100
	maxPoints    = 1000
	maxPayload   = 1024
)

// A mistakes collects what is wrong with a spec.
type mistakes []error

func (m *mistakes) add(format string, args ...any) { *m = append(*m, fmt.Errorf(format, args...)) }

// Check finds the mistakes of a spec that was decoded, and makes it ready for [Grade].
func (s *Spec) Check() error {
	m := &mistakes{}
	if s.Proto == "" {
		s.Proto = "tcp"
	}
	var ok bool
	if s.proto, ok = wire.ParseProto(s.Proto); !ok || s.proto == wire.ICMP {
		m.add("proto %q is neither tcp nor udp", s.Proto)
	}
	var err error
	if s.picks, err = filter.Parse(s.Filter); err != nil {
		*m = append(*m, err)
	}
	if s.Port < 0 || s.Port > 65535 {
		m.add("port %d is no port", s.Port)
	}
	if s.MinData < 0 || s.MaxPackets < 0 {
		m.add("min_data and max_packets count from 0")
	}
	if s.MinData > maxStream {
		m.add("min_data %d: of each end %d octets are looked at", s.MinData, maxStream)
	}
	if s.MaxPackets > maxPackets {
		m.add("max_packets %d: netlab grades captures of at most %d packets", s.MaxPackets, maxPackets)
	}
	if len(s.Payload) > maxPayload {
		m.add("payload of more than %d octets", maxPayload)
	}
	if !slices.Contains([]string{"", "client", "server"}, s.SentBy) {
		m.add("sent_by %q is neither client nor server", s.SentBy)
	}
	s.checkClose(m)
	for id, p := range s.Points {
		if !slices.Contains(demands, id) {
			m.add("points of %q: no such demand%s", id, suggest(id, demands))
		}
		m.points(id, p)
	}
	s.checkQuestions(m)
	return errors.Join(*m...)
}

func (m *mistakes) points(what string, p float64) {
	if !(p >= 0 && p <= maxPoints) { // not a number is neither
		m.add("%s: %v points (0 to %d)", what, p, maxPoints)
	}
}

func (s *Spec) checkClose(m *mistakes) {
	s.closes = nil
	if s.proto != wire.TCP && (s.Handshake || s.Close != "") {
		m.add("handshake and close are of tcp, and proto is %s", s.Proto)
	}
	if s.Close == "" {
		return
	}
	for _, c := range strings.Split(s.Close, "|") {
		c = strings.TrimSpace(c)
		if known := append(closeNames(), "any"); !slices.Contains(known, c) {
			m.add("close %q is unknown (%s)%s", c, strings.Join(known, ", "), suggest(c, known))
		}
		s.closes = append(s.closes, c)
	}
}

// idForm is what a bare key of an answers file looks like.
var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (s *Spec) checkQuestions(m *mistakes) {
	if len(s.Questions) > maxQuestions {
		m.add("more than %d questions", maxQuestions)
	}
	seen := map[string]bool{}
	for i := range s.Questions {
		q := &s.Questions[i]
		switch {
		case !idForm.MatchString(q.ID):
			m.add("question %d: bad id %q (small letters, digits, - and _)", i+1, q.ID)
		case slices.Contains(demands, q.ID):
			m.add("question %s: the id is that of a demand (%s)", q.ID, strings.Join(demands, ", "))
		case seen[q.ID]:
			m.add("question %s: twice", q.ID)
		}
		seen[q.ID] = true
		m.points("question "+q.ID, q.Points)
		if !q.Prompt.Whole() || !utf8.ValidString(q.Prompt.EN+q.Prompt.ZH) {
			m.add("question %s: prompt = { en = …, zh-CN = … }, both", q.ID)
		}
		if !(q.Tolerance >= 0 && q.Tolerance < 1e9) {
			m.add("question %s: tolerance %v", q.ID, q.Tolerance)
		}
		switch k := find(q.Answer); {
		case k == nil:
			m.add("question %s: no quantity %q%s", q.ID, q.Answer, suggest(q.Answer, Quantities()))
		case !k.has(s.proto):
			m.add("question %s: %s has no meaning in %s", q.ID, q.Answer, s.Proto)
		case q.Tolerance > 0 && !k.kind.number():
			m.add("question %s: %s is no number, so it has no tolerance", q.ID, q.Answer)
		case q.Tolerance == 0 && k.kind == millis:
			m.add("question %s: nobody reads a time to the nanosecond: give a tolerance in ms", q.ID)
		case q.Relative && k.kind != seqNumber:
			m.add("question %s: %s is no sequence number, so it is not relative", q.ID, q.Answer)
		}
	}
}

// pointsOf are the points of a demand.
func (s *Spec) pointsOf(id string) float64 {
	if p, ok := s.Points[id]; ok {
		return p
	}
	return 1
}

// suggest says what may have been meant.
func suggest(word string, known []string) string {
	best := text.Nearest(word, known, len(word)/2)
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}
