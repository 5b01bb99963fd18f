package cli

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// barEvery is how often a progress bar is drawn anew.
const barEvery = 100 * time.Millisecond

// progress draws how far a file is, on a terminal's stderr: the sender's bar says what
// was handed to the kernel, the receiver's what has arrived.
func (s *peerShow) progress(done, total int64) {
	f, ok := s.a.err.(*os.File)
	if !ok || !isTerminal(f) || total == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.barTime) < barEvery && done < total {
		return
	}
	s.barTime = time.Now()
	s.clearBar()
	s.bar = bar(done, total)
	fmt.Fprint(s.a.err, s.bar)
	if done == total {
		fmt.Fprintln(s.a.err)
		s.bar = ""
	}
}

// clearBar takes the bar away before a line is written in its place.
func (s *peerShow) clearBar() {
	if s.bar != "" {
		fmt.Fprint(s.a.err, "\r"+strings.Repeat(" ", len(s.bar))+"\r")
		s.bar = ""
	}
}

// bar fits a line of 60 columns.
func bar(done, total int64) string {
	const width = 30
	filled := int(float64(done) / float64(total) * width)
	return fmt.Sprintf("[%s%s] %3d%%  %s / %s", strings.Repeat("#", filled), strings.Repeat("-", width-filled), int(float64(done)/float64(total)*100), octets(done), octets(total))
}

// octets writes a size in few characters, in powers of 1024.
func octets(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	v, i := float64(n)/unit, 0
	for ; v >= unit && i < 3; i++ {
		v /= unit
	}
	return fmt.Sprintf("%.1f %ciB", v, "KMGT"[i])
}
