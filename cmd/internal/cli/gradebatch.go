package cli

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netlab/lessons/grade"
	"netlab/lessons/grade/export"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/result"
	"netlab/lessons/text"
)

// A gradeBatch is what netlab grade --batch is told.
type gradeBatch struct {
	dir, roster, out, pattern, shard string
	jobs                             int
	again, merge                     bool
}

func (b *gradeBatch) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&b.dir, "batch", "", "grade every hand-in in this folder; run again, it goes on where it was")
	f.StringVar(&b.roster, "roster", "", "who is in the class, a CSV file with a header (student, name, …)")
	f.StringVar(&b.out, "out", "results", "the folder for results: one JSON and one page each, summary.csv")
	f.StringVar(&b.pattern, "pattern", "", "what the hand-ins are called, such as {student}_{name}_{title}.zip")
	f.IntVarP(&b.jobs, "jobs", "j", 4*runtime.NumCPU(), "how many at a time; they wait more than they work")
	f.StringVar(&b.shard, "shard", "", "one part of the class, such as 2/4: for several machines")
	f.BoolVar(&b.again, "again", false, "grade also what was graded before")
	f.BoolVar(&b.merge, "summary-only", false, "grade nothing: make the summary of the results that are in --out")
}

// class grades a class.
func (g *grading) class(ctx context.Context, spec string) error {
	b := &grade.Batch{Assignment: g.spec, Out: g.batch.out, Jobs: g.batch.jobs, Again: g.batch.again, Signer: g.signer, Options: g.options(spec)}
	if g.keep != "" {
		return usageError("netlab grade ASSIGNMENT SUBMISSION --keep-pcap FOLDER keeps those of one", "--keep-pcap is not for a class")
	}
	if b.Jobs < 1 || b.Jobs > 64 {
		return usageError("-j from 1 to 64", "a number is out of its range")
	}
	if g.batch.merge {
		rs, err := grade.ReadResults(g.batch.out, g.signer)
		if err != nil {
			return usageError("grade that student again, or take the file out of the folder", "%v", err)
		}
		grade.FindCopies(g.spec, g.a.language(), rs) // between parts of the class; the results stay as they were signed
		return g.summary(rs)
	}
	if err := g.findClass(b); err != nil {
		return err
	}
	bar := &countdown{statusLine: statusLine{a: g.a}, total: max(len(b.Entries), len(b.Roster))}
	words := text.For(g.a.language())
	began := time.Now()
	b.Done = func(r *result.Result, kept bool) {
		line := fmt.Sprintf("%s  %s", r.Student, mark(r, words))
		if kept {
			line += "  " + words.T("class_before")
		}
		if !bar.shows() || r.Outcome != result.Graded || r.Count(result.Error) > 0 {
			bar.clear()
			g.a.tell(g.a.err, "%s", line)
		}
		left := time.Duration(float64(time.Since(began)) / float64(bar.done+1) * float64(max(0, bar.total-bar.done-1))).Round(time.Second)
		bar.step(words.T("class_left", left))
	}
	b.Doubt = func(student string, why error) {
		bar.clear()
		g.a.tell(g.a.err, "netlab: %s", words.T("class_doubt", student, words.Obstacle(why.Error())))
	}
	rs, err := b.Run(ctx)
	bar.clear()
	if err != nil && !stopped(err) {
		return &exitError{exitMachine, err, "the results that could be written are in " + g.batch.out}
	}
	if err := g.summary(rs); err != nil {
		return err
	}
	if err != nil {
		g.a.tell(g.a.err, "netlab: %s", words.T("class_stopped", len(rs)))
		return err
	}
	g.a.tell(g.a.err, "netlab: %s", words.T("class_where", g.batch.out))
	for _, r := range rs {
		if r.Outcome == result.Ungradable {
			return &exitError{exitMachine, fmt.Errorf("%s could not be graded: %s", r.Student, r.Reason.Message), r.Reason.Hint}
		}
	}
	return nil
}

// findClass finds the hand-ins and the people.
func (g *grading) findClass(b *grade.Batch) error {
	entries, left, err := handin.List(g.batch.dir, g.batch.pattern)
	if err != nil {
		return usageError("name a folder with one hand-in per student", "--batch: %v", err)
	}
	for _, l := range left {
		g.a.tell(g.a.err, "netlab: %s", l.Text(g.a.language()))
	}
	b.Entries = entries
	if g.batch.roster != "" {
		if b.Roster, err = handin.ReadRoster(g.batch.roster); err != nil {
			return usageError("a CSV file with a header line: student,name", "--roster: %v", err)
		}
		g.strangers(b)
	}
	if len(b.Entries)+len(b.Roster) == 0 {
		return usageError("one folder, archive or file for each student", "there is no hand-in in %s", g.batch.dir)
	}
	if g.batch.shard != "" {
		i, n, ok := parseShard(g.batch.shard)
		if !ok {
			return usageError("such as 1/4: the first of four parts", "--shard %q is unknown", g.batch.shard)
		}
		b.Entries, b.Roster = grade.Shard(b.Entries, i, n), grade.ShardPeople(b.Roster, i, n)
	}
	return nil
}

// strangers tells who has handed something in and is not in the class: they are graded, too.
func (g *grading) strangers(b *grade.Batch) {
	known := map[string]bool{}
	for _, p := range b.Roster {
		known[p.ID] = true
	}
	for _, e := range b.Entries {
		if !known[e.Student] {
			g.a.tell(g.a.err, "netlab: %s is not in the roster (%s)", e.Student, e.Path)
		}
	}
}

func parseShard(s string) (i, n int, ok bool) {
	a, b, found := strings.Cut(s, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	return i, n, found && err1 == nil && err2 == nil && i >= 1 && n >= i && n <= 10000
}

// summary writes the table, the pages and the summary of a class.
func (g *grading) summary(rs []*result.Result) error {
	opt := export.Options{Lang: g.a.language(), Audience: export.Audience(g.audience), Due: g.due, Published: g.published}
	for _, r := range rs {
		page := opt
		page.Audience = export.Student // it is for the student
		data, err := export.HTML(r, page)
		if err != nil {
			return err
		}
		if err := grade.WriteFile(filepath.Join(g.batch.out, filepath.Base(r.Student)+".html"), data); err != nil {
			return err
		}
	}
	var table bytes.Buffer
	if err := export.Write(&table, "csv", rs, opt); err != nil {
		return err
	}
	if err := grade.WriteFile(filepath.Join(g.batch.out, "summary.csv"), table.Bytes()); err != nil {
		return err
	}
	for _, f := range g.formats {
		name, file, _ := strings.Cut(f, "=")
		if name == "text" {
			if err := g.a.writeOut(file, func(w writer) error {
				_, err := fmt.Fprint(w, export.Summary(rs).Text(g.a.language()))
				return err
			}); err != nil {
				return err
			}
			continue
		}
		if err := g.a.writeOut(file, func(w writer) error { return export.Write(w, name, rs, opt) }); err != nil {
			return usageError("of a class: text, json, junit or csv", "%v", err)
		}
	}
	return nil
}

// mark is a result in a word.
func mark(r *result.Result, words *text.Words) string {
	if r.Outcome != result.Graded {
		return words.T("class_"+string(r.Outcome), r.Reason.Message)
	}
	return fmt.Sprintf("%g / %g", r.Score, r.MaxScore)
}
