package screen_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"netlab/cmd/internal/screen"
	"netlab/cmd/internal/tui"
	"netlab/lessons"
	"netlab/lessons/course"
)

// checkCast holds a file against asciicast v2: a header with its keys, then arrays of a time
// that never goes back, a code and a text.
func checkCast(file string, width, height int) (marks []string, err error) {
	lines := bufio.NewScanner(strings.NewReader(file))
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return nil, fmt.Errorf("no header")
	}
	var head map[string]any
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		return nil, err
	}
	if head["version"] != 2.0 || head["width"] != float64(width) || head["height"] != float64(height) {
		return nil, fmt.Errorf("header %v", head)
	}
	known := []string{"version", "width", "height", "timestamp", "duration", "idle_time_limit", "command", "title", "env", "theme"}
	for key := range head {
		if !slices.Contains(known, key) {
			return nil, fmt.Errorf("the header has a key %q that asciicast v2 does not know", key)
		}
	}
	last := 0.0
	for n := 2; lines.Scan(); n++ {
		if !utf8.Valid(lines.Bytes()) {
			return nil, fmt.Errorf("line %d is not UTF-8", n)
		}
		var event []any
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil || len(event) != 3 {
			return nil, fmt.Errorf("line %d: %v, %d parts", n, err, len(event))
		}
		at, isTime := event[0].(float64)
		code, isCode := event[1].(string)
		text, isText := event[2].(string)
		switch {
		case !isTime || !isCode || !isText || !slices.Contains([]string{"o", "i", "m", "r"}, code):
			return nil, fmt.Errorf("line %d is no event: %v", n, event)
		case at < last:
			return nil, fmt.Errorf("line %d: time goes back from %v to %v", n, last, at)
		case code == "m":
			marks = append(marks, text)
		}
		last = at
	}
	return marks, lines.Err()
}

func session(t *testing.T, id, lang string) *course.Session {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	l := lib.Find(id)
	s, err := course.NewSession(l, l.Seed, lang)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every lesson becomes a recording with a marker for each step, in which every question is
// answered, and rightly.
func TestEveryLesson(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lib.Lessons {
		lang := []string{"en", "zh-CN"}[i%2]
		s := session(t, l.ID, lang)
		shots, err := tui.Shots(context.Background(), s, 0, s.Len()-1, 100, 30, tui.Options{Unicode: true, Color: "always"})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := screen.Cast(&b, shots, 100, 30, s.Title()); err != nil {
			t.Fatal(err)
		}
		marks, err := checkCast(b.String(), 100, 30)
		if err != nil {
			t.Errorf("%s: %v", l.ID, err)
		}
		if len(marks) != s.Len() {
			t.Errorf("%s: %d markers, want one for each of %d steps", l.ID, len(marks), s.Len())
		}
		if right, met, total := s.Score(); right != total || met != total {
			t.Errorf("%s: %d of %d questions were answered rightly, of %d", l.ID, right, met, total)
		}
		for _, shot := range shots {
			if n := strings.Count(shot.Screen, "\n") + 1; n != 30 || shot.Stay <= 0 {
				t.Fatalf("%s: a screen of %d lines that stays %v", l.ID, n, shot.Stay)
			}
		}
	}
}

// The checker can fail.
func TestCheckCast(t *testing.T) {
	head := `{"version":2,"width":80,"height":24}` + "\n"
	for bad, why := range map[string]string{
		"":                     "no header",
		`{"version":1}` + "\n": "header",
		head + `[1,"o","a"]` + "\n[0.5,\"o\",\"b\"]\n":           "time goes back",
		head + `[1,"x","a"]` + "\n":                              "no event",
		head + "[1,\"o\",\"\xff\"]\n":                            "not UTF-8",
		`{"version":2,"width":80,"height":24,"colour":1}` + "\n": "does not know",
	} {
		if _, err := checkCast(bad, 80, 24); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want %q", bad, err, why)
		}
	}
}

// A screen's picture: well-formed, no run beyond the edge, wide characters twice as wide, and
// nothing that a terminal would obey but does not print.
func TestSVG(t *testing.T) {
	svg := screen.SVG("\x1b[1;31mLOST\x1b[0m a <b>\x07\n\x1b[7m 握手 \x1b[0m|", 20, 2, "三 & \x01")
	for _, want := range []string{
		`<text x="14" y="28" textLength="36" lengthAdjust="spacingAndGlyphs" class="b" style="fill:#ff7b72">LOST</text>`,
		`&lt;b&gt;</text>`, `textLength="36" lengthAdjust="spacingAndGlyphs" style="fill:#0d1117">握手</text>`, "<title>三 &amp; </title>",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s:\n%s", want, svg)
		}
	}
	for _, id := range []string{"handshake", "congestion"} {
		s := session(t, id, "zh-CN")
		view, err := tui.Screen(context.Background(), s, 4, nil, 100, 30, tui.Options{Unicode: true, Color: "always"})
		if err != nil {
			t.Fatal(err)
		}
		checkRuns(t, screen.SVG(view, 100, 30, s.Title()))
	}
}

func checkRuns(t *testing.T, svg string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	width := 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		a := map[string]int{}
		for _, x := range e.Attr {
			var n int
			if _, err := fmt.Sscan(x.Value, &n); err == nil {
				a[x.Name.Local] = n
			}
		}
		if e.Name.Local == "svg" {
			width = a["width"]
		}
		if e.Name.Local == "text" && a["x"]+a["textLength"] > width {
			t.Errorf("a run from %d, %d long, in a picture of %d", a["x"], a["textLength"], width)
		}
	}
}

// Ctrl-C ends the making of a recording.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := session(t, "congestion", "en")
	start := time.Now()
	if shots, err := tui.Shots(ctx, s, 0, s.Len()-1, 100, 30, tui.Options{}); err == nil || len(shots) > 0 || time.Since(start) > 5*time.Second {
		t.Errorf("%d screens after Ctrl-C", len(shots))
	}
}
