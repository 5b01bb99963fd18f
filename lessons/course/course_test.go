package course_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
)

func library(t testing.TB) *course.Library {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func session(t testing.TB, seed uint64, lang string) *course.Session {
	t.Helper()
	s, err := course.NewSession(library(t).Find("handshake"), seed, lang)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every built-in lesson passes every check, for every seed and language.
func TestBuiltInLessons(t *testing.T) {
	for _, l := range library(t).Lessons {
		if err := course.Check(l); err != nil {
			t.Error(err)
		}
	}
}

// The recorded run of each lesson differs nowhere from the model.
func TestRecordedRunsAgree(t *testing.T) {
	for _, l := range library(t).Lessons {
		if l.Compare && len(l.Recorded) == 0 {
			t.Errorf("%s has no recorded run: netlab lesson record lessons/%s", l.ID, l.Dir)
		}
		for scene, recorded := range l.Recorded {
			script := l.Scene(scene)
			if recorded.Hash != script.Hash() {
				t.Errorf("%s: the recorded run is of another script: netlab lesson record lessons/%s", script.Name, l.Dir)
			}
			rep := compare.Compare(sim.Run(script, sim.Options{Profile: tcp.Linux, Loopback: true}), recorded, compare.Options{})
			for _, r := range rep.Rows {
				if r.Verdict == compare.Differs {
					t.Errorf("%s: %s %s: model %s, recorded %s", script.Name, r.What, r.Field, r.Model, r.Live)
				}
			}
		}
	}
}

// The plain transcripts, as files to read.
func TestTranscripts(t *testing.T) {
	used := map[string]bool{}
	for _, lang := range text.Languages() {
		name := "handshake." + lang + ".txt"
		used[name] = true
		var b strings.Builder
		if err := session(t, 42, lang).Transcript(&b, ""); err != nil {
			t.Fatal(err)
		}
		simtest.Golden(t, name, b.String())
	}
	simtest.Unread(t, used)
}

// What the tutorials teach must stand in the transcript: the three segments with
// their numbers, both paths of states, the RFC.
func TestTranscriptHasTheFacts(t *testing.T) {
	var b strings.Builder
	if err := session(t, 42, "en").Transcript(&b, ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"send   #1 SYN seq=", "send   #2 SYN,ACK seq=", "send   #3 ACK seq=",
		"CLOSED -> SYN-SENT", "SYN-SENT -> ESTABLISHED", "LISTEN -> SYN-RECEIVED", "SYN-RECEIVED -> ESTABLISHED", "RFC 9293 §3.10.7.3, fourth"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the transcript lacks %q", want)
		}
	}
}

// Two tries, and the first one scores; a wrong one names its belief; the reason
// does not give the answer away while a try is left.
func TestAnswering(t *testing.T) {
	s := session(t, 42, "en")
	s.Goto(s.Lesson().StepIndex("syn-arrives"))
	if !s.Hidden("B", "RCV.NXT") || s.Hidden("A", "RCV.NXT") {
		t.Error("only the field that gives the answer is masked")
	}
	f := s.Answer("800") // the SYN's own number
	if f.Right || f.Closed || f.TriesLeft != 1 || f.Misconception != "syn-uses-no-number" {
		t.Fatalf("after the first wrong try: %+v", f)
	}
	if strings.Contains(f.Because, "801") || !strings.Contains(f.Because, "???") {
		t.Errorf("the reason gives the answer away: %q", f.Because)
	}
	if f := s.Answer("nonsense"); f.Invalid == "" || s.TriesLeft() != 1 {
		t.Errorf("what is not understood must not count: %+v", f)
	}
	f = s.Answer(" ８０１ ") // full-width digits
	if !f.Right || !f.Closed {
		t.Fatalf("the right answer in full-width digits: %+v", f)
	}
	if s.Hidden("B", "RCV.NXT") {
		t.Error("once closed, nothing is masked")
	}
	if right, met, total := s.Score(); right != 0 || met != 1 || total != 8 {
		t.Errorf("score %d of %d met, %d in all; the first try was wrong", right, met, total)
	}
}

// Answers count in every form that people write.
func TestFormsOfAnswers(t *testing.T) {
	for _, c := range []struct{ step, answer string }{
		{"syn-arrives", "801"}, {"syn-arrives", "x+1"}, {"syn-arrives", "ack = x + 1"}, {"syn-arrives", "ACK=801"}, {"syn-arrives", "ｘ＋１"},
		{"syn-sent", "SYN-RECEIVED"}, {"syn-sent", "syn_rcvd"}, {"syn-sent", "SYN_RECV"}, {"syn-sent", "同步收到"}, {"syn-sent", "同步已接收"},
		{"accepted", "x+1"},
	} {
		s := session(t, 42, "zh-CN")
		s.Goto(s.Lesson().StepIndex(c.step))
		if f := s.Answer(c.answer); !f.Right {
			t.Errorf("%s: %q is not taken as right: %+v", c.step, c.answer, f)
		}
	}
}

// Numbers change with the seed, so that no answer sheet can circulate.
func TestSeedsChangeTheNumbers(t *testing.T) {
	answers := map[string]bool{}
	for seed := range uint64(20) {
		s := session(t, seed, "en")
		s.Goto(s.Lesson().StepIndex("syn-arrives"))
		answers[s.Solution()] = true
	}
	if len(answers) < 8 {
		t.Errorf("20 seeds give only %d different answers", len(answers))
	}
}

// An answers file is taken strictly: unknown questions and wrong forms have a
// place and a hint.
func TestAnswersFile(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"synack-ack = 801", ""},
		{"synack-ack = [800, 801]", ""},
		{"no-such = 1", `a.toml: no question "no-such" (questions are b-on-syn, synack-ack,`},
		{"synack-ack = 1.5", "a.toml: synack-ack: 1.5 is neither a number nor a text"},
		{"synack-ack = 'x+'", `a.toml: synack-ack: "x+" is no number`},
		{"synack-ack = ", "a.toml:1:"},
	} {
		err := session(t, 42, "en").AnswerAll("a.toml", []byte(c.file))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.file, err, c.want)
		}
	}
}

// Progress is kept, resumed with the same numbers only, and reset.
func TestProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "progress.json")
	p, err := course.LoadProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, 42, "en")
	s.Goto(2)
	s.Answer("801")
	p.Keep(s)
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	again, err := course.LoadProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	s = session(t, 42, "en")
	if !again.Resume(s) || s.Pos() != 2 || !s.Record("synack-ack").First {
		t.Errorf("resumed at %d with %+v", s.Pos(), s.Record("synack-ack"))
	}
	if other := session(t, 43, "en"); again.Resume(other) {
		t.Error("answers to other numbers were taken over")
	}
	again.Reset("handshake")
	if again.Resume(session(t, 42, "en")) {
		t.Error("resumed after a reset")
	}
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := course.LoadProgress(path); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("a damaged file: %v", err)
	}
}

// `lesson new` writes a lesson that passes.
func TestNewLessonPasses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my-lesson")
	if err := course.New(dir); err != nil {
		t.Fatal(err)
	}
	l, err := course.Load(os.DirFS(filepath.Dir(dir)), "my-lesson")
	if err != nil {
		t.Fatal(err)
	}
	if err := course.Check(l); err != nil {
		t.Error(err)
	}
	if err := course.New(dir); err == nil {
		t.Error("an existing folder is overwritten")
	}
}

// What the check must refuse: each change to a good lesson, and a word of the error.
func TestCheckRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, old, new, want string }{
		{"unknown key", "lesson.toml", "minutes        = 5", "minuts = 5", `unknown key "minuts"`},
		{"wrong version", "lesson.toml", "format_version = 1", "format_version = 9", "format_version is 9"},
		{"reserved id", "lesson.toml", `id             = "my-lesson"`, `id = "check"`, `bad id "check"`},
		{"no such event", "lesson.toml", "A send data", "B send data", `"B send data" matches 0 events, not one`},
		{"two events", "lesson.toml", "B state ESTABLISHED", "A send any", "events, not one"},
		{"false assertion", "lesson.toml", "A.state == 'ESTABLISHED'", "A.state == 'CLOSING'", "does not hold"},
		{"bad expression", "lesson.toml", "next('B', 'ACK').ack", "next('B', 'ACK').akc", "expression"},
		{"unknown belief", "lesson.toml", "ack-is-the-first", "no-such-belief", `misconception "no-such-belief" is not in the table`},
		{"no hints", "text/en.md", "- hint: An acknowledgment names the next octet that is expected.\n- hint: Add the number of octets to the number of the first.\n", "", "has 0 hints"},
		{"a number typed in one language", "text/zh-CN.md", "{A.iss}", "800", "uses other {expressions} than en.md"},
		{"a step without words", "text/en.md", "## step: summary\n", "## step: fin\n", "step summary has no words"},
		{"a quotation", "text/en.md", "What this lesson", "> A quotation.", "is not understood here"},
		{"a bad script", "scenario.txt", "listen s 80", "listn s 80", `unknown call "listn"`},
		{"a wrong reason missing", "text/en.md", "### because: ack-is-the-first", "### because: other", "a wrong answer is not explained"},
		{"a mask of nothing", "lesson.toml", `kind   = "number"`, "kind = \"number\"\nhides = [\"A.nxt\"]", "hides \"A.nxt\""},
		{"an answer about no event", "lesson.toml", "next('B', 'ACK').ack", "next('B', 'RST').t", "finds no such event"},
		{"a letter without a segment", "lesson.toml", "[live]", "[letters]\nu = \"A send RST\"\n[live]", "letter u"},
		{"a curve of nothing", "lesson.toml", `at = "A send data"`, "at = \"A send data\"\nplot = [\"A.una\"]", "HOST and a name on the screen"},
		{"a change that does not help", "lesson.toml", `because = "ack-is-the-first" }`, `because = "ack-is-the-first", true_if = ["drop A->B data 2"] }`, "there the answer is"},
		{"a challenge that is reached already", "lesson.toml", "count('A', 'data') == 2", "count('A', 'data') == 1", "reached without a change"},
		{"a solution that does not reach it", "lesson.toml", `solution = ["drop A->B data 1"]`, `solution = ["drop B->A data 1"]`, "does not reach the goal"},
		{"a challenge without words", "text/zh-CN.md", "## challenge", "## scene: x", "challenge: it has no words"},
		{"a world that nothing uses", "lesson.toml", `world   = "lost"`, `world   = "gone"`, "worlds/gone.txt"},
		{"a world whose expectation fails", "worlds/lost.txt", "expect B recv returns 5", "expect B recv returns 6", "worlds/lost.txt"},
		{"the prompt tells", "text/en.md", "will B answer with?", "will B answer with ({next('B', 'ACK').ack})?", "before it is asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "my-lesson")
			if err := course.New(dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, c.file)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(data), c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(data), c.old, c.new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			l, err := course.Load(os.DirFS(filepath.Dir(dir)), "my-lesson")
			if err == nil {
				err = course.Check(l)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %q", err, c.want)
			}
		})
	}
}

// A session in which nothing was answered, or with other numbers, never takes the
// place of one that has answers; one's own lesson never touches a built-in one.
func TestProgressIsNeverLost(t *testing.T) {
	p, err := course.LoadProgress(filepath.Join(t.TempDir(), "progress.json"))
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, 42, "en")
	s.Goto(2)
	s.Answer("801")
	p.Keep(s)
	p.Keep(session(t, 42, "en")) // opened again, and left
	p.Keep(session(t, 7, "en"))  // other numbers, nothing answered
	if st := p.Lessons["handshake"]; st.Right != 1 || st.Seed != 42 {
		t.Errorf("the answers are gone: %+v", st)
	}
	own := *s.Lesson()
	own.Local = true
	mine, err := course.NewSession(&own, 42, "en")
	if err != nil {
		t.Fatal(err)
	}
	mine.Goto(2)
	mine.Answer("1")
	p.Keep(mine)
	if st := p.Lessons["handshake"]; st.Right != 1 {
		t.Errorf("a lesson of the same name has changed the built-in one's standing: %+v", st)
	}
}
