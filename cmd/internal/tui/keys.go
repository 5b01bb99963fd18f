package tui

import (
	"slices"
	"strings"

	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

// An action is what a key does.
type action string

// The actions. Their ids are the keys of the catalogues.
const (
	actNone      action = ""
	actNext      action = "next"
	actBack      action = "back"
	actFirst     action = "first"
	actLast      action = "last"
	actGoto      action = "goto"
	actPrevAsk   action = "prev_question"
	actNextAsk   action = "next_question"
	actPlay      action = "play"
	actSlower    action = "slower"
	actFaster    action = "faster"
	actUp        action = "up"
	actDown      action = "down"
	actCause     action = "cause"
	actEffect    action = "effect"
	actWhy       action = "why"
	actAnswer    action = "answer"
	actNotSure   action = "not_sure"
	actHint      action = "hint"
	actEdit      action = "edit"
	actWrong     action = "wrong_world"
	actChallenge action = "challenge"
	actFork      action = "fork"
	actBranches  action = "branches"
	actUndo      action = "undo"
	actReset     action = "reset"
	actView      action = "view"
	actLive      action = "live"
	actNotation  action = "notation"
	actAxis      action = "axis"
	actTerms     action = "terms"
	actLanguage  action = "language"
	actWrite     action = "write"
	actHelp      action = "help"
	actQuit      action = "quit"
	actLeave     action = "leave" // what quitting is where no progress is kept: a word of the help
	actStep      action = "step"  // what next is where nothing is asked: a word of the help
	actWireLive  action = "wire_live"

	// While the real kernel is stepped:
	actRelease    action = "wire_release"
	actRecord     action = "wire_back"
	actNow        action = "wire_now"
	actChoose     action = "wire_choose"
	actChooseUp   action = "wire_previous"
	actChooseDown action = "wire_next"
	actDrop       action = "wire_drop"
	actDuplicate  action = "wire_duplicate"

	// While packets are recorded:
	actTalkNow    action = "talk_now"
	actTalkNewest action = "talk_newest"
	actTalkBefore action = "talk_before"
	actTalkAfter  action = "talk_after"
)

// A binding is one row of the key map.
type binding struct {
	act  action
	keys []string // Bubble Tea's names
}

// keyMap is the only table of keys.
var keyMap = []binding{
	{actNext, []string{"right", "pgdown", "enter"}},
	{actBack, []string{"left", "pgup", "backspace"}},
	{actFirst, []string{"home"}},
	{actLast, []string{"end"}},
	{actGoto, []string{"g"}},
	{actPrevAsk, []string{"["}},
	{actNextAsk, []string{"]"}},
	{actPlay, []string{" ", "."}},
	{actSlower, []string{"-"}},
	{actFaster, []string{"+", "="}},
	{actUp, []string{"up", "k"}},
	{actDown, []string{"down", "j"}},
	{actCause, []string{"c"}},
	{actEffect, []string{"e"}},
	{actWhy, []string{"b"}},
	{actAnswer, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}},
	{actNotSure, []string{"0"}},
	{actHint, []string{"h"}},
	{actEdit, []string{"x"}},
	{actWrong, []string{"X"}},
	{actFork, []string{"f"}},
	{actBranches, []string{"F"}},
	{actUndo, []string{"u"}},
	{actReset, []string{"R"}},
	{actChallenge, []string{"C"}},
	{actView, []string{"tab", "v"}},
	{actLive, []string{"L"}},
	{actWireLive, []string{"W"}},
	{actNotation, []string{"n"}},
	{actAxis, []string{"T"}},
	{actTerms, []string{"i"}},
	{actLanguage, []string{"Z"}},
	{actWrite, []string{"w"}},
	{actHelp, []string{"?", "f1"}},
	{actQuit, []string{"q", "ctrl+c"}},
}

// wireMap is what keys mean while the real kernel is stepped; the others mean what they mean
// everywhere, as far as they are for looking.
var wireMap = []binding{
	{actRelease, []string{"right", "pgdown", "enter", " ", "."}},
	{actRecord, []string{"left", "pgup", "backspace"}},
	{actNow, []string{"end"}},
	{actChoose, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}},
	{actChooseUp, []string{"["}},
	{actChooseDown, []string{"]"}},
	{actDrop, []string{"x"}},
	{actDuplicate, []string{"d"}},
}

// wireFooter are the actions in the footer then.
var wireFooter = []footerKey{
	{actRelease, "->"}, {actRecord, "<-"}, {actDrop, "x"}, {actDuplicate, "d"}, {actQuit, "q"}, {actHelp, "?"}, {actNow, "End"},
	{actChoose, "1-9"}, {actView, "Tab"}, {actWhy, "b"}, {actCause, "c"}, {actEffect, "e"}, {actNotation, "n"}, {actLanguage, "Z"}, {actWrite, "w"},
}

// talkMap is what keys mean while packets are recorded, beside those for looking.
var talkMap = []binding{
	{actTalkNow, []string{"end"}},
	{actTalkNewest, []string{"esc"}},
	{actTalkBefore, []string{"["}},
	{actTalkAfter, []string{"]"}},
}

// talkFooter are the actions in the footer then.
var talkFooter = []footerKey{
	{actBack, "<-"}, {actNext, "->"}, {actTalkNow, "End"}, {actQuit, "q"}, {actHelp, "?"}, {actTalkBefore, "["}, {actTalkAfter, "]"}, {actTalkNewest, "Esc"},
	{actView, "Tab"}, {actWhy, "b"}, {actCause, "c"}, {actEffect, "e"}, {actNotation, "n"}, {actLanguage, "Z"}, {actWrite, "w"},
}

// looking are the actions that mean the same in every screen.
func looking() (all []binding) {
	for _, b := range keyMap {
		switch b.act {
		case actFirst, actUp, actDown, actCause, actEffect, actWhy, actView, actNotation, actAxis, actLanguage, actWrite, actHelp:
			all = append(all, b)
		case actQuit:
			all = append(all, binding{actLeave, b.keys})
		default: // of lessons
		}
	}
	return all
}

// moving are the actions that go through time where nothing is asked.
func moving() (all []binding) {
	for _, b := range keyMap {
		switch b.act {
		case actNext:
			all = append(all, binding{actStep, b.keys})
		case actBack:
			all = append(all, b)
		default: // of lessons, or for looking
		}
	}
	return all
}

// A footerKey is an action in the footer.
type footerKey struct {
	act action
	key string
}

// footerKeys are those of the page.
func (m *Model) footerKeys() []footerKey {
	if m.wire != nil {
		return wireFooter
	}
	if m.talk != nil {
		return talkFooter
	}
	return footerKeys
}

// footerKeys are the actions in the footer, the most useful first: as many as
// fit are shown.
var footerKeys = []footerKey{
	{actNext, "->"}, {actBack, "<-"}, {actHelp, "?"}, {actQuit, "q"}, {actHint, "h"}, {actEdit, "x"},
	{actLive, "L"}, {actView, "Tab"}, {actWhy, "b"}, {actCause, "c"}, {actEffect, "e"}, {actGoto, "g"}, {actNotation, "n"},
	{actAxis, "T"}, {actLanguage, "Z"}, {actPlay, "space"}, {actWrite, "w"},
}

// actionOf returns what a key does.
func actionOf(key string) action { return lookUp(keyMap, key) }

// wireAction returns what a key does while the real kernel is stepped.
func wireAction(key string) action { return lookUp(wireMap, key) }

func lookUp(keys []binding, key string) action {
	for _, b := range keys {
		if slices.Contains(b.keys, key) {
			return b.act
		}
	}
	return actNone
}

// keyName writes a key for people.
func keyName(k string) string {
	switch k {
	case " ":
		return "space"
	case "pgdown":
		return "PgDn"
	case "pgup":
		return "PgUp"
	default:
		return k
	}
}

// keyLines lists the keys of a map with what they do.
func keyLines(w *text.Words, bindings []binding) []string {
	var lines []string
	for _, b := range bindings {
		var names []string
		for _, k := range b.keys {
			names = append(names, keyName(k))
		}
		keys := strings.Join(names, " ")
		if b.act == actAnswer || b.act == actChoose {
			keys = "1 … 9"
		}
		lines = append(lines, width.Pad(keys, 25)+w.Key(string(b.act)))
	}
	return lines
}

// KeyHelp is the text of `netlab help keys` in a language.
func KeyHelp(lang string) string {
	w := text.For(lang)
	return w.T("help_keys") + "\n\n" + strings.Join(keyLines(w, keyMap), "\n") + "\n\n" +
		w.T("help_keys_step") + "\n\n" + strings.Join(keyLines(w, wireMap), "\n") + "\n\n" + w.T("help_keys_record") + "\n\n" + strings.Join(keyLines(w, talkMap), "\n") + "\n\n" + w.T("help_keys_present") + "\n\n" + strings.Join(presentKeyLines(w), "\n") + "\n\n" +
		w.T("help_keys_room") + "\n\n" + strings.Join(keyLines(w, roomMap), "\n") + "\n\n" + w.T("help_keys_look") + "\n"
}
