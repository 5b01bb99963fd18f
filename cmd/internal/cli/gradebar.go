package cli

import (
	"fmt"
	"os"
	"strings"
)

// A statusBar shows on a terminal's standard error how far something is; elsewhere it shows
// nothing.
type statusBar struct {
	a           *app
	total, done int
	text        string
}

// shows reports whether anybody sees it.
func (b *statusBar) shows() bool {
	f, ok := b.a.err.(*os.File)
	return ok && isTerminal(f)
}

// step shows that one more is done, and a remark.
func (b *statusBar) step(remark string) {
	if b.done++; !b.shows() {
		return
	}
	b.clear()
	const width = 30
	done := min(b.done, b.total)
	filled := done * width / max(1, b.total)
	b.text = strings.TrimSpace(fmt.Sprintf("[%s%s] %d / %d  %s", strings.Repeat("#", filled), strings.Repeat("-", width-filled), done, b.total, remark))
	fmt.Fprint(b.a.err, b.text)
}

// clear takes it away, before something else is written or at the end.
func (b *statusBar) clear() {
	if b.text != "" {
		fmt.Fprint(b.a.err, "\r"+strings.Repeat(" ", len(b.text))+"\r")
		b.text = ""
	}
}
