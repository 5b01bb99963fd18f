package present

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/sim/scenario"
)

// Options say how a show is given.
type Options struct {
	Lang string
	Seed *uint64 // nil: each lesson's own
	// Live plays a script on this machine's kernel, beside the model. Nil: nothing is played.
	Live func(ctx context.Context, l *course.Lesson, scene string, s *scenario.Script) (*Real, error)
	Now  func() time.Time
}

// A Show is a talk that is being given. It may be used by several at once: the keys of a
// terminal, of a browser, of the speaker's notes.
type Show struct {
	deck *Deck
	opt  Options
	ctx  context.Context

	mu       sync.Mutex
	state    State
	version  int
	back     *State        // where First was asked from
	reals    map[int]*Real // by fork
	past     []State       // every place that was shown, the present one last
	dropped  int           // places that are no longer in past
	watchers map[chan struct{}]bool
	untold   bool // nothing was asked yet: a state from elsewhere may be taken over
}

// mostPast bounds how many places are remembered, and mostForks how many worlds are made.
const (
	mostPast  = 2000
	mostForks = 60
)

// New begins a show of lessons; ctx ends what it plays.
func New(ctx context.Context, lessons []*course.Lesson, opt Options) (*Show, error) {
	if len(lessons) == 0 {
		return nil, errors.New("no lesson to show")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Show{deck: NewDeck(lessons, opt.Lang), opt: opt, ctx: ctx, reals: map[int]*Real{}, watchers: map[chan struct{}]bool{}, untold: true}
	for _, l := range lessons {
		s.state.Playlist = append(s.state.Playlist, l.ID)
	}
	for i := range lessons { // every lesson is played once here, so that nothing can fail before the room
		s.enter(i, 0)
		if _, err := s.deck.Slide(s.state, nil, ""); err != nil {
			return nil, err
		}
	}
	s.enter(0, 0)
	s.state.Began = opt.Now().UnixMilli()
	s.past = []State{s.state}
	return s, nil
}

// Deck returns what makes slides of the show's states.
func (s *Show) Deck() *Deck { return s.deck }

// State returns the present state.
func (s *Show) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Version counts the changes of the state.
func (s *Show) Version() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// Watch returns a channel that has something whenever the state has changed since it was last
// read; stop gives it back.
func (s *Show) Watch() (news <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	s.watchers[c] = true
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		delete(s.watchers, c)
		s.mu.Unlock()
	}
}

// Slide makes the present slide, in a language or the show's own.
func (s *Show) Slide(lang string) (*Slide, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slide, err := s.deck.Slide(s.state, s.reals[s.state.Shown], lang)
	if err != nil {
		return nil, err
	}
	slide.Menu = s.menu(&s.state, text.For(slide.Lang))
	return slide, nil
}

// Past makes the slide of a place that was shown: 0 is the first one. Places are counted on
// for as long as the show lasts; how many there have been is of. Nothing that was not shown can
// be seen, and of a question that is open now no answer.
func (s *Show) Past(i int, lang string) (slide *Slide, of int, err error) {
	s.mu.Lock()
	of = s.dropped + len(s.past)
	at := max(0, min(i-s.dropped, len(s.past)-1))
	st := s.past[at]
	if at == len(s.past)-1 {
		st = s.state
	}
	st.Tally = s.state.Tally
	real := s.reals[st.Shown]
	s.mu.Unlock()
	st.Menu = 0
	slide, err = s.deck.Slide(st, real, lang)
	return slide, of, err
}

// Places counts the places that were shown so far, the present one among them ([Show.Past]).
func (s *Show) Places() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped + len(s.past)
}

// Do does what a command asks and tells those who watch.
func (s *Show) Do(c Command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.untold = false
	back := s.back
	if c.Act != Blank { // a blank screen only waits
		s.back = nil
		s.state.Said = ""
	}
	switch {
	case s.state.Blank && c.Act != Tally: // any key brings the picture back, and no more
		s.state.Blank = false
	case s.inMenu(c):
	default:
		s.act(c, back)
	}
	s.changed()
}

// act does what a command asks; back is where First was asked from, if that was just now.
func (s *Show) act(c Command, back *State) {
	switch c.Act {
	case Next, Enter:
		s.next()
	case Back:
		s.goBack()
	case First:
		s.first(back)
	case Last:
		s.enter(s.state.Lesson, 1<<30)
	case Goto:
		s.enter(s.state.Lesson, c.Step)
	case PrevAsk:
		s.question(-1)
	case NextAsk:
		s.question(1)
	case Reveal:
		s.reveal()
	case Blank:
		s.state.Blank = true
	case Lesson:
		s.leave()
	case Forks:
		s.otherFork()
	case Larger:
		s.state.Size = min(Largest, s.state.Size+1)
	case Smaller:
		s.state.Size = max(Smallest, s.state.Size-1)
	case Tally:
		s.tally(c.Counts)
	case Escape:
		s.state.Menu = 1
	case Leave:
		s.state.Left = true
	default:
		s.change(c.Act)
	}
}

// change does what makes another world.
func (s *Show) change(a Act) {
	switch a {
	case Lose, Twice, Late:
		s.packet(a)
	case World:
		s.world()
	case Live:
		s.live()
	default: // an act that nobody has heard of changes nothing
	}
}

// changed remembers the place and tells those who watch.
func (s *Show) changed() {
	s.version++
	s.state.Tally = cloneTally(s.state.Tally)
	if last := &s.past[len(s.past)-1]; last.samePlace(&s.state) {
		*last = s.state
	} else {
		s.past = append(s.past, s.state)
		if len(s.past) > mostPast {
			s.dropped += len(s.past) - mostPast
			s.past = slices.Clone(s.past[len(s.past)-mostPast:])
		}
	}
	for c := range s.watchers {
		select {
		case c <- struct{}{}:
		default: // there is news that was not read yet
		}
	}
}

func cloneTally(t map[string][]int) map[string][]int {
	if t == nil {
		return nil
	}
	out := make(map[string][]int, len(t))
	for k, v := range t {
		out[k] = slices.Clone(v)
	}
	return out
}

// say leaves one line about what was asked.
func (s *Show) say(key string, args ...any) {
	s.locked(func(t *course.Session) { s.state.Said = t.Words.T(key, args...) })
}

// locked does something with the session of the present state.
func (s *Show) locked(do func(*course.Session)) {
	s.deck.mu.Lock()
	defer s.deck.mu.Unlock()
	if t, err := s.deck.session(&s.state, ""); err == nil {
		do(t)
	}
}

// Adopt takes over a state from elsewhere, if nothing was asked of this show yet and it is of
// this show's lessons: a projector that was started again goes on where it was. Real runs are
// gone; it shows the lesson instead.
func (s *Show) Adopt(st State) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.untold || st.Lesson < 0 || st.Lesson >= len(s.deck.lessons) || len(st.Forks) > mostForks || st.Shown < 0 || st.Shown > len(st.Forks) {
		return false
	}
	st.Playlist = s.state.Playlist
	if l := s.deck.lessons[st.Lesson]; l.ID != st.ID || l.Hash() != st.Hash || st.Step < 0 || st.Step >= len(l.Steps) {
		return false
	}
	for i, f := range st.Forks {
		if f.Lesson < 0 || f.Lesson >= len(s.deck.lessons) || f.Step < 0 || f.Step >= len(s.deck.lessons[f.Lesson].Steps) || f.Live && i+1 == st.Shown {
			st.Forks, st.Shown = nil, 0
			break
		}
	}
	st.Running, st.Blank, st.Said, st.Menu, st.Left = false, false, "", 0, false
	if _, err := s.deck.Slide(st, nil, ""); err != nil {
		return false
	}
	old := s.state
	s.state = st
	if st.Shown > 0 {
		s.show(st.Shown, st.At)
	}
	s.state.Began = old.Began
	if st.Began > 0 {
		s.state.Began = st.Began
	}
	s.untold = false
	s.changed()
	return true
}
