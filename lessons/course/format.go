package course

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"netlab/sim/tcp"
)

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
	Calls     bool              `toml:"calls"`
	Letters   map[string]string `toml:"letters"`
	Step      []tomlStep        `toml:"step"`
	Challenge *tomlChallenge    `toml:"challenge"`
}

type tomlStep struct {
	ID     string   `toml:"id"`
	Scene  string   `toml:"scene"`
	At     string   `toml:"at"`
	Assert []string `toml:"assert"`
	Plot   []string `toml:"plot"`
	Ask    *tomlAsk `toml:"ask"`
}

type tomlAsk struct {
	ID     string   `toml:"id"`
	Kind   string   `toml:"kind"`
	Answer string   `toml:"answer"`
	World  string   `toml:"world"`
	From   string   `toml:"from"`
	Hides  []string `toml:"hides"`
	Wrong  []struct {
		Is      string   `toml:"is"`
		Because string   `toml:"because"`
		TrueIf  []string `toml:"true_if"`
	} `toml:"wrong"`
	Choices []struct {
		ID      string   `toml:"id"`
		Holds   string   `toml:"holds"`
		When    string   `toml:"when"`
		Because string   `toml:"because"`
		TrueIf  []string `toml:"true_if"`
	} `toml:"choices"`
}

type tomlChallenge struct {
	ID       string   `toml:"id"`
	Scene    string   `toml:"scene"`
	Goal     string   `toml:"goal"`
	Edits    int      `toml:"edits"`
	Solution []string `toml:"solution"`
}

// maxSeeds bounds how many seeds a check plays.
const maxSeeds = 1000

// reserved ids would clash with the words of `netlab lesson`.
var reserved = []string{"list", "check", "new", "watch", "run", "record", "challenge", "beliefs", "export", "import", "export-progress", "import-progress"}

var (
	idForm     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	letterForm = regexp.MustCompile(`^[a-z]$`)
)

// tomlError names the line and column of a mistake in a TOML file.
func tomlError(name string, err error) error {
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %s", name, parse.Position.Line, parse.Message)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// A mistakes collects what is wrong with lesson.toml.
type mistakes struct {
	name string
	errs []error
}

func (m *mistakes) add(format string, args ...any) {
	m.errs = append(m.errs, fmt.Errorf(m.name+": "+format, args...))
}

// fill takes over lesson.toml and collects what is wrong with it.
func (l *Lesson) fill(name string, t *tomlLesson) []error {
	m := &mistakes{name: name}
	if t.FormatVersion != FormatVersion {
		m.add("format_version is %d, this netlab reads %d", t.FormatVersion, FormatVersion)
	}
	if !idForm.MatchString(t.ID) || slices.Contains(reserved, t.ID) {
		m.add("bad id %q (small letters, digits and hyphens, and not one of %s)", t.ID, strings.Join(reserved, ", "))
	}
	if t.Profile == "" {
		t.Profile = tcp.Textbook.Name
	}
	var ok bool
	if l.Profile, ok = tcp.ProfileByName(t.Profile); !ok {
		m.add("unknown profile %q", t.Profile)
	}
	if n, _ := fmt.Sscanf(t.Seeds.Check, "%d..%d", &l.Seeds[0], &l.Seeds[1]); n != 2 || l.Seeds[1] < l.Seeds[0] {
		m.add(`bad seeds.check %q (want "1..64")`, t.Seeds.Check)
	}
	if l.Seeds[1]-l.Seeds[0] >= maxSeeds {
		m.add("seeds.check has more than %d seeds", maxSeeds)
	}
	if t.Minutes < 1 {
		m.add("minutes is %d; say how long the lesson takes", t.Minutes)
	}
	if !t.Live.Compare && t.Live.Reason == "" {
		m.add("live.compare is false without a live.reason, which learners are shown")
	}
	l.fillLetters(m, t.Letters)
	l.fillSteps(m, t.Step)
	if t.Challenge != nil {
		l.fillChallenge(m, t.Challenge)
	}
	return m.errs
}

func (l *Lesson) fillLetters(m *mistakes, letters map[string]string) {
	for name, at := range letters {
		sel, err := parseSelector(at)
		switch {
		case !letterForm.MatchString(name) || name == "x" || name == "y":
			m.add("letter %q: one small letter, and not x or y, which are the initial sequence numbers", name)
		case err != nil:
			m.add("letter %s: %w", name, err)
		default:
			l.Letters = append(l.Letters, Letter{name, sel})
		}
	}
	sort.Slice(l.Letters, func(i, j int) bool { return l.Letters[i].Name < l.Letters[j].Name })
}

func (l *Lesson) fillSteps(m *mistakes, steps []tomlStep) {
	ids := map[string]bool{}
	for _, s := range steps {
		if !idForm.MatchString(s.ID) || ids[s.ID] {
			m.add("step id %q is bad or used twice", s.ID)
		}
		ids[s.ID] = true
		sel, err := parseSelector(s.At)
		if err != nil {
			m.add("step %s: %w", s.ID, err)
		}
		if s.Scene != "" && !idForm.MatchString(s.Scene) {
			m.add("step %s: bad scene %q (small letters, digits and hyphens)", s.ID, s.Scene)
		}
		step := Step{ID: s.ID, Scene: s.Scene, At: sel, Assert: s.Assert, Plot: s.Plot}
		if s.Ask != nil {
			ask, err := s.Ask.ask()
			if err != nil {
				m.add("step %s: %w", s.ID, err)
			}
			if ids["ask:"+ask.ID] {
				m.add("question id %q is used twice", ask.ID)
			}
			ids["ask:"+ask.ID] = true
			step.Ask = ask
		}
		l.Steps = append(l.Steps, step)
	}
	if len(l.Steps) == 0 {
		m.add("the lesson has no step")
	}
}

func (l *Lesson) fillChallenge(m *mistakes, t *tomlChallenge) {
	c := Challenge(*t)
	switch {
	case !idForm.MatchString(c.ID):
		m.add("challenge: bad id %q", c.ID)
	case c.Goal == "":
		m.add("challenge %s: it has no goal", c.ID)
	case c.Edits < 1 || len(c.Solution) < 1 || len(c.Solution) > c.Edits:
		m.add("challenge %s: it wants at least one change, and its solution no more than edits", c.ID)
	}
	l.Challenge = &c
}

func (t *tomlAsk) ask() (*Ask, error) {
	a := &Ask{ID: t.ID, Kind: AskKind(t.Kind), Answer: t.Answer, World: t.World, Hides: t.Hides}
	for _, w := range t.Wrong {
		a.Wrong = append(a.Wrong, Wrong(w))
	}
	for _, c := range t.Choices {
		a.Choices = append(a.Choices, Choice(c))
	}
	if t.From != "" {
		sel, err := parseSelector(t.From)
		if err != nil {
			return a, fmt.Errorf("question %s: %w", t.ID, err)
		}
		if t.World == "" {
			return a, fmt.Errorf("question %s: from belongs to a world", t.ID)
		}
		a.From = sel
	}
	listed := len(a.Choices) >= 2 && len(a.Choices) <= 9 && a.Answer == ""
	lacks := func(part func(c Choice) string) bool {
		return slices.ContainsFunc(a.Choices, func(c Choice) bool { return part(c) == "" })
	}
	switch {
	case !idForm.MatchString(t.ID):
		return a, fmt.Errorf("bad question id %q", t.ID)
	case !slices.Contains([]AskKind{AskNumber, AskState, AskChoice, AskNext, AskOrder}, a.Kind):
		return a, fmt.Errorf("question %s: unknown kind %q (number, state, choice, next, order)", t.ID, t.Kind)
	case !a.Kind.Listed() && (a.Answer == "" || len(a.Choices) > 0):
		return a, fmt.Errorf("question %s: a typed question needs an answer expression and no choices", t.ID)
	case a.Kind.Listed() && !listed:
		return a, fmt.Errorf("question %s: %s needs 2 to 9 choices and no answer expression", t.ID, a.Kind)
	case a.Kind == AskOrder && lacks(func(c Choice) string { return c.When }):
		return a, fmt.Errorf("question %s: in an order every choice needs when", t.ID)
	case a.Kind.Listed() && a.Kind != AskOrder && lacks(func(c Choice) string { return c.Holds }):
		return a, fmt.Errorf("question %s: every choice needs holds", t.ID)
	}
	return a, nil
}
