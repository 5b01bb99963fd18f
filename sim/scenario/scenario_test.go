package scenario

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const world = "host A iss=100\nhost B\nlink A B delay=10ms\n"

// Every mistake is told with its place, what is wrong, and what would be right.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown host", world + "C: c = socket tcp", `x.txt:4:1: no host "C" (hosts are A, B)`},
		{"unknown call", world + "A: c = sokcet tcp", `x.txt:4:8: unknown call "sokcet"`},
		{"unknown word", world + "foo", `x.txt:4:1: unknown word "foo" (a line begins with host, puppet, link,`},
		{"socket never made", world + "A: connect c B:80", `x.txt:4:4: host A has no socket "c" at this point (make one first: c = socket tcp)`},
		{"name used twice", world + "A: c = socket tcp\nA: c = socket tcp", `x.txt:5:8: host A uses the name "c" twice`},
		{"result forgotten", world + "A: socket tcp", `x.txt:4:4: socket gives no name to a socket here (s = socket tcp  or`},
		{"bad port", world + "A: c = socket tcp\nA: connect c B:99999", `x.txt:5:16: bad port "99999" (a whole number from 1 to 65535)`},
		{"bad time", world + "at soon A: c = socket tcp", `x.txt:4:4: bad time "soon" (write 10ms, 1.5s or 2m; at most 24h)`},
		{"negative time", world + "at -1s A: c = socket tcp", `x.txt:4:4: bad time "-1s"`},
		{"no link", "host A\nhost B\nA: c = socket tcp\nA: connect c B:80", `x.txt:4:1: no link joins A and B (add: link A B delay=10ms)`},
		{"linked twice", world + "link B A", `x.txt:4:1: B and A are joined already`},
		{"host twice", world + "host A", `x.txt:4:6: host "A" is declared twice`},
		{"bad iss", "host A iss=-1", `x.txt:1:12: bad initial sequence number "-1"`},
		{"bad address", "host A ip=1.2.3", `x.txt:1:11: bad address "1.2.3"`},
		{"left over", world + "A: c = socket tcp now", `x.txt:4:19: unexpected "now" (the statement ends before it)`},
		{"unknown kind of segment", world + "drop A->B PUSH 1", `x.txt:4:11: unknown kind of segment "PUSH" (one of any SYN SYN,ACK ACK data FIN RST UDP ICMP)`},
		{"bad direction", world + "drop A-B SYN 1", `x.txt:4:6: bad direction "A-B" (write A->B)`},
		{"ordinal zero", world + "drop A->B SYN 0", `x.txt:4:15: bad ordinal "0"`},
		{"range backwards", world + "drop A->B SYN 3..2", `x.txt:4:18: bad ordinal "2"`},
		{"delay without by", world + "delay A->B SYN 1", `x.txt:4:17: missing by (delay A->B ACK 1 by 50ms)`},
		{"unknown state", world + "expect A is OPEN", `x.txt:4:13: unknown state "OPEN"`},
		{"no closing quote", world + `A: c = socket tcp "x`, `x.txt:4:19: the text has no closing quote`},
		{"wait for nothing", world + "A: c = socket tcp\nA: wait c", `x.txt:5:4: nothing was started with & that "c" could wait for (end the call with &)`},
		{"no blank after the colon", world + "A:c = socket tcp", `x.txt:4:3: a blank must follow the colon`},
		{"host without a name", "host A\nhost", `x.txt:2:5: missing the host's name`},
		{"a quoted word first", "host A\n\"host\" B", `x.txt:2:1: unknown word "host"`},
		{"no host at all", "# nothing", `x.txt:1:1: the script has no host`},
		{"not text", "host A\n\xff\xfe", `x.txt:2:1: the line is not UTF-8 text`},
		{"case without a name", "case\n" + world, `x.txt:1:5: the case has no name`},
		{"puppet's option", "puppet P iss=5", `x.txt:1:10: unexpected "iss=5" (a puppet takes ip=ADDRESS)`},
		{"segment of no puppet", world + "A: segment B:80 SYN seq=1", `x.txt:4:1: host A is not a puppet (declare it: puppet A`},
		{"a puppet has no sockets", "puppet P\nP: c = socket tcp\nP: listen c 80", `x.txt:2:1: P is a puppet: it has no sockets`},
		{"segment without a number", world + "puppet P\nlink P A\nP: segment A:80 SYN", `x.txt:6:20: the segment needs a sequence number (segment B:80`},
		{"ACK without a number", world + "puppet P\nlink P A\nP: segment A:80 ACK seq=1", `x.txt:6:26: the ACK flag needs ack=`},
		{"bad relative number", world + "puppet P\nlink P A\nP: segment A:80 SYN seq=rcv.foo", `x.txt:6:25: bad number "rcv.foo"`},
		{"unknown option", world + "A: c = socket tcp\nA: setsockopt c SO_FOO 1", `x.txt:5:17: unknown option "SO_FOO" (options are SO_REUSEADDR`},
		{"a flag is 0 or 1", world + "A: c = socket tcp\nA: setsockopt c TCP_NODELAY yes", `x.txt:5:29: bad value "yes" (a whole number from 0 to 1)`},
		{"sendto on TCP", world + "A: c = socket tcp\nA: sendto c B:9 5", `x.txt:5:4: sendto is for UDP sockets, and "c" is TCP`},
		{"no group", world + "A: u = socket udp\nA: join u 10.0.0.1", `x.txt:5:11: 10.0.0.1 is no group (224.0.0.0 to 239.255.255.255)`},
		{"unknown event", world + "A: c = socket tcp\nA: poll c POLLFOO", `x.txt:5:11: unknown event "POLLFOO"`},
		{"chance of nothing", world + "drop A->B any 0%", `x.txt:4:15: bad chance "0%" (a percentage above 0, such as 5%)`},
		{"bad chance of a link", "host A\nhost B\nlink A B loss=200%", `x.txt:3:15: bad chance "200%"`},
		{"time backwards", world + "drop A->B any all from 2s until 1s", `x.txt:4:27: the time ends before it begins`},
		{"then that cannot wait", world + "then A passes CLOSED", `x.txt:4:6: then waits for something to happen`},
		{"silence without a time", world + "expect A sends nothing", `x.txt:4:23: missing for (B sends nothing for 1s)`},
		{"unknown profile", "host A profile=bsd", `x.txt:1:16: unknown profile "bsd" (profiles are textbook rfc9293 linux)`},
		{"within nothing", world + "A: c = socket tcp\nA: connect c B:80 within 0s", `x.txt:5:26: within needs a time above zero`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("x.txt", c.text)
			if err == nil {
				t.Fatalf("accepted; want %s", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("\n got  %s\n want %s", err, c.want)
			}
		})
	}
}

// All mistakes are told at once.
func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Parse("x.txt", world+"foo\nA: bar\nexpect C is LISTEN\n")
	if err == nil || strings.Count(err.Error(), "x.txt:") != 3 {
		t.Errorf("want three mistakes, got:\n%v", err)
	}
}

// Words of the language that this version cannot play are refused, never ignored.
func TestReservedWordsAreRefused(t *testing.T) {
	for _, line := range []string{
		"program S",
	} {
		_, err := Parse("x.txt", world+line)
		if err == nil || !strings.Contains(err.Error(), "reserved word that this version cannot play") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// The one true form: formatting is idempotent and keeps comments.
func TestFormat(t *testing.T) {
	const messy = "# Intent.\nhost   A   iss=100\nhost B ip=10.1.1.1\nlink A B   delay=10ms # slow\n\n" +
		"drop A->B syn-ack 1..1\nB:   s =  socket   tcp\nB: listen s :80 backlog=5\nat 1000ms   A: c = socket tcp\n" +
		"A: connect c B:80   within 2s   &\nA: wait c\nexpect   A   is  estab\nexpect A sends SYN-ACK ack=5 seq=4\nrun until 60s\n"
	const want = "# Intent.\nhost A iss=100\nhost B ip=10.1.1.1\nlink A B delay=10ms  # slow\n\n" +
		"drop A->B SYN,ACK 1\nB: s = socket tcp\nB: listen s 80 backlog=5\nat 1s  A: c = socket tcp\n" +
		"A: connect c B:80 within 2s &\nA: wait c\nexpect A is ESTABLISHED\nexpect A sends SYN,ACK seq=4 ack=5\nrun until 1m0s\n"
	s, err := Parse("x.txt", messy)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if s.Intent() != "Intent." {
		t.Errorf("intent %q", s.Intent())
	}
}

// FuzzParse: whatever the text is, Parse ends, and a script that it accepts is
// written back as a script that is accepted and written the same.
//
// Found by it and kept in testdata/fuzz: 0197d134ff28e218, a line with the word
// host alone was taken for nothing; 24d8e413223e6d66, a quoted text passed as a name.
func FuzzParse(f *testing.F) {
	f.Add(world + "A: c = socket tcp\nat 5ms A: connect c B:80 within 1s &\nA: wait c\nexpect A passes LISTEN\n")
	f.Add("host A\nA: send \"\\\"\" # x\nold A->A SYN,ACK seq=4 at 1s\nduplicate A->A any all after 1ms\nrun until 1s")
	for _, pattern := range []string{"../library/*/*.txt", "../../lessons/*/scenario.txt", "../../lessons/*/worlds/*.txt"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil {
				f.Add(string(b))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseFile("fuzz", text)
		if err != nil {
			return
		}
		for _, s := range all[:min(len(all), 5)] {
			roundTrip(t, s)
		}
	})
}

// roundTrip writes a script and reads it back.
func roundTrip(t *testing.T, s *Script) {
	t.Helper()
	once := s.String()
	again, err := Parse("fuzz", once)
	if err != nil {
		t.Fatalf("the formatted script is refused: %v\n%s", err, once)
	}
	if twice := again.String(); twice != once {
		t.Fatalf("formatting again changes it:\n%q\n%q", once, twice)
	}
	if again.Case != s.Case {
		t.Fatalf("the case %q has become %q", s.Case, again.Case)
	}
	for i := range s.Stmts {
		a, b := s.Stmts[i], again.Stmts[i]
		a.Pos, b.Pos = Pos{}, Pos{}
		if a.Then != nil && b.Then != nil {
			a.Then.Pos, b.Then.Pos = Pos{}, Pos{}
		}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("statement %d changed: %+v, %+v", i, a, b)
		}
	}
	s.Needs()
	for i := range s.Hosts {
		s.Address(i)
	}
}

// The cursor's rules, as the package documents them.
func TestCursorOrder(t *testing.T) {
	s, err := Parse("x.txt", world+`B: s = socket tcp
A: c = socket tcp
at 5ms  A: connect c B:80 &
at 1ms  B: listen s 80
B: x = accept s
A: wait c
`)
	if err != nil {
		t.Fatal(err)
	}
	c := NewCursor(s)
	next := func(now time.Duration, want int, why string) {
		t.Helper()
		got, ok := c.Next(now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Fatalf("%s: next is %d, want %d", why, got, want)
		}
	}
	next(0, 0, "the first")
	c.Start(0)
	next(0, -1, "a statement waits for the one above it, whatever its host")
	c.Return(0)
	next(0, 1, "now it may")
	c.Start(1)
	c.Return(1)
	next(0, -1, "those with a time wait for it")
	if at, ok := c.NextAt(); !ok || at != time.Millisecond {
		t.Fatalf("the earliest time is %v", at)
	}
	next(time.Millisecond, 3, "a time waits for its own host only, not for the line above")
	c.Start(3)
	c.Return(3)
	next(time.Millisecond, 4, "accept has no time of its own, and the line above it has returned")
}

// A call that fails is unexpected unless the script says so; octets after what should be the
// end are, too.
func TestUnexpected(t *testing.T) {
	s, err := Parse("t", `host A
host B
link A B
A: c = socket tcp
A: connect c B:80
A: recv c "hello"
A: recv c end
expect A connect returns ECONNREFUSED
`)
	if err != nil {
		t.Fatal(err)
	}
	end := &s.Stmts[3]
	for _, c := range []struct {
		stmt   int
		result string
		want   bool
	}{
		{1, "0", false},
		{1, "ECONNREFUSED", false}, // an expect line names it
		{1, "ETIMEDOUT", true},
		{2, "5", false},
		{2, s.Stmts[2].RecvResult("help!"), true},
		{2, "ECONNRESET", true},
		{3, end.RecvResult(""), false},
		{3, end.RecvResult("more"), true},
	} {
		if got := s.Unexpected(c.stmt, c.result); got != c.want {
			t.Errorf("%s returns %q: unexpected %v, want %v", s.Stmts[c.stmt].Verb, c.result, got, c.want)
		}
	}
	long := strings.Repeat("x", 50)
	text := &Stmt{HasText: true, Text: long + "yes"}
	for read, want := range map[string]string{
		long + "no": `52, not the text "...xxxxxxxxxxyes" but "...xxxxxxxxxxno"`,
		"z" + long:  `51, not the text "` + long[:40] + `..." but "z` + long[:39] + `..."`,
		long:        `50, not the text "...xxxxxxxxxxyes" but "...xxxxxxxxxx"`,
	} {
		if got := text.RecvResult(read); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if want := `4, not the end but "more"`; end.RecvResult("more") != want {
		t.Errorf("%q, want %q", end.RecvResult("more"), want)
	}
}
