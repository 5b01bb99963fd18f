package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/course"
	"netlab/live/lab"
	"netlab/sim/compare"
	"netlab/sim/ladder"
	"netlab/sim/scenario"
)

// A mode says where printable keys go.
type mode uint8

const (
	modeKeys   mode = iota // single keys
	modeAnswer             // the answer line
	modeGoto               // the prompt for a step
	modeEdit               // the menu of changes
	modeChange             // the line of a change
	modeHelp               // the key page
	modeTerms              // the terms of the step
)

// A page is what fills the screen.
type page uint8

const (
	pageLesson page = iota
	pageCompare
)

// A view is which part of the lesson page is shown.
type view uint8

const (
	viewAll view = iota
	viewStory
	viewTCB
	viewLadder
	views
)

// LiveFunc plays a script with real sockets: at the best level there is, or on the wire.
type LiveFunc func(ctx context.Context, s *scenario.Script, wire bool) (*lab.Result, error)

// A Model is the root model.
type Model struct {
	ctx     context.Context
	s       *course.Session
	opt     Options
	colors  palette
	w, h    int
	mode    mode
	page    page
	view    view
	input   string
	message string // one line about the last key; gone with the next
	saveErr error

	feedback *course.Feedback // on the last try at the open question
	lastTry  string
	selected int // event
	why      bool
	textbook bool // notation x, y
	axis     ladder.Axis
	playing  bool
	speed    time.Duration
	tick     int // numbers the ticks of the clock, so that old ones are ignored

	branches []*branch
	branch   int // 0: the lesson itself; else branches[branch-1]

	helpTop        int // first key shown on the help page
	termTop        int // first term shown on their page
	challengeHints int // hints of the challenge that are shown

	askedLive string // the open question at which L has warned
	live      *lab.Result
	liveErr   error
	running   bool
	report    *compare.Report
	note      string // where the lesson's profile differs from the kernel's
	row       int    // selected row of the comparison
	allRows   bool
	rowWhy    bool
	quitting  bool
	more      bool     // the question of a review is closed, and the next one is wanted
	wire      *wireRun // the real kernel is stepped; nil: it is not
	talk      *talk    // packets are recorded; nil: they are not
	only      bool     // branch 1 is all there is: no lesson lies below it
}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd {
	if m.opt.StartLive {
		return tea.Batch(m.startLive(m.opt.StartWire), m.look())
	}
	return tea.Batch(m.look(), m.nextMoment(), m.nextNews())
}

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyMsg:
		return m, m.keys(msg)
	case tickMsg:
		return m, m.onTick(msg)
	case liveMsg:
		m.onLive(msg)
	case wireMsg:
		return m, m.onMoment(msg)
	case newsMsg:
		return m, m.onNews(msg)
	case watchMsg:
		return m, m.onWatch(msg)
	}
	return m, nil
}

// quit saves and ends; nothing is asked.
func (m *Model) quit() tea.Cmd {
	m.save()
	m.quitting = true
	return tea.Quit
}

func (m *Model) save() {
	if m.opt.Save != nil {
		m.saveErr = m.opt.Save()
	}
}
