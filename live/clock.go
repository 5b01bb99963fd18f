package live

import "time"

// Start is the moment from which the times of the events count.
func (p *Player) Start() time.Time { return p.start }

// Now is the script's clock: the time of day, less the time for which it has stood still.
func (p *Player) Now() time.Time {
	still := p.starting
	if p.opt.Stood != nil {
		still += p.opt.Stood()
	}
	return time.Now().Add(-still)
}

// scriptTime is how much of the script's time has passed.
func (p *Player) scriptTime() time.Duration { return p.Now().Sub(p.start) }

// Late is how late the player was at most with what the script has set a time for, and with
// calls at the same moment: a busy machine is late.
func (p *Player) Late() time.Duration { return p.late }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Failed reports whether a call has returned what the script does not expect, or a then line has
// not come true.
func (p *Player) Failed() bool { return p.failed }
