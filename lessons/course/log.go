package course

import (
	"encoding/json"
	"io"
	"time"
)

// An Entry is one thing that a learner did about a question.
type Entry struct {
	Time     time.Time `json:"time"`
	Question string    `json:"question"`
	Did      string    `json:"did"` // try, hint, not-sure, skip
	Try      string    `json:"try,omitempty"`
	Right    bool      `json:"right,omitempty"`
}

// A Log is a record of how a learner went through a lesson, in the order in which it
// happened. It can be graded by playing it again: the lesson's hash and the seed fix every
// answer.
type Log struct {
	Type    string    `json:"type"` // "transcript"
	Version int       `json:"v"`
	Lesson  string    `json:"lesson"`
	Hash    string    `json:"hash"`
	Profile string    `json:"profile"`
	Seed    uint64    `json:"seed"`
	Lang    string    `json:"lang"`
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended"`
	Entries []Entry   `json:"entries"`
	Right   int       `json:"right"`
	Total   int       `json:"total"`
}

// Keep makes the session note what the learner does from now on; now tells the time.
func (s *Session) Keep(now func() time.Time) {
	l := s.Lesson()
	s.now = now
	s.log = &Log{Type: "transcript", Version: 1, Lesson: l.ID, Hash: l.Hash(), Profile: l.Profile.Name, Seed: s.Run.Seed, Began: now(), Entries: []Entry{}}
}

// note adds an entry about the current question.
func (s *Session) note(did, try string, right bool) {
	if s.log != nil {
		s.log.Entries = append(s.log.Entries, Entry{s.now(), s.Ask().ID, did, try, right})
	}
}

// WriteLog writes what was noted since Keep as one JSON object.
func (s *Session) WriteLog(w io.Writer) error {
	s.log.Ended, s.log.Lang = s.now(), s.Words.Lang
	s.log.Right, _, s.log.Total = s.Score()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(s.log)
}
