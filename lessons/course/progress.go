package course

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Progress is what netlab remembers of a learner: one file, in the learner's
// own folder, written whole or not at all.
type Progress struct {
	Version int                  `json:"version"`
	Lessons map[string]*Standing `json:"lessons"`

	path string
}

// A Standing is how far a learner is in one lesson.
type Standing struct {
	Step    int                `json:"step"`
	Steps   int                `json:"steps"`
	Seed    uint64             `json:"seed"`
	Done    bool               `json:"done"`
	Right   int                `json:"right"`
	Total   int                `json:"total"`
	Records map[string]*Record `json:"records"`
}

// LoadProgress reads the progress file; a file that is not there is an empty one.
func LoadProgress(path string) (*Progress, error) {
	p := &Progress{Version: 1, Lessons: map[string]*Standing{}, path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("progress: %w", err)
	}
	if err := json.Unmarshal(data, p); err != nil {
		return p, fmt.Errorf("progress: %s is damaged: %w (move it away to begin anew)", path, err)
	}
	if p.Lessons == nil {
		p.Lessons = map[string]*Standing{}
	}
	return p, nil
}

// Save writes the file: first beside it, then in one move.
func (p *Progress) Save() error {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	dir := filepath.Dir(p.path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".progress-*")
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(data, '\n'))
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), p.path)
	}
	if err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	return nil
}

// Reset forgets a lesson, or all of them if id is empty.
func (p *Progress) Reset(id string) {
	if id == "" {
		p.Lessons = map[string]*Standing{}
		return
	}
	delete(p.Lessons, id)
}

// Keep takes over where a session stands.
func (p *Progress) Keep(s *Session) {
	right, _, total := s.Score()
	done := s.Finished()
	if old := p.Lessons[s.Lesson().ID]; old != nil {
		done = done || old.Done
	}
	p.Lessons[s.Lesson().ID] = &Standing{Step: s.pos, Steps: s.Len(), Seed: s.Run.Seed, Done: done, Right: right, Total: total, Records: s.records}
}

// Resume takes a session to where it was left, if it was left with these numbers.
func (p *Progress) Resume(s *Session) bool {
	st := p.Lessons[s.Lesson().ID]
	if st == nil || st.Seed != s.Run.Seed || st.Step >= s.Len()-1 {
		return false
	}
	for id, r := range st.Records {
		if r != nil {
			s.records[id] = r
		}
	}
	s.Goto(st.Step)
	return st.Step > 0
}
