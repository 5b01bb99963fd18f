package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An OptionKind says what a socket option is set to.
type OptionKind uint8

// The kinds.
const (
	OptionFlag   OptionKind = iota // 0 or 1
	OptionCount                    // a number
	OptionTime                     // a time
	OptionLinger                   // a time, or off
)

// SocketOptions lists the options that setsockopt knows, by their names in C.
var SocketOptions = []struct {
	Name string
	Kind OptionKind
	Text string
}{
	{"SO_REUSEADDR", OptionFlag, "bind() may take a port that only TIME-WAIT or sockets like this one hold"},
	{"SO_LINGER", OptionLinger, "close() waits that long; 0s makes it an ABORT: RST"},
	{"SO_KEEPALIVE", OptionFlag, "probe a silent peer"},
	{"SO_RCVBUF", OptionCount, "octets of receive buffer"},
	{"SO_SNDBUF", OptionCount, "octets of send buffer"},
	{"SO_BROADCAST", OptionFlag, "allow datagrams to 255.255.255.255"},
	{"TCP_NODELAY", OptionFlag, "no Nagle algorithm: small segments go at once"},
	{"TCP_KEEPIDLE", OptionTime, "silence before the first keep-alive"},
	{"TCP_KEEPINTVL", OptionTime, "time between keep-alives"},
	{"TCP_KEEPCNT", OptionCount, "keep-alives without an answer before giving up"},
	{"TCP_USER_TIMEOUT", OptionTime, "how long data may stay unacknowledged"},
	{"IP_MULTICAST_TTL", OptionCount, "0: only this host; 1: only this link"},
	{"IP_MULTICAST_LOOP", OptionFlag, "whether this host gets what it sends to a group"},
	{"O_NONBLOCK", OptionFlag, "calls return at once (set with fcntl() in C)"},
}

// pollEvents are the words that poll takes.
var pollEvents = []string{"POLLIN", "POLLOUT", "POLLERR", "POLLHUP", "POLLRDHUP"}

// parseOption reads: setsockopt s NAME VALUE.
func (p *parser) parseOption(w *words, st *Stmt) bool {
	t, ok := w.next("the name of an option, such as SO_REUSEADDR")
	if !ok {
		return false
	}
	names := make([]string, len(SocketOptions))
	for i, o := range SocketOptions {
		names[i] = o.Name
	}
	i := slices.Index(names, t.text)
	if st.Verb == GetSockOpt {
		if t.text != "SO_ERROR" {
			w.fail(t.col, fmt.Sprintf("unknown option %q", t.text), "getsockopt reads SO_ERROR")
			return false
		}
		st.Option = t.text
		return true
	}
	if i < 0 {
		w.fail(t.col, fmt.Sprintf("unknown option %q", t.text), "options are "+strings.Join(names, " "))
		return false
	}
	st.Option = t.text
	v, ok := w.next("a value")
	if !ok {
		return false
	}
	switch SocketOptions[i].Kind {
	case OptionTime:
		st.Value.T, ok = w.parseDuration(v.text, v.col)
		st.Value.IsTime = true
	case OptionLinger:
		if v.text == "off" {
			st.Value.Off = true
			break
		}
		st.Value.T, ok = w.parseDuration(v.text, v.col)
		st.Value.IsTime = true
	case OptionFlag:
		var n uint64
		n, ok = w.parseNumber(v.text, v.col, "value", 0, 1)
		st.Value.N = int(n)
	default:
		var n uint64
		n, ok = w.parseNumber(v.text, v.col, "value", 0, maxOctets)
		st.Value.N = int(n)
	}
	return ok
}

// A Value is what an option is set to.
type Value struct {
	N      int
	T      time.Duration
	IsTime bool
	Off    bool // SO_LINGER off
}

// String writes the value as a script does.
func (v Value) String() string {
	switch {
	case v.Off:
		return "off"
	case v.IsTime:
		return v.T.String()
	default:
		return fmt.Sprint(v.N)
	}
}

// parsePoll reads: poll s POLLIN|POLLOUT ...
func (p *parser) parsePoll(w *words, st *Stmt) bool {
	t, ok := w.next("events such as POLLIN or POLLIN|POLLOUT")
	if !ok {
		return false
	}
	for _, word := range strings.Split(t.text, "|") {
		if !slices.Contains(pollEvents, word) {
			w.fail(t.col, fmt.Sprintf("unknown event %q", word), "events are "+strings.Join(pollEvents, " "))
			return false
		}
		st.Events = append(st.Events, word)
	}
	return true
}
