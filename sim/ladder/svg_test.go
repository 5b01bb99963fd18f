package ladder_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"netlab/sim/ladder"
	"netlab/sim/simtest"
)

// Stepping moves no word: what stands in the picture of an early step stands at the same
// place in every later one.
func TestPictureDoesNotMove(t *testing.T) {
	place := regexp.MustCompile(`<text[^>]*>[^<]*</text>|<line class="arrow[^>]*>`)
	for _, file := range []string{"close/simultaneous-close", "open/syn-lost", "data/reordered"} {
		tr := run(t, file)
		for n := 1; n < len(tr.Events); n++ {
			now := ladder.New(tr, ladder.Options{Calls: true, Upto: n}).SVG(ladder.SVGOptions{})
			next := ladder.New(tr, ladder.Options{Calls: true, Upto: n + 1}).SVG(ladder.SVGOptions{})
			for _, part := range place.FindAllString(now, -1) {
				if strings.HasPrefix(part, "<text") && !strings.Contains(next, part) {
					t.Fatalf("%s: after event %d there is %s, after the next there is not", file, n, part)
				}
			}
		}
	}
}

// A bare picture brings no style sheet and no colour of its own, a heavy one is larger;
// both hold to what every picture must be.
func TestBareAndHeavy(t *testing.T) {
	for _, file := range []string{"open/handshake", "open/syn-lost", "close/simultaneous-close", "data/reordered", "open/old-duplicate-syn"} {
		for _, opt := range []ladder.SVGOptions{{Bare: true}, {Heavy: true}, {Bare: true, Heavy: true, Marks: true}} {
			svg := ladder.New(run(t, file), ladder.Options{Calls: true}).SVG(opt)
			if err := simtest.CheckSVG(svg); err != nil {
				t.Errorf("%s %+v: %v", file, opt, err)
			}
			if opt.Bare && (strings.Contains(svg, "<style") || strings.Contains(svg, "#") || strings.Contains(svg, "ground")) {
				t.Errorf("%s: a bare picture has a style sheet, a colour or a ground", file)
			}
			if strings.Contains(svg, " id=") {
				t.Errorf("%s: an id: two pictures in one page would share it", file)
			}
		}
	}
}

// A narrow picture is narrower, and its words still do not lie over words.
func TestNarrow(t *testing.T) {
	width := regexp.MustCompile(`width="(\d+)`)
	for _, file := range []string{"open/handshake", "open/syn-lost", "close/simultaneous-close", "data/reordered", "network/many-clients"} {
		l := ladder.New(run(t, file), ladder.Options{})
		wide, narrow := l.SVG(ladder.SVGOptions{Heavy: true}), l.SVG(ladder.SVGOptions{Heavy: true, Narrow: true})
		if err := simtest.CheckSVG(narrow); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		var of [2]int
		for i, svg := range []string{wide, narrow} {
			if _, err := fmt.Sscan(width.FindStringSubmatch(svg)[1], &of[i]); err != nil {
				t.Fatal(err)
			}
		}
		if of[1] >= of[0] {
			t.Errorf("%s: a narrow picture has a width of %d, another one %d", file, of[1], of[0])
		}
	}
}

// Without colour one can tell what is lost, sent again or has never been sent.
func TestTellingApart(t *testing.T) {
	lost := ladder.New(run(t, "open/syn-lost"), ladder.Options{}).SVG(ladder.SVGOptions{Lost: "丢失", NotDrawn: "省略 {0} 毫秒"})
	for _, part := range []string{`<path class="cross"`, `>丢失</text>`, `<line class="arrow again"`, `stroke-dasharray:8 4`, `>省略 995 毫秒</text>`, `<line class="break"`} {
		if !strings.Contains(lost, part) {
			t.Errorf("the picture of a lost SYN lacks %s", part)
		}
	}
	old := ladder.New(run(t, "open/old-duplicate-syn"), ladder.Options{}).SVG(ladder.SVGOptions{})
	if !strings.Contains(old, `<line class="arrow stray"`) {
		t.Error("an old duplicate is drawn as if somebody had sent it")
	}
}

// Several scenes stand below one another with their titles, as one picture.
func TestStack(t *testing.T) {
	var scenes []ladder.Scene
	for _, file := range []string{"open/handshake", "open/syn-lost", "close/simultaneous-close"} {
		scenes = append(scenes, ladder.Scene{Title: "握手 & " + file, Ladder: ladder.New(run(t, file), ladder.Options{Calls: true})})
	}
	svg := ladder.Stack(scenes, ladder.SVGOptions{Title: "three <scenes>\x01\xff"})
	if err := simtest.CheckSVG(svg); err != nil {
		t.Error(err)
	}
	at := 0
	for _, s := range scenes {
		i := strings.Index(svg, ">握手 &amp; "+strings.TrimPrefix(s.Title, "握手 & ")+"</text>")
		if i <= at {
			t.Errorf("the title %q is missing or not in its turn", s.Title)
		}
		at = i
	}
	if n := strings.Count(svg, "<style>"); n != 1 {
		t.Errorf("%d style sheets, want one", n)
	}
}

// Words that lie over words, over the edge, or a reach to the outside are found: the check
// of the pictures can fail.
func TestCheckSVG(t *testing.T) {
	form := `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><title>t</title>%s</svg>`
	for bad, why := range map[string]string{
		`<text font-size="15" x="20" y="50">first</text><text font-size="15" x="40" y="52">second</text>`: "lies over",
		`<text font-size="15" x="280" y="50">too long</text>`:                                             "crosses the edge",
		`<text x="20" y="50">no size</text>`:                                                              "no size",
		`<text font-size="15" x="20" y="50">open`:                                                         "not well-formed",
		`<image width="1"/>`: "reaches outside",
	} {
		if err := simtest.CheckSVG(fmt.Sprintf(form, bad)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want an error with %q", bad, err, why)
		}
	}
	if err := simtest.CheckSVG(fmt.Sprintf(form, `<text font-size="15" x="20" y="50">fine</text>`)); err != nil {
		t.Error(err)
	}
}

// A part of a run shows what happens in it: the arrow that arrives is drawn from its
// beginning, what came before and what comes after is not there.
func TestCrop(t *testing.T) {
	tr := run(t, "close/four-segments")
	for from := 1; from <= len(tr.Events); from++ {
		for to := from; to <= len(tr.Events); to++ {
			whole := ladder.New(tr, ladder.Options{Calls: true, Upto: to})
			part := whole.Crop(from)
			rows := part.Draw(ladder.DrawOptions{Width: 80})
			if len(rows) != part.Rows {
				t.Fatalf("events %d to %d: %d rows drawn of %d", from, to, len(rows), part.Rows)
			}
			seen := map[int]bool{}
			for _, a := range part.Arrows {
				seen[a.Event] = true
				if a.Start < 0 || a.End >= part.Rows {
					t.Fatalf("events %d to %d: an arrow in rows %d to %d of %d", from, to, a.Start, a.End, part.Rows)
				}
			}
			for _, a := range whole.Arrows {
				if !seen[a.Event] && (a.Event >= from || a.Arrival >= from) {
					t.Fatalf("events %d to %d: the arrow of %d, which arrives at %d, is missing", from, to, a.Event, a.Arrival)
				}
			}
		}
	}
	part := ladder.New(tr, ladder.Options{}).Crop(len(tr.Events))
	if len(part.Arrows) > 1 {
		t.Errorf("the last event alone has %d arrows", len(part.Arrows))
	}
}

// Several parts are one diagram: one head, every host declared once, a note for each.
func TestMermaidParts(t *testing.T) {
	tr := run(t, "open/handshake")
	text := ladder.MermaidParts(ladder.Part{Title: "one; #1", Trace: tr, To: 3}, ladder.Part{Title: "two", Trace: tr})
	for part, n := range map[string]int{"sequenceDiagram": 1, "participant A": 1, "Note over A,B: one#59; #35;1\n": 1, "Note over A,B: two\n": 1, "SYN,ACK": 1} {
		if got := strings.Count(text, part); got != n {
			t.Errorf("%q stands there %d times, want %d:\n%s", part, got, n, text)
		}
	}
}

// A slope is true: an arrow ends at the height of the moment in which it arrives, also where
// arrows cross.
func TestSlopesAreTrue(t *testing.T) {
	tr := run(t, "close/simultaneous-close")
	svg := ladder.New(tr, ladder.Options{}).SVG(ladder.SVGOptions{})
	at := func(pattern string) (ys []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(svg, -1) {
			ys = append(ys, m[1])
		}
		return ys
	}
	heads := at(`<path class="head" d="M[0-9.]+ ([0-9.]+)L`)
	for _, state := range []string{"CLOSING", "TIME-WAIT", "SYN-RECEIVED"} {
		y := at(`class="state" x="[0-9.]+" y="([0-9.]+)"[^>]*>` + state)
		var base float64
		if _, err := fmt.Sscan(y[0], &base); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%.0f", base-5.1) // the middle of its letters
		if !slices.Contains(heads, want) {
			t.Errorf("%s is entered at %s, where no arrow ends: they end at %v", state, want, heads)
		}
	}
}
