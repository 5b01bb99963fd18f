package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"netlab/lessons/course"
	"netlab/lessons/grade/result"
	"netlab/lessons/text/texttest"
)

const seed = 7

// began is when the records of the tests begin.
var began = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func spec(t testing.TB, more string) *Spec {
	t.Helper()
	s, err := decode("[transcript]\nlesson = \"handshake\"\n" + more)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decode reads the table [transcript] of an assignment, as its loader does, and checks it.
func decode(text string) (*Spec, error) {
	var file struct{ Transcript Spec }
	if _, err := toml.Decode(text, &file); err != nil {
		return nil, err
	}
	return &file.Transcript, file.Transcript.Check()
}

// choice finds the numbers of texts in a solution: "2) it waits".
var choice = regexp.MustCompile(`(?:^|  )(\d)\) `)

// solution is the right answer to the current question, as it is typed.
func solution(s *course.Session) string {
	if !s.Ask().Kind.Listed() {
		return s.Solution()
	}
	var all string
	for _, m := range choice.FindAllStringSubmatch(s.Solution(), -1) {
		all += m[1]
	}
	return all
}

// record does the lesson as do says and returns what netlab writes.
func record(t testing.TB, do func(s *course.Session)) []byte {
	t.Helper()
	s, err := course.NewSession(spec(t, "").lesson, seed, "en")
	if err != nil {
		t.Fatal(err)
	}
	now := began
	s.Keep(func() time.Time { now = now.Add(10 * time.Second); return now })
	for i := range s.Len() {
		if s.Goto(i); s.Ask() != nil {
			do(s)
		}
	}
	var b bytes.Buffer
	if err := s.WriteLog(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func perfect(t testing.TB) []byte {
	return record(t, func(s *course.Session) { s.Answer(solution(s)) })
}

func total(checks []result.Check) (score, most float64) {
	r := result.Result{Checks: checks}
	r.Total()
	return r.Score, r.MaxScore
}

// A lesson that was done without a mistake gets all points.
func TestFullMarks(t *testing.T) {
	checks, err := Grade(spec(t, "min_questions = 7"), "t.json", perfect(t), seed, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	if got, most := total(checks); got != most || int(most) != len(spec(t, "").lesson.Questions()) {
		t.Errorf("%v of %v points", got, most)
	}
}

// The score that the file claims is not looked at: only what was answered is.
func TestClaimsAreNotBelieved(t *testing.T) {
	file := record(t, func(s *course.Session) { s.NotSure() })
	var log course.Log
	if err := json.Unmarshal(file, &log); err != nil {
		t.Fatal(err)
	}
	log.Right = log.Total
	for i := range log.Entries {
		e := &log.Entries[i]
		if e.Question == "synack-ack" {
			e.Did, e.Try, e.Right = "try", "1", true
		}
	}
	file, _ = json.Marshal(log)
	checks, err := Grade(spec(t, ""), "t.json", file, seed, "en")
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := total(checks); got != 0 || !strings.Contains(checks[1].Rationale, "the file says otherwise") {
		t.Errorf("%v points, %q", got, checks[1].Rationale)
	}
}

// What a question scores depends on its tries and hints, and its check tells what was done,
// why it is wrong, and which belief that shows.
func TestOneQuestion(t *testing.T) {
	const asked = "synack-ack"
	for _, c := range []struct {
		name, more string
		do         func(s *course.Session)
		score      float64
		says       string
	}{
		{"right", "", func(s *course.Session) { s.Answer(solution(s)) }, 1, "right at the first try"},
		{"right later: the first try counts", "", func(s *course.Session) { s.Answer("1"); s.Answer(solution(s)) }, 0, "right at try 2"},
		{"right later costs half", "tries_penalty = 0.5", func(s *course.Session) { s.Answer("1"); s.Answer(solution(s)) }, 0.5, "right at try 2"},
		{"with two hints", "hint_penalty = 0.25\npoints = 4.0", func(s *course.Session) { s.Hint(); s.Hint(); s.Answer(solution(s)) }, 2, "right at the first try; hints: 2"},
		{"wrong twice", "", func(s *course.Session) { s.Answer("1"); s.Answer("2") }, 0, "wrong"},
		{"wrong once", "", func(s *course.Session) { s.Answer("1") }, 0, "wrong; not tried again"},
		{"not sure", "", func(s *course.Session) { s.NotSure() }, 0, "\"not sure\", which is honest, and scores nothing"},
		{"skipped, and noted twice as in a pipe", "", func(s *course.Session) { s.Skip(); s.Skip() }, 0, "skipped"},
		{"not there", "", func(*course.Session) {}, 0, "not in the record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := record(t, func(s *course.Session) {
				if s.Ask().ID == asked {
					c.do(s)
				}
			})
			checks, err := Grade(spec(t, c.more), "t.json", file, seed, "en")
			if err != nil {
				t.Fatal(err)
			}
			got := checks[1]
			if got.ID != asked || got.Score != c.score || got.Rationale != c.says || (got.Verdict == result.Pass) != (c.score > 0) {
				t.Errorf("%s: %s, %v points, %q; want %v, %q", got.ID, got.Verdict, got.Score, got.Rationale, c.score, c.says)
			}
		})
	}
	file := record(t, func(s *course.Session) {
		if s.Ask().ID == asked {
			iss := strings.TrimSpace(solution(s))
			var n int
			_, _ = fmt.Sscan(iss, &n)
			s.Answer(fmt.Sprint(n - 1))
		}
	})
	checks, err := Grade(spec(t, ""), "t.json", file, seed, "en")
	if err != nil || checks[1].Belief != "syn-uses-no-number" || checks[1].Cause == "" || len(checks[1].Steps) != 1 || checks[1].Expected != "" {
		t.Errorf("a belief: %+v, %v", checks[1], err)
	}
}

// A record that no lesson can have written is refused, and says where it is wrong.
func TestRefused(t *testing.T) {
	good := perfect(t)
	change := func(f func(l *course.Log)) []byte {
		var l course.Log
		if err := json.Unmarshal(good, &l); err != nil {
			t.Fatal(err)
		}
		f(&l)
		b, _ := json.Marshal(l)
		return b
	}
	entry := func(l *course.Log, question, did, try string) {
		l.Entries = append(l.Entries, course.Entry{Time: l.Ended, Question: question, Did: did, Try: try})
	}
	none := func(l *course.Log) { l.Entries = nil }
	for _, c := range []struct {
		name, more, code string
		file             []byte
	}{
		{"nothing", "", "not-a-transcript", nil},
		{"a text", "", "not-a-transcript", []byte("done!")},
		{"another field", "", "not-a-transcript", bytes.Replace(good, []byte(`"lesson"`), []byte(`"x": 1, "lesson"`), 1)},
		{"two records", "", "not-a-transcript", append(bytes.Clone(good), good...)},
		{"a saved trace", "", "not-a-transcript", []byte(`{"type":"trace"}`)},
		{"brackets", "", "not-a-transcript", bytes.Repeat([]byte("["), 200_000)},
		{"a long file", "", "too-large", bytes.Repeat([]byte(" "), maxFile+1)},
		{"many entries", "", "too-large", change(func(l *course.Log) {
			for range maxEntries {
				entry(l, "b-on-syn", "hint", "")
			}
		})},
		{"another lesson", "", "other-lesson", change(func(l *course.Log) { l.Lesson = "udp" })},
		{"another version", "", "other-version", change(func(l *course.Log) { l.Hash = "0" })},
		{"another profile", "", "other-version", change(func(l *course.Log) { l.Profile = "linux" })},
		{"another seed", "", "other-seed", change(func(l *course.Log) { l.Seed = 8 })},
		{"another number as seed", "seed = \"9\"", "other-seed", good},
		{"times that go back", "", "times", change(func(l *course.Log) { l.Entries[3].Time = l.Entries[2].Time.Add(-time.Minute) })},
		{"it ends before it began", "", "times-ends", change(func(l *course.Log) { l.Ended = l.Began.Add(-time.Hour) })},
		{"it begins after its first entry", "", "times-ends", change(func(l *course.Log) { l.Began = l.Ended })},
		{"no time", "", "no-times", change(func(l *course.Log) { l.Entries[1].Time = time.Time{} })},
		{"an unknown question", "", "unknown-question", change(func(l *course.Log) { entry(l, "nope", "try", "1") })},
		{"an unknown deed", "", "unknown-deed", change(func(l *course.Log) { none(l); entry(l, "b-on-syn", "win", "") })},
		{"a try after the right one", "", "after-closed", change(func(l *course.Log) { entry(l, "synack-ack", "try", "5") })},
		{"a hint after the answer", "", "after-closed", change(func(l *course.Log) { entry(l, "synack-ack", "hint", "") })},
		{"a try after not sure", "", "after-closed", change(func(l *course.Log) {
			none(l)
			entry(l, "synack-ack", "not-sure", "")
			entry(l, "synack-ack", "try", "5")
		})},
		{"three tries of two", "", "too-many-tries", change(func(l *course.Log) {
			none(l)
			for i := range 3 {
				entry(l, "synack-ack", "try", fmt.Sprint(i))
			}
		})},
		{"the same try twice", "", "not-understood", change(func(l *course.Log) {
			none(l)
			entry(l, "synack-ack", "try", "5")
			entry(l, "synack-ack", "try", "5")
		})},
		{"a try that is no number", "", "not-understood", change(func(l *course.Log) { none(l); entry(l, "synack-ack", "try", "many") })},
		{"more hints than there are", "", "too-many-hints", change(func(l *course.Log) {
			none(l)
			for range 10 {
				entry(l, "synack-ack", "hint", "")
			}
		})},
		{"one question only", "min_questions = 2", "too-few", change(func(l *course.Log) { l.Entries = l.Entries[:1] })},
	} {
		for _, lang := range []string{"en", "zh-CN"} {
			_, err := Grade(spec(t, c.more), "t.json", c.file, seed, lang)
			var refused *result.Reason
			if !errors.As(err, &refused) || refused.Code != c.code || refused.Hint == "" || strings.Contains(refused.Message+refused.Hint, "%!") {
				t.Errorf("%s (%s): %v, want code %s and a hint", c.name, lang, err, c.code)
			}
		}
	}
}

// A record of any seed is taken where the spec does not mind.
func TestAnySeed(t *testing.T) {
	if _, err := Grade(spec(t, "seed = \"any\""), "t.json", perfect(t), seed+1, "en"); err != nil {
		t.Error(err)
	}
	s := spec(t, "")
	for n := range uint64(200) {
		if got := s.SeedFor(n * 1e15); got < s.lesson.Seeds[0] || got > s.lesson.Seeds[1] {
			t.Fatalf("SeedFor: %d, not one of %v", got, s.lesson.Seeds)
		}
	}
}

// Every built-in lesson, done without a mistake, gets all points.
func TestAllLessons(t *testing.T) {
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lib.Lessons {
		sp := &Spec{Lesson: l.ID, Seed: seedAny}
		if err := sp.Check(); err != nil {
			t.Fatal(err)
		}
		s, err := course.NewSession(l, l.Seed, "en")
		if err != nil {
			t.Fatal(err)
		}
		s.Keep(func() time.Time { return began })
		for i := range s.Len() {
			if s.Goto(i); s.Ask() != nil {
				s.Answer(solution(s))
			}
		}
		var b bytes.Buffer
		if err := s.WriteLog(&b); err != nil {
			t.Fatal(err)
		}
		checks, err := Grade(sp, "t.json", b.Bytes(), 0, "en")
		if got, most := total(checks); err != nil || got != most || len(checks) != len(l.Questions()) {
			t.Errorf("%s: %v of %v points, %v", l.ID, got, most, err)
		}
	}
}

// A spec's mistakes are told.
func TestSpecMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[transcript]\nlesson = 'handshak'", "did you mean handshake?"},
		{"[transcript]\nlesson = 'handshake'\nseed = 'mine'", "neither student, any nor a number"},
		{"[transcript]\nlesson = 'handshake'\nhint_penalty = nan", "from 0 to 1"},
		{"[transcript]\nlesson = 'handshake'\ntries_penalty = 2.0", "from 0 to 1"},
		{"[transcript]\nlesson = 'handshake'\nmin_questions = 99", "the lesson has"},
		{"[transcript]\nlesson = 'handshake'\npoints = -1.0", "0 to 1000"},
	} {
		if _, err := decode(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// Every sentence is there in both languages, with the same places to be filled in.
func TestTexts(t *testing.T) { texttest.Pairs(t, texts) }

// FuzzGrade: whatever the file holds, grading ends without a panic, and no score is outside
// its bounds.
func FuzzGrade(f *testing.F) {
	f.Add(perfect(f))
	f.Add(record(f, func(s *course.Session) { s.Hint(); s.Answer("1"); s.NotSure() }))
	sp := spec(f, "hint_penalty = 0.9\nseed = \"any\"")
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, sp, data)
	})
}

// FuzzEntries: a sound record with any entries.
func FuzzEntries(f *testing.F) {
	sp := spec(f, "hint_penalty = 0.9\ntries_penalty = 0.1")
	f.Add("b-on-syn try SYN-RECEIVED\nsynack-ack hint\nsynack-ack try 101")
	f.Add("no-accept try 3\nno-accept skip\nack-lost not-sure\nack-lost skip")
	f.Fuzz(func(t *testing.T, text string) {
		log := course.Log{Type: "transcript", Version: 1, Lesson: "handshake", Hash: sp.lesson.Hash(), Profile: sp.lesson.Profile.Name, Seed: seed, Began: began, Ended: began}
		for _, line := range strings.Split(text, "\n") {
			w := append(strings.SplitN(line, " ", 3), "", "")
			log.Entries = append(log.Entries, course.Entry{Time: began, Question: w[0], Did: w[1], Try: w[2]})
		}
		data, _ := json.Marshal(log)
		check(t, sp, data)
	})
}

func check(t *testing.T, sp *Spec, data []byte) {
	checks, err := Grade(sp, "f", data, seed, "zh-CN")
	if err != nil {
		return
	}
	for _, c := range checks {
		if c.Score < 0 || c.Score > c.MaxScore || c.Rationale == "" || strings.Contains(c.Rationale, "%!") {
			t.Fatalf("%+v", c)
		}
	}
}

// The assignment that netlab brings along: every seed that it can give plays the lesson.
func TestAssignment(t *testing.T) {
	data, err := os.ReadFile("../../homework/lesson-transcript/assignment.toml")
	if err != nil {
		t.Fatal(err)
	}
	file := record(t, func(s *course.Session) { s.Answer(solution(s)) })
	sp, err := decode(strings.ReplaceAll(string(data), "{lesson_seed}", fmt.Sprint(seed)))
	if err != nil {
		t.Fatal(err)
	}
	if low, high := sp.lesson.Seeds[0], sp.lesson.Seeds[1]; low != 1 || high != 64 {
		t.Errorf("the lesson is checked for seeds %d to %d, the assignment gives 1 to 64", low, high)
	}
	checks, err := Grade(sp, "f", file, 0, "en")
	if got, most := total(checks); err != nil || got != most {
		t.Errorf("%v of %v points, %v", got, most, err)
	}
}
