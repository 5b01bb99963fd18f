package tui

import (
	"context"
	"strings"
	"testing"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// lessonModel shows a lesson at a step.
func lessonModel(t *testing.T, id, step string) *Model {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.NewSession(lib.Find(id), 42, "en")
	if err != nil {
		t.Fatal(err)
	}
	if i := s.Lesson().StepIndex(step); i >= 0 {
		s.Goto(i)
	}
	m := New(context.Background(), s, Options{Color: "never"})
	m.w, m.h = 80, 24
	return m
}

// typeLine types a text, key by key.
func typeLine(m *Model, text string) {
	for _, r := range text {
		press(m, string(r))
	}
}

// The challenge: a try that fails says so and can be taken back, a line that does not fit can
// be mended, and the one that reaches the goal is kept.
func TestChallengeOnScreen(t *testing.T) {
	m := lessonModel(t, "handshake", "summary")
	press(m, "C")
	if !strings.Contains(m.View(), "Make A refuse a connection") {
		t.Fatalf("no challenge on the screen:\n%s", m.View())
	}
	press(m, "x", "0")
	typeLine(m, "drop A->B SIN 1")
	press(m, "enter")
	if m.mode != modeChange || m.input != "drop A->B SIN 1" {
		t.Errorf("a line that does not fit is gone: mode %d, %q", m.mode, m.input)
	}
	press(m, "ctrl+u")
	typeLine(m, "drop A->B ACK 1")
	press(m, "enter")
	if !strings.Contains(m.message, "Not yet") || m.s.ChallengeDone() {
		t.Errorf("after a try that fails: %q", m.message)
	}
	press(m, "u")
	if b := m.current(); b == nil || !b.challenge || len(b.changes) != 0 {
		t.Fatal("u has left the challenge")
	}
	press(m, "x", "0")
	typeLine(m, "old A->B SYN seq=90 at 5ms")
	press(m, "enter")
	if !m.s.ChallengeDone() || !strings.Contains(m.View(), "REACHED") {
		t.Errorf("the goal is not reached:\n%s", m.View())
	}
}

// After a wrong answer X shows the world in which it would be right.
func TestRunMyAnswer(t *testing.T) {
	m := lessonModel(t, "teardown", "b-sends")
	script, _, _ := m.s.WrongWorld()
	if script != nil {
		t.Fatal("a world before there is an answer")
	}
	press(m, "3", "1", "X") // a RST; then that send fails, which closes the question
	b := m.current()
	if b == nil && m.message == "" {
		t.Fatal("X shows nothing and says nothing")
	}
	m = lessonModel(t, "teardown", "b-sends")
	press(m, "1", "3", "X")
	if b := m.current(); b == nil || !strings.Contains(b.name, "A: shutdown c both") {
		t.Errorf("X does not show where a RST would be right: %q", m.message)
	}
}

// What is typed is not thrown away by an arrow, and is seen in whatever view one was.
func TestTypedTextStays(t *testing.T) {
	m := lessonModel(t, "handshake", "syn-arrives")
	press(m, "8", "right", "left", "0")
	if m.input != "80" || !m.s.Open() {
		t.Errorf("the line holds %q, open %v", m.input, m.s.Open())
	}
	m = lessonModel(t, "handshake", "syn-arrives")
	m.view = viewTCB
	press(m, "8")
	if !strings.Contains(m.View(), "answer> 8") {
		t.Errorf("the answer line is not seen:\n%s", m.View())
	}
}

// Once a question is closed f shows what it asked about, in this very run.
func TestWatchHowItGoesOn(t *testing.T) {
	m := lessonModel(t, "handshake", "syn-arrives")
	press(m, "f")
	if m.branch != 0 {
		t.Error("f shows the future while the question is open")
	}
	press(m, "esc")
	press(m, "f")
	if m.branch != 0 {
		t.Error("f shows the future while the question is open")
	}
	m.s.Skip()
	press(m, "f")
	if m.current() == nil || !strings.Contains(m.View(), "HOW IT GOES ON") {
		t.Errorf("f does not go on:\n%s", m.View())
	}
}

// i explains the terms of the step; any other key returns.
func TestTermsOnScreen(t *testing.T) {
	m := lessonModel(t, "handshake", "listen")
	press(m, "i")
	if v := m.View(); !strings.Contains(v, "WORDS OF THIS STEP") || !strings.Contains(v, "LISTEN") {
		t.Errorf("no terms:\n%s", v)
	}
	press(m, "q")
	if m.mode != modeKeys || m.quitting {
		t.Error("a key on that page does more than close it")
	}
}

// An author's lesson comes again at the same step, and what is wrong with it is told.
func TestWatchLesson(t *testing.T) {
	m := lessonModel(t, "handshake", "synack-sent")
	fresh := lessonModel(t, "handshake", "").s
	m.onWatch(watchMsg{s: fresh})
	if m.s != fresh || m.s.Step().ID != "synack-sent" {
		t.Errorf("loaded again at step %s", m.s.Step().ID)
	}
	m.onWatch(watchMsg{err: context.DeadlineExceeded})
	if !strings.Contains(m.message, "Wrong: ") {
		t.Errorf("a mistake is not told: %q", m.message)
	}
}

// A script alone: it can be stepped and changed, and its changes taken back, but nothing lies
// below it.
func TestStepAlone(t *testing.T) {
	script, err := scenario.Parse("alone", "host A\nhost B\nlink A B delay=10ms\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\n")
	if err != nil {
		t.Fatal(err)
	}
	s, err := course.Bare(script, tcp.Textbook, 42, "en")
	if err != nil {
		t.Fatal(err)
	}
	m := New(context.Background(), s, Options{Color: "never"})
	m.w, m.h, m.only = 80, 24, true
	m.addBranch(newBranch("alone", script, s.Trace()))
	press(m, "right", "right", "esc", "R", "u")
	if m.branch != 1 || len(m.branches) != 1 || strings.Contains(m.View(), "back to the lesson") {
		t.Errorf("branch %d of %d:\n%s", m.branch, len(m.branches), m.View())
	}
	press(m, "x", "0")
	typeLine(m, "drop A->B SYN 1")
	press(m, "enter")
	if len(m.branches) != 2 || !strings.Contains(m.View(), "drop A->B SYN 1") {
		t.Errorf("no changed world:\n%s", m.View())
	}
	press(m, "u")
	if m.branch != 1 || len(m.branches) != 1 {
		t.Error("u does not take the change back")
	}
}
