package course

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// FormatVersion is the version of lesson.toml that this netlab reads.
const FormatVersion = 1

// A Lesson is a loaded lesson. Its parts are never changed after loading.
type Lesson struct {
	Dir      string // folder name, "01-handshake"
	Local    bool   // somebody's own folder, not built in
	ID       string
	After    []string
	Minutes  int
	Profile  tcp.Profile
	Seed     uint64 // default
	Seeds    [2]uint64
	Steps    []Step
	Script   *scenario.Script
	Worlds   map[string]*scenario.Script
	Texts    map[string]*Text // by language
	Compare  bool
	NoLive   string // why the lesson is not compared, if it is not
	Recorded *trace.Trace
}

// A Step is one stop of the lesson, bound to an event.
type Step struct {
	ID     string
	At     Selector
	Assert []string
	Ask    *Ask
}

// An AskKind is a form of question.
type AskKind string

// The forms.
const (
	AskNumber AskKind = "number" // a number is typed
	AskState  AskKind = "state"  // a state's name is typed
	AskChoice AskKind = "choice" // one of several texts
	AskNext   AskKind = "next"   // a choice of who does what next
)

// Typed reports whether the answer is typed rather than chosen.
func (k AskKind) Typed() bool { return k == AskNumber || k == AskState }

// An Ask is a question.
type Ask struct {
	ID      string
	Kind    AskKind
	Answer  string // an expression; empty for choices
	World   string // what-if: the world in which it is asked; empty: the lesson's own
	Hides   []string
	Wrong   []Wrong
	Choices []Choice
}

// A Wrong is a wrong answer that is expected, and the belief it shows.
type Wrong struct {
	Is      string // an expression
	Because string // id of a misconception
}

// A Choice is one of several answers. It is right if Holds is true.
type Choice struct {
	ID      string
	Holds   string
	Because string
}

// Tries is how many tries the question has: one where guessing would be easy.
func (a *Ask) Tries() int {
	if !a.Kind.Typed() && len(a.Choices) <= 3 {
		return 1
	}
	return 2
}

// The form of lesson.toml.
type tomlLesson struct {
	FormatVersion int      `toml:"format_version"`
	ID            string   `toml:"id"`
	After         []string `toml:"after"`
	Minutes       int      `toml:"minutes"`
	Profile       string   `toml:"profile"`
	Seeds         struct {
		Default uint64 `toml:"default"`
		Check   string `toml:"check"`
	} `toml:"seeds"`
	Live struct {
		Compare bool   `toml:"compare"`
		Reason  string `toml:"reason"`
	} `toml:"live"`
	Step []tomlStep `toml:"step"`
}

type tomlStep struct {
	ID     string   `toml:"id"`
	At     string   `toml:"at"`
	Assert []string `toml:"assert"`
	Ask    *tomlAsk `toml:"ask"`
}

type tomlAsk struct {
	ID     string   `toml:"id"`
	Kind   string   `toml:"kind"`
	Answer string   `toml:"answer"`
	World  string   `toml:"world"`
	Hides  []string `toml:"hides"`
	Wrong  []struct {
		Is      string `toml:"is"`
		Because string `toml:"because"`
	} `toml:"wrong"`
	Choices []struct {
		ID      string `toml:"id"`
		Holds   string `toml:"holds"`
		Because string `toml:"because"`
	} `toml:"choices"`
}

// maxSeeds bounds how many seeds a check plays.
const maxSeeds = 1000

// reserved ids would clash with the words of `netlab lesson`.
var reserved = []string{"list", "check", "new", "watch", "reset", "run", "export", "import", "export-progress", "import-progress"}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Load reads the lesson in a folder of fsys. The error joins one error for each
// mistake, each naming the file.
func Load(fsys fs.FS, dir string) (*Lesson, error) {
	name := path.Join(dir, "lesson.toml")
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var t tomlLesson
	meta, err := toml.Decode(string(data), &t)
	if err != nil {
		return nil, tomlError(name, err)
	}
	var errs []error
	for _, key := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("%s: unknown key %q", name, key.String()))
	}
	l := &Lesson{Dir: path.Base(dir), ID: t.ID, After: t.After, Minutes: t.Minutes, Seed: t.Seeds.Default,
		Compare: t.Live.Compare, NoLive: t.Live.Reason, Worlds: map[string]*scenario.Script{}, Texts: map[string]*Text{}}
	errs = append(errs, l.fill(name, &t)...)
	errs = append(errs, l.loadScripts(fsys, dir)...)
	errs = append(errs, l.loadTexts(fsys, dir)...)
	errs = append(errs, l.loadRecorded(fsys, dir)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return l, nil
}

// tomlError names the line and column of a mistake in a TOML file.
func tomlError(name string, err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %s", name, parse.Position.Line, parse.Message)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// fill takes over lesson.toml and collects what is wrong with it.
func (l *Lesson) fill(name string, t *tomlLesson) (errs []error) {
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf(name+": "+format, args...))
	}
	if t.FormatVersion != FormatVersion {
		fail("format_version is %d, this netlab reads %d", t.FormatVersion, FormatVersion)
	}
	if !idForm.MatchString(t.ID) || slices.Contains(reserved, t.ID) {
		fail("bad id %q (small letters, digits and hyphens, and not one of %s)", t.ID, strings.Join(reserved, ", "))
	}
	if t.Profile == "" {
		t.Profile = tcp.Textbook.Name
	}
	var ok bool
	if l.Profile, ok = tcp.ProfileByName(t.Profile); !ok {
		fail("unknown profile %q", t.Profile)
	}
	if n, _ := fmt.Sscanf(t.Seeds.Check, "%d..%d", &l.Seeds[0], &l.Seeds[1]); n != 2 || l.Seeds[1] < l.Seeds[0] {
		fail(`bad seeds.check %q (want "1..64")`, t.Seeds.Check)
	}
	if l.Seeds[1]-l.Seeds[0] >= maxSeeds {
		fail("seeds.check has more than %d seeds", maxSeeds)
	}
	if t.Minutes < 1 {
		fail("minutes is %d; say how long the lesson takes", t.Minutes)
	}
	if !t.Live.Compare && t.Live.Reason == "" {
		fail("live.compare is false without a live.reason, which learners are shown")
	}
	ids := map[string]bool{}
	for _, s := range t.Step {
		if !idForm.MatchString(s.ID) || ids[s.ID] {
			fail("step id %q is bad or used twice", s.ID)
		}
		ids[s.ID] = true
		sel, err := parseSelector(s.At)
		if err != nil {
			fail("step %s: %w", s.ID, err)
		}
		step := Step{ID: s.ID, At: sel, Assert: s.Assert}
		if s.Ask != nil {
			ask, err := s.Ask.ask()
			if err != nil {
				fail("step %s: %w", s.ID, err)
			}
			if ids["ask:"+ask.ID] {
				fail("question id %q is used twice", ask.ID)
			}
			ids["ask:"+ask.ID] = true
			step.Ask = ask
		}
		l.Steps = append(l.Steps, step)
	}
	if len(l.Steps) == 0 {
		fail("the lesson has no step")
	}
	return errs
}

func (t *tomlAsk) ask() (*Ask, error) {
	a := &Ask{ID: t.ID, Kind: AskKind(t.Kind), Answer: t.Answer, World: t.World, Hides: t.Hides}
	for _, w := range t.Wrong {
		a.Wrong = append(a.Wrong, Wrong{w.Is, w.Because})
	}
	for _, c := range t.Choices {
		a.Choices = append(a.Choices, Choice{c.ID, c.Holds, c.Because})
	}
	switch {
	case !idForm.MatchString(t.ID):
		return a, fmt.Errorf("bad question id %q", t.ID)
	case !slices.Contains([]AskKind{AskNumber, AskState, AskChoice, AskNext}, a.Kind):
		return a, fmt.Errorf("question %s: unknown kind %q (number, state, choice, next)", t.ID, t.Kind)
	case a.Kind.Typed() && (a.Answer == "" || len(a.Choices) > 0):
		return a, fmt.Errorf("question %s: a typed question needs an answer expression and no choices", t.ID)
	case !a.Kind.Typed() && (len(a.Choices) < 2 || len(a.Choices) > 9 || a.Answer != ""):
		return a, fmt.Errorf("question %s: a choice needs 2 to 9 choices and no answer expression", t.ID)
	}
	return a, nil
}

func (l *Lesson) loadScripts(fsys fs.FS, dir string) (errs []error) {
	read := func(file string) *scenario.Script {
		data, err := fs.ReadFile(fsys, path.Join(dir, file))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path.Join(dir, file), err))
			return nil
		}
		s, err := scenario.Parse(path.Join(l.Dir, file), string(data))
		if err != nil {
			errs = append(errs, err)
		}
		return s
	}
	if l.Script = read("scenario.txt"); l.Script != nil {
		l.Script.Name = l.ID
	}
	for _, s := range l.Steps {
		if s.Ask == nil || s.Ask.World == "" || l.Worlds[s.Ask.World] != nil {
			continue
		}
		if w := read(path.Join("worlds", s.Ask.World+".txt")); w != nil {
			l.Worlds[s.Ask.World] = w
		}
	}
	return errs
}

func (l *Lesson) loadTexts(fsys fs.FS, dir string) (errs []error) {
	names, err := fs.Glob(fsys, path.Join(dir, "text", "*.md"))
	if err != nil || len(names) == 0 {
		return []error{fmt.Errorf("%s: no text files", path.Join(dir, "text"))}
	}
	sort.Strings(names)
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		lang := strings.TrimSuffix(path.Base(name), ".md")
		t, err := parseText(path.Join(l.Dir, "text", path.Base(name)), string(data))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		l.Texts[lang] = t
	}
	if l.Texts["en"] == nil {
		errs = append(errs, fmt.Errorf("%s: en.md is missing", path.Join(dir, "text")))
	}
	return errs
}

// loadRecorded reads the recorded run that is shown where live is refused.
func (l *Lesson) loadRecorded(fsys fs.FS, dir string) []error {
	name := path.Join(dir, "recorded.json")
	f, err := fsys.Open(name)
	if err != nil {
		return nil // a lesson need not have one
	}
	defer f.Close()
	t, err := trace.ReadJSON(f)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", name, err)}
	}
	l.Recorded = t
	return nil
}

// Text returns the lesson's words in a language, or in English.
func (l *Lesson) Text(lang string) *Text {
	if t := l.Texts[lang]; t != nil {
		return t
	}
	return l.Texts["en"]
}

// StepIndex finds a step by its id or its number from 1; -1 if there is none.
func (l *Lesson) StepIndex(name string) int {
	for i, s := range l.Steps {
		if s.ID == name || fmt.Sprint(i+1) == name {
			return i
		}
	}
	return -1
}
