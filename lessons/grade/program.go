package grade

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/result"
	"netlab/lessons/text"
	"netlab/live/jail"
	"netlab/live/lab"
	"netlab/sim/scenario"
)

// builds is the id of the check that comes before all others of a program.
const builds = "builds"

// What a program gets if the assignment does not say.
const (
	checkWithin  = 30 * time.Second
	readyWithin  = 5 * time.Second
	outputAtMost = 8 << 20
)

// A bench is what the checks of one program have in common.
type bench struct {
	*marking
	recipe *recipe
	work   []byte // the files, built
	pulse  heart
	limits jail.Limits
}

// program builds the program, and holds it to the checks.
func (m *marking) program() {
	machine := m.opt.Machine
	if machine == nil {
		machine = Probe(m.ctx, m.opt.Tools...)
	}
	m.programOn(machine)
}

// programOn does so on a machine of which is known what it can.
func (m *marking) programOn(machine *Machine) {
	m.Isolation = machine.Isolation
	if machine.Level != assignment.Isolation {
		m.fault("isolation", m.word("isolation", assignment.Isolation, text.For(m.Lang).Obstacle(machine.Why)), machine.Fix)
		return
	}
	if machine.NoTools != "" {
		m.fault("tool", m.word("no-tools", machine.NoTools), m.word("no-tools-hint"))
		return
	}
	p := newPulse(m.ctx)
	defer p.stop()
	b := &bench{marking: m, recipe: recipeFor(m.a, m.hand), pulse: p}
	l := m.a.Limits
	b.limits = jail.Limits{CPU: time.Duration(l.CPU), Memory: int64(l.Memory), Processes: l.Processes, Disk: int64(l.Disk)}
	if b.recipe == nil {
		m.reject("no-program", m.word("no-program", cmp.Or(m.a.Submission.Name, "server")), m.word("no-program-hint", cmp.Or(m.a.Submission.Name, "server")))
		return
	}
	if n := b.recipe.needs; len(n) > 0 && !slices.ContainsFunc(n, func(name string) bool { return jail.Has(name, b.opt.Tools...) }) {
		m.noTool(n, b.recipe.what)
		return
	}
	if !b.build() {
		return
	}
	done := map[string]result.Verdict{}
	for i := range m.a.Checks {
		visible, c := &m.a.Checks[i], &m.a.Checks[i]
		if hides(c) {
			if m.HiddenCount++; m.opt.SelfCheck {
				continue
			}
			c = &m.other.Checks[i]
		}
		if !m.wanted(visible.ID) {
			continue
		}
		if m.ctx.Err() != nil {
			return
		}
		one := b.check(c, done)
		done[c.ID] = one.Verdict
		m.add(one)
	}
}

// noTool says that nothing of what is needed is in the cell; and where it is, if it lies in a folder
// of a user's own, as what rustup, nvm or pyenv install: "there is none" would be untrue there.
func (m *marking) noTool(needs []string, what string) {
	hint := "no-tool-hint"
	if m.opt.SelfCheck {
		hint = "no-tool-hint-self"
	}
	for _, name := range needs {
		if path, err := exec.LookPath(name); err == nil {
			m.fault("tool", m.word("no-tool-in-cell", name, what, path), m.word(hint, name)+m.word("no-tool-show", toolFolder(path)))
			return
		}
	}
	m.fault("tool", m.word("no-tool", needs[0], what), m.word(hint, needs[0]))
}

// toolFolder is the folder with which a program that was found can be shown in the cell, for a
// command line. What rustup puts into PATH finds the compiler itself by files elsewhere.
func toolFolder(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if filepath.Base(path) == "rustup" {
		return `"$(rustc --print sysroot)"`
	}
	return filepath.Dir(filepath.Dir(path))
}

// hides reports whether students do not see a check before they are marked.
func hides(c *assignment.Check) bool { return c.Visibility != "" && c.Visibility != result.Visible }

// wanted reports whether a check is to be done: it was asked for, or one that comes after it.
func (m *marking) wanted(id string) bool {
	if len(m.opt.Only) == 0 || slices.Contains(m.opt.Only, id) {
		return true
	}
	return slices.ContainsFunc(m.a.Checks, func(c assignment.Check) bool { return slices.Contains(c.After, id) && m.wanted(c.ID) })
}

// build builds the program, if there is something to build, and says so in a check of its own.
func (b *bench) build() bool {
	b.work = b.hand.Tar()
	if b.recipe.build == nil {
		return true
	}
	began := b.opt.Now()
	within := b.recipe.within
	made, err := b.make(within)
	if err == nil && (starved(made, within, within) || made.Exit != 0 && b.pulse.since() >= tooLate) { // a compiler that is starved fails, too
		b.pulse.calm(b.ctx)
		within *= 3
		made, err = b.make(within)
	}
	c := result.Check{ID: builds, Title: b.word("builds", b.recipe.what), Verdict: result.Pass, Visibility: result.Visible, DurationMs: b.opt.Now().Sub(began).Milliseconds()}
	switch {
	case err != nil:
		c.Verdict, c.Rationale = result.Error, err.Error()
	case starved(made, within, b.recipe.within):
		c.Verdict, c.Rationale = result.Error, b.word("busy", within.String())
	case made.Late:
		c.Verdict, c.Rationale = result.Fail, b.word("build-late", within.String())
	case made.Flood:
		c.Verdict, c.Rationale, c.Output = result.Fail, b.word("build-floods"), tail(string(made.Output), 400)
	case made.Left > jail.MostKept:
		c.Verdict, c.Rationale = result.Fail, b.word("build-leaves", made.Left>>20, jail.MostKept>>20)
	case made.Exit != 0 || !made.Started:
		c.Verdict, c.Rationale, c.Output = result.Fail, b.word("build-fails", ending(b.Lang, &made.Report)), tail(string(made.Output), 4000)
		if crates := b.recipe.crates; len(crates) > 0 {
			c.Cause = b.word("no-crates", cargoFile, strings.Join(crates[:min(len(crates), 5)], ", "))
		}
	default:
		b.work = made.Work
	}
	if b.add(c); c.Verdict == result.Pass {
		return true
	}
	for i := range b.a.Checks {
		visible := &b.a.Checks[i]
		if hides(visible) && b.opt.SelfCheck || !b.wanted(visible.ID) {
			continue
		}
		skipped := b.blank(visible)
		skipped.Verdict, skipped.SkipReason = result.Skip, b.word("skip-after", c.Title)
		if c.Verdict == result.Error {
			skipped.Verdict, skipped.SkipReason, skipped.Rationale = result.Error, "", c.Rationale
		}
		b.add(skipped)
	}
	return false
}

// starved reports whether a build that was given so long, and took longer, has not had the time that
// it should have: while it wanted a processor, others had it. What waits without end has had its time,
// however busy the machine is, and so has what computes without end on a quiet one.
func starved(made *lab.Made, given, should time.Duration) bool {
	got, wanted := time.Duration(made.CPU), time.Duration(made.Wanted)
	if wanted == 0 && got > given/20 { // this kernel does not tell
		wanted = given
	}
	return made.Late && given-max(0, wanted-got) < should*9/10
}

// make runs the build once.
func (b *bench) make(within time.Duration) (*lab.Made, error) {
	return b.opt.Builds.get(b.recipe.build, b.work, func() (*lab.Made, error) {
		cell, work := jail.Cell{Argv: b.recipe.build, Limits: buildLimits, Dirs: b.a.Submission.Dirs, Tools: b.opt.Tools}, b.work
		if b.recipe.what == golang {
			work = b.opt.GoCache.with(b.ctx, &cell, work)
		}
		return lab.Make(b.ctx, cell, work, within)
	})
}

// blank is a check before it is done.
func (b *bench) blank(c *assignment.Check) result.Check {
	out := result.Check{ID: c.ID, Number: c.Number, Title: c.Title.In(b.Lang), MaxScore: c.Points, Visibility: cmp.Or(c.Visibility, result.Visible), Tags: c.Tags, DependsOn: c.After}
	if c.Requirement.Level != "" {
		out.Requirement = &c.Requirement
	}
	return out
}

// attempts is how often a check that fails is run before it costs marks, if the machine was
// quick enough; mostAttempts bounds it all.
const (
	attempts     = 2
	mostAttempts = 5
)

// check holds the program to one check.
func (b *bench) check(c *assignment.Check, done map[string]result.Verdict) (out result.Check) {
	out = b.blank(c)
	began := b.opt.Now()
	defer func() { out.DurationMs = b.opt.Now().Sub(began).Milliseconds() }()
	for _, id := range c.After {
		if done[id] != result.Pass && done[id] != "" {
			out.Verdict, out.SkipReason = result.Skip, b.word("skip-after", b.titleOf(id))
			if done[id] == result.Error {
				out.Verdict, out.Rationale = result.Error, b.word("skip-after", b.titleOf(id))
			}
			return out
		}
	}
	a := b.a
	if hides(c) {
		a = b.other
	}
	script, err := a.Script(c)
	if err != nil {
		out.Verdict, out.Rationale = result.Error, err.Error()
		return out
	}
	run := b.recipe.run
	if hides(c) {
		run = recipeFor(b.other, b.hand).run // its arguments are the hidden check's, too
	}
	fair := 0 // attempts on a machine that was quick enough
	for n := 1; n <= mostAttempts && fair < attempts; n++ {
		one, res := b.attempt(out, c, script, run)
		one.Attempts = n
		one.Flaky = n > 1 && (one.Verdict == result.Pass || out.Flaky)
		late := b.pulse.since()
		out = one
		if res != nil {
			b.known(res)
		}
		if one.Verdict == result.Pass || b.ctx.Err() != nil {
			break
		}
		if late < tooLate && one.Verdict == result.Fail {
			fair++
			continue
		}
		if b.pulse.calm(b.ctx); n == mostAttempts || fair == 0 && n >= mostAttempts-1 {
			out.Verdict, out.Rationale = result.Error, b.word("busy", late.Round(time.Millisecond).String())
		}
	}
	if out.Verdict == result.Pass {
		out.Score = out.MaxScore
	} else if b.opt.Spec != "" && !hides(c) {
		out.Again = fmt.Sprintf("netlab check %s %s --only %s --seed %s", b.opt.Spec, b.opt.Path, c.ID, b.Seed)
	}
	return out
}

func (b *bench) titleOf(id string) string {
	for i := range b.a.Checks {
		if b.a.Checks[i].ID == id {
			return b.a.Checks[i].Title.In(b.Lang)
		}
	}
	return id
}

// attempt runs a check once.
func (b *bench) attempt(c result.Check, spec *assignment.Check, script *scenario.Script, run []string) (result.Check, *lab.Result) {
	a := b.a
	prog := &lab.Program{
		Host: a.Program.Host, Cell: &jail.Cell{Argv: run, Limits: b.limits, Dirs: a.Submission.Dirs, Tools: b.opt.Tools}, Work: b.work,
		Stays: a.Program.Role == "server", Within: cmp.Or(time.Duration(a.Program.Ready), readyWithin), Output: cmp.Or(int64(a.Limits.Output), outputAtMost),
	}
	res, err := lab.RunWire(b.ctx, script, lab.Wire{Seed: seedNumber(b.Seed), Program: prog, Wall: cmp.Or(time.Duration(a.Limits.Wall), checkWithin), Enough: true})
	var cannot *lab.CannotError
	switch {
	case errors.As(err, &cannot):
		c.Verdict, c.Rationale = result.Error, cannot.Error()
		return c, nil
	case err != nil:
		c.Verdict, c.Rationale = result.Error, err.Error()
		return c, nil
	}
	e := &evidence{res: res, script: script, spec: spec, host: a.Program.Host, server: a.Program.Role == "server", lang: b.Lang}
	e.judge(&c)
	if b.opt.Keep != nil {
		name, err := b.opt.Keep(c.ID, res.Frames)
		if err != nil {
			b.Warnings = append(b.Warnings, err.Error())
		} else {
			if c.Evidence == nil {
				c.Evidence = &result.Evidence{}
			}
			if c.Evidence.PCAP = name; c.Verdict == result.Fail {
				c.Evidence.Frames = e.frames()
			}
		}
	}
	return c, res
}

// known takes over what is known of the program, the worst of all checks.
func (b *bench) known(res *lab.Result) {
	end := res.Program
	if end == nil {
		return
	}
	if b.Result.Program == nil {
		b.Result.Program = &result.Program{}
	}
	p := b.Result.Program
	if !end.Running && end.Exit >= 0 {
		p.Exit = &end.Exit
	}
	if !end.Running && end.Signal != "" {
		p.Signal = end.Signal
	}
	if p.Stdout == "" { // of the first run in which it printed anything
		p.Stdout, p.StdoutBytes = tail(string(end.Output), 16<<10), end.Printed
		p.StdoutTruncated = end.Printed > int64(len(end.Output))
	}
	p.MaxRSSKB = max(p.MaxRSSKB, end.MaxRSS>>10)
	p.CPUMs += end.CPU / 1e6
	p.Leftover = max(p.Leftover, end.Leftover)
	p.Stopped = cmp.Or(stopped(res), p.Stopped)
}

// stopped names the limit that ended a program; empty: none did.
func stopped(res *lab.Result) string {
	switch end := res.Program; {
	case end.Flood:
		return "output"
	case end.Storm:
		return "packets"
	case end.Stopped != "":
		return string(end.Stopped)
	case res.Over:
		return "wall"
	default:
		return ""
	}
}

// tail keeps the end of a long text, from the beginning of a line.
func tail(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	s = s[len(s)-most:]
	if _, rest, ok := strings.Cut(s, "\n"); ok {
		s = rest
	}
	return "…\n" + strings.ToValidUTF8(s, "\uFFFD")
}
