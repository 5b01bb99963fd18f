package export

import (
	"strings"
	"testing"
	"time"

	"netlab/lessons/grade/result"
)

// nasty is what a hostile program may send: colours, a title for the window, the end of a
// CDATA section, a workflow command, NUL, a tag, an invalid octet, a direction override, a
// C1 control, and honest Chinese.
const nasty = "client\x1b[31m\x1b]0;owned\x07]]>\r\n::set-output name=score::100\n##[error]no\x00<script>alert(1)</script>\xff\u202egnp\u009b2J 中文"

// secret stands wherever only an instructor may look.
const secret = "s3cret"

// sample has a check of every verdict and visibility, with its words in the language.
func sample(lang string) *result.Result {
	in := func(en, zh string) string {
		if lang == "zh-CN" {
			return zh
		}
		return en
	}
	r := &result.Result{
		Schema: result.Schema, Netlab: "1.4.0", Assignment: "tcp-port-echo@3", Title: in("Port-echo server", "端口回显服务器"), Kind: "program",
		SpecSHA256: strings.Repeat("ab", 32), Student: "s20230417", Name: "李雷", Submission: strings.Repeat("cd", 32), Seed: "7f3a", Lang: lang,
		Started: time.Date(2026, 3, 2, 10, 15, 4, 113e6, time.UTC), DurationMs: 1843,
		Isolation: result.Isolation{Level: "L3"}, Outcome: result.Graded, HiddenCount: 2,
		Proves:      in("the program answered real connections while netlab watched; not who wrote it", "程序在 netlab 的观察下回答了真实的连接；不能证明是谁写的"),
		Warnings:    []string{in("server.py: turned from GBK into UTF-8", "server.py：已从 GBK 转成 UTF-8")},
		Program:     &result.Program{Signal: "SIGSEGV", Stdout: "listening\n" + nasty + "\n" + secret, StdoutBytes: 210, Leftover: 2},
		Fingerprint: []string{"isn:" + secret},
		Signature:   &result.Signed{Alg: "ed25519", KeyID: "k1", Sig: secret},
		Checks: []result.Check{
			{ID: "builds", Number: "1.1", Title: in("Builds (C)", "编译（C）"), Verdict: result.Pass, Score: 1, MaxScore: 1, Visibility: result.Visible, DurationMs: 61},
			{ID: "echo-one", Number: "3.1", Title: in("one client: \"client\" → \"client53421\"", "一个客户端：“client” → “client53421”"), Verdict: result.Fail, Score: 0.5, MaxScore: 2, Visibility: result.Visible,
				Tags: []string{"tcp", "echo"}, Requirement: &result.Requirement{Level: "COURSE"}, Rationale: in("C got another answer", "C 收到了不同的应答"),
				Expected: "client53421", Actual: nasty, Steps: []string{"C: connect c S:8888 → 0", "C: send c \"client\" → 6", "C: recv c \"client53421\" → " + nasty}, StepsBefore: 15,
				Cause: in("the program prints colours for a terminal", "程序输出了终端的颜色代码"), Belief: "send-is-delivery", Again: "netlab check spec.toml --only echo-one --seed 7f3a --keep-pcap .",
				Evidence:   &result.Evidence{PCAP: "echo-one.pcapng", Frames: []int{7, 9}, Sockets: []string{"8888>53421 CLOSE-WAIT"}, Ladder: "  7  C ──PSH,ACK seq=1──────────▶ S\n▶ 9  C ◀─PSH,ACK seq=1────────── S  " + "\x1b[2J"},
				DurationMs: 212, Attempts: 2},
			{ID: "half-close", Number: "4.1", Title: in("answers what is left after the client's FIN", "收到客户端的 FIN 之后，答完剩下的请求"), Verdict: result.Fail, MaxScore: 2, Visibility: result.Visible,
				Requirement: &result.Requirement{Level: "MUST", Ref: "RFC 9293 §3.6.1"}, Rationale: in("C got a RST in the place of an answer", "C 收到的不是应答，而是 RST"), Expected: "client40001", Output: "Traceback (most recent call last):\n  File \"server.py\", line 7\n\x1b[31mConnectionResetError", Attempts: 2, Flaky: true, DurationMs: 300},
			{ID: "no-close-wait", Number: "4.2", Title: in("leaves no CLOSE-WAIT", "不留下 CLOSE-WAIT"), Verdict: result.Skip, MaxScore: 1, Visibility: result.Visible, DependsOn: []string{"half-close"}, SkipReason: in("needs 4.1", "需要先通过 4.1")},
			{ID: "multicast", Number: "4.3", Title: in("hears the group", "收到组播"), Verdict: result.Skip, Visibility: result.Visible, SkipReason: in("this machine has no multicast", "这台机器没有组播")},
			{ID: "many", Number: "5.1", Title: in("a hundred clients", "一百个客户端"), Verdict: result.Error, MaxScore: 1, Visibility: result.Visible, Rationale: in("the machine was overloaded", "机器过于繁忙")},
			{ID: "after-hidden", Number: "5.2", Title: in("answers again", "再次回答"), Verdict: result.Skip, MaxScore: 0.5, Visibility: result.Visible, DependsOn: []string{"split"}, SkipReason: "needs " + secret},
			{ID: "split", Number: "6.1", Title: "split " + secret, Verdict: result.Fail, MaxScore: 1, Visibility: result.Hidden, Rationale: secret, Expected: secret, Actual: secret + "!",
				Steps: []string{secret}, Cause: secret, Again: secret, Evidence: &result.Evidence{Ladder: secret}, DurationMs: 149},
			{ID: "late", Number: "6.2", Title: "late " + secret, Verdict: result.Pass, Score: 1, MaxScore: 1, Visibility: result.AfterDue, Rationale: secret},
		},
	}
	r.Total()
	return r
}

// ungradable is a submission that the grader failed on, rejected one that it could not read.
func ungradable() *result.Result {
	r := sample("en")
	r.Outcome, r.Checks, r.Program, r.Score, r.MaxScore = result.Ungradable, nil, nil, 0, 0
	r.Reason = &result.Reason{Code: "isolation", Message: "the sandbox could not be set up: " + nasty, Hint: "run netlab doctor"}
	return r
}

func rejected() *result.Result {
	r := ungradable()
	r.Student, r.Name = "s20230418", "=HYPERLINK(\"http://evil\")"
	r.Outcome, r.MaxScore = result.Rejected, 10
	r.Reason = &result.Reason{Code: "too-large", Message: "the submission has 40 MB, at most 32 are read"}
	return r
}

// full passes everything and has nothing to hide.
func full() *result.Result {
	r := sample("en")
	r.Student, r.Name, r.HiddenCount = "s20230419", "韩梅梅", 0
	r.Checks = []result.Check{r.Checks[0], r.Checks[1]}
	r.Checks[1] = result.Check{ID: "echo-one", Number: "3.1", Title: "one client", Verdict: result.Pass, Score: 2, MaxScore: 2, Visibility: result.Visible}
	r.Total()
	return r
}

// steers fails if a text could steer a terminal, a log or a reader's eye.
func steers(t *testing.T, what, s string) {
	t.Helper()
	for _, bad := range []string{"\x1b", "\x07", "\r", "\x00", "\u202e", "\u009b", "\xff"} {
		if i := strings.Index(s, bad); i >= 0 {
			t.Errorf("%s: has %q at octet %d: …%q…", what, bad, i, s[max(0, i-20):min(len(s), i+20)])
		}
	}
}
