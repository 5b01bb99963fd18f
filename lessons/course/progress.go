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
	// Mended are the questions that were missed and, asked again, answered right.
	Mended []string `json:"mended,omitempty"`
}

// progressVersion is the form of the file that this netlab writes.
const progressVersion = 1

// A DamagedError says that the progress file is there and cannot be used. It is
// left as it is.
type DamagedError struct {
	Path string
	Why  string
}

// Error implements error.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("progress: %s is damaged: %s (move it away to begin anew)", e.Path, e.Why)
}

// key is where a lesson's standing is kept: one's own lesson never touches the
// standing of a built-in one.
func (l *Lesson) key() string {
	if l.Local {
		return "folder:" + l.ID
	}
	return l.ID
}

// LoadProgress reads the progress file; a file that is not there is an empty one.
func LoadProgress(path string) (*Progress, error) {
	p := &Progress{Version: progressVersion, Lessons: map[string]*Standing{}, path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("progress: %w", err)
	}
	if err := json.Unmarshal(data, p); err != nil {
		return p, &DamagedError{path, err.Error()}
	}
	if p.Version > progressVersion {
		return p, &DamagedError{path, fmt.Sprintf("it was written by a newer netlab (version %d)", p.Version)}
	}
	p.Version = progressVersion
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

// ReadProgress reads an exported progress file.
func ReadProgress(name string, data []byte) (*Progress, error) {
	p := &Progress{}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("%s is no progress file: %w", name, err)
	}
	if p.Version < 1 || p.Version > progressVersion || p.Lessons == nil {
		return nil, fmt.Errorf("%s is no progress file of this netlab (version %d)", name, p.Version)
	}
	return p, nil
}

// Merge takes over the standings of another file: of each lesson the one that is
// further. It returns how many it took.
func (p *Progress) Merge(other *Progress) (taken int) {
	for id, st := range other.Lessons {
		own := p.Lessons[id]
		if st == nil || own != nil && (own.Done && !st.Done || own.Done == st.Done && own.Step >= st.Step && own.Right >= st.Right) {
			continue
		}
		p.Lessons[id] = st
		taken++
	}
	return taken
}

// Reset forgets a lesson, or all of them if id is empty.
func (p *Progress) Reset(id string) {
	if id == "" {
		p.Lessons = map[string]*Standing{}
		return
	}
	delete(p.Lessons, id)
}

// Keep takes over where a session stands. What was answered before, with the same
// numbers, stays unless it was answered again; a session with other numbers takes
// its place only once it has an answer.
func (p *Progress) Keep(s *Session) {
	key := s.Lesson().key()
	old := p.Lessons[key]
	records := map[string]*Record{}
	answered := false
	for id, r := range s.records {
		if r.Closed || len(r.Tries) > 0 || r.Hints > 0 {
			records[id], answered = r, true
		}
	}
	if old != nil && old.Seed != s.Run.Seed && !answered {
		return
	}
	st := &Standing{Step: s.pos, Steps: s.Len(), Seed: s.Run.Seed, Done: s.Finished(), Records: records}
	if old != nil {
		st.Done = st.Done || old.Done
		st.Mended = old.Mended
		for id, r := range old.Records {
			if old.Seed == s.Run.Seed && records[id] == nil && r != nil {
				records[id] = r
			}
		}
	}
	for _, step := range s.Lesson().Steps {
		if step.Ask == nil {
			continue
		}
		st.Total++
		if r := records[step.Ask.ID]; r != nil && r.First {
			st.Right++
		}
	}
	p.Lessons[key] = st
}

// Resume takes a session to where it was left, if it was left with these numbers.
func (p *Progress) Resume(s *Session) bool {
	st := p.Lessons[s.Lesson().key()]
	if st == nil || st.Seed != s.Run.Seed || st.Step < 0 || st.Step >= s.Len()-1 {
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
