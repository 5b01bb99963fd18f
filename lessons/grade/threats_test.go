//go:build linux

package grade

import (
	"context"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/result"
)

func keepInto(kept map[string]int) func(string, []capture.Frame) (string, error) {
	return func(check string, frames []capture.Frame) (string, error) {
		kept[check] = len(frames)
		return check + ".pcapng", nil
	}
}

// threats are what a submission may try, row by row, and the test that shows what becomes of it.
// Rows with a source are tried here, with the verdict that must come of it.
var threats = []struct {
	row    int
	what   string
	where  string // the test that shows it, if it is not this one
	source string
	want   string // the verdicts
	says   string // what the report must say somewhere
}{
	{row: 1, what: "fork bomb", source: "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass\n", want: "one fail"},
	{row: 2, what: "endless output", source: "while True: print('x' * 10000)", want: "one fail", says: "printed more than it may"},
	{row: 3, what: "hangs before it serves", source: "import time; time.sleep(1000)", want: "one fail", says: "does not listen on any port"},
	{row: 4, what: "ignores signals", source: "import signal\nfor s in range(1, 65):\n  try: signal.signal(s, signal.SIG_IGN)\n  except Exception: pass\n" + goodServer, want: "one pass"},
	{row: 5, what: "leaves a daemon behind", source: "import os\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n    import time; time.sleep(1000)\n  os._exit(0)\n" + goodServer, want: "one pass"},
	{row: 6, what: "busy loop", source: "while True: pass", want: "one fail"}, // by which limit depends on how busy the machine is: live/jail TestLimits
	{row: 7, what: "takes all memory", source: "x = []\nwhile True: x.append(bytearray(1 << 20))", want: "one fail", says: "more memory than it may"},
	{row: 8, what: "fills the disk", source: "try:\n  f = open('/work/x', 'wb')\n  while True: f.write(b'x' * (1 << 20))\nexcept OSError: pass\ntry:\n  for i in range(10**6): open('/tmp/f%d' % i, 'w').close()\nexcept OSError: pass\n" + goodServer, want: "one pass"},
	{row: 9, what: "changes its own files for the next check", source: goodServer[:strings.Index(goodServer, "while True:\n    c, a")] + "import os\nos.remove('/work/server.py')\nopen('/work/server.py', 'w').write('garbage')\n" + goodServer[strings.Index(goodServer, "while True:\n    c, a"):], want: "one pass, close pass, secret pass"},
	{row: 10, what: "prints a result", source: "print('{\"score\": 100}'); print('Grade :=>> 100'); print('::notice::Points 10/10'); print('ok 1')", want: "one fail"},
	{row: 11, what: "writes a results file", source: "import os\nfor d in ('/autograder/results', '/grade/results', '/work', '/tmp', '.'):\n  try:\n    os.makedirs(d, exist_ok=True); open(d + '/results.json', 'w').write('{\"score\":100}')\n  except OSError: pass\n", want: "one fail"},
	{row: 12, what: "reads the key", where: "live/jail TestNothingElseIsThere"},
	{row: 13, what: "reads the grader's memory", where: "live/jail TestNothingElseIsThere, TestFilter"},
	{row: 14, what: "kills the grader", source: "import os, signal\nfor p in (1, -1, os.getppid()):\n  for s in (9, 15, 19):\n    try: os.kill(p, s)\n    except OSError: pass\n" + goodServer, want: "one pass"},
	{row: 15, what: "zombies", source: "import os\nfor i in range(20):\n  if os.fork() == 0: os._exit(0)\n" + goodServer, want: "one pass"},
	{row: 16, what: "takes other ports", source: "import socket\nkeep = []\nfor p in range(9000, 9200):\n  s = socket.socket(); s.bind(('', p)); s.listen(); keep.append(s)\n" + goodServer, want: "one pass"},
	{row: 17, what: "talks to itself", source: "import socket, threading\ns = socket.socket(); s.bind(('127.0.0.1', 8888)); s.listen()\nc = socket.create_connection(('127.0.0.1', 8888)); x, _ = s.accept(); c.send(b'alpha20000'); x.recv(100)\n__import__('time').sleep(100)", want: "one fail", says: "no other host reaches it"},
	{row: 18, what: "raw packets", where: "live/jail TestFilter"},
	{row: 19, what: "sends secrets away", source: "import socket\nfor a in (('8.8.8.8', 53), ('127.0.0.1', 22), ('10.0.0.1', 22), ('192.168.0.1', 80)):\n  s = socket.socket(); s.settimeout(0.1)\n  try: s.connect(a); print('OUT', a)\n  except OSError: pass\n" + goodServer, want: "one pass"},
	{row: 20, what: "other sockets and shared memory", where: "live/jail TestFilter"},
	{row: 21, what: "gains rights", where: "live/jail TestNothingElseIsThere"},
	{row: 22, what: "links and devices in the hand-in", where: "handin TestFolder, TestPath"},
	{row: 23, what: "archive bombs", where: "handin TestBombs"},
	{row: 24, what: "capture bombs", where: "pcapwork TestRefused"},
	{row: 25, what: "tunnels and overlaps", where: "capture/read, capture/follow fuzz tests"},
	{row: 26, what: "answers without end", where: "worksheet TestRefused, assignment TestMistakes"},
	{row: 27, what: "patterns without end", where: "RE2 only: assignment.Hint"},
	{row: 28, what: "answers written in", where: "TestHiddenValues"},
	{row: 29, what: "behaves only when graded", where: "hidden ports and words; the captures are kept for audit: TestKeep"},
	{row: 30, what: "hands in somebody's tool", source: "import os\nos.execvp('nc', ['nc', '-lk', '8888'])", want: "one fail"},
	{row: 31, what: "leaves early", source: "import socket\ns = socket.socket(); s.bind(('', 8888)); s.listen()\nc, a = s.accept()\nraise SystemExit(0)", want: "one fail", says: "the program did not go on"},
	{row: 32, what: "never reads", source: "import socket, time\ns = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1); s.bind(('', 8888)); s.listen()\nkeep = []\nwhile True: keep.append(s.accept())", want: "one fail"},
	{row: 33, what: "floods the grader", source: "import socket\nu = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns = socket.socket(); s.bind(('', 8888)); s.listen()\nwhile True:\n  try: u.sendto(b'x' * 100, ('10.0.0.1', 9))\n  except OSError: pass\n", want: "one fail", says: "so many packets"},
	{row: 34, what: "resets everybody", source: "import socket, struct\ns = socket.socket(); s.bind(('', 8888)); s.listen()\nwhile True:\n  c, a = s.accept(); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()", want: "one fail"},
	{row: 35, what: "hidden checks leak", where: "export TestHiddenChecksStayHidden"},
	{row: 36, what: "copied captures", where: "pcapwork TestSame; TestCopies"},
	{row: 37, what: "results exchanged or changed", where: "TestSign"},
	{row: 38, what: "an overloaded machine", where: "TestBusy"},
	{row: 39, what: "encodings and line ends", where: "handin TestTexts"},
	{row: 40, what: "the grader fails", where: "TestOwnFault"},
	{row: 41, what: "computes a worksheet with netlab", where: "TestProves"},
}

// Whatever a submission tries, it gets the marks that it deserves, the grader lives, and it ends
// in time. They are graded at the same time, as a class is: none disturbs another.
func TestThreats(t *testing.T) {
	const atOnce = 8
	a := task(t, strings.Replace(echoTask, `ready = "4s"`, `ready = "2s"`, 1))
	results := make([]*result.Result, len(threats))
	took := make([]time.Duration, len(threats))
	slots := make(chan struct{}, atOnce)
	for i, th := range threats {
		if th.row != i+1 {
			t.Fatalf("row %d is missing", i+1)
		}
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			if th.source == "" {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			began := time.Now()
			opt := Options{Student: "s1"}
			if th.row != 9 { // that one is about the next check
				opt.Only = []string{"one"}
			}
			results[i] = Grade(ctx, a, handed(map[string]string{"server.py": th.source}), opt)
			took[i] = time.Since(began)
		}()
	}
	for range atOnce {
		slots <- struct{}{}
	}
	for i, th := range threats {
		if r := results[i]; r != nil {
			t.Run(th.what, func(t *testing.T) {
				needIsolation(t, r)
				if got := verdicts(r); got != th.want || r.Outcome != result.Graded {
					t.Errorf("%s: %s, want %s\n%+v", r.Outcome, got, th.want, r.Checks)
				}
				said := ""
				for _, c := range r.Checks {
					said += c.Rationale + "\n" + c.Cause + "\n"
				}
				if !strings.Contains(said, th.says) {
					t.Errorf("the report does not say %q:\n%s", th.says, said)
				}
				if r.Program != nil && strings.Contains(r.Program.Stdout, "OUT") {
					t.Errorf("it got out: %s", r.Program.Stdout)
				}
				if took[i] > 100*time.Second {
					t.Errorf("it held the grader for %v", took[i])
				}
			})
		}
	}
}

// A fault of the grader's own costs nobody a mark, and there is a report.
func TestOwnFault(t *testing.T) {
	r := marked(t, goodServer, func(o *Options) { o.Tell = func(*result.Check) { panic("a fault of ours") } })
	if r.Outcome != result.Ungradable || r.Reason.Code != "internal" || !strings.Contains(r.Reason.Message, "a fault of ours") {
		t.Errorf("%s %+v", r.Outcome, r.Reason)
	}
}

// On a machine that is too busy a failure is the grader's: it costs no mark, and is said.
func TestBusy(t *testing.T) {
	a := task(t, echoTask)
	opt := Options{Student: "s1", Only: []string{"one"}}
	m, err := begin(a, "x", &opt)
	if err != nil {
		t.Fatal(err)
	}
	m.ctx, m.hand = context.Background(), handed(map[string]string{"server.py": "raise SystemExit(1)"})
	b := &bench{marking: m, recipe: recipeFor(m.a, m.hand), work: m.hand.Tar(), pulse: busyPulse{}}
	c := b.check(&m.a.Checks[0], map[string]result.Verdict{})
	if c.Verdict != result.Error || c.Score != 0 || !strings.Contains(c.Rationale, "this costs no mark") {
		t.Errorf("%+v", c)
	}
	m.add(c)
	if m.Total(); m.MaxScore != 0 {
		t.Errorf("of %g marks: an error must be in neither sum", m.MaxScore)
	}
}

// busyPulse is that of a machine that is always late.
type busyPulse struct{}

func (busyPulse) since() time.Duration { return time.Second }
func (busyPulse) calm(context.Context) {}

// Each kind says what its mark proves; what can be done with netlab alone is called self-study,
// unless it is done in a set time.
func TestProves(t *testing.T) {
	for _, kind := range []assignment.Kind{assignment.Program, assignment.Worksheet, assignment.PCAP, assignment.Transcript} {
		a := &assignment.Assignment{Kind: kind}
		en, self := proves(a, "en")
		zh, _ := proves(a, "zh-CN")
		if en == "" || zh == "" || self != (kind == assignment.Worksheet || kind == assignment.Transcript) {
			t.Errorf("%s: %q, %q, self-study %v", kind, en, zh, self)
		}
		a.NotBefore, a.NotAfter = time.Unix(1, 0), time.Unix(2, 0)
		if _, self := proves(a, "en"); self {
			t.Errorf("%s in a set time is self-study", kind)
		}
	}
}

// Without isolation there is no mark, and it is said what cannot be assured.
func TestNoIsolation(t *testing.T) {
	a := task(t, echoTask)
	opt := Options{Student: "s1"}
	m, err := begin(a, "x", &opt)
	if err != nil {
		t.Fatal(err)
	}
	m.ctx, m.hand = context.Background(), handed(map[string]string{"server.py": goodServer})
	m.programOn(&Machine{Isolation: result.Isolation{Level: "L0", Missing: []string{"namespaces"}}, Why: "user namespaces are switched off here", Fix: "sudo sysctl -w user.max_user_namespaces=15000"})
	r := m.end()
	if r.Outcome != result.Ungradable || r.Reason.Code != "isolation" || !strings.Contains(r.Reason.Message, "switched off") || r.Reason.Hint == "" || len(r.Checks) > 0 || r.Passed() {
		t.Errorf("%s %+v %+v", r.Outcome, r.Reason, r.Checks)
	}
}

// A build that prints without end is told so: that a signal ended it would say nothing.
func TestBuildFloods(t *testing.T) {
	r := markedFiles(t, map[string]string{"Makefile": "server:\n\tyes\n"})
	if c := r.Checks[0]; c.Verdict != result.Fail || !strings.Contains(c.Rationale, "printed more than it may") || r.Outcome != result.Graded || len(c.Output) > 1000 {
		t.Errorf("%s %+v", r.Outcome, c)
	}
}
