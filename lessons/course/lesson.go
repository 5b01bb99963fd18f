package course

import (
	"fmt"
	"strings"

	"netlab/lessons/text"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
)

// FormatVersion is the version of lesson.toml that this netlab reads.
const FormatVersion = 1

// A Lesson is a loaded lesson. Its parts are never changed after loading.
type Lesson struct {
	Dir       string // folder name, "01-handshake"
	Local     bool   // somebody's own folder, not built in
	ID        string
	After     []string // lessons that should be done before
	Minutes   int
	Profile   tcp.Profile
	Seed      uint64 // default
	Seeds     [2]uint64
	Steps     []Step
	Script    *scenario.Script            // scenario.txt, the scene called ""
	Worlds    map[string]*scenario.Script // the other scenes, and the worlds of what-if questions
	Texts     map[string]*Text            // by language
	Compare   bool
	NoLive    string                        // why the lesson is not compared, if it is not
	Recorded  map[string]*trace.Trace       // recorded runs, by scene
	Letters   []Letter                      // textbook notation beside x and y
	Beliefs   map[string]text.Misconception // the lesson's own, beside the common table
	Challenge *Challenge                    // may be nil
	Calls     bool                          // pictures show the programs' calls where there is little room too
}

// A Letter is a name that textbooks give to the sequence number of a segment.
type Letter struct {
	Name string
	At   Selector
}

// A Challenge asks for changes to a script that lead to a goal.
type Challenge struct {
	ID       string
	Scene    string
	Goal     string // an expression, evaluated at the end of the run
	Edits    int    // at most so many changes
	Solution []string
}

// A Step is one stop of the lesson, bound to an event of its scene.
type Step struct {
	ID     string
	Scene  string // the script that plays; empty: scenario.txt
	At     Selector
	Assert []string
	Plot   []string // variables to draw over time: "A.cwnd"
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
	AskOrder  AskKind = "order"  // several texts are put in order
)

// Typed reports whether the answer is typed on a line rather than chosen with one key.
func (k AskKind) Typed() bool { return k == AskNumber || k == AskState || k == AskOrder }

// Listed reports whether the question shows texts to choose from or to order.
func (k AskKind) Listed() bool { return k == AskChoice || k == AskNext || k == AskOrder }

// An Ask is a question.
type Ask struct {
	ID      string
	Kind    AskKind
	Answer  string   // an expression; empty for choices and orders
	World   string   // what-if: the world in which it is asked; empty: the step's own scene
	From    Selector // where in that world it is evaluated; empty: at its first loss, or its start
	Hides   []string
	Wrong   []Wrong
	Choices []Choice
}

// A Wrong is a wrong answer that is expected, and the belief it shows.
type Wrong struct {
	Is      string   // an expression
	Because string   // id of a misconception
	TrueIf  []string // changes to the script in which it would be right; empty: there are none
}

// A Choice is one of several answers. It is right if Holds is true; of an order,
// When is what it is sorted by.
type Choice struct {
	ID      string
	Holds   string
	When    string
	Because string
	TrueIf  []string
}

// Tries is how many tries the question has: one where guessing would be easy.
func (a *Ask) Tries() int {
	if !a.Kind.Typed() && len(a.Choices) <= 3 {
		return 1
	}
	return 2
}

// Scene returns the script of a scene or a world; nil if there is none.
func (l *Lesson) Scene(name string) *scenario.Script {
	if name == "" {
		return l.Script
	}
	return l.Worlds[name]
}

// Scenes lists the scenes in the order in which the steps show them, then the
// worlds of the what-if questions, then the script of the challenge.
func (l *Lesson) Scenes() []string {
	var names []string
	add := func(name string) {
		for _, n := range names {
			if n == name {
				return
			}
		}
		names = append(names, name)
	}
	for _, s := range l.Steps {
		add(s.Scene)
	}
	for _, s := range l.Steps {
		if s.Ask != nil && s.Ask.World != "" {
			add(s.Ask.World)
		}
	}
	if l.Challenge != nil {
		add(l.Challenge.Scene)
	}
	return names
}

// Misconception returns a belief from the lesson's own table or the common one.
func (l *Lesson) Misconception(id string) (text.Misconception, bool) {
	if m, ok := l.Beliefs[id]; ok {
		return m, true
	}
	m, ok := text.Misconceptions()[id]
	return m, ok
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

// Questions lists the ids of the questions in order.
func (l *Lesson) Questions() (ids []string) {
	for _, s := range l.Steps {
		if s.Ask != nil {
			ids = append(ids, s.Ask.ID)
		}
	}
	return ids
}

// sceneFile is the file of a scene within the lesson's folder.
func sceneFile(name string) string {
	if name == "" {
		return "scenario.txt"
	}
	return "worlds/" + name + ".txt"
}

// SceneName is the name of a scene on the command line: handshake/ack-lost.
func (l *Lesson) SceneName(scene string) string { return strings.TrimSuffix(l.ID+"/"+scene, "/") }
