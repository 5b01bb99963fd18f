package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"github.com/charmbracelet/x/term"

	"netlab/lessons/text"
	"netlab/lessons/text/width"
)

func matchLanguage(tag string) (string, bool) { return text.Match(tag) }

// language is the language to speak: the flag's, else the locale's.
func (a *app) language() string {
	for _, tag := range []string{a.lang, a.getenv("LC_ALL"), a.getenv("LC_MESSAGES"), a.getenv("LANG")} {
		if tag == "" {
			continue
		}
		lang, _ := text.Match(tag)
		return lang
	}
	return "en"
}

// unicode reports whether pictures may use characters outside ASCII.
func (a *app) unicode() bool {
	switch a.charset {
	case "unicode":
		return true
	case "ascii":
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := a.getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

func displayWidth(s string) int { return width.Of(s) }

// A frontEnd is a way to show a lesson.
type frontEnd int

const (
	frontPlain frontEnd = iota
	frontTUI
	frontAccessible
)

// frontEnd chooses before any screen library is started: full screen only where
// both ends are a terminal that can do it and nobody has asked for words.
func (a *app) frontEnd() frontEnd {
	switch a.ui {
	case "tui":
		return frontTUI
	case "plain":
		return frontPlain
	case "accessible":
		return frontAccessible
	}
	in, inOK := a.in.(*os.File)
	out, outOK := a.out.(*os.File)
	if !inOK || !outOK || !isTerminal(in) || !isTerminal(out) || a.noInput {
		return frontPlain
	}
	if truthy(a.getenv("ACCESSIBLE")) || a.getenv("TERM") == "dumb" {
		return frontAccessible
	}
	if truthy(a.getenv("CI")) {
		return frontPlain
	}
	return frontTUI
}

func truthy(v string) bool { return v != "" && v != "0" && !strings.EqualFold(v, "false") }

// progressPath is where progress is kept.
func (a *app) progressPath() string {
	if dir := a.getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "netlab", "progress.json")
	}
	return filepath.Join(xdg.StateHome, "netlab", "progress.json")
}

func isTerminal(f *os.File) bool { return term.IsTerminal(f.Fd()) }
