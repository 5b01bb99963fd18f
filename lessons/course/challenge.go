package course

import (
	"fmt"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// A Try is what came of a try at the challenge: the changed script, its run, and
// whether the goal is reached.
type Try struct {
	Script  *scenario.Script
	Trace   *trace.Trace
	Reached bool

	place *place
}

// TryChallenge plays the challenge's script with changes. The error says which
// change does not fit, or that there are too many.
func (s *Session) TryChallenge(changes []string) (*Try, error) {
	c := s.Lesson().Challenge
	if c == nil {
		return nil, fmt.Errorf("%s has no challenge", s.Lesson().ID)
	}
	if len(changes) > c.Edits {
		return nil, fmt.Errorf("%s", s.Words.T("challenge_too_many", len(changes), c.Edits))
	}
	script, err := s.Lesson().Scene(c.Scene).Change(changes...)
	if err != nil {
		return nil, err
	}
	t := s.Run.Play(script)
	try := &Try{Script: script, Trace: t, place: &place{t: t, n: len(t.Events), this: len(t.Events)}}
	try.Reached, err = try.place.evalBool(c.Goal)
	return try, err
}

// ChallengeReached reports whether a run of the challenge's script reaches the goal.
func (s *Session) ChallengeReached(t *trace.Trace) bool {
	p := &place{t: t, n: len(t.Events), this: len(t.Events)}
	ok, err := p.evalBool(s.Lesson().Challenge.Goal)
	return err == nil && ok
}

// ChallengeStory says what to reach, and with how many changes.
func (s *Session) ChallengeStory() string {
	return s.fill(s.challengePlace(), s.challengeWords().Story)
}

// ChallengeHints are the hints of the challenge.
func (s *Session) ChallengeHints() (all []string) {
	for _, h := range s.challengeWords().Hints {
		all = append(all, s.fill(s.challengePlace(), h))
	}
	return all
}

// ChallengeAfter is told once the goal is reached by try.
func (s *Session) ChallengeAfter(try *Try) string {
	return s.fill(try.place, s.challengeWords().After)
}

func (s *Session) challengePlace() *place {
	t := s.Run.Scene(s.Lesson().Challenge.Scene)
	return &place{t: t, n: len(t.Events), this: len(t.Events)}
}

func (s *Session) challengeWords() *StepText {
	if w := s.Lesson().Text(s.Words.Lang).Challenge; w != nil {
		return w
	}
	return &StepText{}
}

// MarkChallenge remembers that the goal was reached, and how.
func (s *Session) MarkChallenge(changes []string) {
	r := s.Record(s.challengeKey())
	r.Tries, r.Right, r.Closed = changes, true, true
}

// ChallengeDone reports whether the goal was reached before.
func (s *Session) ChallengeDone() bool { return s.Record(s.challengeKey()).Right }

// challengeKey is where the challenge is remembered among the questions.
func (s *Session) challengeKey() string { return "challenge:" + s.Lesson().Challenge.ID }
