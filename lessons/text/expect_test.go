package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// failing has checks of every kind that a short run does not pass.
const failing = `host A
host B
link A B
A: c = socket tcp
A: connect c B:80
then B sends FIN
expect A passes SYN-SENT ESTABLISHED CLOSE-WAIT
expect A is CLOSE-WAIT
expect A sends RST seq=1 to B
expect within 2s A sends FIN,ACK
expect A connect returns ECONNREFUSED
expect B connect returns 0
expect A ignores SYN
expect B sends anything to A
expect never A sends SYN
expect never A is ESTABLISHED
expect never A passes SYN-SENT ESTABLISHED
expect never A connect returns 0
expect A sends nothing for 5s
expect never B sends nothing for 5s
expect never B ignores SYN
`

// shortRun is what has happened: A opens a connection, B ignores a SYN.
func shortRun() *trace.Trace {
	ends := func(e trace.Event) trace.Event {
		e.Src, e.Dst = wire.Endpoint{Host: "A", Port: 1}, wire.Endpoint{Host: "B", Port: 80}
		return e
	}
	syn := wire.Segment{Flags: wire.SYN}
	return &trace.Trace{Source: trace.Model, Events: []trace.Event{
		{N: 1, T: time.Second, Host: "A", Kind: trace.Call, Call: "connect", Stmt: 2},
		{N: 2, T: time.Second, Host: "A", Kind: trace.State, Conn: "c", From: wire.StateClosed, To: wire.StateSynSent},
		ends(trace.Event{N: 3, T: time.Second, Host: "A", Kind: trace.Send, Seg: syn}),
		ends(trace.Event{N: 4, T: time.Second, Host: "B", Kind: trace.Drop, Seg: syn}),
		{N: 5, T: time.Second, Host: "A", Kind: trace.State, Conn: "c", From: wire.StateSynSent, To: wire.StateEstablished},
		{N: 6, T: time.Second, Host: "A", Kind: trace.Return, Call: "connect", Result: "0", Stmt: 2},
	}}
}

// English are words that a Chinese sentence about a check has no place for. The names of calls
// are the same everywhere.
var english = regexp.MustCompile(`[a-z]{2,}`)

func englishIn(s string) string {
	return english.FindString(strings.NewReplacer("connect()", "", "seq=", "", "wnd=", "").Replace(s))
}

// A check that fails is told in Chinese to whoever reads Chinese, whatever its kind: what it asks
// for, and what happened instead.
func TestFailedChecksInChinese(t *testing.T) {
	s, err := scenario.Parse("t.txt", failing)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	told := map[string]bool{}
	for _, run := range []*trace.Trace{shortRun(), {Source: trace.Model}} {
		for _, v := range scenario.Judge(s, run) {
			if v.OK {
				continue
			}
			kind := string(v.Expect.Kind)
			if v.Expect.Never {
				kind = "never " + kind
			}
			kinds = append(kinds, kind)
			for what, text := range map[string]string{"asks": For("zh-CN").Expect(v.Expect), "instead": For("zh-CN").Instead(v.Got)} {
				if text == "" || englishIn(text) != "" {
					t.Errorf("%s: %s: %q", v, what, text)
				}
				told[text] = true
			}
			if got := For("en").Instead(v.Got); got != v.Got {
				t.Errorf("%s: English is told as %q", v, got)
			}
		}
	}
	for _, k := range scenario.ExpectKinds() {
		for _, kind := range []string{string(k), "never " + string(k)} {
			if !slices.Contains(kinds, kind) {
				t.Errorf("no check of the kind %q has failed here", kind)
			}
		}
	}
	for _, text := range []string{
		"A 依次经过 SYN-SENT ESTABLISHED CLOSE-WAIT", "c 经过了 CLOSED SYN-SENT ESTABLISHED", "c 处于 ESTABLISHED", "A 发送 RST seq=1（发往 B）",
		"在 2s 之内，A 发送 FIN,ACK", "A 的 connect() 返回 ECONNREFUSED", "实际返回 0", "该调用一直没有返回", "B 发送任何数据包（发往 A）", "脚本没有执行到这里",
	} {
		if !told[text] {
			t.Errorf("nothing was told as %q", text)
		}
	}
}

// What a call that reads complains of is told in Chinese, with the octets as they are.
func TestResult(t *testing.T) {
	for result, want := range map[string]string{
		(&scenario.Stmt{HasText: true, Text: `a" but "b{1}`}).RecvResult("{0}\n"): "4，内容不是“a\\\" but \\\"b{1}”，而是“{0}\\n”",
		(&scenario.Stmt{HasText: true, Text: "a"}).RecvResult(""):                 "0，内容不是“a”，而是“”",
		(&scenario.Stmt{End: true}).RecvResult("more"):                            "4，没有到流的结尾，而是收到“more”",
		"5": "5", "ETIMEDOUT": "ETIMEDOUT",
	} {
		if got := For("zh-CN").Result(result); got != want {
			t.Errorf("%q is told as %q, want %q", result, got, want)
		}
		if got := For("en").Result(result); got != result {
			t.Errorf("%q is told as %q in English", result, got)
		}
	}
}
