package present

import (
	"slices"
	"strings"
	"time"

	"netlab/lessons/course"
	"netlab/lessons/text"
)

// A Preview is what a speaker wants to know beside the slide.
type Preview struct {
	Answer string        // of the open question, which the room does not see yet
	After  string        // what is told with it
	Next   string        // what going on does, in words
	Here   time.Duration // planned from the beginning of the talk up to this step
	All    time.Duration // planned for the whole talk
}

// Preview tells what a state leads to, in a language or the deck's own. Lessons of the
// playlist that the deck does not have count no minutes.
func (d *Deck) Preview(st State, lang string) (*Preview, error) {
	slide, err := d.Slide(st, nil, lang)
	if err != nil {
		return nil, err
	}
	w := text.For(slide.Lang)
	p := &Preview{}
	p.Here, p.All = d.plan(&st)
	switch {
	case st.Blank:
		p.Next = w.T("present_next_picture")
	case st.Shown > 0 && st.At < st.Of-1:
		p.Next = w.T("present_next_moment")
	case st.Shown > 0:
		p.Next = w.T("present_next_back", st.Step+1)
	case slide.Ask != nil && !slide.Ask.Revealed:
		told := st
		told.Revealed = append(slices.Clone(st.Revealed), slide.Ask.ID)
		revealed, err := d.Slide(told, nil, lang)
		if err != nil {
			return nil, err
		}
		p.Answer, p.After = revealed.Ask.Solution, revealed.Ask.After
		p.Next = w.T("present_next_reveal")
	case st.Step < slide.Steps-1:
		after := st
		after.Step++
		next, err := d.Slide(after, nil, lang)
		if err != nil {
			return nil, err
		}
		p.Next = w.T("present_next_step", after.Step+1, firstSentence(course.Plain(next.Story)))
	case st.Lesson < len(st.Playlist)-1:
		p.Next = w.T("present_next_lesson", d.title(st.Playlist[st.Lesson+1], slide.Lang))
	default:
		p.Next = w.T("present_end")
	}
	return p, nil
}

// plan is how long the talk should have taken up to a state, and should take in all.
func (d *Deck) plan(st *State) (here, all time.Duration) {
	for i, id := range st.Playlist {
		k := slices.IndexFunc(d.lessons, func(l *course.Lesson) bool { return l.ID == id })
		if k < 0 {
			continue
		}
		l := d.lessons[k]
		minutes := time.Duration(l.Minutes) * time.Minute
		all += minutes
		switch {
		case i < st.Lesson:
			here += minutes
		case i == st.Lesson:
			here += minutes * time.Duration(st.Step) / time.Duration(max(1, len(l.Steps)))
		}
	}
	return here, all
}

// title is a lesson's title, or its id if the deck does not have it.
func (d *Deck) title(id, lang string) string {
	if k := slices.IndexFunc(d.lessons, func(l *course.Lesson) bool { return l.ID == id }); k >= 0 {
		return d.lessons[k].Text(lang).Title
	}
	return id
}

// firstSentence is the beginning of a text up to the end of its first sentence.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, "。"); i >= 0 {
		return s[:i+len("。")]
	}
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}
