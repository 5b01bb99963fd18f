package present

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"netlab/lessons"
	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim/compare"
	"netlab/sim/scenario"
)

// give begins a show of built-in lessons; the kernel's part is played by their recordings.
func give(t *testing.T, ids ...string) *Show {
	t.Helper()
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	var list []*course.Lesson
	for _, id := range ids {
		list = append(list, lib.Find(id))
	}
	s, err := New(t.Context(), list, Options{Lang: "en", Live: recorded})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// recorded gives the recorded run of a scene.
func recorded(_ context.Context, l *course.Lesson, scene string, s *scenario.Script) (*Real, error) {
	t := l.Recorded[scene]
	if t == nil {
		return nil, errors.New("no recording")
	}
	run, err := course.NewRun(l, l.Seed)
	if err != nil {
		return nil, err
	}
	return &Real{Trace: t, Report: compare.Compare(run.Play(s), t, compare.Options{}), Level: func(*text.Words) string { return "recorded" }}, nil
}

func do(t *testing.T, s *Show, acts ...Act) *Slide {
	t.Helper()
	for _, a := range acts {
		s.Do(Command{Act: a})
	}
	slide, err := s.Slide("")
	if err != nil {
		t.Fatal(err)
	}
	return slide
}

// until does something until the show looks as wanted.
func until(t *testing.T, s *Show, want func(State) bool) {
	t.Helper()
	news, stop := s.Watch()
	defer stop()
	for deadline := time.After(10 * time.Second); !want(s.State()); {
		select {
		case <-news:
		case <-deadline:
			t.Fatalf("the show is not as wanted after 10 s: %+v", s.State())
		}
	}
}

// Going on through all lessons shows each question before its answer, and everything
// once; going back from the end meets every step again, with the answers revealed.
func TestNextAndBack(t *testing.T) {
	s := give(t, "handshake", "udp")
	asked, steps := 0, 0
	for range 1000 {
		slide := do(t, s)
		if a := slide.Ask; a != nil && !a.Revealed {
			asked++
			if a.Solution != "" || a.After != "" {
				t.Errorf("step %d: the answer is on the slide before it is revealed", slide.Step)
			}
			for _, c := range a.Choices {
				if c.Right {
					t.Errorf("step %d: the right choice is marked before it is revealed", slide.Step)
				}
			}
			if revealed := do(t, s, Next); !revealed.Ask.Revealed || revealed.Step != slide.Step || revealed.Ask.Solution == "" {
				t.Errorf("step %d: going on does not reveal the answer", slide.Step)
			}
		}
		steps++
		before := s.State()
		do(t, s, Next)
		if st := s.State(); st.samePlace(&before) {
			break
		}
	}
	want := 0
	for _, l := range s.deck.lessons {
		want += len(l.Steps)
	}
	if steps != want || asked != len(s.State().Revealed) || asked < 10 {
		t.Errorf("%d steps with %d questions were shown, want %d steps with the %d that are revealed", steps, asked, want, len(s.State().Revealed))
	}
	if s.State().Said == "" {
		t.Error("at the end nothing is said")
	}
	for range want - 1 {
		do(t, s, Back)
	}
	if st := s.State(); st.Lesson != 0 || st.Step != 0 {
		t.Errorf("going back all the way leads to lesson %d, step %d", st.Lesson, st.Step)
	}
}

// A typed question becomes a choice for hands: the right answer among the expected wrong
// ones, in an order that gives nothing away; the hands are counted, and the wrong answer that
// most were for is explained.
func TestHands(t *testing.T) {
	s := give(t, "handshake")
	slide := do(t, s, NextAsk, NextAsk) // which ack number?
	var texts []string
	for _, c := range slide.Ask.Choices {
		texts = append(texts, c.Letter+" "+c.Text)
	}
	if got := strings.Join(texts, ", "); got != "A 400, B 401, C 800, D 801, E 802" {
		t.Errorf("choices %s, want the numbers in order", got)
	}
	s.Do(Command{Act: Tally, Counts: []int{2, 3, 19, 11}})
	slide = do(t, s, Reveal)
	if slide.Ask.Choices[2].Hands != 19 || !slide.Ask.Choices[3].Right || slide.Ask.Choices[2].Right {
		t.Errorf("after the reveal: %+v, want 19 hands for C and D right", slide.Ask.Choices)
	}
	if slide.Ask.Wrong != "C" || !strings.HasPrefix(slide.Ask.Mistake, "800 is the number of the SYN itself") {
		t.Errorf("the mistake of most hands is explained as %q", slide.Ask.Mistake)
	}
	if slide.Ask.Solution != "D) 801" {
		t.Errorf("solution %q, want D) 801", slide.Ask.Solution)
	}
}

// Every question of every lesson can be put to a room: it has at least two choices, they
// differ, and exactly one is right once it is revealed (all of them, where an order is asked).
func TestEveryQuestionIsForHands(t *testing.T) {
	lib, err := course.LoadLibrary(lessons.FS)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), lib.Lessons, Options{Lang: "zh-CN"})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lib.Lessons {
		for k, st := range l.Steps {
			if st.Ask == nil {
				continue
			}
			s.enter(i, k)
			slide := do(t, s, Reveal)
			seen, right := map[string]bool{}, 0
			for _, c := range slide.Ask.Choices {
				seen[c.Text] = true
				if c.Right {
					right++
				}
			}
			if len(seen) < 2 || len(seen) != len(slide.Ask.Choices) || !slide.Ask.Order && right != 1 {
				t.Errorf("%s, %s: choices %+v", l.ID, st.ID, slide.Ask.Choices)
			}
			if slide.Ask.Solution == "" {
				t.Errorf("%s, %s: no solution", l.ID, st.ID)
			}
		}
	}
}

// "What if the SYN is lost?": one key loses the newest segment, going on shows what comes
// of it, and at its end the lesson is back at the step where the room asked.
func TestLose(t *testing.T) {
	s := give(t, "handshake")
	do(t, s, Next)
	asked := s.State()
	slide := do(t, s, Lose)
	if slide.World != "A's SYN no. 1 is lost" {
		t.Errorf("the world is called %q", slide.World)
	}
	lost, again := false, false
	for range 50 {
		slide = do(t, s)
		for _, a := range slide.Panels[0].Ladder(3, false, false).Arrows {
			lost = lost || a.Lost
			again = again || a.Again
		}
		if s.State().Shown == 0 {
			break
		}
		do(t, s, Next)
	}
	if !lost || !again {
		t.Errorf("lost %v, sent again %v: the world does not show what a loss does", lost, again)
	}
	if st := s.State(); st.Shown != 0 || st.Step != asked.Step || st.Lesson != asked.Lesson {
		t.Errorf("after the world's end: %+v, want the step where it was asked", st)
	}
	if slide = do(t, s, Forks); slide.World == "" {
		t.Error("the world cannot be shown again")
	}
	if do(t, s, Lesson, Lose); len(s.State().Forks) != 1 {
		t.Errorf("the same question again makes %d worlds, want the one there is", len(s.State().Forks))
	}
}

// The world of a what-if question stays shut until the answer is revealed.
func TestWorld(t *testing.T) {
	s := give(t, "handshake")
	s.Do(Command{Act: Goto, Step: s.deck.lessons[0].StepIndex("ack-sent")})
	if slide := do(t, s, World); slide.World != "" || slide.Said == "" {
		t.Errorf("the world shows the answer of an open question: %q, said %q", slide.World, slide.Said)
	}
	if slide := do(t, s, Reveal, World); !strings.Contains(slide.World, "third ACK is lost") {
		t.Errorf("the world shown is %q", slide.World)
	}
}

// The real run stands beside the model's, stepped by segments, with a verdict for each.
func TestLive(t *testing.T) {
	s := give(t, "handshake")
	do(t, s, Next)
	if do(t, s, Live); s.State().Running {
		t.Error("the real run would show the answer of an open question")
	}
	do(t, s, Reveal, Live)
	until(t, s, func(st State) bool { return st.Shown > 0 && !st.Running })
	slide := do(t, s)
	if len(slide.Panels) != 2 || slide.Of < 3 || slide.At != 0 {
		t.Fatalf("%d panels, segment %d of %d", len(slide.Panels), slide.At, slide.Of)
	}
	for i := range slide.Of {
		slide = do(t, s, Next)
		model, real := len(slide.Panels[0].Ladder(3, false, true).Arrows), len(slide.Panels[1].Ladder(3, false, true).Arrows)
		if slide.At != i+1 || model != i+1 || real != i+1 {
			t.Errorf("step %d shows segment %d: %d arrows of the model, %d of the kernel", i+1, slide.At, model, real)
		}
		if slide.Verdict == "" || strings.Contains(slide.Verdict, "differs") {
			t.Errorf("segment %d: verdict %q", i+1, slide.Verdict)
		}
	}
	if do(t, s, Next); s.State().Shown != 0 {
		t.Error("after the last segment the lesson is not back")
	}
}

// A run that ends when the room is elsewhere does not take the screen from it.
func TestLiveIsLate(t *testing.T) {
	s := give(t, "handshake")
	run := make(chan bool)
	s.opt.Live = func(ctx context.Context, l *course.Lesson, scene string, sc *scenario.Script) (*Real, error) {
		<-run
		return recorded(ctx, l, scene, sc)
	}
	do(t, s, Live, Next, Next)
	close(run)
	until(t, s, func(st State) bool { return !st.Running })
	if st := s.State(); st.Shown != 0 || st.Said == "" {
		t.Errorf("the run took the screen: %+v", st)
	}
	if slide := do(t, s, Forks); len(slide.Panels) != 2 {
		t.Error("the run cannot be shown afterwards")
	}
}

// A clicker has six keys, and everything a room asks for can be done with them.
func TestMenu(t *testing.T) {
	s := give(t, "handshake")
	slide := do(t, s, Next, Escape)
	var items []string
	for _, i := range slide.Menu {
		items = append(items, i.Text)
	}
	if got, want := strings.Join(items, " | "), "go on | reveal the answer | lose this one: A->B SYN seq=800 | leave"; got != want {
		t.Errorf("menu %s\nwant %s", got, want)
	}
	if slide = do(t, s, Next, Next, Blank); slide.World == "" || len(slide.Menu) != 0 || slide.Blank {
		t.Errorf("the third line of the menu does not lose the segment: world %q, menu %v", slide.World, slide.Menu)
	}
	if do(t, s, Escape, Escape); !s.State().Left {
		t.Error("Escape twice does not leave")
	}
}

// F5 is easily pressed by chance: pressed once more, it goes back.
func TestFirst(t *testing.T) {
	s := give(t, "handshake")
	do(t, s, Next, Reveal, Next, Lose, Next)
	before := s.State()
	if do(t, s, First); s.State().Step != 0 || s.State().Shown != 0 {
		t.Errorf("F5 leads to %+v", s.State())
	}
	if do(t, s, First); s.State().Step != before.Step || s.State().Shown != before.Shown || s.State().At != before.At {
		t.Errorf("F5 again leads to %+v, want %+v", s.State(), before)
	}
}

// On a blank screen any key brings the picture back and does nothing else.
func TestBlank(t *testing.T) {
	s := give(t, "handshake")
	if !do(t, s, Blank).Blank {
		t.Error("not blank")
	}
	if slide := do(t, s, Next); slide.Blank || slide.Step != 1 {
		t.Errorf("after a key: blank %v, step %d", slide.Blank, slide.Step)
	}
}

// A projector that was started again takes over where it was from the notes, once, and only
// if it shows the same lessons and nobody has pressed a key.
func TestAdopt(t *testing.T) {
	s := give(t, "handshake", "udp")
	do(t, s, Next, Reveal, Next, Lose, Next)
	st := s.State()
	data, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 400 {
		t.Errorf("a state takes %d octets: %s", len(data), data)
	}
	var heard State
	if err := json.Unmarshal(data, &heard); err != nil {
		t.Fatal(err)
	}
	other := give(t, "handshake", "udp")
	if !other.Adopt(heard) {
		t.Fatal("the state is not taken over")
	}
	want, got := do(t, s), do(t, other)
	if got.World != want.World || got.Step != want.Step || got.At != want.At || got.Panels[0].Upto != want.Panels[0].Upto {
		t.Errorf("taken over: %q step %d moment %d, want %q step %d moment %d", got.World, got.Step, got.At, want.World, want.Step, want.At)
	}
	if other.Adopt(heard) {
		t.Error("a show that is under way takes a state over")
	}
	for _, wrong := range []func(*State){
		func(st *State) { st.Hash = "another" }, func(st *State) { st.Lesson = 9 }, func(st *State) { st.Step = 1000 },
		func(st *State) { st.Shown = 7 }, func(st *State) { st.Lesson = -1 }, func(st *State) { st.Forks = []Fork{{Changes: []string{"rubbish"}}}; st.Shown = 1 },
	} {
		bad := st
		wrong(&bad)
		if give(t, "handshake", "udp").Adopt(bad) {
			t.Errorf("taken over: %+v", bad)
		}
	}
}

// Those who follow may look back at what was shown, and at nothing else.
func TestPast(t *testing.T) {
	s := give(t, "handshake")
	do(t, s, Next, Next, Next) // step 2, its answer, step 3
	slide, of, err := s.Past(1, "zh-CN")
	if err != nil || of != 4 || s.Places() != 4 {
		t.Fatalf("%d places, %d, %v, want 4", of, s.Places(), err)
	}
	if slide.Step != 2 || slide.Ask.Revealed || slide.Lang != "zh-CN" {
		t.Errorf("the second place is step %d, revealed %v, in %s", slide.Step, slide.Ask.Revealed, slide.Lang)
	}
	if slide, _, _ = s.Past(99, ""); slide.Step != 3 {
		t.Errorf("what was not shown yet is step %d, want the present one", slide.Step)
	}
	for range 3 * mostPast {
		s.Do(Command{Act: Next})
		s.Do(Command{Act: Back})
	}
	if len(s.past) > mostPast {
		t.Errorf("%d places are kept", len(s.past))
	}
}
