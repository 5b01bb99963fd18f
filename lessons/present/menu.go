package present

import (
	"netlab/lessons/text"
)

// The menu is for those who have nothing but a clicker: Escape opens it, the keys that go on
// and back choose, the key that blanks does what is chosen, and Escape once more leaves.

// An Item is a line of the menu.
type Item struct {
	Text   string
	Chosen bool
}

// menuActs lists what the menu offers at this place.
func (s *Show) menuActs() []Act {
	acts := []Act{stay}
	ask := s.deck.lessons[s.state.Lesson].Steps[s.state.Step].Ask
	t, upto := s.shown()
	open := s.isOpen()
	if open {
		acts = append(acts, Reveal)
	}
	if target(t, upto) != nil {
		acts = append(acts, Lose)
	}
	if s.state.Shown == 0 && ask != nil && ask.World != "" && !open {
		acts = append(acts, World)
	}
	if s.opt.Live != nil && !open {
		acts = append(acts, Live)
	}
	if s.state.Shown > 0 {
		acts = append(acts, Lesson)
	}
	if len(s.state.Forks) > 0 {
		acts = append(acts, Forks)
	}
	return append(acts, Leave)
}

// stay closes the menu.
const stay Act = "stay"

// inMenu does what a command means while the menu is open, and reports whether it was.
func (s *Show) inMenu(c Command) bool {
	if s.state.Menu == 0 {
		return false
	}
	acts := s.menuActs()
	chosen := min(s.state.Menu, len(acts)) - 1
	switch c.Act {
	case Next:
		s.state.Menu = (chosen+1)%len(acts) + 1
	case Back:
		s.state.Menu = (chosen+len(acts)-1)%len(acts) + 1
	case Blank, First, Enter:
		s.state.Menu = 0
		if acts[chosen] != stay {
			s.act(Command{Act: acts[chosen]}, nil)
		}
	case Escape:
		s.state.Menu, s.state.Left = 0, true
	default: // another key closes it and does what it does
		s.state.Menu = 0
		return false
	}
	return true
}

// menu words the menu of a state.
func (s *Show) menu(st *State, w *text.Words) (items []Item) {
	if st.Menu == 0 {
		return nil
	}
	acts := s.menuActs()
	for i, a := range acts {
		arg := ""
		if a == Lose {
			t, upto := s.shown()
			if e := target(t, upto); e != nil {
				arg = e.Src.Host + "->" + e.Dst.Host + " " + e.Label()
			}
		}
		items = append(items, Item{Text: w.T("present_menu_"+string(a), arg), Chosen: i == min(st.Menu, len(acts))-1})
	}
	return items
}
