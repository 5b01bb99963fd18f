package screen

import (
	"encoding/json"
	"io"
	"strings"
	"time"
)

// A Shot is a screen that stays for a while: lines, coloured by SGR sequences.
type Shot struct {
	Screen string
	Mark   string // a chapter begins here, by this name; empty: none
	Stay   time.Duration
}

// header is the first line of an asciicast v2 file. There is no time of day in it: the same
// lesson gives the same file.
type header struct {
	Version int               `json:"version"`
	Width   int               `json:"width"`
	Height  int               `json:"height"`
	Title   string            `json:"title,omitempty"`
	Env     map[string]string `json:"env"`
}

// Cast writes shots as an asciicast v2: a header, then events [seconds, "o" or "m", text].
func Cast(w io.Writer, shots []Shot, width, height int, title string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(header{2, width, height, title, map[string]string{"TERM": "xterm-256color"}}); err != nil {
		return err
	}
	now := time.Duration(0)
	event := func(code, text string) error {
		return enc.Encode([]any{now.Round(time.Millisecond).Seconds(), code, strings.ToValidUTF8(text, "\ufffd")})
	}
	clear := "\x1b[?25l\x1b[2J"
	for _, s := range shots {
		if s.Mark != "" {
			if err := event("m", s.Mark); err != nil {
				return err
			}
		}
		// Every line is cleared behind its words, so that nothing of the last screen stays.
		lines := strings.ReplaceAll(s.Screen, "\n", "\x1b[K\r\n")
		if err := event("o", clear+"\x1b[H"+lines+"\x1b[K\x1b[J"); err != nil {
			return err
		}
		clear = ""
		now += s.Stay
	}
	return event("o", "\x1b[?25h")
}
