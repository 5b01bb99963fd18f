package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netlab/sim/fault"
	"netlab/sim/wire"
)

// parseHost reads: host NAME [iss=N] [ip=ADDR] [profile=P] [mss=N] [rcvbuf=N]
// [sndbuf=N] [congestion=off|newreno], or: puppet NAME [ip=ADDR].
func (p *parser) parseHost(w *words, puppet bool) {
	name, ok := w.next("the host's name")
	if !ok {
		return
	}
	if !isName(name.text) || name.text == "at" || name.text == "then" || name.text == "never" || name.text == "within" {
		w.fail(name.col, fmt.Sprintf("bad host name %q", name.text), "letters, digits and _, beginning with a letter")
		return
	}
	if p.s.Host(name.text) != nil {
		w.fail(name.col, fmt.Sprintf("host %q is declared twice", name.text), "")
		return
	}
	if len(p.s.Hosts) == maxHosts {
		w.fail(name.col, fmt.Sprintf("more than %d hosts", maxHosts), "")
		return
	}
	h := Host{Pos: p.pos(name.col), Name: name.text, Puppet: puppet}
	for w.more() {
		t, _ := w.next("")
		key, value, ok := strings.Cut(t.text, "=")
		col := t.col + len(key) + 1
		switch {
		case puppet && key != "ip":
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "a puppet takes ip=ADDRESS")
		case ok && key == "profile":
			if !slices.Contains(ProfileNames, value) {
				w.fail(col, fmt.Sprintf("unknown profile %q", value), "profiles are "+strings.Join(ProfileNames, " "))
			}
			h.Profile = value
		case ok && key == "mss":
			n, _ := w.parseNumber(value, col, "MSS", 1, 65535)
			h.MSS = int(n)
		case ok && key == "rcvbuf":
			n, _ := w.parseNumber(value, col, "buffer", 1, 1<<30)
			h.RcvBuf = int(n)
		case ok && key == "sndbuf":
			n, _ := w.parseNumber(value, col, "buffer", 1, 1<<30)
			h.SndBuf = int(n)
		case ok && key == "congestion":
			if value != "off" && value != "newreno" {
				w.fail(col, fmt.Sprintf("unknown congestion control %q", value), "off or newreno")
			}
			h.Congestion = value
		case ok && key == "iss":
			n, good := w.parseNumber(value, t.col+4, "initial sequence number", 0, 1<<32-1)
			h.ISS, h.HasISS = wire.Seq(uint32(n)), good
		case ok && key == "ip":
			first, _, _ := strings.Cut(value, ".")
			if n, err := strconv.Atoi(first); !isIPv4(value) || err != nil || n == 0 || n == 127 || n >= 224 {
				w.fail(t.col+3, fmt.Sprintf("bad address %q", value), "the address of one host, such as 10.0.0.1")
			}
			h.IP = value
		default:
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "a host takes iss= ip= profile= mss= rcvbuf= sndbuf= congestion=")
		}
	}
	for _, other := range p.s.Hosts {
		if h.IP != "" && other.IP == h.IP {
			w.fail(name.col, fmt.Sprintf("hosts %s and %s have the same address", other.Name, h.Name), "give each its own")
		}
	}
	p.s.Hosts = append(p.s.Hosts, h)
}

// ProfileNames are the habits that a host can be given.
var ProfileNames = []string{"textbook", "rfc9293", "linux"}

// parseLink reads: link A B [C ...] [delay=10ms] [mtu=1500] [loss=1%] [duplicate=1%]
// [reorder=1%] [corrupt=1%].
func (p *parser) parseLink(w *words) {
	l := Link{Pos: p.pos(1)}
	for len(l.Hosts) < 2 || (w.more() && !strings.Contains(w.peek(), "=")) {
		name, ok := p.hostName(w)
		if !ok {
			return
		}
		for _, other := range l.Hosts {
			if _, dup := p.s.Delay(other, name); dup {
				w.fail(1, fmt.Sprintf("%s and %s are joined already", other, name), "")
				return
			}
		}
		l.Hosts = append(l.Hosts, name)
	}
	for w.more() {
		t, ok := w.next("")
		if !ok {
			return
		}
		key, value, _ := strings.Cut(t.text, "=")
		col := t.col + len(key) + 1
		chances := map[string]*fault.Chance{"loss": &l.Loss, "duplicate": &l.Duplicate, "reorder": &l.Reorder, "corrupt": &l.Corrupt}
		switch {
		case key == "delay":
			l.Delay, ok = w.parseDuration(value, col)
		case key == "mtu":
			var n uint64
			n, ok = w.parseNumber(value, col, "MTU", 68, 65535)
			l.MTU = int(n)
		case chances[key] != nil:
			if *chances[key], ok = fault.ParseChance(value); !ok {
				w.fail(col, fmt.Sprintf("bad chance %q", value), "a percentage such as 5%")
			}
		default:
			w.fail(t.col, fmt.Sprintf("unexpected %q", t.text), "a link takes delay= mtu= loss= duplicate= reorder= corrupt=")
			ok = false
		}
		if !ok {
			return
		}
	}
	p.s.Links = append(p.s.Links, l)
}
