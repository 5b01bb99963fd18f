package pcapwork

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"netlab/capture"
	"netlab/lessons/grade/result"
	"netlab/lessons/text/texttest"
	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// script is what the student is asked to do: connect, send the word, close.
const script = `host A iss=%d
host B iss=%d
link A B delay=10ms
B: s = socket tcp
B: listen s 23456
A: c = socket tcp
A: connect c B:23456
B: x = accept s
A: send c "hello tok7f3a"
B: recv x
B: send x "bye"
A: recv c
A: shutdown c write
B: recv x
%s
A: recv c
A: close c
`

// began is when the captures of the tests begin.
var began = time.Unix(1_700_000_000, 123_456_000)

const closesLate = "at 1s B: close x"

// frames plays a script on the model with Linux's habits; the truth about it is known.
func frames(t testing.TB, text string) []capture.Frame {
	t.Helper()
	s, err := scenario.Parse("test.txt", text)
	if err != nil {
		t.Fatal(err)
	}
	list, err := capture.Frames(sim.Run(s, sim.Options{Profile: tcp.Linux}), began)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list { // identifications as two kernels draw them
		ip := list[i].Data[14:34]
		binary.BigEndian.PutUint16(ip[4:], uint16(i)*7919+uint16(ip[15])*1000+binary.BigEndian.Uint16(list[0].Data[40:]))
		ip[10], ip[11] = 0, 0
		binary.BigEndian.PutUint16(ip[10:], ^uint16(fold(add(0, ip))))
	}
	return list
}

func pcapng(t testing.TB, list []capture.Frame) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := capture.WritePcapng(&b, "lo", list); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// good is a capture that meets all demands.
func good(t testing.TB) []byte {
	return pcapng(t, frames(t, fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate)))
}

const specText = `
[pcap]
port       = "23456"
handshake  = true
min_data   = 5
payload    = "tok7f3a"
sent_by    = "client"
close      = "four"
max_packets = 50

[pcap.points]
payload = 3

[[pcap.question]]
id     = "client-isn"
points = 2
prompt = { en = "ISN of the client?", zh-CN = "客户端的初始序号？" }
answer = "client.isn"

[[pcap.question]]
id     = "closer"
points = 1
prompt = { en = "Who closed first?", zh-CN = "谁先关闭？" }
answer = "closer"

[[pcap.question]]
id     = "rtt"
points = 1
prompt = { en = "RTT in ms?", zh-CN = "往返时间是多少毫秒？" }
answer = "rtt_ms"
tolerance = 0.5
`

const goodAnswers = "client-isn = 3_000_000_000\ncloser = \"客户端\"\nrtt = \"20.1 ms\"\n"

func spec(t testing.TB, text string) *Spec {
	t.Helper()
	s, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decode reads the table [pcap] of an assignment, as its loader does, and checks it.
func decode(text string) (*Spec, error) {
	var file struct{ PCAP Spec }
	if _, err := toml.Decode(text, &file); err != nil {
		return nil, err
	}
	return &file.PCAP, file.PCAP.Check()
}

func grade(t testing.TB, file []byte, answers string) []result.Check {
	t.Helper()
	checks, _, err := Grade(spec(t, specText), "mine.pcapng", file, "answers.toml", []byte(answers), "en")
	if err != nil {
		t.Fatal(err)
	}
	return checks
}

// lost lists the checks that did not pass, with their verdicts.
func lost(checks []result.Check) string {
	var all []string
	for _, c := range checks {
		if c.Verdict != result.Pass {
			all = append(all, c.ID+" "+string(c.Verdict))
		}
	}
	return strings.Join(all, ", ")
}

// What was asked for gets all points, and nothing about it looks strange.
func TestFullMarks(t *testing.T) {
	checks := grade(t, good(t), goodAnswers)
	r := result.Result{Outcome: result.Graded, Checks: checks}
	r.Total()
	if got := lost(checks); got != "" || r.Score != 12 || r.MaxScore != 12 {
		t.Errorf("lost %q, %v of %v points, want 12 of 12", got, r.Score, r.MaxScore)
	}
	if w := Warnings(checks); w != nil {
		t.Errorf("warnings %q", w)
	}
}

// edit changes the frames of a good capture.
func edit(t testing.TB, f func([]capture.Frame) []capture.Frame) []byte {
	return pcapng(t, f(frames(t, fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate))))
}

// Each mistake loses exactly the checks that are about it.
func TestEachMistakeLosesItsOwnChecks(t *testing.T) {
	play := func(old, with string) []byte {
		return pcapng(t, frames(t, strings.Replace(fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate), old, with, -1)))
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"another word", play("tok7f3a", "tok7f3b"), "payload fail"},
		{"the server sends the word", play(`A: send c "hello tok7f3a"
B: recv x
B: send x "bye"`, `A: send c "hello"
B: recv x
B: send x "tok7f3a"`), "payload fail"},
		{"another port", play("23456", "23457"), "found fail, handshake skip, data skip, payload skip, close skip, size skip, client-isn skip, closer skip, rtt skip"},
		{"the capture began after the SYN", edit(t, func(l []capture.Frame) []capture.Frame { return l[3:] }), "handshake fail, client-isn skip, rtt skip"},
		{"the server closes at once", play("at 1s B: close x", "B: close x"), "close fail"},
		{"nobody closes", edit(t, func(l []capture.Frame) []capture.Frame { return l[:6] }), "close fail, closer skip"},
		{"the word comes in two segments", play(`A: send c "hello tok7f3a"
B: recv x`, "A: send c \"hello tok\"\nB: recv x\nA: send c \"7f3a\"\nB: recv x"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lost(grade(t, c.file, goodAnswers)); got != c.want {
				t.Errorf("lost %q, want %q", got, c.want)
			}
		})
	}
}

// A file that is cut is graded as far as it goes, and says so.
func TestCutFile(t *testing.T) {
	file := good(t)
	checks := grade(t, file[:len(file)-70], goodAnswers)
	if w := Warnings(checks); len(w) != 1 || !strings.Contains(w[0], "ends inside") {
		t.Errorf("warnings %q", w)
	}
	if !strings.Contains(checks[0].Rationale, "the file ends early") {
		t.Errorf("found says %q", checks[0].Rationale)
	}
}

// What is no capture, or a bomb, is refused with a code and a hint, in both languages; a bomb
// costs no memory (package read holds that).
func TestRefused(t *testing.T) {
	le := binary.LittleEndian
	bomb := pcapng(t, nil)
	bomb = le.AppendUint32(bomb, 6)
	bomb = le.AppendUint32(bomb, 36)
	for _, v := range []uint32{0, 0, 0, 0xffffffff, 0xffffffff, 0, 36} {
		bomb = le.AppendUint32(bomb, v)
	}
	many := append([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0}, make([]byte, 12)...)
	many = append(many, 1, 0, 0, 0)
	many = append(many, make([]byte, 16*(maxPackets+1))...)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(good(t))
	_ = z.Close()
	for _, c := range []struct {
		name, answers, code string
		file                []byte
	}{
		{"a pcapng that asks for 4 GiB", "", "no-packets", bomb},
		{"200,001 packets", "", "too-many", many},
		{"64 MiB and one octet", "", "too-large", make([]byte, maxCapture+1)},
		{"gzip", "", "compressed", zipped.Bytes()},
		{"a text", "", "no-capture", []byte("I could not do it, sorry, and this is why")},
		{"nothing", "", "no-capture", nil},
		{"only a header", "", "no-packets", pcapng(t, nil)},
		{"an answer to no question", "client_isn = 3", "answers-unknown", good(t)},
		{"no TOML", "client-isn: 3", "answers-toml", good(t)},
		{"a list", "closer = [1]", "answers-kind", good(t)},
		{"brackets without end", "closer = " + strings.Repeat("[\n", 100_000), "answers-nested", good(t)},
		{"a long file", strings.Repeat("# \n", 100_000), "answers-too-large", good(t)},
	} {
		for _, lang := range []string{"en", "zh-CN"} {
			_, _, err := Grade(spec(t, specText), "mine.pcapng", c.file, "answers.toml", []byte(c.answers), lang)
			var refused *result.Reason
			if !errors.As(err, &refused) || refused.Code != c.code || refused.Hint == "" || strings.Contains(err.Error(), "%!") {
				t.Errorf("%s (%s): %v, want code %s and a hint", c.name, lang, err, c.code)
			}
		}
	}
}

// Answers are read as people write them; a wrong one is not told the right one unless the
// spec says so, but where to look.
func TestAnswers(t *testing.T) {
	file := good(t)
	for _, c := range []struct {
		answers, id string
		ok          bool
		why         string
	}{
		{"client-isn = 3000000000", "client-isn", true, "right"},
		{"client-isn = \"0xB2D05E00\"", "client-isn", true, "right"},
		{"client-isn = \"3,000,000,000\"", "client-isn", true, "right"},
		{"client-isn = \"３０００００００００\"", "client-isn", true, "right"},
		{"client-isn = 3000000001", "client-isn", false, "not what your capture shows; look at frame 1"},
		{"client-isn = 0", "client-isn", false, "counts from the initial number"},
		{"client-isn = \"many\"", "client-isn", false, "no number"},
		{"client-isn = nan", "client-isn", false, "no number"},
		{"", "client-isn", false, "no answer"},
		{"closer = \"A\"", "closer", true, "right"},
		{"closer = \"server\"", "closer", false, "look at frame"},
		{"closer = \"me\"", "closer", false, "none of the words"},
		{"rtt = 20", "rtt", true, "right"},
		{"rtt = \"19.4 ms\"", "rtt", false, "look at frame 1, 2, 3"},
		{"\ufeffrtt = 20\r\ncloser = 'client'\r\n", "closer", true, "right"},
	} {
		checks := grade(t, file, c.answers)
		got := checks[slices.IndexFunc(checks, func(k result.Check) bool { return k.ID == c.id })]
		if ok := got.Verdict == result.Pass; ok != c.ok || !strings.Contains(got.Rationale, c.why) {
			t.Errorf("%q: %s, %q; want %v, %q", c.answers, got.Verdict, got.Rationale, c.ok, c.why)
		}
		if got.Expected != "" {
			t.Errorf("%q: the right answer %q is told", c.answers, got.Expected)
		}
	}
	told := spec(t, strings.Replace(specText, "[pcap]", "[pcap]\nreveal = true", 1))
	checks, _, err := Grade(told, "f", file, "a", nil, "zh-CN")
	if err != nil || checks[6].Expected != "3000000000" {
		t.Errorf("with reveal: %+v, %v", checks[6], err)
	}
}

// Every quantity of a conversation whose truth is known from its script.
func TestQuantities(t *testing.T) {
	want := map[string]string{
		"client.address": "10.0.0.1", "server.address": "10.0.0.2", "server.port": "23456", "client.ttl": "64", "server.ttl": "64",
		"client.isn": "3000000000", "server.isn": "4000000000", "client.mss": fmt.Sprint(tcp.Linux.MSS), "server.mss": fmt.Sprint(tcp.Linux.MSS),
		"synack.ack": "3000000001", "ack.seq": "3000000001", "ack.ack": "4000000001",
		"client.first_data_seq": "3000000001", "server.first_data_seq": "4000000001",
		"client.octets": "13", "server.octets": "3", "client.segments": "1", "server.segments": "1", "data.segments": "2",
		"client.fin_seq": "3000000014", "client.fin_ack": "3000000015", "server.fin_seq": "4000000004", "server.fin_ack": "4000000005",
		"retransmissions": "0", "duplicate_acks": "0", "closer": "client", "time_wait": "client", "close": "four", "rtt_ms": "20 ms",
	}
	sp := spec(t, specText)
	s, err := look(good(t), sp)
	if err != nil || len(s.candidates) != 1 {
		t.Fatalf("%d conversations, %v", len(s.candidates), err)
	}
	for _, name := range Quantities() {
		k := find(name)
		if Meaning(name, "en") == "" || Meaning(name, "zh-CN") == "" || strings.Contains(k.en+k.zh, "%") {
			t.Errorf("%s: what it is: %q, %q", name, k.en, k.zh)
		}
		if !k.has(wire.TCP) {
			continue
		}
		v, ok := k.of(s.candidates[0])
		if !ok {
			t.Errorf("%s: not shown", name)
			continue
		}
		if w := want[name]; w != "" && v.show(k) != w {
			t.Errorf("%s: %s, want %s", name, v.show(k), w)
		}
		if len(v.frames) == 0 {
			t.Errorf("%s: no frame to look at", name)
		}
	}
}

// Of two connections on the port, the one that meets more demands is graded.
func TestChoosesTheBestConversation(t *testing.T) {
	first := frames(t, strings.ReplaceAll(fmt.Sprintf(script, 5, 6, closesLate), "tok7f3a", "no"))
	second := frames(t, strings.Replace(fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate), "A: connect", "A: bind c :40123\nA: connect", 1))
	for i := range second {
		second[i].Time = second[i].Time.Add(10 * time.Second)
	}
	for _, list := range [][]capture.Frame{slices.Concat(first, second), slices.Concat(second, first)} {
		if got := lost(grade(t, pcapng(t, list), goodAnswers)); got != "" {
			t.Errorf("lost %q", got)
		}
	}
}

const udpSpec = `
[pcap]
proto   = "udp"
port    = 9000
payload = "tok"
[[pcap.question]]
id     = "length"
points = 1
prompt = { en = "Length field?", zh-CN = "长度字段？" }
answer = "udp.length"
`

// UDP has no handshake and no close, but a payload and lengths.
func TestUDP(t *testing.T) {
	file := pcapng(t, frames(t, "host A\nhost B\nlink A B\nB: s = socket udp\nB: bind s :9000\nA: c = socket udp\nA: sendto c B:9000 \"my tok\"\nB: recvfrom s\n"))
	checks, _, err := Grade(spec(t, udpSpec), "f", file, "a", []byte("length = 14"), "en")
	if err != nil || lost(checks) != "" || len(checks) != 3 {
		t.Errorf("lost %q of %d, %v", lost(checks), len(checks), err)
	}
}

// A failed demand shows the conversation, with the frames that matter marked.
func TestLadder(t *testing.T) {
	checks := grade(t, edit(t, func(l []capture.Frame) []capture.Frame { return l[:6] }), goodAnswers)
	i := slices.IndexFunc(checks, func(c result.Check) bool { return c.ID == demandClose })
	got := checks[i].Evidence.Ladder
	lines := strings.Split(got, "\n")
	if len(lines) < 10 || !strings.Contains(lines[1], "#1 SYN seq=0") || !strings.Contains(lines[4], "ESTABLISHED") || strings.Count(got, "▶ ") != 1 || !strings.HasPrefix(lines[9], "▶ ") || !strings.Contains(lines[9], "#6 ACK") {
		t.Errorf("ladder:\n%s", got)
	}
}

// What an editor leaves behind is told, and costs nothing.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"one octet of data changed", edit(t, func(l []capture.Frame) []capture.Frame { l[3].Data[len(l[3].Data)-13] = 'H'; return l }), "the checksum is wrong"},
		{"an address changed", edit(t, func(l []capture.Frame) []capture.Frame { l[3].Data[14+8]--; return l }), "checksum of the IP header"},
		{"a time changed", edit(t, func(l []capture.Frame) []capture.Frame { l[4].Time = l[4].Time.Add(-time.Minute); return l }), "frame 5: its time is before"},
		{"all at one time", edit(t, func(l []capture.Frame) []capture.Frame {
			for i := range l {
				l[i].Time = l[0].Time
			}
			return l
		}), "the same time"},
		{"numbers of a textbook", pcapng(t, frames(t, fmt.Sprintf(script, 100, 300, closesLate))), "as small as 100"},
		{"the data is cut out", edit(t, func(l []capture.Frame) []capture.Frame { return slices.Delete(l, 3, 4) }), "not in the capture"},
	} {
		checks := grade(t, c.file, "")
		if w := strings.Join(Warnings(checks), "; "); !strings.Contains(w, c.want) {
			t.Errorf("%s: warnings %q, want %q", c.name, w, c.want)
		}
		for _, k := range checks {
			if slices.Contains(k.Tags, TagWarning) && (k.MaxScore != 0 || k.Verdict != result.Pass) {
				t.Errorf("%s: the warning %s costs points", c.name, k.ID)
			}
		}
	}
	plain, _ := scenario.Parse("x", fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate))
	counted, err := capture.Frames(sim.Run(plain, sim.Options{Profile: tcp.Linux}), began)
	if err != nil {
		t.Fatal(err)
	}
	if w := Warnings(grade(t, pcapng(t, counted), "")); len(w) != 1 || !strings.Contains(w[0], "one counter") {
		t.Errorf("packets of the model: warnings %q", w)
	}
	var model bytes.Buffer
	if err := capture.WritePcapng(&model, "model", frames(t, fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate))); err != nil {
		t.Fatal(err)
	}
	if w := Warnings(grade(t, model.Bytes(), "")); len(w) != 1 || !strings.Contains(w[0], "netlab sim") {
		t.Errorf("a capture of the model: warnings %q", w)
	}
}

// Checksums that are left to the network card, as on loopback, are no sign of anything.
func TestOffloadedChecksumsAreHonest(t *testing.T) {
	file := edit(t, func(l []capture.Frame) []capture.Frame {
		for _, f := range l {
			ip := f.Data[14:]
			binary.BigEndian.PutUint16(ip[20+16:], uint16(fold(add(0, ip[12:20])+6+uint32(len(ip)-20))))
		}
		return l
	})
	if w := Warnings(grade(t, file, goodAnswers)); w != nil {
		t.Errorf("warnings %q", w)
	}
}

// Two captures of one run share what no two honest ones do, even if one was edited and moved
// to another day; captures of two runs share nothing that counts.
func TestSame(t *testing.T) {
	mark := func(file []byte) []string {
		_, marks, err := Grade(spec(t, specText), "f", file, "a", nil, "en")
		if err != nil {
			t.Fatal(err)
		}
		return marks
	}
	mine := mark(good(t))
	if how := Same(mine, mark(good(t))); !slices.Contains(how, "client-isn 3000000000") || !slices.Contains(how, "program netlab") {
		t.Errorf("a copy has in common: %q", how)
	}
	later := edit(t, func(l []capture.Frame) []capture.Frame {
		for i := range l {
			l[i].Time = l[i].Time.Add(time.Hour)
			l[i].Data[12+14+3]++ // the client's address
		}
		return l
	})
	if how := Same(mine, mark(later)); !slices.Contains(how, "client-isn 3000000000") {
		t.Errorf("an edited copy has in common: %q", how)
	}
	other := frames(t, fmt.Sprintf(script, 3_000_001_000, 4_000_001_000, closesLate))
	for i := range other {
		other[i].Time = other[i].Time.Add(5 * time.Minute)
	}
	if how := Same(mine, mark(pcapng(t, other))); how != nil {
		t.Errorf("another run has in common: %q", how)
	}
}

// Every sentence is there in both languages, with the same places to be filled in.
func TestTexts(t *testing.T) { texttest.Pairs(t, texts) }

// A spec's mistakes are told all at once, each with what was meant.
func TestSpecMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[pcap]\nport = '{port}'", "{port} is no whole number"},
		{"[pcap]\nport = 70000", "no port"},
		{"[pcap]\nproto = 'icmp'", "neither tcp nor udp"},
		{"[pcap]\nproto = 'udp'\nhandshake = true", "of tcp"},
		{"[pcap]\nclose = 'for'", "did you mean four?"},
		{"[pcap]\nfilter = 'prt 8'", "filter:"},
		{"[pcap]\nsent_by = 'me'", "neither client nor server"},
		{"[pcap]\npoints = { payloud = 1 }", "did you mean payload?"},
		{"[pcap]\npoints = { payload = nan }", "points (0 to"},
		{"[[pcap.question]]\nid = 'a'\nprompt = { en = 'x', zh-CN = 'y' }\nanswer = 'client.iss'", "did you mean client.isn?"},
		{"[[pcap.question]]\nid = 'found'\nprompt = { en = 'x', zh-CN = 'y' }\nanswer = 'closer'", "that of a demand"},
		{"[[pcap.question]]\nid = 'a'\nprompt = { en = 'x' }\nanswer = 'closer'", "both"},
		{"[[pcap.question]]\nid = 'a'\nprompt = { en = 'x', zh-CN = 'y' }\nanswer = 'rtt_ms'", "give a tolerance"},
		{"[[pcap.question]]\nid = 'a'\nprompt = { en = 'x', zh-CN = 'y' }\nanswer = 'udp.length'", "no meaning in tcp"},
	} {
		if _, err := decode(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// FuzzGrade: whatever is handed in, grading ends without a panic, no score is above its
// maximum, and every check says why.
func FuzzGrade(f *testing.F) {
	file := good(f)
	f.Add(file, []byte(goodAnswers))
	f.Add(file[:len(file)-9], []byte("closer = 1"))
	f.Add(pcapng(f, nil), []byte{0xff})
	raw, _ := hex.DecodeString("d4c3b2a1020004000000000000000000ffff0000650000000000000000000000140000001400000045000014000000004006000001020304")
	f.Add(raw, []byte("client-isn = 1e308"))
	sp, udp := spec(f, specText), spec(f, udpSpec)
	f.Fuzz(func(t *testing.T, file, answers []byte) {
		for _, s := range []*Spec{sp, udp} {
			checks, marks, err := Grade(s, "f", file, "a", answers, "zh-CN")
			if err != nil {
				continue
			}
			for _, c := range checks {
				if c.Score > c.MaxScore || c.Rationale == "" && c.SkipReason == "" || strings.Contains(c.Rationale, "%!") {
					t.Fatalf("%+v", c)
				}
			}
			if len(marks) > 0 && strings.Contains(strings.Join(marks, ""), "\x1b") {
				t.Fatalf("fingerprint %q", marks)
			}
		}
	})
}

// FuzzSpec: a spec is read or refused, and one that is read can grade.
func FuzzSpec(f *testing.F) {
	f.Add(specText)
	f.Add(udpSpec)
	f.Add("[pcap]\nclose = 'four | three'\nport = 0")
	file := good(f)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := decode(text); err == nil {
			if _, _, err := Grade(s, "f", file, "a", nil, "en"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzFrames: packets of a good capture with octets changed are graded without a panic, and
// the capture's structure stays whole, so that every layer is reached.
func FuzzFrames(f *testing.F) {
	list := frames(f, fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closesLate))
	f.Add([]byte{0, 47, 0x12, 1, 46, 0xff, 3, 16, 0xff}) // flags, a header length, a total length
	f.Add([]byte{3, 38, 0x80, 3, 41, 0xff, 5, 14, 0x60}) // numbers far away, IPv6
	f.Add([]byte{2, 20, 0x20, 4, 23, 17})                // a fragment, UDP
	sp := spec(f, specText)
	f.Fuzz(func(t *testing.T, edits []byte) {
		own := slices.Clone(list)
		for ; len(edits) >= 3; edits = edits[3:] {
			fr := &own[int(edits[0])%len(own)]
			fr.Data = slices.Clone(fr.Data)
			fr.Data[int(edits[1])%len(fr.Data)] = edits[2]
		}
		if _, _, err := Grade(sp, "f", pcapng(t, own), "a", []byte(goodAnswers), "en"); err != nil {
			t.Fatal(err)
		}
	})
}

// The assignment that netlab brings along: one who has done what its handout says gets all
// points, and the handouts ask the questions that the spec asks.
func TestAssignment(t *testing.T) {
	const dir = "../../homework/capture-a-handshake/"
	read := func(name string) string {
		data, err := os.ReadFile(dir + name)
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer("{port}", "23456", "{token}", "tok7f3a").Replace(string(data))
	}
	sp := spec(t, read("assignment.toml"))
	for _, lang := range []string{"en", "zh-CN"} {
		text := read("handout." + lang + ".md")
		for _, q := range sp.Questions {
			if !strings.Contains(text, "    "+q.ID) {
				t.Errorf("handout.%s.md does not ask %s", lang, q.ID)
			}
		}
	}
	answers := fmt.Sprintf("client-isn = 3000000000\nsynack-ack = 3000000001\ndata-seq = 3000000001\nserver-mss = %d\nfin-ack = 3000000015\ncloser = 'client'\ntime-wait = '客户端'\n", tcp.Linux.MSS)
	for _, closes := range []string{closesLate, "B: close x"} {
		file := pcapng(t, frames(t, fmt.Sprintf(script, 3_000_000_000, 4_000_000_000, closes)))
		checks, _, err := Grade(sp, "f", file, "a", []byte(answers), "zh-CN")
		if err != nil || lost(checks) != "" {
			t.Errorf("%s: lost %q, %v", closes, lost(checks), err)
		}
	}
	checks, _, err := Grade(sp, "f", good(t), "a", []byte(strings.NewReplacer("3000000000", "3000000001", "3000000015", "3000000014", "'client'", "'server'").Replace(answers)), "en")
	if want := "client-isn fail, fin-ack fail, closer fail"; err != nil || lost(checks) != want {
		t.Errorf("three wrong answers: lost %q, want %q; %v", lost(checks), want, err)
	}
}
