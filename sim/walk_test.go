package sim

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// walkSteps is how many moments the random walks take; NETLAB_WALK sets another number.
const walkSteps = 60_000

// Random programs over a network that loses, repeats, overtakes and damages packets: two
// endpoints of any profile, any socket calls in any order. The properties of checkWalk hold
// for every run. A failure prints the shortest script that still shows it: save it as a
// scenario.
func TestRandomWalks(t *testing.T) {
	steps := walkSteps
	if n, err := strconv.Atoi(os.Getenv("NETLAB_WALK")); err == nil {
		steps = n
	}
	runs := 0
	for seed := uint64(1); steps > 0; seed++ {
		lines := walkScript(seed)
		n, broken := walk(lines)
		if broken != "" {
			lines = shrink(lines, broken)
			_, broken = walk(lines)
			t.Fatalf("seed %d breaks %s\nthe shortest script that shows it:\n\n%s", seed, broken, strings.Join(lines, "\n"))
		}
		steps -= n
		runs++
	}
	t.Logf("%d runs", runs)
}

// A dice draws numbers from a seed.
type dice struct{ seed, n uint64 }

func (d *dice) roll(sides int) int {
	d.n++
	return int(mix(d.seed, d.n) % uint64(sides))
}

func (d *dice) pick(words ...string) string { return words[d.roll(len(words))] }

// walkScript makes up a script.
func walkScript(seed uint64) []string {
	d := &dice{seed: seed}
	profile := func() string { return d.pick("textbook", "rfc9293", "linux") }
	iss := func() string { return d.pick("100", "4294967295", "2147483647", "4294967200") }
	lines := []string{
		fmt.Sprintf("host A iss=%s profile=%s mss=%d rcvbuf=%d", iss(), profile(), 100+d.roll(1000), 500+d.roll(5000)),
		fmt.Sprintf("host B iss=%s profile=%s mss=%d rcvbuf=%d", iss(), profile(), 100+d.roll(1000), 500+d.roll(5000)),
		fmt.Sprintf("link A B delay=%dms", 1+d.roll(40)),
	}
	for _, verb := range []string{"drop", "duplicate", "corrupt"} {
		for _, dir := range []string{"A->B", "B->A"} {
			if p := d.roll(40) - 15; p > 0 {
				lines = append(lines, fmt.Sprintf("%s %s any %d%% until 50s", verb, dir, p))
			}
		}
	}
	if d.roll(2) == 0 {
		lines = append(lines, fmt.Sprintf("delay A->B any %d%% by %dms", 5+d.roll(20), 1+d.roll(100)))
	}
	lines = append(lines, "B: s = socket tcp", fmt.Sprintf("B: listen s 80 backlog=%d", d.roll(3)), "A: c = socket tcp",
		"at 0s  A: connect c B:80 within 40s", "at 0s  B: x = accept s within 41s")
	if d.roll(8) == 0 { // both call
		lines = lines[:len(lines)-2]
		lines = append(lines, "A: bind c :5000", "B: x = socket tcp", "B: bind x :6000", "at 10ms  A: connect c B:6000 within 40s", "at 10ms  B: connect x A:5000 within 40s")
	}
	for range 4 + d.roll(14) {
		lines = append(lines, walkCall(d))
	}
	return append(lines, "at 100s  A: close c", "at 100s  B: close x", "at 101s  B: close s", "run until 3000s")
}

// walkCall makes up a socket call.
func walkCall(d *dice) string {
	at := fmt.Sprintf("at %dms  ", 50+d.roll(60_000))
	host, sock := "A", "c"
	if d.roll(2) == 0 {
		host, sock = "B", "x"
	}
	call := d.pick("send", "send", "send", "recv", "recv", "recv", "shutdown write", "close", "linger", "nodelay", "shutdown read", "user")
	switch call {
	case "send":
		return fmt.Sprintf("%s%s: send %s %d within 2s", at, host, sock, 1+d.roll(6000))
	case "recv":
		return fmt.Sprintf("%s%s: recv %s %d within 2s", at, host, sock, 1+d.roll(6000))
	case "linger":
		return fmt.Sprintf("%s%s: setsockopt %s SO_LINGER %s", at, host, sock, d.pick("0s", "off"))
	case "nodelay":
		return fmt.Sprintf("%s%s: setsockopt %s TCP_NODELAY 1", at, host, sock)
	case "user":
		return fmt.Sprintf("%s%s: setsockopt %s TCP_USER_TIMEOUT %ds", at, host, sock, 20+d.roll(100))
	default:
		verb, how, _ := strings.Cut(call, " ")
		return strings.TrimSpace(fmt.Sprintf("%s%s: %s %s %s", at, host, verb, sock, how))
	}
}

// walk plays a script and names the property that it breaks, if it breaks one.
func walk(lines []string) (moments int, broken string) {
	defer func() {
		if r := recover(); r != nil {
			broken = fmt.Sprintf("P1, nothing panics: %v", r)
		}
	}()
	s, err := scenario.Parse("walk", strings.Join(lines, "\n")+"\n")
	if err != nil {
		return 1, "" // a script cut too short
	}
	opt := Options{Seed: 7}
	t := Run(s, opt)
	moments = 1
	for i := range t.Events {
		if i > 0 && t.Events[i].Cause != t.Events[i-1].Cause {
			moments++
		}
	}
	if broken = checkWalk(t); broken == "" && len(t.Events)%16 == 0 && !sameTrace(t, Run(s, opt)) {
		broken = "P12, the same script gives the same trace"
	}
	return moments, broken
}

func sameTrace(a, b *trace.Trace) bool {
	var x, y bytes.Buffer
	return a.WriteJSON(&x) == nil && b.WriteJSON(&y) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// shrink leaves out lines as long as the same property stays broken.
func shrink(lines []string, broken string) []string {
	property, _, _ := strings.Cut(broken, ",")
	for again := true; again; {
		again = false
		for i := len(lines) - 1; i >= 0; i-- {
			shorter := slices.Delete(slices.Clone(lines), i, i+1)
			if _, b := walk(shorter); strings.HasPrefix(b, property+",") {
				lines, again = shorter, true
			}
		}
	}
	return lines
}

// A walker folds a trace into what the properties are about.
type walker struct {
	octets    map[trace.Flow]map[wire.Seq]byte // what each flow has carried, by number
	first     map[trace.Flow]wire.Seq          // the number of the first octet
	fin       map[trace.Flow]wire.Seq
	read      map[string]string // by host and socket: what the program has read
	flow      map[string]trace.Flow
	state     map[string]wire.State
	vars      map[string][trace.Vars]int64
	closed    map[string]bool // CLOSE was called
	readShut  map[string]bool
	failed    map[string]bool // an error was told
	lostReset bool
}

// checkWalk holds the properties against a trace.
func checkWalk(t *trace.Trace) string {
	w := &walker{octets: map[trace.Flow]map[wire.Seq]byte{}, first: map[trace.Flow]wire.Seq{}, fin: map[trace.Flow]wire.Seq{}, read: map[string]string{},
		flow: map[string]trace.Flow{}, state: map[string]wire.State{}, vars: map[string][trace.Vars]int64{}, closed: map[string]bool{},
		readShut: map[string]bool{}, failed: map[string]bool{}}
	for i := range t.Events {
		e := &t.Events[i]
		if broken := w.event(t, e); broken != "" {
			return fmt.Sprintf("%s (event %d, %v: %s)", broken, e.N, e.T, e.Line())
		}
	}
	for who, s := range w.state {
		if s != wire.StateClosed && s != wire.StateListen && !(s == wire.StateFinWait2 && w.lostReset) {
			return fmt.Sprintf("P7, in the end both reach CLOSED: %s is %s", who, s)
		}
	}
	return ""
}

// event looks at one event and names the property that it breaks.
func (w *walker) event(t *trace.Trace, e *trace.Event) string {
	who := e.Host + " " + e.Conn
	switch e.Kind {
	case trace.Note:
		switch {
		case strings.HasPrefix(e.Text, "stopped:"):
			return "P1, every run ends"
		case strings.HasPrefix(e.Text, "the program will be told"):
			w.failed[who] = true
		case e.Call == "rename":
			was := e.Host + " " + e.Args
			w.state[who], w.vars[who], w.flow[who], w.failed[who] = w.state[was], w.vars[was], w.flow[was], w.failed[was]
			delete(w.state, was)
		}
	case trace.Call:
		how := strings.Fields(e.Args)
		w.closed[who] = w.closed[who] || e.Call == "close" || e.Call == "shutdown" && how[len(how)-1] != "read"
		w.readShut[who] = w.readShut[who] || e.Call == "shutdown" && how[len(how)-1] != "write"
	case trace.Send:
		return w.send(t, e)
	case trace.Drop:
		w.lostReset = w.lostReset || e.Seg.Flags.Has(wire.RST)
	case trace.State:
		w.flow[who] = trace.Flow{Src: e.Src, Dst: e.Dst}
		w.state[who] = e.To
		if e.To == wire.StateClosed && slices.Contains([]string{"last-ack", "time-wait-over", "fin-wait-2-over"}, e.Rule.ID) {
			for other, f := range w.flow {
				if f == w.flow[who].Reverse() && w.state[other] == wire.StateEstablished {
					return "P9, no end closes in good order while the other is still open"
				}
			}
		}
		if e.To == wire.StateTimeWait && !w.closed[who] && !strings.Contains(e.Conn, ".") {
			return "P10, TIME-WAIT only where CLOSE was called"
		}
	case trace.Set:
		return w.set(who, e)
	case trace.Deliver:
		return w.deliver(who, e)
	case trace.Return:
		return w.returned(who, e)
	case trace.Recv, trace.Timer:
	}
	return ""
}

// send looks at a segment that leaves.
func (w *walker) send(t *trace.Trace, e *trace.Event) string {
	f, seg := e.Flow(), e.Seg
	if seg.Flags.Has(wire.SYN) {
		if first, ok := w.first[f]; ok && first != seg.Seq.Add(1) { // a new connection between the same sockets
			delete(w.octets, f)
			delete(w.fin, f)
		}
		w.first[f] = seg.Seq.Add(1)
	}
	if c := t.At(e.Cause); c != nil && c.Kind == trace.Recv && c.Seg.Flags.Has(wire.RST) && e.Rule.ID != "challenge" {
		return "P5, a RST is never answered but by a challenge"
	}
	if w.octets[f] == nil {
		w.octets[f] = map[wire.Seq]byte{}
	}
	for i := range len(seg.Data) {
		at := seg.Seq.Add(i)
		if old, ok := w.octets[f][at]; ok && old != seg.Data[i] {
			return "P2, a number stands for one octet for ever"
		}
		w.octets[f][at] = seg.Data[i]
	}
	if seg.Flags.Has(wire.FIN) {
		at := seg.Seq.Add(len(seg.Data))
		if old, ok := w.fin[f]; ok && old != at {
			return "P4, never two FINs with different numbers"
		}
		w.fin[f] = at
	}
	return ""
}

// set looks at the variables of an endpoint.
func (w *walker) set(who string, e *trace.Event) string {
	v := w.vars[who]
	was := v
	for _, x := range e.Vars {
		v[x.ID] = x.Value
	}
	w.vars[who] = v
	seq := func(id trace.VarID) wire.Seq { return wire.Seq(uint32(v[id])) }
	old := func(id trace.VarID) wire.Seq { return wire.Seq(uint32(was[id])) }
	if v[trace.VarISS] != was[trace.VarISS] || v[trace.VarIRS] != was[trace.VarIRS] || !w.state[who].Synchronized() {
		return ""
	}
	switch {
	case seq(trace.VarSndUna).After(seq(trace.VarSndNxt)):
		return "P6, SND.UNA =< SND.NXT"
	case seq(trace.VarSndUna).Before(old(trace.VarSndUna)):
		return "P6, SND.UNA never goes back"
	case seq(trace.VarRcvNxt).Before(old(trace.VarRcvNxt)):
		return "P6, RCV.NXT never goes back"
	case seq(trace.VarRcvNxt).Add(int(v[trace.VarRcvWnd])).Before(old(trace.VarRcvNxt).Add(int(was[trace.VarRcvWnd]))):
		return "P6, the right edge never moves left"
	}
	return ""
}

// deliver holds what a program reads against what the peer has put on the wire.
func (w *walker) deliver(who string, e *trace.Event) string {
	f := w.flow[who].Reverse()
	from := w.first[f].Add(len(w.read[who]))
	for i := range len(e.Seg.Data) {
		if got, ok := w.octets[f][from.Add(i)]; !ok || got != e.Seg.Data[i] {
			return "P2, what is read is what was sent, in order"
		}
	}
	w.read[who] += e.Seg.Data
	return ""
}

// returned looks at the end of a stream.
func (w *walker) returned(who string, e *trace.Event) string {
	if e.Call != "recv" || e.Result != "0" || w.failed[who] || w.readShut[who] || w.state[who] == wire.StateClosed && !w.closed[who] {
		return ""
	}
	f := w.flow[who].Reverse()
	fin, ok := w.fin[f]
	if !ok || fin != w.first[f].Add(len(w.read[who])) {
		return "P3, the end of the stream comes after the last octet"
	}
	return ""
}

// When nothing is lost and nobody closes, both ends agree in the end: nothing is in
// flight (P8).
func TestQuietEndsAgree(t *testing.T) {
	for seed := range uint64(60) {
		d := &dice{seed: seed + 1000}
		lines := walkScript(seed)[:3]
		lines = append(lines, "drop A->B any 20% until 30s", "drop B->A any 20% until 30s", "B: s = socket tcp", "B: listen s 80", "A: c = socket tcp", "A: connect c B:80 within 100s", "B: x = accept s within 100s")
		for range 6 {
			if d.roll(2) == 0 {
				lines = append(lines, fmt.Sprintf("A: send c %d within 200s", 1+d.roll(60)))
			} else {
				lines = append(lines, fmt.Sprintf("B: send x %d within 200s", 1+d.roll(60)))
			}
		}
		s, err := scenario.Parse("quiet", strings.Join(lines, "\n")+"\n")
		if err != nil {
			t.Fatal(err)
		}
		p := NewPlayer(s, Options{Seed: seed})
		p.Trace()
		p.Goto(1 << 20)
		var ends []string
		w := p.World()
		for i := range w.hosts {
			h := &w.hosts[i]
			b := h.TCB(h.names[map[string]string{"A": "c", "B": "x"}[h.Name]])
			if b.State == wire.StateEstablished {
				ends = append(ends, fmt.Sprint(b.SndUna, b.SndNxt, b.RcvNxt))
			}
		}
		if len(ends) != 2 {
			t.Fatalf("seed %d: %d ends are open at %v:\n%s", seed, len(ends), w.now.Round(time.Second), strings.Join(lines, "\n"))
		}
		var a, b [3]uint32
		fmt.Sscan(ends[0], &a[0], &a[1], &a[2])
		fmt.Sscan(ends[1], &b[0], &b[1], &b[2])
		if a[1] != b[2] || b[1] != a[2] || a[0] != a[1] || b[0] != b[1] {
			t.Errorf("seed %d: SND.UNA, SND.NXT, RCV.NXT are %s and %s", seed, ends[0], ends[1])
		}
	}
}
