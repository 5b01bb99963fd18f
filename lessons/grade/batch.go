package grade

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/lessons/grade/pcapwork"
	"netlab/lessons/grade/result"
)

// A Batch is the hand-ins of a class.
type Batch struct {
	Assignment *assignment.Assignment
	Entries    []handin.Entry
	Roster     []handin.Person                   // empty: whoever has handed something in
	Out        string                            // a folder; each result is in it as soon as it is known
	Jobs       int                               // at a time
	Again      bool                              // also what has a result already
	Options    Options                           // of each; Student, Name and Path are filled in
	Signer     *Signer                           // signs the results; what is there is kept only if it is signed with the same key
	Done       func(r *result.Result, kept bool) // after each, one at a time; kept: from an earlier run
	Doubt      func(student string, why error)   // before it, if there was a result that is not to be trusted
}

// Run grades all, and returns the results by student. What was graded before, of the same files
// against the same assignment, is kept. An interrupted run leaves what it has done.
func (b *Batch) Run(ctx context.Context) ([]*result.Result, error) {
	if err := os.MkdirAll(b.Out, 0o755); err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	entries := slices.Clone(b.Entries)
	people := map[string]handin.Person{}
	for _, p := range b.Roster {
		people[p.ID] = p
		if !slices.ContainsFunc(entries, func(e handin.Entry) bool { return e.Student == p.ID }) {
			entries = append(entries, handin.Entry{Student: p.ID, Name: p.Name})
		}
	}
	if b.Assignment.Kind == assignment.Program && b.Options.Machine == nil {
		b.Options.Machine = Probe(ctx, b.Options.Tools...)
	}
	results := make([]*result.Result, len(entries))
	todo := make(chan int)
	var workers sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range max(1, b.Jobs) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := range todo {
				old, doubt := b.earlier(entries[i].Student)
				r, kept, err := b.one(ctx, entries[i], people[entries[i].Student], old)
				mu.Lock()
				failed = errors.Join(failed, err)
				if doubt != nil && b.Doubt != nil {
					b.Doubt(entries[i].Student, doubt)
				}
				if results[i] = r; b.Done != nil && r != nil {
					b.Done(r, kept)
				}
				mu.Unlock()
			}
		}()
	}
	for i := range entries {
		select {
		case todo <- i:
		case <-ctx.Done():
		}
	}
	close(todo)
	workers.Wait()
	results = slices.DeleteFunc(results, func(r *result.Result) bool { return r == nil })
	slices.SortFunc(results, func(x, y *result.Result) int { return cmp.Compare(x.Student, y.Student) })
	if err := b.copies(results); err != nil {
		failed = errors.Join(failed, err)
	}
	return results, errors.Join(failed, ctx.Err())
}

// one grades one entry, unless it is the one that an earlier run graded, and writes its result.
func (b *Batch) one(ctx context.Context, e handin.Entry, p handin.Person, old *result.Result) (r *result.Result, kept bool, err error) {
	opt := b.Options
	opt.Student, opt.Name, opt.Path = e.Student, cmp.Or(p.Name, e.Name), e.Path
	if e.Path == "" {
		m, _ := begin(b.Assignment, "", &opt)
		r = m.reject("missing", say(opt.Lang, "missing"), "")
		return r, false, b.write(r)
	}
	h, err := handin.Read(e.Path, takes(b.Assignment))
	if err != nil {
		r = Submit(ctx, b.Assignment, e.Path, opt)
		return r, false, b.write(r)
	}
	if old != nil && old.Submission == h.SHA256 {
		return old, true, nil
	}
	if r = Grade(ctx, b.Assignment, h, opt); ctx.Err() != nil {
		return nil, false, nil // half a result is none
	}
	return r, false, b.write(r)
}

// earlier is a student's result of an earlier run; nil if there is none that may be kept. Where
// results are signed, one that is not as it was signed is none, and doubt says why: whoever could
// write in the folder would have a mark of their own signed otherwise.
func (b *Batch) earlier(student string) (r *result.Result, doubt error) {
	if b.Again {
		return nil, nil
	}
	data, err := os.ReadFile(b.file(student))
	if err != nil {
		return nil, nil
	}
	r, err = result.Read(b.file(student), data)
	if err != nil || r.SpecSHA256 != b.Assignment.SHA256 || r.Outcome != result.Graded || r.Count(result.Error) > 0 || r.Lang != b.Options.Lang {
		return nil, nil
	}
	if r.Student != student {
		return nil, fmt.Errorf("it is that of %s", r.Student)
	}
	if b.Signer != nil {
		if err := b.Signer.Verify(data); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (b *Batch) file(student string) string {
	return filepath.Join(b.Out, filepath.Base(student)+".json")
}

// write puts a result in its place, all at once.
func (b *Batch) write(r *result.Result) error {
	if b.Signer != nil {
		if err := b.Signer.Sign(r); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		return fmt.Errorf("grade: %w", err)
	}
	return WriteFile(b.file(r.Student), out.Bytes())
}

// WriteFile writes a file so that whoever reads it finds the old one or the new one, whole.
func WriteFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".netlab-*")
	if err != nil {
		return fmt.Errorf("grade: %w", err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("grade: %s: %w", name, err)
	}
	return nil
}

// copies looks for what students have in common, and writes what it finds into the results.
func (b *Batch) copies(results []*result.Result) error {
	var failed error
	for _, r := range FindCopies(b.Assignment, b.Options.Lang, results) {
		failed = errors.Join(failed, b.write(r))
	}
	return failed
}

// FindCopies looks for captures and files that two students have in common, notes it in both
// results, and returns those in which it was not noted before.
func FindCopies(a *assignment.Assignment, lang string, results []*result.Result) (news []*result.Result) {
	for i, x := range results {
		for _, y := range results[i+1:] {
			var how []string
			if same := pcapwork.Same(x.Fingerprint, y.Fingerprint); len(same) > 0 {
				how = append(how, same...)
			}
			if x.Submission != "" && x.Submission == y.Submission && a.Kind == assignment.Program {
				how = append(how, say(lang, "same-files"))
			}
			if len(how) == 0 {
				continue
			}
			for _, pair := range [][2]*result.Result{{x, y}, {y, x}} {
				text := say(lang, "same-as", pair[1].Student, strings.Join(how, ", "))
				if slices.Contains(pair[0].Copies, text) {
					continue
				}
				if pair[0].Copies = append(pair[0].Copies, text); !slices.Contains(news, pair[0]) {
					news = append(news, pair[0])
				}
			}
		}
	}
	return news
}

// Shard keeps the i-th of n parts of a class, counted from 1: by the students' names, so that
// each machine takes the same part whatever has been handed in since.
func Shard(entries []handin.Entry, i, n int) []handin.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e handin.Entry) bool { return shardOf(e.Student, n) != i })
}

// ShardPeople does the same to a roster.
func ShardPeople(people []handin.Person, i, n int) []handin.Person {
	return slices.DeleteFunc(slices.Clone(people), func(p handin.Person) bool { return shardOf(p.ID, n) != i })
}

// ReadResults reads all results in a folder. With a signer, all of them must be as it signed them.
func ReadResults(dir string, signer *Signer) ([]*result.Result, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.json")
	if err != nil {
		return nil, fmt.Errorf("grade: %w", err)
	}
	var all []*result.Result
	for _, n := range names {
		data, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil {
			return nil, fmt.Errorf("grade: %w", err)
		}
		r, err := result.Read(filepath.Join(dir, n), data)
		if err != nil {
			return nil, err
		}
		if signer != nil {
			if err := signer.Verify(data); err != nil {
				return nil, fmt.Errorf("%s: %w", filepath.Join(dir, n), err)
			}
		}
		all = append(all, r)
	}
	return all, nil
}
