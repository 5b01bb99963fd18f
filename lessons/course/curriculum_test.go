package course_test

import (
	"slices"
	"strings"
	"testing"

	"netlab/lessons/course"
	"netlab/lessons/text"
)

// curriculum is the order in which the lessons are taught.
var curriculum = []string{
	"handshake", "data-transfer", "teardown", "simultaneous-close", "udp",
	"sockets", "stream", "many-clients", "half-close", "multicast",
	"lost-segments", "time-wait", "reset", "simultaneous-open",
	"flow-control", "congestion",
}

// Every lesson has what a lesson needs: 6 to 12 steps, three questions of two kinds or more,
// a summary, notes for the instructor, a challenge; and lessons only ask for earlier ones.
func TestCurriculum(t *testing.T) {
	lib := library(t)
	var ids []string
	for _, l := range lib.Lessons {
		ids = append(ids, l.ID)
	}
	if !slices.Equal(ids, curriculum) {
		t.Fatalf("the lessons are %v", ids)
	}
	for i, l := range lib.Lessons {
		if n := len(l.Steps); n < 6 || n > 12 {
			t.Errorf("%s has %d steps", l.ID, n)
		}
		kinds := map[course.AskKind]bool{}
		for _, s := range l.Steps {
			if s.Ask != nil {
				kind := s.Ask.Kind
				if s.Ask.World != "" {
					kind = "what-if"
				}
				kinds[kind] = true
			}
		}
		if n := len(l.Questions()); n < 3 || len(kinds) < 2 {
			t.Errorf("%s has %d questions of %d kinds", l.ID, n, len(kinds))
		}
		if last := l.Steps[len(l.Steps)-1]; last.ID != "summary" || last.At.String() != "end" {
			t.Errorf("%s does not end with its summary", l.ID)
		}
		if l.Challenge == nil {
			t.Errorf("%s has no challenge", l.ID)
		}
		for _, lang := range text.Languages() {
			notes := 0
			for _, s := range l.Texts[lang].Steps {
				if s.Note != "" {
					notes++
				}
			}
			if notes < 3 {
				t.Errorf("%s has %d notes for the instructor in %s", l.ID, notes, lang)
			}
		}
		for _, before := range l.After {
			if k := slices.Index(ids, before); k < 0 || k >= i {
				t.Errorf("%s comes after %s, which is no earlier lesson", l.ID, before)
			}
		}
	}
	if udp := lib.Find("udp"); !slices.Equal(udp.After, []string{"handshake"}) {
		t.Errorf("udp comes after %v, and nothing but handshake should block it", udp.After)
	}
}

// The table of misconceptions: each names the lesson that mends it, is shown by some wrong
// answer, and says in both languages what is believed.
func TestMisconceptions(t *testing.T) {
	lib := library(t)
	shown := map[string]bool{}
	for _, l := range lib.Lessons {
		for _, s := range l.Steps {
			if s.Ask == nil {
				continue
			}
			for _, w := range s.Ask.Wrong {
				shown[w.Because] = true
			}
			for _, c := range s.Ask.Choices {
				shown[c.Because] = true
			}
		}
	}
	for id, m := range text.Misconceptions() {
		if lib.Find(m.Lesson) == nil {
			t.Errorf("%s is mended by %q, which is no lesson", id, m.Lesson)
		}
		if !shown[id] {
			t.Errorf("no wrong answer shows %s", id)
		}
		if !strings.HasPrefix(m.ZH, "以为") || !strings.HasSuffix(m.EN, ".") {
			t.Errorf("%s: %q, %q", id, m.EN, m.ZH)
		}
	}
}

// Among the lessons every kind of question is asked.
func TestEveryKindOfQuestion(t *testing.T) {
	kinds := map[course.AskKind]int{}
	worlds, trueIf := 0, 0
	for _, l := range library(t).Lessons {
		for _, s := range l.Steps {
			if s.Ask == nil {
				continue
			}
			kinds[s.Ask.Kind]++
			if s.Ask.World != "" {
				worlds++
			}
			for _, w := range s.Ask.Wrong {
				trueIf += min(1, len(w.TrueIf))
			}
			for _, c := range s.Ask.Choices {
				trueIf += min(1, len(c.TrueIf))
			}
		}
	}
	for _, k := range []course.AskKind{course.AskNumber, course.AskState, course.AskChoice, course.AskNext, course.AskOrder} {
		if kinds[k] == 0 {
			t.Errorf("no question is of the kind %s", k)
		}
	}
	if worlds == 0 || trueIf == 0 {
		t.Errorf("%d what-if worlds, %d wrong answers with a world of their own", worlds, trueIf)
	}
}

// An order is read in any form, counts as a whole, and a wrong one names its belief.
func TestOrder(t *testing.T) {
	s, err := course.NewSession(library(t).Find("data-transfer"), 42, "en")
	if err != nil {
		t.Fatal(err)
	}
	for i, st := range s.Lesson().Steps {
		if st.Ask != nil && st.Ask.Kind == course.AskOrder {
			s.Goto(i)
			break
		}
	}
	if f := s.Answer("11"); f.Invalid == "" {
		t.Errorf("a number twice is no order: %+v", f)
	}
	key := s.Sheet().Key
	wrong := s.Sheet().Wrong[0]
	if f := s.Answer(strings.Join(strings.Split(wrong.Key, ""), " > ")); f.Right || f.Invalid != "" || f.Misconception == "" {
		t.Errorf("the wrong order %s: %+v", wrong.Key, f)
	}
	if f := s.Answer("　" + strings.Join(strings.Split(key, ""), "，")); !f.Right {
		t.Errorf("the right order %s: %+v", key, f)
	}
}

// The challenge is reached by its solution only, and never by too many changes.
func TestChallenge(t *testing.T) {
	for _, l := range library(t).Lessons {
		s, err := course.NewSession(l, l.Seed, "en")
		if err != nil {
			t.Fatal(err)
		}
		if s.ChallengeDone() {
			t.Errorf("%s: done before it is tried", l.ID)
		}
		try, err := s.TryChallenge(l.Challenge.Solution)
		if err != nil || !try.Reached || s.ChallengeAfter(try) == "" {
			t.Errorf("%s: %v, %+v", l.ID, err, try)
		}
		many := make([]string, l.Challenge.Edits+1)
		for i := range many {
			many[i] = l.Challenge.Solution[0]
		}
		if _, err := s.TryChallenge(many); err == nil {
			t.Errorf("%s: too many changes are taken", l.ID)
		}
	}
}

// Missed questions come back, with other numbers, until they are answered right.
func TestReview(t *testing.T) {
	lib := library(t)
	p, err := course.LoadProgress(t.TempDir() + "/progress.json")
	if err != nil {
		t.Fatal(err)
	}
	s := session(t, 42, "en")
	s.Goto(s.Lesson().StepIndex("syn-arrives"))
	s.Answer("800") // the number of the SYN itself
	s.Answer("801")
	s.Goto(s.Lesson().StepIndex("a-established"))
	s.Answer("SYN-RECEIVED")
	p.Keep(s)
	missed := lib.Missed(p)
	if len(missed) != 1 || missed[0].Question != "synack-ack" || !slices.Contains(missed[0].Shows, "syn-uses-no-number") {
		t.Fatalf("missed: %+v", missed)
	}
	again, err := missed[0].Ask(7, "en")
	if err != nil {
		t.Fatal(err)
	}
	if again.Sheet().Key == "801" {
		t.Error("the numbers are the same as before")
	}
	p.Mend(&missed[0])
	if left := lib.Missed(p); len(left) != 0 {
		t.Errorf("mended, and asked again: %+v", left)
	}
}
