//go:build linux

package grade

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/result"
	"netlab/live/jail"
	"netlab/live/lab"
)

func TestMain(m *testing.M) {
	lab.Main()
	os.Exit(m.Run())
}

// The assignment of these tests: answer each message with the client's port, close after the
// client's FIN. Three checks, the last one hidden.
const echoTask = `format_version = 1
id = "echo"
revision = 1
kind = "program"
title = { en = "Echo", zh-CN = "回显" }

[params]
word = { pick = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"] }
port = { range = [20000, 60000] }

[program]
host = "S"
role = "server"
ready = "4s"
stage = """
host A
host B
host S
link A B S delay=1ms
S: s = socket tcp
S: listen s 8888
"""

[limits]
memory = "64MiB"
cpu = "2s"
processes = 40
output = "1MiB"
wall = "15s"

[[check]]
id = "one"
points = 2
title = { en = "answers one client", zh-CN = "回答一个客户端" }
requirement = { level = "MUST", ref = "RFC 9293 §3.6" }
script = """
A: c = socket tcp
A: bind c :{port}
A: connect c S:8888 within 2s
A: send c "{word}"
A: recv c "{word}{port}" within 2s
"""

[[check]]
id = "close"
points = 2
after = ["one"]
title = { en = "closes after the FIN", zh-CN = "收到 FIN 后关闭" }
script = """
A: c = socket tcp
A: connect c S:8888 within 2s
A: shutdown c write
A: recv c end within 2s
expect never S is CLOSE-WAIT
expect never S sends RST
"""

[[check]]
id = "secret"
points = 1
visibility = "hidden"
title = { en = "two clients", zh-CN = "两个客户端" }
script = """
A: c = socket tcp
A: bind c :{port}
A: connect c S:8888 within 2s
B: d = socket tcp
B: connect d S:8888 within 2s
A: send c "{word}"
A: recv c "{word}{port}" within 2s
"""
`

const goodServer = `
import socket, threading
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", 8888)); s.listen()
def serve(c, port):
    while True:
        m = c.recv(4096)
        if not m: break
        c.sendall(m + str(port).encode())
    c.close()
while True:
    c, a = s.accept()
    threading.Thread(target=serve, args=(c, a[1])).start()
`

func task(t *testing.T, text string) *assignment.Assignment {
	t.Helper()
	a, err := assignment.Load(fstest.MapFS{assignment.FileName: {Data: []byte(text)}}, "echo")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func handed(files map[string]string) *handin.Handin {
	h := &handin.Handin{Name: "test", SHA256: "0"}
	for name, text := range files {
		h.Files = append(h.Files, handin.File{Name: name, Data: []byte(text), Exec: strings.HasPrefix(text, "#!")})
	}
	return h
}

// marked grades a server in Python, and demands that this machine can.
func marked(t *testing.T, source string, change ...func(*Options)) *result.Result {
	t.Helper()
	return markedFiles(t, map[string]string{"server.py": source}, change...)
}

func markedFiles(t *testing.T, files map[string]string, change ...func(*Options)) *result.Result {
	t.Helper()
	opt := Options{Student: "s1", Spec: "echo", Path: "server.py"}
	for _, c := range change {
		c(&opt)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	r := Grade(ctx, task(t, echoTask), handed(files), opt)
	needIsolation(t, r)
	return r
}

// needIsolation skips a test where the machine makes no cells, unless it must.
func needIsolation(t *testing.T, r *result.Result) {
	t.Helper()
	if r.Outcome == result.Ungradable && r.Reason.Code == "isolation" {
		if os.Getenv("NETLAB_REQUIRE_LIVE") == "" {
			t.Skip(r.Reason.Message)
		}
		t.Fatal(r.Reason.Message)
	}
}

// verdicts writes them in one line.
func verdicts(r *result.Result) string {
	var all []string
	for _, c := range r.Checks {
		all = append(all, c.ID+" "+string(c.Verdict))
	}
	return strings.Join(all, ", ")
}

func want(t *testing.T, r *result.Result, checks string, score float64) {
	t.Helper()
	if got := verdicts(r); got != checks || r.Score != score || r.Outcome != result.Graded {
		t.Errorf("%s: %s (%g), want %s (%g)\n%+v", r.Outcome, got, r.Score, checks, score, r.Checks)
	}
}

// A right program gets full marks, and the report says what that proves and does not.
func TestFullMarks(t *testing.T) {
	r := marked(t, goodServer)
	want(t, r, "one pass, close pass, secret pass", 5)
	if r.Isolation.Level != "L3" || r.HiddenCount != 1 || !strings.Contains(r.Proves, "not who has written it") || r.SelfStudy {
		t.Errorf("%+v", r)
	}
	if r.Program == nil || r.Program.Exit != nil {
		t.Errorf("program %+v: it served to the end", r.Program)
	}
	for _, c := range r.Checks {
		if c.Attempts != 1 || c.Flaky {
			t.Errorf("%s took %d attempts", c.ID, c.Attempts)
		}
	}
}

// What the student sees does not hold the hidden check; and a self-check does not run it.
func TestSelfCheck(t *testing.T) {
	want(t, marked(t, goodServer, func(o *Options) { o.SelfCheck = true }), "one pass, close pass", 4)
}

// A check asked for by name is done with what it comes after, and no other.
func TestOnly(t *testing.T) {
	want(t, marked(t, goodServer, func(o *Options) { o.Only = []string{"close"} }), "one pass, close pass", 4)
}

// Each fault of a beginner loses its own check; what depends on it is skipped, not failed; and
// the report says what came, why, and how to see it again.
func TestFeedback(t *testing.T) {
	r := marked(t, strings.Replace(goodServer, "str(port).encode()", "b'8888'", 1), func(o *Options) { o.Only = []string{"close"} })
	want(t, r, "one fail, close skip", 0)
	c := r.Checks[0]
	if !strings.HasSuffix(c.Actual, "8888") || c.Expected == c.Actual || c.Attempts != attempts {
		t.Errorf("expected %q, actual %q after %d attempts", c.Expected, c.Actual, c.Attempts)
	}
	if len(c.Steps) != 5 || !strings.HasPrefix(c.Steps[3], `A: send c "`) {
		t.Errorf("steps %q, want the five calls", c.Steps)
	}
	if !strings.Contains(c.Evidence.Ladder, "▶") || !strings.Contains(c.Evidence.Ladder, "SYN,ACK seq=0 ack=1") || c.Evidence.Frames != nil {
		t.Errorf("the picture marks nothing, or frames %v of no capture are named:\n%s", c.Evidence.Frames, c.Evidence.Ladder)
	}
	if want := "netlab check echo server.py --only one --seed " + r.Seed; c.Again != want {
		t.Errorf("again %q, want %q", c.Again, want)
	}
	if c.Requirement == nil || c.Requirement.Ref != "RFC 9293 §3.6" {
		t.Errorf("requirement %+v", c.Requirement)
	}
	if s := r.Checks[1]; s.SkipReason != "needs “answers one client” first" {
		t.Errorf("skipped because %q", s.SkipReason)
	}

	r = marked(t, strings.Replace(goodServer, "    c.close()\n", "    __import__('time').sleep(60)\n", 1), func(o *Options) { o.Only = []string{"close"} })
	want(t, r, "one pass, close fail", 2)
	if c := r.Checks[1]; !strings.Contains(c.Rationale, "still open after 2s") || !strings.Contains(c.Cause, "recv() returned 0") {
		t.Errorf("rationale %q, cause %q", c.Rationale, c.Cause)
	}
}

// The same in Chinese.
func TestFeedbackInChinese(t *testing.T) {
	r := marked(t, strings.Replace(goodServer, `""`, `"127.0.0.1"`, 1), func(o *Options) { o.Lang = "zh-CN"; o.Only = []string{"one"} })
	if c := r.Checks[0]; !strings.Contains(c.Rationale, "A 无法连接") || !strings.Contains(c.Cause, "请绑定 0.0.0.0") {
		t.Errorf("rationale %q, cause %q", c.Rationale, c.Cause)
	}
	chinese := func(o *Options) { o.Lang = "zh-CN"; o.Only = []string{"one"} }
	r = marked(t, "import sys; sys.exit(3)\n", chinese)
	if c := r.Checks[0]; c.Rationale != "程序在监听端口之前就结束了（以返回值 3 退出）" || c.Evidence.Ladder != "" {
		t.Errorf("rationale %q, and a picture of nothing: %q", c.Rationale, c.Evidence.Ladder)
	}
	r = marked(t, "raise ValueError('no')\n", chinese)
	if c := r.Checks[0]; !strings.Contains(c.Output, "ValueError: no") || c.Actual != "" || c.Cause != "程序中途出错：它的输出说明了出错的位置" {
		t.Errorf("output %q, actual %q, cause %q", c.Output, c.Actual, c.Cause)
	}
	r = marked(t, strings.Replace(goodServer, "str(port).encode()", "b'8888'", 1), chinese)
	if c := r.Checks[0]; !strings.HasSuffix(c.Steps[4], "，与期望不符") {
		t.Errorf("steps %q", c.Steps)
	}
}

// Each way in which a program can end has words in both languages.
func TestEndings(t *testing.T) {
	for want, report := range map[string]jail.Report{
		"无法启动：x":         {Error: "x"},
		"占用内存过多而被终止":     {Stopped: jail.StopMemory},
		"运算时间过长而被终止":     {Stopped: jail.StopCPU},
		"写入的文件过大而被终止":    {Stopped: jail.StopDisk},
		"被信号 SIGSEGV 终止": {Signal: "SIGSEGV"},
		"以返回值 2 退出":      {Exit: 2},
	} {
		if got := ending("zh-CN", &report); got != want {
			t.Errorf("%+v: %q, want %q", report, got, want)
		}
		if got := ending("en", &report); got != report.How() {
			t.Errorf("%q, and the lab says %q", got, report.How())
		}
	}
}

// echoInC is what goodServer is, in C.
const echoInC = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <pthread.h>
static void *serve(void *p) {
  int c = (int)(long)p, n; char b[4096]; struct sockaddr_in a; socklen_t l = sizeof a;
  getpeername(c, (struct sockaddr *)&a, &l);
  while ((n = read(c, b, 4000)) > 0) { n += sprintf(b + n, "%d", ntohs(a.sin_port)); if (write(c, b, n) < 0) break; }
  close(c); return 0;
}
int main(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in a = {AF_INET, htons(8888), {INADDR_ANY}};
  if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 9)) { perror("bind"); return 1; }
  for (;;) { pthread_t t; int c = accept(s, 0, 0); pthread_create(&t, 0, serve, (void *)(long)c); }
}
`

// Programs are made and run whatever they are written in: also in a language that nobody has
// thought of, if it says itself how it is run.
func TestLanguages(t *testing.T) {
	const java = `package app;
import java.net.*;
public class Server {
  public static void main(String[] args) throws Exception {
    ServerSocket s = new ServerSocket(8888);
    for (;;) { Socket c = s.accept(); new Thread(() -> serve(c)).start(); }
  }
  static void serve(Socket c) {
    try (c) {
      byte[] b = new byte[4000];
      for (int n; (n = c.getInputStream().read(b)) > 0; ) c.getOutputStream().write((new String(b, 0, n, "ISO-8859-1") + c.getPort()).getBytes("ISO-8859-1"));
    } catch (java.io.IOException e) { }
  }
}
`
	const tcl = `proc take {c host port} { fconfigure $c -blocking 0 -translation binary -buffering none; fileevent $c readable [list talk $c $port] }
proc talk {c port} { set m [read $c]; if {[eof $c]} { close $c; return }; puts -nonewline $c $m$port }
socket -server take 8888
vwait forever
`
	for _, x := range []struct {
		name  string
		files map[string]string
	}{
		{"C", map[string]string{"server.c": echoInC}},
		{"C from a browser", map[string]string{"第 1 题/server (1).c": echoInC, "-x; 'y.c": "int y;\n"}},
		{"C++ with spaces", map[string]string{"my server.cpp": "int z;\n" + strings.Replace(echoInC, "static void", "#include <cstdlib>\nextern \"C\" void", 1)}},
		{"Java in a package", map[string]string{"my work/app/Server.java": java, "Other.java": "class Other {}\n"}},
		{"Makefile", map[string]string{"Makefile": "server: src/main.c\n\tcc -pthread -o server src/main.c\n", "src/main.c": echoInC}},
		{"another name", map[string]string{"meine_loesung.py": goodServer}},
		{"run.sh and Tcl", map[string]string{"run.sh": "exec tclsh serveur.txt\n", "serveur.txt": tcl}},
		{"a script", map[string]string{"server": "#!/usr/bin/env python3\n" + goodServer}},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := markedFiles(t, x.files)
			if r.Reason != nil && r.Reason.Code == "tool" {
				t.Skip(r.Reason.Message)
			}
			if r.Score != 5 {
				t.Errorf("%s %s: %+v", r.Outcome, verdicts(r), r.Checks)
			}
		})
	}
}

// A build that fails is the student's fault, with the compiler's words; nothing else is tried.
func TestBuildFails(t *testing.T) {
	r := markedFiles(t, map[string]string{"server.c": "int main(void) { return x; }\n"})
	want(t, r, "builds fail, one skip, close skip, secret skip", 0)
	if c := r.Checks[0]; !strings.Contains(c.Output, "undeclared") || c.Actual != "" {
		t.Errorf("the compiler said %q, and %q came in the place of an answer", c.Output, c.Actual)
	}
}

// Of a build that leaves more than is taken on, nothing is: who wonders why a file is missing is told.
func TestBuildLeaves(t *testing.T) {
	for _, c := range []struct{ leaves, want string }{
		{"truncate -s 65M debug", "files of 65 MiB; 64 MiB at most"},
		{"truncate -s 60M debug", ""},
		{"for n in 1 2 3; do truncate -s 500M debug$$n; done", "files of 1500 MiB; 64 MiB at most"}, // holes, which take no room
	} {
		r := markedFiles(t, map[string]string{"Makefile": "server: server.c\n\tcc -pthread -o server server.c\n\t" + c.leaves + "\n", "server.c": echoInC})
		switch b := r.Checks[0]; {
		case c.want == "" && r.Score != 5:
			t.Errorf("%s: %s: %+v", c.leaves, verdicts(r), r.Checks)
		case c.want != "" && (b.Verdict != result.Fail || !strings.Contains(b.Rationale, c.want)):
			t.Errorf("%s: %s %q, want a failed build with %q", c.leaves, b.Verdict, b.Rationale, c.want)
		}
	}
}

// What is no program at all is rejected, with what to hand in.
func TestNoProgram(t *testing.T) {
	r := markedFiles(t, map[string]string{"essay.txt": "TCP is reliable."})
	if r.Outcome != result.Rejected || r.Reason.Code != "no-program" || !strings.Contains(r.Reason.Hint, "server.py") {
		t.Errorf("%s %+v", r.Outcome, r.Reason)
	}
}

// Hidden checks ask otherwise of each submission, so that nobody can write the answers in; the
// visible ones ask the same each time.
func TestHiddenValues(t *testing.T) {
	a := task(t, echoTask)
	opt := Options{Student: "s1"}
	one, _ := begin(a, "first", &opt)
	two, _ := begin(a, "second", &opt)
	if one.a.Values["port"] != two.a.Values["port"] || one.other.Values["port"] == two.other.Values["port"] {
		t.Errorf("visible %s and %s, hidden %s and %s", one.a.Values, two.a.Values, one.other.Values, two.other.Values)
	}
}

// A failing check that passes the second time costs nothing, and is called flaky.
func TestFlaky(t *testing.T) {
	// The program has no memory: the check's own run decides. A file of the machine is not there
	// for it, so that chance must do: half of the starts are bad.
	flaky, passed := 0, 0
	for range 6 {
		r := marked(t, "import os,sys\nif os.urandom(1)[0] % 2: sys.exit(1)\n"+goodServer, func(o *Options) { o.Only = []string{"one"} })
		c := r.Checks[0]
		if c.Verdict == result.Pass {
			passed++
		}
		if c.Flaky {
			flaky++
			if c.Verdict != result.Pass || c.Attempts < 2 {
				t.Errorf("flaky: %+v", c)
			}
		}
	}
	if passed == 0 {
		t.Error("in six submissions no second attempt was given")
	}
	t.Logf("%d of 6 passed, %d of them at the second attempt", passed, flaky)
}

// Captures are kept beside the report, if that is wanted.
func TestKeep(t *testing.T) {
	a := task(t, echoTask)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "server.py"), []byte(goodServer), 0o644); err != nil {
		t.Fatal(err)
	}
	kept := map[string]int{}
	r := Submit(context.Background(), a, dir, Options{Student: "s1", Only: []string{"one"}, Keep: keepInto(kept)})
	needIsolation(t, r)
	if kept["one"] < 6 || r.Checks[0].Evidence == nil || r.Checks[0].Evidence.PCAP != "one.pcapng" {
		t.Errorf("kept %v, evidence %+v", kept, r.Checks[0].Evidence)
	}
}
