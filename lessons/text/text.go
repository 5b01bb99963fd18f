// Package text holds the words of the engine and the interface in every
// language. The engine carries English texts and ids; other languages are
// catalogues keyed by id, joined when something is shown.
package text

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"netlab/sim/compare"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

//go:embed *.toml
var files embed.FS

// Languages lists the languages, the default first.
func Languages() []string { return []string{"en", "zh-CN"} }

// Match finds the language that a tag or a locale asks for: zh, zh_CN.UTF-8,
// zh-Hans, en_US; ok is false for one that netlab does not speak.
func Match(tag string) (lang string, ok bool) {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	tag, _, _ = strings.Cut(tag, ".")
	first, _, _ := strings.Cut(tag, "-")
	switch first {
	case "en":
		return "en", true
	case "zh":
		return "zh-CN", true
	default:
		return "en", tag == "c" || tag == "posix"
	}
}

// A Misconception is a belief that wrong answers show.
type Misconception struct {
	EN     string `toml:"en"`
	ZH     string `toml:"zh-CN"`
	Lesson string `toml:"lesson"` // the lesson that mends it
}

// A catalogue is one language's file.
type catalogue struct {
	UI           map[string]string   `toml:"ui"`
	Keys         map[string]string   `toml:"keys"`
	Kinds        map[string]string   `toml:"kinds"`
	States       map[string]string   `toml:"states"`
	Accept       map[string][]string `toml:"accept"` // other words for a state that answers may use
	Verdicts     map[string]string   `toml:"verdicts"`
	Explanations map[string]string   `toml:"explanations"`
	Rules        map[string]string   `toml:"rules"`
	Errnos       map[string]string   `toml:"errnos"`
	Levels       map[string]string   `toml:"levels"`
	Calls        map[string]string   `toml:"calls"`
	Quirks       map[string]string   `toml:"quirks"`    // by name
	Reasons      map[string]string   `toml:"reasons"`   // by the English sentence
	Findings     map[string]string   `toml:"findings"`  // in captures, by their kind
	Phrases      map[string]string   `toml:"phrases"`   // by the English phrase
	Expects      map[string]string   `toml:"expects"`   // checks of a script, by their kind
	Sentences    map[string]string   `toml:"sentences"` // what happened instead, by id
}

// Words are the words of one language.
type Words struct {
	Lang string
	c    catalogue
	en   *catalogue
}

var load = sync.OnceValue(func() map[string]*catalogue {
	all := map[string]*catalogue{}
	for _, lang := range Languages() {
		c := &catalogue{}
		if _, err := toml.DecodeFS(files, lang+".toml", c); err != nil {
			panic("text: " + lang + ".toml: " + err.Error())
		}
		all[lang] = c
	}
	return all
})

// For returns the words of a language; one that is not there gives English.
func For(lang string) *Words {
	all := load()
	c, ok := all[lang]
	if !ok {
		lang, c = "en", all["en"]
	}
	return &Words{Lang: lang, c: *c, en: all["en"]}
}

// T returns an interface text with its {0}, {1}, … filled in.
func (w *Words) T(key string, args ...any) string {
	return fill(pick(w.c.UI, w.en.UI, key, "?"+key+"?"), args)
}

func pick(own, en map[string]string, key, otherwise string) string {
	if s, ok := own[key]; ok {
		return s
	}
	if s, ok := en[key]; ok {
		return s
	}
	return otherwise
}

// fill fills places in, all at once: a text that is filled in may hold braces.
func fill(s string, args []any) string {
	var pairs []string
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// Reason says why a script cannot be shown live: err, without the words that say that
// it cannot.
func (w *Words) Reason(err error) string {
	return w.Obstacle(strings.TrimPrefix(err.Error(), "cannot be shown live, because "))
}

// Obstacle says what stands in the way of a live run, what was found where it was tried, or why a
// result is not trusted, by the English sentence.
func (w *Words) Obstacle(why string) string {
	for english, own := range w.c.Reasons {
		before, after, _ := strings.Cut(english, "{0}")
		if what, ok := strings.CutPrefix(why, before); ok && before != english {
			if what, ok = strings.CutSuffix(what, after); ok {
				return fill(own, []any{what})
			}
		}
	}
	return pick(w.c.Reasons, nil, why, why)
}

// Finding returns the sentence of a kind of finding, with its places for arguments.
func (w *Words) Finding(kind, english string) string { return pick(w.c.Findings, nil, kind, english) }

// Phrase returns a phrase that stands in a sentence.
func (w *Words) Phrase(english string) string { return pick(w.c.Phrases, nil, english, english) }

// Key returns what a key does, by the action's id.
func (w *Words) Key(action string) string { return pick(w.c.Keys, w.en.Keys, action, "?"+action+"?") }

// Kind returns the word for a kind of event.
func (w *Words) Kind(k trace.Kind) string { return pick(w.c.Kinds, w.en.Kinds, string(k), string(k)) }

// State returns the word for a state: its RFC name, which every language uses on
// screen, and what it means.
func (w *Words) State(s wire.State) string {
	return pick(w.c.States, w.en.States, s.String(), s.String())
}

// Var returns the name of a variable: RFC 9293's, which every language uses, or a word.
func (w *Words) Var(id trace.VarID) string {
	return pick(w.c.UI, nil, id.String(), id.String())
}

// Rule returns a rule's sentence.
func (w *Words) Rule(r *wire.Rule) string {
	if s, ok := w.c.Rules[r.ID]; ok {
		return s
	}
	return r.Text
}

// Quirk returns what a habit of the kernel's is; english is its own text.
func (w *Words) Quirk(name, english string) string {
	if s, ok := w.c.Quirks[name]; ok {
		return s
	}
	return english
}

// Explanation returns an explanation's text.
func (w *Words) Explanation(e *compare.Explanation) string {
	if s, ok := w.c.Explanations[e.ID]; ok {
		return s
	}
	return e.Text
}

// Verdict returns the word for a verdict.
func (w *Words) Verdict(v compare.Verdict) string {
	return pick(w.c.Verdicts, w.en.Verdicts, string(v), string(v))
}

// Errno returns what an errno means.
func (w *Words) Errno(e wire.Errno) string {
	if s, ok := w.c.Errnos[string(e)]; ok {
		return s
	}
	return e.Text()
}

// Level returns what a level of a live run shows.
func (w *Words) Level(level int, english string) string {
	return pick(w.c.Levels, nil, fmt.Sprint(level), english)
}

// ParseState reads a state as people write it in any language: the RFC's name,
// another system's, or the word of a Chinese textbook.
func ParseState(s string) (wire.State, bool) {
	s = strings.TrimSpace(s)
	if st, ok := wire.ParseState(s); ok {
		return st, true
	}
	for _, c := range load() {
		for name, others := range c.Accept {
			if slices.Contains(others, strings.ToUpper(s)) || slices.Contains(others, s) {
				return wire.ParseState(name)
			}
		}
	}
	return 0, false
}

// StateWords lists what people write for a state, in upper case, with its RFC name.
func StateWords() map[string]string {
	all := map[string]string{}
	for _, s := range wire.States() {
		for _, name := range []string{s.String(), s.Short(), strings.ReplaceAll(s.String(), "-", "_")} {
			all[strings.ToUpper(name)] = s.String()
		}
	}
	all["SYN_RECV"], all["SYN_RCVD"] = wire.StateSynReceived.String(), wire.StateSynReceived.String()
	all["FIN_WAIT1"], all["FIN_WAIT2"] = wire.StateFinWait1.String(), wire.StateFinWait2.String()
	for _, c := range load() {
		for name, others := range c.Accept {
			for _, o := range others {
				all[strings.ToUpper(o)] = name
			}
		}
	}
	return all
}

// Misconceptions returns the table of misconceptions by id.
var Misconceptions = sync.OnceValue(func() map[string]Misconception {
	all := map[string]Misconception{}
	if _, err := toml.DecodeFS(files, "misconceptions.toml", &all); err != nil {
		panic("text: misconceptions.toml: " + err.Error())
	}
	return all
})

// In returns the belief in a language.
func (m Misconception) In(lang string) string {
	if lang == "zh-CN" {
		return m.ZH
	}
	return m.EN
}

// Event says in one line what happened, without time and rule.
func (w *Words) Event(e *trace.Event) string {
	if w.Lang == "en" {
		line := *e
		line.Rule = nil
		return line.Line()
	}
	number, seg := "#"+fmt.Sprint(e.Pkt), e.Packet()
	switch e.Kind {
	case trace.Call:
		return w.T("ev_call", e.Host, e.Call, e.Args)
	case trace.Return:
		s := w.T("ev_return", e.Host, e.Call, w.Result(e.Result))
		if text := w.Errno(wire.Errno(e.Result)); text != "" {
			s += "（" + text + "）"
		}
		return s
	case trace.Send:
		if e.Again {
			return w.T("ev_again", e.Host, number, seg)
		}
		return w.T("ev_send", e.Host, number, seg)
	case trace.Recv:
		return w.T("ev_recv", e.Host, number, seg)
	case trace.Drop:
		if e.Text == droppedByHand {
			return w.T("ev_hand_drops", e.Src.Host, number, seg)
		}
		if e.Text != "" {
			return w.T("ev_lost", e.Src.Host, number, seg)
		}
		return w.T("ev_ignore", e.Host, number, seg)
	case trace.State:
		return w.T("ev_state", e.Host, e.Conn, e.From, e.To)
	case trace.Timer:
		return w.T("ev_timer", e.Host, e.Conn, pick(w.c.UI, w.en.UI, e.Text, e.Text))
	case trace.Deliver:
		return w.T("ev_deliver", e.Host, e.Conn, len(e.Seg.Data))
	default: // notes
		return w.note(e)
	}
}

// What the learner does to packets of the real kernel.
const (
	droppedByHand    = "the learner's hand drops"
	duplicatedByHand = "the learner's hand duplicates "
)

// retracted is what a recording notes in the place of a state that was none.
const retracted = "it could have received the FIN here; a later frame shows that it had not"

// noteKeys are the texts of notes that their rule tells apart.
var noteKeys = map[string]string{
	"advise": "ev_advise", "ip-fragment-waits": "ev_part_waits", "ip-reassembled": "ev_whole", "ip-incomplete": "ev_part_lost",
}

// note translates the notes that the model makes.
func (w *Words) note(e *trace.Event) string {
	switch {
	case e.Rule != nil && e.Source == trace.Capture:
		return w.T("ev_seen", e.Frame, w.Rule(e.Rule))
	case e.Call == "rename":
		return w.T("ev_rename", e.Host, e.Args, e.Conn)
	case e.Call == "then":
		return w.T("ev_then", e.Args, w.Instead(e.Result))
	case e.Rule != nil && e.Rule.ID == "old-duplicate":
		return w.T("ev_old", e.Host)
	case e.Rule != nil && noteKeys[e.Rule.ID] != "":
		return w.T(noteKeys[e.Rule.ID], e.Host)
	case strings.HasPrefix(e.Text, "late: due at "):
		due, _, _ := strings.Cut(strings.TrimPrefix(e.Text, "late: due at "), ",")
		return w.T("ev_late", e.Host, due)
	case strings.HasPrefix(e.Text, duplicatedByHand):
		return w.T("ev_hand_duplicates", strings.TrimPrefix(e.Text, duplicatedByHand))
	case strings.HasPrefix(e.Text, "the program will be told "):
		errno, _, _ := strings.Cut(strings.TrimPrefix(e.Text, "the program will be told "), ":")
		return w.T("ev_told", e.Host, errno, w.Errno(wire.Errno(errno)))
	case e.Text == retracted:
		return w.T("ev_retracted", e.Host)
	case e.Source == trace.Live:
		return w.program(e)
	default:
		return e.Host + "：" + e.What()
	}
}

// programNotes are the beginnings of what is noted of a program that plays a host.
var programNotes = []struct{ prefix, key string }{
	{"prints ", "ev_prints"}, {"the program exits with ", "ev_exits"}, {"the program ends: ", "ev_ends"}, {"listens on ", "ev_listens"},
}

// program translates what is noted of a program that plays a host.
func (w *Words) program(e *trace.Event) string {
	for _, n := range programNotes {
		rest, ok := strings.CutPrefix(e.Text, n.prefix)
		if !ok {
			continue
		}
		if at, addr, hidden := strings.Cut(rest, ", where no other host can reach it: bind it to 0.0.0.0 or to "); hidden && n.key == "ev_listens" {
			return w.T("ev_unreached", e.Host, at, addr)
		}
		return w.T(n.key, e.Host, rest)
	}
	return e.Host + "：" + e.What()
}
