package peer

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"netlab/sim/wire"
)

// The own end may leave out the address, never the port's meaning.
func TestParseLocal(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"8888", "0.0.0.0:8888"}, {":8888", "0.0.0.0:8888"}, {"0", "0.0.0.0:0"},
		{"127.0.0.1:8888", "127.0.0.1:8888"}, {"127.0.0.1", "127.0.0.1:0"},
		{"[::1]:8888", "[::1]:8888"}, {"::1", "[::1]:0"},
		{"", ""}, {"65536", ""}, {"-1", ""}, {"+1", ""}, {"host:80", ""}, {"127.0.0.1:", ""}, {"::1:80x", ""}, {"1.2.3.4:http", ""},
	} {
		got, err := ParseLocal(c.in)
		if (err == nil) != (c.want != "") || (err == nil && got.String() != c.want) {
			t.Errorf("ParseLocal(%q) = %v, %v; want %q", c.in, got, err, c.want)
		}
	}
}

// The peer's end has a host and a port that somebody can have.
func TestParseRemote(t *testing.T) {
	for _, c := range []struct {
		in, host string
		port     uint16
	}{
		{"127.0.0.1:80", "127.0.0.1", 80}, {"example.org:1", "example.org", 1}, {"[::1]:80", "::1", 80},
		{"::1:80", "", 0}, {"127.0.0.1", "", 0}, {":80", "", 0}, {"h:0", "", 0}, {"h:", "", 0}, {"a b:80", "", 0}, {"[::1:80", "", 0},
	} {
		host, port, err := ParseRemote(c.in)
		if host != c.host && err == nil || port != c.port && err == nil || (err == nil) != (c.host != "") {
			t.Errorf("ParseRemote(%q) = %q, %d, %v; want %q, %d", c.in, host, port, err, c.host, c.port)
		}
	}
}

// The kept input: brackets that do not match, and a zone that is no name.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{"8888", "[::1]:80", "::1", "host:80", ":", "[", "[]:1", "1:2:3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseLocal(s); err == nil {
			if b, err := ParseLocal(a.String()); err != nil || b != a { // what is printed can be typed
				t.Errorf("%q is %v, and that is %v, %v", s, a, b, err)
			}
		}
		if host, port, err := ParseRemote(s); err == nil && (host == "" || port == 0) {
			t.Errorf("ParseRemote(%q) = %q, %d without an error", s, host, port)
		}
	})
}

// A line is text unless it begins with a slash and a word that is known.
func TestParseTyped(t *testing.T) {
	for line, want := range map[string]Command{
		"hello":       {Do: "send", Text: "hello"},
		"":            {Do: "send"},
		" /list":      {Do: "send", Text: " /list"},
		"//etc":       {Do: "send", Text: "/etc"},
		"quit":        {Do: "quit"},
		"quit now":    {Do: "send", Text: "quit now"},
		"/list":       {Do: "list"},
		"/to 2 a  b ": {Do: "send", Who: 2, Text: "a  b "},
		"/to 2":       {Do: "send", Who: 2},
		"/to x hi":    {Do: "unknown", Text: "/to x hi"},
		"/to 0 hi":    {Do: "unknown", Text: "/to 0 hi"},
		"/close":      {Do: "close"},
		"/reset 3":    {Do: "reset", Who: 3},
		"/reset 3 4":  {Do: "unknown", Text: "/reset 3 4"},
		"/dance":      {Do: "unknown", Text: "/dance"},
	} {
		if got := ParseTyped(line); got != want {
			t.Errorf("ParseTyped(%q) = %+v, want %+v", line, got, want)
		}
	}
}

func FuzzParseTyped(f *testing.F) {
	f.Add("/to 1 x")
	f.Add("//")
	f.Fuzz(func(t *testing.T, line string) {
		cmd := ParseTyped(line)
		if !strings.HasPrefix(line, "/") && line != "quit" && cmd != (Command{Do: "send", Text: line}) {
			t.Errorf("the text %q is taken as %+v", line, cmd)
		}
		if cmd.Who < 0 {
			t.Errorf("%q is for client %d", line, cmd.Who)
		}
	})
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{`a\nb`: "a\nb", `\x00\xff`: "\x00\xff", `\\n`: `\n`, `你\t好`: "你\t好", `\0`: "\x00"} {
		if got, err := Unescape(in); err != nil || got != want {
			t.Errorf("Unescape(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{`\`, `\q`, `\x`, `\x1`, `\xzz`} {
		var usage *UsageError
		if got, err := Unescape(in); !errors.As(err, &usage) || usage.Hint == "" {
			t.Errorf("Unescape(%q) = %q, %v; want an error with a hint", in, got, err)
		}
	}
}

func FuzzUnescape(f *testing.F) {
	f.Add(`a\x41\n`)
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Unescape(s)
		if err == nil && !strings.Contains(s, `\`) && got != s {
			t.Errorf("Unescape(%q) = %q though nothing is escaped", s, got)
		}
		if back, err := Unescape(strings.ReplaceAll(s, `\`, `\\`)); err != nil || back != s {
			t.Errorf("%q with its backslashes doubled is %q, %v", s, back, err)
		}
	})
}

// The homework's server answers "client" from port 53421 with "client53421".
func TestAnswer(t *testing.T) {
	from := netip.MustParseAddrPort("10.0.0.7:53421")
	for _, c := range []struct{ template, text, want string }{
		{"{text}{port}", "client", "client53421"},
		{"{text}{port}", "client\n", "client53421\n"},
		{"{ip} said {text} ({n})", "{port}\r\n", "10.0.0.7 said {port} (3)\r\n"}, // a text is no template
		{"ok", "", "ok"},
	} {
		if got := Answer(c.template, c.text, from, 3); got != c.want {
			t.Errorf("Answer(%q, %q) = %q, want %q", c.template, c.text, got, c.want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("{text}{port}", "hello\n")
	f.Add("{", "}")
	f.Fuzz(func(t *testing.T, template, text string) {
		if CheckTemplate(template) != nil {
			return
		}
		got := Answer(template, text, netip.MustParseAddrPort("1.2.3.4:5"), 1)
		if !strings.Contains(template, "{") && !strings.HasPrefix(got, template) {
			t.Errorf("Answer(%q, %q) = %q", template, text, got)
		}
	})
}

// A header is read as it was written, however the octets come, and nothing else is one.
func TestHeader(t *testing.T) {
	for _, h := range []Header{{"a", 0}, {"笔记**2.txt", 5 << 30}, {strings.Repeat("n", maxName), 1}} {
		got, err := ReadHeader(io.MultiReader(bytes.NewReader(h.Bytes()[:9]), bytes.NewReader(h.Bytes()[9:])))
		if err != nil || got != h {
			t.Errorf("ReadHeader of %+v = %+v, %v", h, got, err)
		}
	}
	whole := Header{"name", 7}.Bytes()
	for n := range whole {
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF // between two files the stream may end
		}
		if _, err := ReadHeader(bytes.NewReader(whole[:n])); !errors.Is(err, want) {
			t.Errorf("after %d octets of a header: %v, want %v", n, err, want)
		}
	}
	if _, err := ReadHeader(strings.NewReader("name**1234and the file")); !errors.Is(err, ErrNoHeader) {
		t.Errorf("a beginners' header gives %v, want ErrNoHeader", err)
	}
}

func FuzzReadHeader(f *testing.F) {
	f.Add(Header{"a.txt", 12}.Bytes())
	f.Add([]byte(magic + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHeader(bytes.NewReader(b))
		if err == nil && (h.Size < 0 || h.Name == "" || !bytes.HasPrefix(b, h.Bytes())) {
			t.Errorf("%q is read as %+v", b, h)
		}
		if v, n, err := readVerdict(bytes.NewReader(b)); err == nil && (verdictIDs[v] == "" || len(b) < verdictLen) {
			t.Errorf("%q is read as verdict %d, %d", b, v, n)
		}
	})
}

// No name that comes from the network leaves the folder, on any system.
func TestSafeName(t *testing.T) {
	for _, name := range []string{"a", "笔记.txt", "a b", "..a", "a**b"[:1]} {
		if !SafeName(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "/etc/passwd", `C:x`, "x:y", "a\x00b", "a\nb", "x.", "x ", "\xff", ".netlab-1", strings.Repeat("n", maxName+1), "a*b", "a?"} {
		if SafeName(name) {
			t.Errorf("%q is taken", name)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("../x")
	f.Add(`..\x`)
	f.Fuzz(func(t *testing.T, name string) {
		for _, n := range []string{name, baseName(name)} {
			if SafeName(n) && (filepath.Dir(filepath.Join("dir", n)) != "dir" || !utf8.ValidString(n)) {
				t.Errorf("%q leaves its folder", n)
			}
		}
		if !SafeName(baseName(name)) {
			t.Errorf("the last part of %q is %q", name, baseName(name))
		}
	})
}

// The beginners' header: alone it is read right; stuck to the file it is not.
func TestParseStar(t *testing.T) {
	for _, c := range []struct {
		first, name string
		size        int64
	}{
		{"a.txt**12", "a.txt", 12}, {"a.txt**12hello", "a.txt", 0}, {"a**b**12", "a", 0}, {"hello", "hello", 0}, {"", "", 0},
	} {
		if name, size := ParseStar(c.first); name != c.name || size != c.size {
			t.Errorf("ParseStar(%q) = %q, %d; want %q, %d", c.first, name, size, c.name, c.size)
		}
	}
}

// What arrives cannot steer a terminal.
func TestPrintable(t *testing.T) {
	if got := Printable("a\x1b[2Jb\tc\nd\r"); strings.ContainsAny(got, "\x1b\r") || !strings.Contains(got, "b\tc\nd") {
		t.Errorf("Printable gives %q", got)
	}
}

// Each refusal names what is wrong and how to mend it.
func TestCheck(t *testing.T) {
	tcp, udp := wire.TCP, wire.UDP
	for _, c := range []struct {
		why  string
		opt  Options
		want string
	}{
		{"nothing said", Options{Proto: tcp}, "say --listen"},
		{"both ends", Options{Proto: tcp, Listen: "1", Connect: "h:1"}, "either listens or connects"},
		{"two targets", Options{Proto: udp, To: "h:1", Connect: "h:1"}, "only one of"},
		{"a timer without a text", Options{Proto: tcp, Connect: "h:1", Every: 1}, "needs something to send"},
		{"a count without a timer", Options{Proto: tcp, Connect: "h:1", Sends: []string{"x"}, Count: 2}, "counts what --every sends"},
		{"an unknown end", Options{Proto: tcp, Connect: "h:1", Then: "explode"}, `--then "explode" is unknown`},
		{"two answers", Options{Proto: tcp, Listen: "1", Echo: true, Reply: "x"}, "cannot both answer"},
		{"negative", Options{Proto: tcp, Listen: "1", Size: -1}, "cannot be negative"},
		{"files in datagrams", Options{Proto: udp, Listen: "1", ReceiveDir: "."}, "not sent in datagrams"},
		{"no folder", Options{Proto: tcp, Listen: "1", ReceiveDir: "parse_test.go"}, "is no folder"},
		{"a folder sent", Options{Proto: tcp, Listen: "1", SendFiles: []string{"."}}, "is no file"},
		{"a name for nothing", Options{Proto: tcp, Listen: "1", As: "x"}, "no file to name"},
		{"no group", Options{Proto: udp, Listen: "1", Join: []string{"10.0.0.1"}}, "is no group"},
		{"a TTL", Options{Proto: udp, Listen: "1", TTL: 256}, "is not in 0 to 255"},
		{"a fault that shows nothing", Options{Proto: tcp, Listen: "1", Fault: AnswerLast}, "shows nothing without --echo"},
	} {
		var usage *UsageError
		err := c.opt.Check()
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) || usage.Hint == "" {
			t.Errorf("%s: %v, want %q and a hint", c.why, err, c.want)
		}
	}
}

// Every fault is in the list, with flags that show it.
func TestExhibits(t *testing.T) {
	for _, e := range Exhibits() {
		if e.Lesson == "" || !strings.Contains(e.Example, "--fault "+string(e.Fault)) || !strings.Contains(e.Example, e.Needs[:min(6, len(e.Needs))]) {
			t.Errorf("the list says too little of %+v", e)
		}
	}
}
