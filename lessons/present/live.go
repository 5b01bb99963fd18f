package present

import (
	"netlab/lessons/course"
	"netlab/sim/scenario"
)

// live shows what this machine's kernel does with the script on the screen, beside the model.
// The run takes a moment: meanwhile the talk goes on.
func (s *Show) live() {
	st := &s.state
	if st.Running {
		s.say("present_running")
		return
	}
	f := s.here()
	f.Live = true
	if s.isOpen() {
		s.say("present_reveal_first")
		return
	}
	var lesson *course.Lesson
	var scene string
	var script *scenario.Script
	s.locked(func(t *course.Session) {
		lesson, scene, script = t.Lesson(), t.Step().Scene, t.Script()
		if !f.World && len(f.Changes) == 0 {
			return
		}
		asked := *st
		asked.Forks, asked.Shown = []Fork{f}, 1
		if w, err := s.deck.world(t, &asked); err == nil {
			scene, script = "", w.script
		}
	})
	if lesson == nil || s.opt.Live == nil {
		s.say("present_no_live")
		return
	}
	n, ok := s.add(f)
	if !ok {
		return
	}
	if len(f.Changes) > 0 || f.World {
		scene = noScene
	}
	st.Running = true
	s.say("live_running")
	asked := *st
	go func() {
		real, err := s.opt.Live(s.ctx, lesson, scene, script)
		s.played(n, &asked, real, err)
	}()
}

// noScene stands for a script that is none of the lesson's scenes: it has no recorded run.
const noScene = "\x00"

// played shows a run that has ended, unless the talk has gone on meanwhile.
func (s *Show) played(n int, asked *State, real *Real, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Running = false
	switch {
	case err != nil:
		s.locked(func(t *course.Session) { s.state.Said = t.Words.T("live_failed", t.Words.Reason(err)) })
	case s.state.samePlace(asked):
		s.reals[n] = real
		s.state.Said = ""
		s.show(n, 0)
	default:
		s.reals[n] = real
		s.say("present_live_ready")
	}
	s.changed()
}
