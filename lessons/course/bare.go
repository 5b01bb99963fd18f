package course

import (
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// Bare makes a session of a script alone, without words or questions: for stepping
// through a run in the lesson's screen.
func Bare(s *scenario.Script, profile tcp.Profile, seed uint64, lang string) (*Session, error) {
	l := &Lesson{ID: s.Name, Local: true, Profile: profile, Seed: seed, Seeds: [2]uint64{seed, seed}, Script: s, Compare: true,
		Steps:    []Step{{ID: "end", At: Selector{text: "end"}}},
		Worlds:   map[string]*scenario.Script{},
		Texts:    map[string]*Text{"en": {Title: s.Name, Steps: map[string]*StepText{}, Scenes: map[string]string{}}},
		Recorded: map[string]*trace.Trace{}}
	return NewSession(l, seed, lang)
}
