package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/sim/compare"
	"netlab/sim/scenario"
)

// give begins a show of built-in lessons; the kernel's part is played by their recordings.
func give(t testing.TB, ids ...string) *present.Show {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	var list []*course.Lesson
	for _, id := range ids {
		list = append(list, lib.Find(id))
	}
	show, err := present.New(t.Context(), list, present.Options{Lang: "en", Live: recorded})
	if err != nil {
		t.Fatal(err)
	}
	return show
}

func recorded(_ context.Context, l *course.Lesson, scene string, s *scenario.Script) (*present.Real, error) {
	t := l.Recorded[scene]
	if t == nil {
		return nil, errors.New("no recording")
	}
	run, err := course.NewRun(l, l.Seed)
	if err != nil {
		return nil, err
	}
	return &present.Real{Trace: t, Report: compare.Compare(run.Play(s), t, compare.Options{}), Level: func(*text.Words) string { return "recorded" }}, nil
}

// serve serves a show for a test, on any port unless the options say which.
func serve(t testing.TB, show *present.Show, opt Options) (s *Server, end context.CancelFunc) {
	t.Helper()
	if opt.Addr == "" {
		opt.Addr = "127.0.0.1:0"
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Serve(ctx, show, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
	})
	return s, cancel
}

func get(t testing.TB, link string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

func post(t testing.TB, link, kind, body string) int {
	t.Helper()
	r, err := http.Post(link, kind, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
	return r.StatusCode
}

// A follower is a page that listens.
type follower struct {
	t    testing.TB
	body io.ReadCloser
	scan *bufio.Scanner
}

func follow(t testing.TB, link, lang string) *follower {
	t.Helper()
	r, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(link + "events?lang=" + lang)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("events are %q, %s", got, r.Status)
	}
	f := &follower{t: t, body: r.Body, scan: bufio.NewScanner(r.Body)}
	f.scan.Buffer(nil, 4<<20)
	t.Cleanup(func() { _ = r.Body.Close() })
	return f
}

// raw reads the next slide as it is sent; nil at the end.
func (f *follower) raw() []byte {
	slide := false
	for f.scan.Scan() {
		line := f.scan.Bytes()
		if bytes.HasPrefix(line, []byte("event: ")) {
			slide = string(line) == "event: slide"
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && slide {
			return data
		}
	}
	return nil
}

func (f *follower) next() *view {
	f.t.Helper()
	data := f.raw()
	if data == nil {
		f.t.Fatal("the server sends no more")
	}
	v := &view{}
	if err := json.Unmarshal(data, v); err != nil {
		f.t.Fatal(err)
	}
	return v
}

// until reads slides until one is as wanted.
func (f *follower) until(want func(*view) bool) *view {
	f.t.Helper()
	timer := time.AfterFunc(10*time.Second, func() { _ = f.body.Close() })
	defer timer.Stop()
	for {
		if v := f.next(); want(v) {
			return v
		}
	}
}

// Nobody else on the network is let in by a slip of the pen, and what is no address is said to
// be none.
func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		addr string
		open bool
		want string // what is listened on; else a word of the error
		ok   bool
	}{
		{"127.0.0.1:8080", false, "127.0.0.1:8080", true},
		{"127.9.9.9:1", false, "127.9.9.9:1", true},
		{"[::1]:0", false, "[::1]:0", true},
		{"[::ffff:127.0.0.1]:0", false, "[::ffff:127.0.0.1]:0", true},
		{"LocalHost:80", false, "127.0.0.1:80", true},
		{":8080", false, "others on the network", false},
		{"0.0.0.0:8080", false, "others on the network", false},
		{"[::]:8080", false, "others on the network", false},
		{"192.168.1.7:8080", false, "others on the network", false},
		{"localhost.example.com:80", false, "others on the network", false},
		{"0.0.0.0:8080", true, "0.0.0.0:8080", true},
		{":8080", true, ":8080", true},
		{"8080", false, "not of the form", false},
		{"", true, "not of the form", false},
		{"127.0.0.1:http", false, "is not a port", false},
		{"127.0.0.1:65536", true, "is not a port", false},
		{"127.0.0.1:-1", true, "is not a port", false},
		{"127.0.0.1:+80", true, "is not a port", false},
		{"127.0.0:80", true, "is not an address", false},
	} {
		got, err := checkAddr(c.addr, c.open)
		var wrong *AddrError
		switch {
		case c.ok && (err != nil || got != c.want):
			t.Errorf("%q: %q, %v, want %q", c.addr, got, err, c.want)
		case !c.ok && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) || wrong.Hint == ""):
			t.Errorf("%q: %v, want an AddrError with %q and a hint", c.addr, err, c.want)
		}
	}
	var wrong *AddrError
	if _, err := Serve(t.Context(), give(t, "udp"), Options{Addr: "0.0.0.0:0"}); !errors.As(err, &wrong) {
		t.Errorf("Serve on 0.0.0.0 without Open: %v, want an AddrError", err)
	}
	taken, _ := serve(t, give(t, "udp"), Options{})
	if _, err := Serve(t.Context(), give(t, "udp"), Options{Addr: taken.addr.String()}); err == nil || errors.As(err, &wrong) {
		t.Errorf("Serve on a port that is taken: %v, want the machine's error", err)
	}
}

// The two links differ in every talk, and each is what it says: followers may look, the leader
// may drive; whoever has no token gets an empty 404, whatever is asked for.
func TestTokens(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	other, _ := serve(t, show, Options{})
	followLink, leadLink := s.Links()
	if s.follow == s.lead || s.follow == other.follow || len(s.follow) != 32 {
		t.Errorf("tokens %s, %s and %s", s.follow, s.lead, other.follow)
	}
	for _, link := range []string{followLink, leadLink} {
		for _, what := range []string{"", "page.css", "page.js", "icon.svg", "past?at=0"} {
			if r, body := get(t, link+what); r.StatusCode != 200 || len(body) == 0 {
				t.Errorf("%s: %s", what, r.Status)
			}
		}
	}
	if r, _ := get(t, strings.TrimSuffix(followLink, "/")); r.StatusCode != 200 {
		t.Errorf("without the last slash: %s", r.Status)
	}
	base := "http://" + s.addr.String() + "/"
	_, body := get(t, base+"nothing")
	for _, path := range []string{"", "page.js", "favicon.ico", "events", "past?at=0", s.follow[:31] + "/", s.follow + "0/", strings.ToUpper(s.lead) + "x/page.js",
		s.follow + "/command", s.follow + "/../" + s.lead[:31], s.follow + "/nothing", "%00/", "%2e%2e/etc/passwd"} {
		r, got := get(t, base+path)
		if r.StatusCode != 404 || !bytes.Equal(got, body) || len(got) != 0 {
			t.Errorf("/%s: %s with %q, want an empty 404", path, r.Status, got)
		}
	}
	next := `{"act":"next"}`
	for _, link := range []string{base + "command", followLink + "command", base + s.lead[1:] + "0/command"} {
		if code := post(t, link, "application/json", next); code != 404 {
			t.Errorf("a command at %s: %d, want 404", link, code)
		}
	}
	if show.Version() != 0 {
		t.Fatal("somebody who does not lead has driven the talk")
	}
	for body, want := range map[string]int{next: 204, `{"act":"fly"}`: 400, `{"act":"next"}{}`: 400, `[]`: 400, "": 400, strings.Repeat(" ", 2000): 413} {
		if code := post(t, leadLink+"command", "application/json", body); code != want {
			t.Errorf("%.20q: %d, want %d", body, code, want)
		}
	}
	if code := post(t, leadLink+"command", "text/plain", next); code != 415 {
		t.Errorf("a command as text: %d, want 415: a form of another page could send it", code)
	}
	if got := show.State().Step; got != 1 || show.Version() != 1 {
		t.Errorf("the talk is at step %d after one good command", got)
	}
}

// Every answer says what a browser may do with it, and a name that is not this machine's is
// not served: somebody else's page may have it point here.
func TestHeadersAndHost(t *testing.T) {
	s, _ := serve(t, give(t, "handshake"), Options{})
	link, _ := s.Links()
	for _, what := range []string{"", "page.js", "nothing", "events"} {
		r, err := http.Get(link + what)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		for name, want := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%q: %s: %q, want %q", what, name, got, want)
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("the policy lets too much in: %s", policy)
	}
	for host, want := range map[string]int{"": 200, "localhost": 200, "localhost:99": 200, "127.0.0.1": 200, "[::1]:5": 200, "evil.example": 404, "evil.example:80": 404, "127.0.0.1.evil.example": 404, "0.0.0.0": 404} {
		req, err := http.NewRequest(http.MethodGet, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("Host %q: %d, want %d", host, r.StatusCode, want)
		}
	}
}

// Each of sixty followers has the newest slide in the end, in its language, and no
// matter in which language, it is made once.
func TestSixtyFollow(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	link, leadLink := s.Links()
	var all []*follower
	for i := range 60 {
		all = append(all, follow(t, link, text.Languages()[i%2]))
	}
	leader := follow(t, leadLink, "en")
	for _, f := range append(slices.Clone(all), leader) {
		f.next()
	}
	if n := s.Followers(); n != 60 {
		t.Errorf("%d follow, want 60: the leader's page is none", n)
	}
	for range 7 {
		show.Do(present.Command{Act: present.Next})
	}
	places := show.Places()
	for i, f := range all {
		v := f.until(func(v *view) bool { return v.Places == places })
		if v.Lang != text.Languages()[i%2] || v.Place != places-1 || len(v.Panels) != 1 {
			t.Errorf("follower %d got %s, place %d of %d", i, v.Lang, v.Place, v.Places)
		}
	}
	e := s.stage.current()
	if n := len(e.pieces); n != 2 {
		t.Errorf("%d pieces were made for two languages", n)
	}
	for _, f := range all[:20] {
		_ = f.body.Close()
	}
	for end := time.Now().Add(10 * time.Second); s.Followers() != 40; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d follow after 20 of 60 have left", s.Followers())
		}
	}
}

// A follower that does not read gets, when it reads again, what was on its way and then the
// newest, and not all that was between.
func TestSlowFollower(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	link, _ := s.Links()
	f := follow(t, link, "en") // it has asked, and reads nothing
	for range 40 {             // to the last step and back again
		for _, act := range []present.Act{present.Last, present.First} {
			for range 10 {
				show.Do(present.Command{Act: act})
				e := s.stage.current()
				e.piece("en", nowShown)
			}
		}
	}
	show.Do(present.Command{Act: present.Blank})
	slides := 0
	f.until(func(v *view) bool { slides++; return v.Blank })
	if slides > 100 {
		t.Errorf("a follower that does not read is sent %d of 801 slides", slides)
	}
}

// Followers look back at what was shown; of a question that is open now they see no answer,
// and nothing that comes.
func TestLookBack(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	link, _ := s.Links()
	for range 4 { // its second step's answer, its third step's question
		show.Do(present.Command{Act: present.Next})
	}
	var v view
	look := func(query string) int {
		r, body := get(t, link+"past?"+query)
		if r.StatusCode == 200 {
			v = view{}
			if err := json.Unmarshal(body, &v); err != nil {
				t.Fatal(err)
			}
		}
		return r.StatusCode
	}
	if code := look("at=0&lang=zh-CN"); code != 200 || v.Place != 0 || v.Places != show.Places() || v.Lang != "zh-CN" {
		t.Errorf("the first place: %d, %d of %d in %s", code, v.Place, v.Places, v.Lang)
	}
	if look("at=99999999&lang=rubbish"); v.Place != v.Places-1 || v.Lang != "en" {
		t.Errorf("what was not shown yet: place %d of %d in %q, want the present one in the show's language", v.Place, v.Places, v.Lang)
	}
	for _, query := range []string{"", "at=", "at=-1", "at=x", "at=99999999999999999999", "at=1e3"} {
		if code := look(query); code != 400 {
			t.Errorf("%q: %d, want 400", query, code)
		}
	}
	for i := range 3 * mostPieces {
		look(fmt.Sprint("at=", i))
	}
	if n := len(s.stage.current().pieces); n > mostPieces {
		t.Errorf("%d pieces are kept", n)
	}
}

// No page gets what only the speaker may know: before the reveal neither hands nor answer, and
// never a note or the name of a file.
func TestNothingIsToldTooEarly(t *testing.T) {
	show := give(t, "handshake")
	show.Do(present.Command{Act: present.NextAsk})
	show.Do(present.Command{Act: present.NextAsk})
	show.Do(present.Command{Act: present.Tally, Counts: []int{3, 4, 777, 11}})
	open, err := makeView(show, "en", nowShown)
	if err != nil {
		t.Fatal(err)
	}
	slide, err := show.Slide("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"777", "right", "✓", "<rect", "class=\"hands\""} {
		if strings.Contains(open.Ask, what) {
			t.Errorf("before the reveal the page has %q: %s", what, open.Ask)
		}
	}
	if open.Letters != "A B C D E " || !strings.Contains(open.Ask, "Hands up.") {
		t.Errorf("letters %q in %s", open.Letters, open.Ask)
	}
	show.Do(present.Command{Act: present.Reveal})
	shown, err := makeView(show, "en", nowShown)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{`<b class="mark">✓ right</b>`, `hands: 777`, `width="100%"`, `width="1%"`, "Why not C", "800 is the number of the SYN itself"} {
		if !strings.Contains(shown.Ask, what) {
			t.Errorf("after the reveal the page lacks %q: %s", what, shown.Ask)
		}
	}
	all := fmt.Sprintf("%+v %+v", open, shown)
	if slide.Note == "" || strings.Contains(all, course.Plain(slide.Note)[:20]) {
		t.Error("the speaker's note is on the page, or there is none to look for")
	}
	for _, file := range []string{".toml", ".txt", ".md", "lessons/"} {
		if strings.Contains(all, file) {
			t.Errorf("the page names a file: %s", file)
		}
	}
}

// While a question asks for a state, neither the picture nor its words for those who cannot
// see it say that state.
func TestHiddenStateIsHidden(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, l := range lib.Lessons {
		show, err := present.New(t.Context(), []*course.Lesson{l}, present.Options{Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.Steps {
			show.Do(present.Command{Act: present.Goto, Step: i})
			v, err := makeView(show, "en", nowShown)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.Panels) == 0 || !strings.Contains(v.Panels[0].SVG, "???") {
				continue
			}
			hidden++
			title := regexp.MustCompile(`<title>(.*?)</title>`).FindStringSubmatch(v.Panels[0].SVG)
			if regexp.MustCompile(`[A-Z]{2} -&gt; [A-Z]{2}`).MatchString(title[1]) {
				t.Errorf("%s step %d: the words of the picture say the state: %s", l.ID, i+1, title[1])
			}
		}
	}
	if hidden == 0 {
		t.Error("no step of any lesson hides a state: this test tests nothing")
	}
}

// A run on the kernel stands beside the model's, with the verdict.
func TestLivePair(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	link, _ := s.Links()
	f := follow(t, link, "en")
	show.Do(present.Command{Act: present.Live})
	f.until(func(v *view) bool { return len(v.Panels) == 2 })
	show.Do(present.Command{Act: present.Next})
	v := f.until(func(v *view) bool { return v.Verdict != "" })
	if v.Panels[0].Name != "MODEL" || v.Panels[1].Name != "LIVE" || v.Level != "recorded" || !v.World {
		t.Errorf("pictures %q and %q, level %q", v.Panels[0].Name, v.Panels[1].Name, v.Level)
	}
}

// Rubbish gets an answer or none, and the talk goes on.
func TestRubbish(t *testing.T) {
	show := give(t, "handshake")
	s, _ := serve(t, show, Options{})
	link, _ := s.Links()
	for _, rubbish := range []string{"\x00\xff\xfe", "GET", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"GET /" + s.follow + "/ HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n",
		"POST /" + s.lead + "/command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n" + strings.Repeat("[", 1<<16),
		"POST /" + s.lead + "/command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /" + s.follow + "/past?at=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", strings.Repeat("A", 1<<16)} {
		c, err := net.Dial("tcp", s.addr.String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.WriteString(c, rubbish)
		_ = c.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(c)
		_ = c.Close()
		if code := regexp.MustCompile(`^HTTP/1\.[01] (2|500)`).Find(answer); code != nil {
			t.Errorf("%.40q is answered with %.40q", rubbish, answer)
		}
	}
	if r, _ := get(t, link); r.StatusCode != 200 {
		t.Errorf("after the rubbish: %s", r.Status)
	}
	if show.Version() != 0 {
		t.Error("rubbish has driven the talk")
	}
}

// The server ends when it is told to, whoever still holds a connection: half a request, a page
// that follows, one that does not read.
func TestEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	show := give(t, "handshake")
	s, end := serve(t, show, Options{})
	link, _ := s.Links()
	for _, half := range []string{"", "GET /" + s.follow + "/ HTTP/1.1\r\nHost: loc", "POST /" + s.lead + "/command HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
		"GET /" + s.follow + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n"} {
		c, err := net.Dial("tcp", s.addr.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = io.WriteString(c, half)
	}
	f := follow(t, link, "en")
	f.next()
	began := time.Now()
	end()
	select {
	case <-s.Done():
	case <-time.After(time.Second):
		t.Fatal("the server has not ended after a second")
	}
	if f.raw() != nil {
		t.Error("slides come from a server that has ended")
	}
	for s.Followers() > 0 && time.Since(began) < time.Second {
		time.Sleep(time.Millisecond)
	}
	if n := s.Followers(); n != 0 {
		t.Errorf("%d follow a server that has ended", n)
	}
	http.DefaultClient.CloseIdleConnections()
	for runtime.NumGoroutine() > before+2 && time.Since(began) < 5*time.Second {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before+2 {
		t.Errorf("%d goroutines, %d before: some are left", n, before)
	}
}

// The connection after the last one is told to come back; when others leave there is room.
func TestMostConnections(t *testing.T) {
	s, _ := serve(t, give(t, "udp"), Options{MaxConns: 3})
	link, _ := s.Links()
	var all []*follower
	for range 3 {
		all = append(all, follow(t, link, "en"))
		all[len(all)-1].next()
	}
	none := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := none.Get(link)
	if err != nil {
		t.Fatalf("the fourth connection: %v, want a polite refusal", err)
	}
	_ = r.Body.Close()
	if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("the fourth connection: %s, want 503 and when to come back", r.Status)
	}
	_ = all[0].body.Close()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if r, err := none.Get(link); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == 200 {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatal("no room after one has left")
		}
	}
}

// A page of before finds a server that has come back with the same tokens; tokens that are
// none are refused.
func TestTokensOfBefore(t *testing.T) {
	show := give(t, "udp")
	first, end := serve(t, show, Options{})
	end()
	_ = first.Wait()
	again, _ := serve(t, show, Options{Addr: first.addr.String(), Follow: first.follow, Lead: first.lead})
	was, _ := first.Links()
	if is, _ := again.Links(); is != was {
		t.Errorf("the link is %s, was %s", is, was)
	}
	for _, bad := range []Options{{Follow: "short"}, {Follow: strings.Repeat("z", 32)}, {Follow: first.follow, Lead: first.follow}} {
		bad.Addr = "127.0.0.1:0"
		if _, err := Serve(t.Context(), show, bad); err == nil {
			t.Errorf("tokens %q and %q are taken", bad.Follow, bad.Lead)
		}
	}
}

// Silence means that the talk is away: somebody who follows hears something every so often.
func TestBeat(t *testing.T) {
	s, _ := serve(t, give(t, "udp"), Options{})
	s.beat = 5 * time.Millisecond
	link, _ := s.Links()
	f := follow(t, link, "en")
	for f.scan.Scan() {
		if f.scan.Text() == "event: beat" {
			return
		}
	}
	t.Error("no beat was heard")
}

// A handler that panics ends one answer, not the talk.
func TestPanic(t *testing.T) {
	broken := httptest.NewServer((&Server{follow: "f", lead: "l"}).guard()) // it has no show
	defer broken.Close()
	if r, err := http.Get(broken.URL + "/f/past?at=0"); err == nil {
		_ = r.Body.Close()
		t.Errorf("a panic is answered with %s", r.Status)
	}
	if r, _ := get(t, broken.URL+"/f/page.js"); r.StatusCode != 200 {
		t.Errorf("after a panic: %s", r.Status)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r, err := http.Get(broken.URL + "/f/past?at=0"); err == nil {
			_ = r.Body.Close()
		}
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("the second panic waits for what the first one holds")
	}
}

// What the page's script asks for is what the show does, and the words it uses are there.
func TestPageFitsTheShow(t *testing.T) {
	table := regexp.MustCompile(`(?s)const acts = \{(.*?)\};`).FindSubmatch(pageJS)
	if table == nil {
		t.Fatal("the page has no table of acts")
	}
	found := 0
	for _, m := range regexp.MustCompile(`: "([a-z_]+)"`).FindAllSubmatch(table[1], -1) {
		found++
		if _, err := parseCommand([]byte(`{"act":"` + string(m[1]) + `"}`)); err != nil {
			t.Error(err)
		}
	}
	if found < 20 {
		t.Errorf("%d keys are bound", found)
	}
	var words map[string]map[string]string
	if err := json.Unmarshal([]byte(pageWords()), &words); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`word\("([a-z_]+)"|data-(?:word|label)="([a-z_]+)"`).FindAllStringSubmatch(string(pageJS)+pageHTML, -1) {
		for _, lang := range text.Languages() {
			if w := words[lang][m[1]+m[2]]; w == "" || strings.HasPrefix(w, "?") {
				t.Errorf("%s: no word for %q", lang, m[1]+m[2])
			}
		}
	}
}

// An address in the page's sources would be asked for by every browser in the room.
func TestNothingFromOutside(t *testing.T) {
	for name, data := range map[string]string{"page.html": pageHTML, "page.css": string(pageCSS), "page.js": string(pageJS), "parts.html": partsHTML} {
		if m := regexp.MustCompile(`https?://|//[a-z]+\.|url\(|@import| style="| on[a-z]+="`).FindString(data); m != "" {
			t.Errorf("%s has %q", name, m)
		}
	}
}

func FuzzCommand(f *testing.F) {
	for _, seed := range []string{`{"act":"next"}`, `{"act":"tally","hands":[11,19,3]}`, `{"act":"goto","step":3}`, `{"act":"goto","step":-1}`, `{"act":"tally","hands":[1e9]}`, `{"ACT":"next"}`, `{"act":"next"} x`, `null`, `"next"`, "\x00"} {
		f.Add([]byte(seed))
	}
	show := give(f, "handshake")
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := parseCommand(body)
		if err != nil {
			if c.Act != "" || c.Step != 0 || c.Counts != nil {
				t.Errorf("%q is refused and yet gives %+v", body, c)
			}
			return
		}
		if !slices.Contains(present.Acts(), c.Act) || len(c.Counts) > mostCounts {
			t.Errorf("%q gives %+v", body, c)
		}
		show.Do(c)
	})
}

// How long a step takes to sixty followers, from the command to the last octet of the slide,
// and what a thousand steps leave in memory.
func BenchmarkSixtyFollowers(b *testing.B) {
	show := give(b, "handshake")
	s, _ := serve(b, show, Options{})
	link, _ := s.Links()
	const n = 60
	var mu sync.Mutex
	var took []time.Duration
	var began time.Time
	var got sync.WaitGroup
	for i := range n {
		f := follow(b, link, text.Languages()[i%2])
		f.next()
		go func() {
			for data := f.raw(); data != nil; data = f.raw() {
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
				got.Done()
			}
		}()
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	acts := []present.Act{present.Last, present.First, present.PrevAsk, present.NextAsk}
	step := 0
	for b.Loop() {
		got.Add(n)
		mu.Lock()
		began = time.Now()
		mu.Unlock()
		show.Do(present.Command{Act: acts[step%len(acts)]})
		step++
		got.Wait()
	}
	b.StopTimer()
	mu.Lock()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	mu.Unlock()
	b.ReportMetric(float64(before)/(1<<20), "MB-before")
	b.ReportMetric(float64(heap())/(1<<20), "MB-after")
}
