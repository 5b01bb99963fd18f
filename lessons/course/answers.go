package course

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxAnswers bounds an answers file.
const maxAnswers = 256 << 10

// AnswerAll gives the session the answers of a file: TOML, one line for each
// question, `id = answer` or `id = [first, second]`. The error names the place.
func (s *Session) AnswerAll(name string, data []byte) error {
	if len(data) > maxAnswers {
		return fmt.Errorf("%s: larger than 256 KiB", name)
	}
	var file map[string]any
	if _, err := toml.Decode(string(data), &file); err != nil {
		return tomlError(name, err)
	}
	ids := s.Lesson().Questions()
	for key := range file {
		if !slices.Contains(ids, key) {
			return fmt.Errorf("%s: no question %q (questions are %s)", name, key, strings.Join(ids, ", "))
		}
	}
	for i, st := range s.Lesson().Steps {
		if st.Ask == nil {
			continue
		}
		s.Goto(i)
		v, given := file[st.Ask.ID]
		if !given {
			s.Skip()
			continue
		}
		if err := s.answerOne(name, st.Ask, v); err != nil {
			return err
		}
	}
	return nil
}

// answerOne gives the tries for one question.
func (s *Session) answerOne(name string, a *Ask, v any) error {
	tries, ok := v.([]any)
	if !ok {
		tries = []any{v}
	}
	for _, t := range tries {
		switch t.(type) {
		case string, int64:
		default:
			return fmt.Errorf("%s: %s: %v is neither a number nor a text", name, a.ID, t)
		}
		if !s.Open() {
			break
		}
		if f := s.Answer(fmt.Sprint(t)); f.Invalid != "" {
			return fmt.Errorf("%s: %s: %s", name, a.ID, f.Invalid)
		}
	}
	if s.Open() {
		s.Record(a.ID).Closed = true
	}
	return nil
}

// Hash identifies the lesson by what it plays and asks (64 bits in hexadecimal).
func (l *Lesson) Hash() string {
	h := sha256.New()
	fmt.Fprintln(h, l.ID, l.Profile.Name)
	for _, name := range l.Scenes() {
		fmt.Fprintln(h, name, l.Scene(name).Hash())
	}
	for _, st := range l.Steps {
		fmt.Fprintln(h, st.ID, st.Scene, st.At, st.Assert)
		if st.Ask != nil {
			fmt.Fprintln(h, *st.Ask)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
