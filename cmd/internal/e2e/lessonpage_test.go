//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/page"
	"netlab/lessons/text"
)

// driver goes through a lesson's page as a learner with a mouse and a keyboard would: it answers
// every question, the first one wrong at first, looks into every what-if world and at every
// recorded run, and notes what it sees.
const driver = `<script>
"use strict";
(() => {
  const seen = {steps: 0, asked: 0, told: [], worlds: 0, live: 0, wrongSaid: 0};
  const press = key => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  const type = v => { document.getElementById("typed").value = v; document.getElementById("typed").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true})); };
  for (let i = 0; i < D.steps.length; i++) {
    const s = D.steps[i], a = s.ask;
    seen.steps++;
    if (!document.querySelector("#picture svg")) seen.told.push(s.id + ": no picture");
    if (a) {
      seen.asked++;
      const words = document.getElementById("words").innerText;
      if ((a.kind === "number" || a.kind === "state") && document.querySelector(".right")) seen.told.push(s.id + ": closed before it was answered");
      if (a.kind === "state" && !a.choices && document.querySelector(".ends").innerText.includes("???") === s.ends.some(e => e.hide) === false) seen.told.push(s.id + ": mask");
      if (seen.asked === 1 && a.tries > 1) {
        if (a.choices && a.kind !== "order") document.querySelector('[data-choice="' + (a.key === "1" ? 2 : 1) + '"]').click();
        else if (a.kind === "state") type(a.key === "CLOSING" ? "LAST_ACK" : "closing");
        else if (a.kind === "order") type([...a.key].reverse().join(" "));
        else type("4294967295");
        if (document.querySelector(".wrong")) seen.wrongSaid++;
      }
      if (a.choices && a.kind !== "order") document.querySelector('[data-choice="' + a.key + '"]').click();
      else type(a.key);
      if (!document.querySelector(".right")) seen.told.push(s.id + ": the right answer " + a.key + " is not taken");
      const world = [...document.querySelectorAll("#words .ask button")].at(-1);
      if (a.picture && world) { world.click(); if (document.getElementById("picture").innerHTML.length > 100) seen.worlds++; [...document.querySelectorAll("#words .ask button")].at(-1).click(); }
    }
    if (D.live[s.scene || ""]) { press("L"); if (document.querySelectorAll("#live tr").length > 1) seen.live++; press("L"); }
    press("PageDown");
  }
  document.body.dataset.seen = JSON.stringify(seen);
})();
</script></body>`

// Every lesson's page, in both languages, is gone through in a real browser to its end: each
// question can be answered, nothing complains, and nothing is fetched.
func TestLessonPagesInChromium(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lib.Lessons {
		for _, lang := range text.Languages() {
			t.Run(l.ID+"/"+lang, func(t *testing.T) {
				t.Parallel()
				s, err := course.NewSession(l, l.Seed, lang)
				if err != nil {
					t.Fatal(err)
				}
				var b bytes.Buffer
				if err := page.Write(&b, s, page.Options{Notes: true}); err != nil {
					t.Fatal(err)
				}
				for _, m := range regexp.MustCompile(`(?:src|href)="([^"#]+)"|url\(([^)#]+)\)|@import`).FindAllString(b.String(), -1) {
					t.Errorf("the page fetches %s", m)
				}
				path := filepath.Join(t.TempDir(), "page.html")
				driven := strings.Replace(b.String(), "</body>", driver, 1)
				if err := os.WriteFile(path, []byte(driven), 0o644); err != nil {
					t.Fatal(err)
				}
				dom, complaints := dump(t, "file://"+path)
				if complaints != "" {
					t.Errorf("the console says:\n%s", complaints)
				}
				asked := len(l.Questions())
				for _, want := range []string{fmt.Sprintf(`"steps":%d,"asked":%d,"told":[]`, len(l.Steps), asked), fmt.Sprintf(">%s<", s.Words.T("page_step", len(l.Steps), len(l.Steps)))} {
					if !strings.Contains(strings.ReplaceAll(dom, "&quot;", `"`), want) {
						seen := regexp.MustCompile(`data-seen="[^"]*"`).FindString(dom)
						t.Errorf("want %s; seen %s", want, strings.ReplaceAll(seen, "&quot;", `"`))
					}
				}
			})
		}
	}
}
