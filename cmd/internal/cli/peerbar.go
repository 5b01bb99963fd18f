package cli

import (
	"fmt"
	"time"
)

// barEvery is how often a progress bar is drawn anew.
const barEvery = 100 * time.Millisecond

// progress draws how far a file is, on a terminal's stderr: the sender's bar says what
// was handed to the kernel, the receiver's what has arrived.
func (s *peerShow) progress(done, total int64) {
	if !s.bar.shows() || total == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.barTime) < barEvery && done < total {
		return
	}
	s.barTime = time.Now()
	s.bar.put(fmt.Sprintf("%s %3d%%  %s / %s", gauge(done, total), int(float64(done)/float64(total)*100), octets(done), octets(total)))
	if done == total { // it stays
		fmt.Fprintln(s.a.err)
		s.bar.text = ""
	}
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
