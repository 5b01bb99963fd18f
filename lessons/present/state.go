package present

import "slices"

// A State is where a talk is.
type State struct {
	Playlist []string         `json:"playlist"` // ids of the lessons
	Lesson   int              `json:"at"`       // in the playlist
	ID       string           `json:"lesson"`
	Hash     string           `json:"hash"` // of the lesson: others must have the same one
	Seed     uint64           `json:"seed"`
	Step     int              `json:"step"`
	Revealed []string         `json:"revealed,omitempty"` // questions, "handshake/b-on-syn"
	Forks    []Fork           `json:"forks,omitempty"`
	Shown    int              `json:"shown,omitempty"` // 0: the lesson; else Forks[Shown-1]
	At       int              `json:"stop,omitempty"`  // which moment of the fork is shown
	Of       int              `json:"stops,omitempty"` // how many it has
	Blank    bool             `json:"blank,omitempty"` // the screen shows nothing
	Size     int              `json:"size,omitempty"`  // larger means fewer things
	Running  bool             `json:"running,omitempty"`
	Tally    map[string][]int `json:"tally,omitempty"` // hands, by question and choice
	Began    int64            `json:"began,omitempty"` // milliseconds since 1970
	Said     string           `json:"said,omitempty"`  // one line about what was asked last
	Menu     int              `json:"menu,omitempty"`  // which line of the menu is chosen, from 1; 0: it is shut
	Left     bool             `json:"left,omitempty"`  // the talk is over
}

// A Fork is a world beside the lesson's, made at one of its steps.
type Fork struct {
	Lesson  int      `json:"at"`
	Step    int      `json:"step"`
	World   bool     `json:"world,omitempty"`   // it begins from the world of the step's question
	Changes []string `json:"changes,omitempty"` // lines of script
	Live    bool     `json:"live,omitempty"`    // this machine's kernel plays it, beside the model
}

// equal reports whether two forks are the same world.
func (f Fork) equal(g Fork) bool {
	return f.Lesson == g.Lesson && f.Step == g.Step && f.World == g.World && f.Live == g.Live && slices.Equal(f.Changes, g.Changes)
}

// Fork returns the world shown, or nil for the lesson itself.
func (s *State) Fork() *Fork {
	if s.Shown < 1 || s.Shown > len(s.Forks) {
		return nil
	}
	return &s.Forks[s.Shown-1]
}

// samePlace reports whether two states show the same thing, hands and blanking apart.
func (s *State) samePlace(o *State) bool {
	return s.Lesson == o.Lesson && s.Step == o.Step && s.Shown == o.Shown && s.At == o.At && slices.Equal(s.Revealed, o.Revealed)
}

// The sizes: larger means taller arrows and fewer words.
const (
	Smallest = -1
	Largest  = 2
)

// An Act is what somebody at the keys wants.
type Act string

// The acts. A clicker has the first six.
const (
	Next    Act = "next" // reveal an open question, or go on; at the end of a world, back to the lesson
	Back    Act = "back"
	Blank   Act = "blank"
	First   Act = "first"  // to the lesson's first step; once more: back
	Last    Act = "last"   // to the lesson's last step
	Reveal  Act = "reveal" // the answer, whatever is shown
	Lose    Act = "lose"   // what if this one is lost?
	Twice   Act = "twice"  // what if it arrives twice?
	Late    Act = "late"   // what if it is late?
	World   Act = "world"  // the world of the revealed what-if question
	Live    Act = "live"   // the same on this machine's kernel
	Lesson  Act = "lesson" // leave the world
	Forks   Act = "forks"  // show the next of the worlds made so far
	PrevAsk Act = "prev_question"
	NextAsk Act = "next_question"
	Larger  Act = "larger"
	Smaller Act = "smaller"
	Tally   Act = "tally"  // so many hands for a choice
	Goto    Act = "goto"   // to a step of this lesson
	Enter   Act = "enter"  // go on; in the menu, do what is chosen
	Escape  Act = "escape" // the menu; once more: leave
	Leave   Act = "leave"
)

// A Command is an act with what it needs.
type Command struct {
	Act    Act   `json:"act"`
	Step   int   `json:"step,omitempty"`  // of Goto, from 0
	Counts []int `json:"hands,omitempty"` // of Tally, by choice
}

// Acts lists every act.
func Acts() []Act {
	return []Act{Next, Back, Blank, First, Last, Reveal, Lose, Twice, Late, World, Live, Lesson, Forks, PrevAsk, NextAsk, Larger, Smaller, Tally, Goto, Enter, Escape, Leave}
}
