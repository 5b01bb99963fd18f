package tui

import (
	"strings"

	"netlab/lessons/text/width"
	"netlab/sim/ladder"
)

// A palette turns meanings into the terminal's 16 colours. Colour is never the
// only sign: everything it says stands there in words or marks as well.
type palette struct {
	on    bool
	mono  bool // no colour, but bold, faint and reverse
	light bool
	// ground is what the whole screen is painted with, for a projector: SGR parameters; empty:
	// the terminal's own colours.
	ground string
}

// onProjector is the palette for the back row: the ground is painted, nothing is faint. On a
// light ground nothing is bold either: many terminals make bold black a grey.
func (p palette) onProjector() palette {
	if !p.on {
		return p
	}
	p.ground = "97;40"
	if p.light {
		p.ground = "30;107"
	}
	return p
}

// projected returns the SGR parameters of a look on a painted ground.
func (p palette) projected(l look) string {
	hue := func(dark, light string) string {
		if p.light {
			return ";" + light
		}
		return ";" + dark
	}
	switch l {
	case lookBold:
		return p.ground + strings.TrimSuffix(hue("1", ""), ";")
	case lookState:
		return p.ground + hue("1;93", "34")
	case lookArrow:
		return p.ground + hue("96", "34")
	case lookAgain:
		return p.ground + hue("95", "35")
	case lookLost, lookWrong:
		return p.ground + hue("1;91", "31")
	case lookRight:
		return p.ground + hue("1;92", "7;34")
	case lookAsk:
		return p.ground + hue("1;93", "35")
	case lookSelected, lookBar:
		return p.ground + ";7"
	default:
		return p.ground
	}
}

// A look is a meaning that may have a colour.
type look uint8

const (
	lookPlain look = iota
	lookBold
	lookFaint
	lookState
	lookCall
	lookArrow
	lookAgain
	lookLost
	lookSelected
	lookRight
	lookWrong
	lookAsk
	lookBar
	lookTerm
)

// codes returns the SGR parameters of a look. Bold, faint and reverse read well
// on any background; the hues differ between dark and light ones.
func (p palette) codes(l look) string {
	hue := func(dark, light string) string {
		if p.light {
			return light
		}
		return dark
	}
	switch l {
	case lookBold, lookState:
		return "1"
	case lookFaint, lookCall:
		return "2"
	case lookArrow:
		return hue("36", "34")
	case lookAgain:
		return hue("33", "35")
	case lookLost, lookWrong:
		return "1;31"
	case lookRight:
		return hue("1;32", "1;34")
	case lookAsk:
		return hue("1;33", "1;35")
	case lookSelected, lookBar:
		return "7"
	case lookTerm:
		return "4"
	default:
		return ""
	}
}

// paint colours a text.
func (p palette) paint(l look, s string) string {
	code := p.codes(l)
	if p.ground != "" {
		code = p.projected(l)
	}
	if p.mono && !p.on {
		code = map[look]string{lookBold: "1", lookState: "1", lookAsk: "1", lookRight: "1", lookWrong: "1", lookLost: "1",
			lookFaint: "2", lookTerm: "4", lookSelected: "7", lookBar: "7"}[l]
	} else if !p.on {
		code = ""
	}
	if code == "" || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var ladderLooks = map[ladder.Style]look{
	ladder.StyleLine: lookFaint, ladder.StyleArrow: lookArrow, ladder.StyleAgain: lookAgain, ladder.StyleLost: lookLost,
	ladder.StyleState: lookState, ladder.StyleCall: lookCall, ladder.StyleTime: lookFaint, ladder.StyleLabel: lookBold,
	ladder.StyleSelected: lookSelected,
}

// A line is a line of the screen with one look for all of it, or made of parts.
type line struct {
	look  look
	text  string
	parts []line // if set, text and look do not count
}

func plain(s string) line { return line{text: s} }

// width is how many columns the line takes.
func (l line) width() int {
	if l.parts == nil {
		return width.Of(l.text)
	}
	n := 0
	for _, p := range l.parts {
		n += p.width()
	}
	return n
}

// render colours the line; it is never wider than n columns.
func (l line) render(p palette, n int) string {
	if l.parts == nil {
		return p.paint(l.look, width.Cut(l.text, n))
	}
	var b strings.Builder
	for _, part := range l.parts {
		if part.parts != nil {
			b.WriteString(part.render(p, n))
			n -= part.width()
			continue
		}
		s := width.Cut(part.text, n)
		n -= width.Of(s)
		b.WriteString(p.paint(part.look, s))
	}
	return b.String()
}
