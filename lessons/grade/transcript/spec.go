package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"netlab/lessons"
	"netlab/lessons/course"
)

// A Spec is the table [transcript] of an assignment.
type Spec struct {
	Lesson       string   `toml:"lesson"`        // id of a built-in lesson
	Seed         string   `toml:"seed"`          // student: the one that Grade is given; any; or a number
	Points       *float64 `toml:"points"`        // of each question; nil: 1
	TriesPenalty *float64 `toml:"tries_penalty"` // what each wrong try costs, as a part of the points; nil: all, the first try counts
	HintPenalty  float64  `toml:"hint_penalty"`  // what each hint costs, as a part of the points
	MinQuestions int      `toml:"min_questions"` // fewer tried ones are no lesson done: the record is refused

	lesson *course.Lesson
}

// library holds the built-in lessons.
var library = sync.OnceValues(func() (*course.Library, error) { return course.LoadLibrary(lessons.FS) })

// What a seed may be, besides a number.
const (
	seedStudent = "student"
	seedAny     = "any"
)

// Check finds the mistakes of a spec that was decoded, and makes it ready for [Grade].
func (s *Spec) Check() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	lib, err := library()
	if err != nil {
		return err
	}
	if s.lesson = lib.Find(s.Lesson); s.lesson == nil {
		add("no built-in lesson %q (%s)", s.Lesson, lib.Suggest(s.Lesson))
	}
	if s.Seed == "" {
		s.Seed = seedStudent
	}
	if _, err := strconv.ParseUint(s.Seed, 10, 64); err != nil && s.Seed != seedStudent && s.Seed != seedAny {
		add("seed %q is neither student, any nor a number", s.Seed)
	}
	one := 1.0
	if s.Points == nil {
		s.Points = &one
	}
	if s.TriesPenalty == nil {
		s.TriesPenalty = &one
	}
	if !(*s.Points >= 0 && *s.Points <= 1000) {
		add("points %v (0 to 1000)", *s.Points)
	}
	if !(*s.TriesPenalty >= 0 && *s.TriesPenalty <= 1) || !(s.HintPenalty >= 0 && s.HintPenalty <= 1) {
		add("tries_penalty and hint_penalty are parts of the points, from 0 to 1")
	}
	if s.lesson != nil && (s.MinQuestions < 0 || s.MinQuestions > len(s.lesson.Questions())) {
		add("min_questions %d: the lesson has %d", s.MinQuestions, len(s.lesson.Questions()))
	}
	return errors.Join(errs...)
}

// SeedFor maps any number to a seed for which the lesson has been checked.
func (s *Spec) SeedFor(n uint64) uint64 {
	low, high := s.lesson.Seeds[0], s.lesson.Seeds[1]
	if high <= low || high-low+1 == 0 {
		return low
	}
	return low + n%(high-low+1)
}

// stepOf finds the step that asks a question; -1 if none does.
func stepOf(l *course.Lesson, question string) int {
	return slices.IndexFunc(l.Steps, func(s course.Step) bool { return s.Ask != nil && s.Ask.ID == question })
}
