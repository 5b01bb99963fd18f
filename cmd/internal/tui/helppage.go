package tui

// helpPage lists every key: side by side where there is room, else a page at a time.
func (m *Model) helpPage() []line {
	w := m.s.Words
	keys := keyLines(w, keyMap)
	switch {
	case m.wire != nil:
		keys = append(keyLines(w, wireMap), keyLines(w, looking())...)
	case m.talk != nil:
		keys = append(keyLines(w, talkMap), keyLines(w, append(moving(), looking()...))...)
	}
	rows := m.h - 3
	columns := 1
	if m.w >= 150 && len(keys) > rows {
		columns = 2
	}
	m.helpTop = max(0, min(m.helpTop, len(keys)-rows*columns))
	lines := []line{m.header(), m.rule(w.T("keys_title"))}
	for i := range min(rows, len(keys)) {
		row := line{parts: []line{}}
		for c := range columns {
			if k := m.helpTop + i + c*rows; k < len(keys) {
				row.parts = append(row.parts, padTo(plain(" "+keys[k]), m.w/columns)...)
			}
		}
		lines = append(lines, row)
	}
	close := w.T("close_help")
	if len(keys) > rows*columns {
		close = w.T("more_help")
	}
	return m.fill(lines, line{look: lookBold, text: " " + close})
}

// keyHelp turns the pages of the help, or closes it.
func (m *Model) keyHelp(name string) {
	switch name {
	case "down", "j":
		m.helpTop++
	case "right", "pgdown", " ":
		m.helpTop += m.h - 4
	case "up", "k":
		m.helpTop = max(0, m.helpTop-1)
	case "left", "pgup":
		m.helpTop = max(0, m.helpTop-m.h+4)
	default:
		m.mode = modeKeys
		m.openLine()
	}
}
