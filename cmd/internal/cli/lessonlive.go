package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"netlab/lessons/course"
	"netlab/lessons/text"
	"netlab/live/lab"
	"netlab/sim/compare"
	"netlab/sim/tcp"
)

// liveReport plays the lesson's script with real sockets at the best level there
// is, or on the wire, and compares. Where nothing is allowed it falls back to the recorded run.
func (a *app) liveReport(ctx context.Context, s *course.Session, wire bool) (*compare.Report, *lab.Result, error) {
	l := s.Lesson()
	res, err := playLive(ctx, s.Script(), wire, lab.LevelHost, s.Run.Seed)
	var refused *lab.RefusedError
	if errors.As(err, &refused) && l.Recorded[s.Step().Scene] != nil {
		res = lab.FromRecording(l.Recorded[s.Step().Scene], refused.Reason, refused.Fix)
		err = nil
	}
	if err != nil {
		return nil, res, err
	}
	return lab.Compare(s.Script(), res, tcp.Linux, s.Run.Seed), res, nil
}

// plainLive appends the comparison with reality to a plain lesson.
func (a *app) plainLive(cmd *cobra.Command, w writer, s *course.Session, wire bool) error {
	rep, res, err := a.liveReport(cmd.Context(), s, wire)
	if err != nil {
		fmt.Fprintln(a.err, "netlab: "+s.Words.T("live_failed", s.Words.Reason(err)))
		return nil // a lesson goes on without
	}
	if res.Reason != "" {
		fmt.Fprintln(a.err, "netlab: "+s.Words.T("live_failed", s.Words.Obstacle(res.Reason)))
		fmt.Fprintln(a.err, "hint: "+res.Fix)
		if res.Level == lab.LevelRecorded {
			fmt.Fprintln(a.err, "netlab: "+s.Words.T("live_recorded"))
		}
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := a.writeReport(w, rep, res, tcp.Linux, false); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w, s.ProfileNote()); err != nil {
		return err
	}
	if rep.Differences() > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

// lessonListJSON writes one object a lesson.
func (a *app) lessonListJSON(lessons []*course.Lesson, progress *course.Progress) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	for _, l := range lessons {
		row := map[string]any{"type": "lesson", "lesson": l.ID, "title": l.Text(a.language()).Title, "minutes": l.Minutes, "after": l.After, "steps": len(l.Steps)}
		if st := progress.Lessons[l.ID]; st != nil {
			row["step"], row["done"], row["right"], row["total"] = st.Step+1, st.Done, st.Right, st.Total
		}
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

// welcome is what `netlab` alone says.
func (a *app) welcome() error {
	words := text.For(a.language())
	fmt.Fprintf(a.out, "%s\n\n%s\n\n", words.T("welcome"), words.T("welcome_examples"))
	if err := a.lessonList(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.out, "\n"+words.T("welcome_help"))
	return err
}
