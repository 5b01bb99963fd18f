//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"netlab/cmd/internal/web"
	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/present"
	"netlab/lessons/text"
	"netlab/sim/compare"
	"netlab/sim/scenario"
)

// talk serves a talk; the kernel's part is played by the recordings.
func talk(t *testing.T, lang string, ids ...string) (show *present.Show, follow, lead string) {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	list := lib.Lessons
	if len(ids) > 0 {
		list = nil
	}
	for _, id := range ids {
		list = append(list, lib.Find(id))
	}
	show, err = present.New(t.Context(), list, present.Options{Lang: lang, Live: recorded})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := web.Serve(ctx, show, web.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
	})
	follow, lead = s.Links()
	return show, follow, lead
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
	level := func(w *text.Words) string { return w.T("recorded") }
	return &present.Real{Trace: t, Report: compare.Compare(run.Play(s), t, compare.Options{}), Level: level}, nil
}

// axe is what axe-core finds serious or critical on the page as it is.
func (p *tab) axe() string {
	p.c.t.Helper()
	var found []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []string
	}
	p.eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)})))`, &found)
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s: %s: %.300q\n", f.ID, f.Help, f.Nodes)
	}
	return b.String()
}

// axeSource is axe-core, which is not part of the project: .ci/run fetches it.
func axeSource(t *testing.T) string {
	t.Helper()
	path := os.Getenv("NETLAB_AXE")
	if path == "" {
		const how = "NETLAB_AXE names no axe.min.js: npm pack axe-core@4.10.3 has one"
		if os.Getenv("NETLAB_REQUIRE_LIVE") != "" {
			t.Fatal(how)
		}
		t.Log(how)
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// cut lists what does not fit into the window, or is written too small for the last row: letters
// below a fiftieth of the window's height, times and calls in the picture below a seventieth.
const cut = `(() => {
  const out = [], h = innerHeight, w = innerWidth;
  if (document.documentElement.scrollHeight > h || document.documentElement.scrollWidth > w) out.push("the page scrolls");
  const words = document.getElementById("words");
  if (words.clientHeight && words.scrollHeight > words.clientHeight + 1) out.push("the words scroll: " + words.scrollHeight + " in " + words.clientHeight);
  for (const e of document.querySelectorAll("#words p, #words li, #words td, #words b, header *, #menu li, figcaption")) {
    const r = e.getBoundingClientRect();
    if (!r.width || !r.height || e.closest(".unseen")) continue;
    if (r.right > w + 1 || r.bottom > h + 1 || r.left < -1 || r.top < -1) out.push("cut: " + e.textContent.slice(0, 60));
    if (parseFloat(getComputedStyle(e).fontSize) < h / 60) out.push("small: " + getComputedStyle(e).fontSize + " " + e.textContent.slice(0, 60));
  }
  for (const svg of document.querySelectorAll("#pictures svg.ladder")) {
    const scale = svg.getScreenCTM().a;
    for (const e of svg.querySelectorAll("text.state, text.label")) {
      const size = scale * parseFloat(e.getAttribute("font-size"));
      if (size < h / 66) { out.push("small in the picture: " + size.toFixed(1) + " " + e.textContent); break; }
    }
    const last = [...svg.querySelectorAll("line.arrow")].at(-1);
    if (last) { const r = last.getBoundingClientRect(), m = svg.parentElement.getBoundingClientRect(); if (r.bottom > m.bottom + 2 && r.top > m.bottom) out.push("the newest arrow is not seen"); }
  }
  return out;
})()`

var sizes = [][2]int{{1920, 1080}, {1024, 768}}

// Every step of every lesson, with its questions before and after the reveal, fits both usual
// projectors in both languages: nothing is cut, scrolls, or is too small to be read from the
// last row.
func TestTalkFits(t *testing.T) {
	for _, lang := range text.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			show, _, lead := talk(t, lang)
			p := open(t).tab(lead, 1920, 1080)
			steps, small := 0, 0
			for last := -1; last < show.Places(); steps++ {
				last = show.Places()
				p.until(fmt.Sprintf("newest && newest.places === %d && shown() === newest", last))
				for _, size := range sizes {
					p.size(size[0], size[1])
					p.until(fmt.Sprintf("innerWidth === %d", size[0]))
					var found []string
					p.eval("draw(), "+cut, &found)
					if len(found) > 0 && small < 30 {
						small++
						st := show.State()
						p.shot(fmt.Sprintf("cut-%s-%s-%d-%d", lang, st.ID, st.Step+1, size[0]))
						t.Errorf("%s step %d at %dx%d: %q", st.ID, st.Step+1, size[0], size[1], found)
					}
				}
				show.Do(present.Command{Act: present.Next})
			}
			if steps < 200 {
				t.Errorf("%d places were shown", steps)
			}
			if said := p.complained(); said != "" {
				t.Errorf("the console says:\n%s", said)
			}
		})
	}
}

// A talk is given with a clicker's keys alone, while somebody follows.
func TestTalk(t *testing.T) {
	axe := axeSource(t)
	for _, lang := range text.Languages() {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%d", lang, size[0]), func(t *testing.T) {
				show, follow, lead := talk(t, lang, "handshake")
				c := open(t)
				p, f := c.tab(lead, size[0], size[1]), c.tab(follow, 1024, 768)
				words := text.For(lang)
				for _, page := range []*tab{p, f} {
					page.until("newest && document.querySelector('#pictures svg.ladder')")
					if axe != "" {
						page.eval(axe+";0", nil)
					}
				}
				look := func(name string) {
					t.Helper()
					p.until("shown() === newest && newest.places === " + fmt.Sprint(show.Places()))
					var found []string
					if p.eval(cut, &found); len(found) > 0 {
						t.Errorf("%s: %q", name, found)
					}
					for _, theme := range []string{"light", "dark"} {
						p.until("document.documentElement.dataset.theme === '" + theme + "'")
						p.shot(fmt.Sprintf("%s-%d-%s-%s", lang, size[0], name, theme))
						if axe != "" {
							if found := p.axe(); found != "" {
								t.Errorf("%s, %s: %s", name, theme, found)
							}
						}
						p.press("t")
					}
				}
				look("first")
				p.press("PageDown", "PageDown", "PageDown")
				p.until("newest.question && newest.step === '" + words.T("present_step", 3, 12) + "'")
				look("question")
				p.press("a")
				p.until("document.activeElement.id === 'counts'")
				p.shot(fmt.Sprintf("%s-%d-hands", lang, size[0]))
				p.press("3", " ", "4", " ", "1", "9", " ", "1", "1", "Enter")
				p.until("document.getElementById('hands').hidden && newest.letters")
				p.press("r")
				p.until("document.querySelector('.choices .right .mark')")
				look("revealed")
				if got := show.State().Tally["handshake/synack-ack"]; fmt.Sprint(got) != "[3 4 19 11]" && len(show.State().Tally) != 1 {
					t.Errorf("hands %v", show.State().Tally)
				}
				f.until("newest.places === " + fmt.Sprint(show.Places()) + " && document.querySelector('.choices .right .mark')")

				// The follower looks back: the answer is not there yet; the talk goes on without it.
				f.press("ArrowLeft")
				f.until("past && past.place === newest.places - 2 && !document.querySelector('.choices .right')")
				f.until("document.getElementById('status').textContent === " + quote(words.T("web_looking", show.Places()-1, show.Places())))
				f.shot(fmt.Sprintf("%s-%d-follower-back", lang, size[0]))
				if axe != "" {
					if found := f.axe(); found != "" {
						t.Errorf("the follower's page: %s", found)
					}
				}
				p.press("Home")
				p.until("newest.step === " + quote(words.T("present_step", 1, 12)))
				f.until("newest.places === " + fmt.Sprint(show.Places()) + " && past && document.querySelector('#follow:not([hidden])')")
				f.press("f")
				f.until("!past && shown().step === " + quote(words.T("present_step", 1, 12)))
				f.until("document.getElementById('status').textContent === " + quote(words.T("web_following")))
				f.press("ArrowRight", "PageDown", "b", "r")

				// The menu, with a clicker's keys: F5 must not load the page anew.
				p.eval("window.mark = 1", nil)
				p.press("F5", "PageDown", "Escape")
				p.until("!document.getElementById('menu').hidden")
				look("menu")
				p.press("PageDown", "PageUp", ".")
				p.until("document.getElementById('menu').hidden")
				p.press(".")
				var mark int
				if p.eval("window.mark || 0", &mark); mark != 1 {
					t.Error("F5 loads the leader's page anew")
				}
				p.until("!document.getElementById('black').hidden")
				p.shot(fmt.Sprintf("%s-%d-blank", lang, size[0]))
				p.press("PageDown")
				p.until("document.getElementById('black').hidden")

				// What if the SYN is lost, and the same on the kernel.
				p.press("Home", "PageDown", "PageDown", "x")
				p.until("newest.world && document.querySelector('#pictures .cross')")
				look("lost")
				show.Do(present.Command{Act: present.Lesson})
				p.press("End", "r", "L")
				p.until("newest.pictures.length === 2")
				p.press("PageDown", "PageDown", "PageDown")
				p.until("newest.verdict && newest.step === " + quote(words.T("present_segment", 3, 5)))
				look("live")
				f.until("shown().pictures.length === 2")

				p.press("Escape", "Escape")
				f.until("newest.over && document.getElementById('status').textContent === " + quote(words.T("web_over")))

				for who, page := range map[string]*tab{"leader": p, "follower": f} {
					if said := page.complained(); said != "" {
						t.Errorf("the %s's console says:\n%s", who, said)
					}
				}
				if n := len(show.State().Forks); n != 2 {
					t.Errorf("%d worlds were made", n)
				}
			})
		}
	}
}

func quote(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}

// When the server comes back, pages go on by themselves, and meanwhile they say that it
// is away.
func TestTalkComesBack(t *testing.T) {
	show, _, _ := talk(t, "en", "udp")
	ctx, cancel := context.WithCancel(context.Background())
	first, err := web.Serve(ctx, show, web.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	follow, lead := first.Links()
	f := open(t).tab(follow, 390, 844)
	f.until("newest && !away")
	f.shot("telephone")
	cancel()
	_ = first.Wait()
	f.until("away && document.getElementById('status').textContent === " + quote(text.For("en").T("web_away")))
	u, err := url.Parse(follow)
	if err != nil {
		t.Fatal(err)
	}
	l, err := url.Parse(lead)
	if err != nil {
		t.Fatal(err)
	}
	show.Do(present.Command{Act: present.Next})
	again, err := web.Serve(t.Context(), show, web.Options{Addr: u.Host, Follow: strings.Trim(u.Path, "/"), Lead: strings.Trim(l.Path, "/")})
	if err != nil {
		t.Fatal(err)
	}
	f.until("!away && newest.places === 2")
	if n := again.Followers(); n != 1 {
		t.Errorf("%d follow", n)
	}
	f.press("Z")
	f.until("newest.lang === 'zh-CN' && document.documentElement.lang === 'zh-CN'")
	f.press("d")
	f.until("document.documentElement.dataset.theme === 'dark'")
}
