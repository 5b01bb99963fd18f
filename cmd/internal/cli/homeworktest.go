package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"

	"netlab/lessons/grade"
	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/export"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/pcapwork"
	"netlab/lessons/grade/result"
	"netlab/lessons/grade/transcript"
)

// ownMistakes lists what is wrong with the table of an assignment's kind.
func ownMistakes(spec *assignment.Assignment) []error {
	switch spec.Kind {
	case assignment.Worksheet:
		if _, err := newSheet(spec); err != nil {
			return []error{err}
		}
	case assignment.PCAP:
		var own pcapwork.Spec
		if err := spec.Own(&own); err != nil {
			return []error{err}
		}
	case assignment.Transcript:
		var own transcript.Spec
		if err := spec.Own(&own); err != nil {
			return []error{err}
		}
	case assignment.Program: // the loader has seen all of it
	}
	return nil
}

// An expectation is expect.toml beside a wrong solution: what it must lose, and nothing else.
type expectation struct {
	Fails    []string `toml:"fails"`
	Skips    []string `toml:"skips"`
	Rejected string   `toml:"rejected"` // the code, if it is no submission at all
	Why      string   `toml:"why"`
}

// A trial is one solution of an assignment being tried.
type trial struct {
	dir  string
	want expectation // empty for a reference
}

func (a *app) homeworkTest() *cobra.Command {
	var times, jobs int
	var only string
	var tools []string
	cmd := &cobra.Command{
		Use:   "test FOLDER…",
		Short: "Try an assignment: the references get full marks, wrong solutions lose what they should",
		Long: "Grade each solution in testdata/reference of an assignment's folder, which must get full marks, and each in\n" +
			"testdata/wrong, which must lose exactly the checks that its expect.toml names. Of a worksheet the key must\n" +
			"get full marks, and a blank sheet none. Exit 1 if one of them does not.",
		Example: "  netlab homework test lessons/homework/port-echo\n  netlab homework test my-echo --times 200 -j 4",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if times < 1 || times > 10000 || jobs < 1 || jobs > 64 {
				return usageError("--times from 1 to 10000, -j from 1 to 64", "a number is out of its range")
			}
			tools, err := toolFolders(tools)
			if err != nil {
				return err
			}
			bad := 0
			for _, dir := range args {
				n, err := a.tryAssignment(cmd.Context(), dir, only, &trying{lang: a.language(), times: times, slots: make(chan struct{}, jobs), builds: grade.NewBuilds(), goCache: a.goCache(), tools: tools})
				if err != nil {
					return err
				}
				bad += n
			}
			if bad > 0 {
				return &exitError{exitFailed, fmt.Errorf("%d runs were not as they should be", bad), ""}
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&times, "times", 1, "how often each solution is graded, each time as another student's")
	cmd.Flags().IntVarP(&jobs, "jobs", "j", 2, "how many at a time")
	cmd.Flags().StringVar(&only, "only", "", "only solutions whose folder has this in its name")
	toolsFlag(cmd, &tools)
	return cmd
}

// tryAssignment tries all solutions, and counts what was not as it should be.
func (a *app) tryAssignment(ctx context.Context, dir, only string, try *trying) (bad int, err error) {
	spec, err := a.assignment(dir)
	if err != nil {
		return 0, err
	}
	if err := complete(spec); err != nil {
		return 0, wrongFile(err)
	}
	if spec.Kind == assignment.Worksheet {
		return a.tryWorksheet(ctx, spec, try.times)
	}
	trials, err := findTrials(dir)
	if err != nil {
		return 0, err
	}
	trials = slices.DeleteFunc(trials, func(t trial) bool { return !strings.Contains(t.dir, only) })
	if len(trials) == 0 {
		return 0, usageError("put a solution into testdata/reference/NAME", "%s has no solutions to try", dir)
	}
	try.spec = spec
	if spec.Kind == assignment.Program {
		try.machine = grade.Probe(ctx, try.tools...)
	}
	tried := make([]chan *told, len(trials))
	for i, t := range trials {
		tried[i] = make(chan *told, 1)
		go func() { tried[i] <- try.one(ctx, t) }()
	}
	for _, c := range tried { // told in their order
		one := <-c
		bad += one.bad
		_, e := io.WriteString(a.out, one.text.String())
		if err == nil {
			err = errors.Join(one.err, e)
		}
	}
	return bad, err
}

// A trying is an assignment whose solutions are tried, so many at a time as there are slots.
type trying struct {
	spec    *assignment.Assignment
	lang    string
	times   int
	slots   chan struct{}
	builds  *grade.Builds
	machine *grade.Machine
	goCache *grade.GoCache
	tools   []string
}

// A told is what there is to tell of one solution.
type told struct {
	bad  int // times that it was not as it should be
	text strings.Builder
	err  error
}

func findTrials(dir string) (all []trial, err error) {
	for _, sub := range []string{"reference", "wrong"} {
		found, _ := filepath.Glob(filepath.Join(dir, "testdata", sub, "*"))
		for _, d := range found {
			t := trial{dir: d}
			if sub == "wrong" {
				meta, err := toml.DecodeFile(filepath.Join(d, "expect.toml"), &t.want)
				if err != nil {
					return nil, usageError(`fails = ["half-close"]`, "%s: what must it lose? %v", d, err)
				}
				if extra := meta.Undecoded(); len(extra) > 0 {
					return nil, usageError("fails, skips, rejected, why", "%s/expect.toml: unknown key %q", d, extra[0])
				}
			}
			all = append(all, t)
		}
	}
	return all, nil
}

// one grades one solution again and again.
func (y *trying) one(ctx context.Context, t trial) *told {
	out := &told{}
	h, err := handin.Read(t.dir, handin.Options{Accept: y.spec.Submission.Accept, AllowBinaries: y.spec.Submission.AllowBinaries})
	if err != nil && t.want.Rejected == "" {
		out.err = usageError("", "%s: %v", t.dir, err)
		return out
	}
	var mu sync.Mutex
	var workers sync.WaitGroup
	lacking := "" // what this machine has not, to try it
	for n := range y.times {
		y.slots <- struct{}{}
		if ctx.Err() != nil {
			<-y.slots
			break
		}
		workers.Add(1)
		go func() {
			defer workers.Done()
			defer func() { <-y.slots }()
			opt := grade.Options{Tools: y.tools, GoCache: y.goCache, Student: fmt.Sprintf("try-%d", n), Lang: y.lang, Netlab: version, Spec: filepath.Dir(filepath.Dir(filepath.Dir(t.dir))), Path: t.dir, Builds: y.builds, Machine: y.machine}
			var r *result.Result
			if h == nil {
				r = grade.Submit(ctx, y.spec, t.dir, opt)
			} else {
				r = grade.Grade(ctx, y.spec, h, opt)
			}
			mu.Lock()
			defer mu.Unlock()
			if r.Outcome == result.Ungradable && r.Reason.Code == "tool" {
				lacking = r.Reason.Message
				return
			}
			if problem := t.problem(r); problem != "" && ctx.Err() == nil {
				out.bad++
				fmt.Fprintf(&out.text, "%s: %s\n%s\n", t.dir, problem, export.Text(r, export.Options{Audience: export.Instructor, Lang: y.lang}))
			}
		}()
	}
	workers.Wait()
	switch word := t.as(); {
	case ctx.Err() != nil:
		out.err = ctx.Err()
	case lacking != "":
		fmt.Fprintf(&out.text, "%s: not tried: %s\n", t.dir, lacking)
	default:
		fmt.Fprintf(&out.text, "%s: %s, %d of %d times\n", t.dir, word, y.times-out.bad, y.times)
	}
	return out
}

// as says how a solution should fare.
func (t *trial) as() string {
	switch w := t.want; {
	case len(w.Fails)+len(w.Skips) > 0:
		return "loses " + strings.Join(slices.Concat(w.Fails, w.Skips), ", ")
	case w.Rejected != "":
		return "is rejected: " + w.Rejected
	default:
		return "full marks"
	}
}

// problem is in what a result is not as it should be; empty: in nothing.
func (t *trial) problem(r *result.Result) string {
	if t.want.Rejected != "" {
		if r.Outcome == result.Rejected && r.Reason.Code == t.want.Rejected {
			return ""
		}
		return fmt.Sprintf("%s, want rejected: %s", r.Outcome, t.want.Rejected)
	}
	if r.Outcome != result.Graded {
		return fmt.Sprintf("%s: %s", r.Outcome, r.Reason.Message)
	}
	var fails, skips, errs []string
	for _, c := range r.Checks {
		switch c.Verdict {
		case result.Fail:
			fails = append(fails, c.ID)
		case result.Skip:
			skips = append(skips, c.ID)
		case result.Error:
			errs = append(errs, c.ID+" ("+c.Rationale+")")
		case result.Pass:
		}
	}
	switch {
	case len(errs) > 0:
		return "the grader failed in " + strings.Join(errs, ", ")
	case !sameSet(fails, t.want.Fails):
		return fmt.Sprintf("fails %v, want %v", fails, t.want.Fails)
	case !sameSet(skips, t.want.Skips):
		return fmt.Sprintf("skips %v, want %v", skips, t.want.Skips)
	default:
		return ""
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// tryWorksheet fills sheets in with their own keys, and leaves them blank.
func (a *app) tryWorksheet(ctx context.Context, spec *assignment.Assignment, times int) (bad int, err error) {
	for n := range times {
		student := fmt.Sprintf("try-%d", n)
		own, err := spec.For(assignment.Key{Student: student})
		if err != nil {
			return bad, err
		}
		sheet, err := newSheet(own)
		if err != nil {
			return bad, wrongFile(err)
		}
		for _, one := range []struct {
			text []byte
			full bool
		}{{sheet.Key("en"), true}, {sheet.Blank("en"), false}} {
			h := &handin.Handin{Name: student, Files: []handin.File{{Name: "answers.toml", Data: one.text}}}
			r := grade.Grade(ctx, spec, h, grade.Options{Student: student, Netlab: version})
			if r.Outcome != result.Graded || one.full && r.Score != r.MaxScore || !one.full && r.Score != 0 {
				bad++
				fmt.Fprintf(a.out, "%s: %s\n", student, export.Text(r, export.Options{Audience: export.Instructor}))
			}
		}
	}
	_, err = fmt.Fprintf(a.out, "%s: the key gets full marks and a blank sheet none, %d of %d times\n", spec.ID, times-min(bad, times), times)
	return bad, err
}

// readable reports whether a file can be read, for a clear error before anything is written.
func readable(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return f.Close()
}
