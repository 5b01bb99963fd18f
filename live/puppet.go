package live

import (
	"time"

	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// looksEvery is how often a player looks at the network while a then line waits.
const looksEvery = time.Millisecond

// story is everything that has happened so far, as the then lines need it.
func (p *Player) story() []trace.Event {
	if p.opt.Story == nil {
		return nil
	}
	return p.opt.Story()
}

// puppetSends starts a statement of a puppet: the network sends the packet that it makes up.
func (p *Player) puppetSends(i int) {
	p.emitCall(i)
	p.cursor.Return(i)
	p.opt.Puppet(&p.script.Stmts[i])
}

// beginThen begins to wait for a then line.
func (p *Player) beginThen(i int) {
	p.waits.Begin(i, time.Since(p.start))
	p.calls = append(p.calls, &call{stmt: i, deadline: p.Now().Add(p.script.Stmts[i].Deadline())})
}

// checkThens ends the then lines that have come true, or whose time is over.
func (p *Player) checkThens() {
	for p.waits.Any() {
		stmt, note, ended := p.waits.Next(p.story())
		if !ended {
			break
		}
		p.endThen(stmt, note)
	}
	for k := 0; k < len(p.calls); {
		c := p.calls[k]
		if p.Now().Before(c.deadline) || p.script.Stmts[c.stmt].Verb != scenario.Then {
			k++
			continue
		}
		if note, waited := p.waits.Expire(c.stmt, p.story()); waited {
			p.endThen(c.stmt, note)
		}
	}
}

// endThen records how a then line ended, and lets the script go on.
func (p *Player) endThen(stmt int, note trace.Event) {
	p.failed = p.failed || note.Result != scenario.ThenOK
	for k, c := range p.calls {
		if c.stmt == stmt {
			p.calls = append(p.calls[:k], p.calls[k+1:]...)
			break
		}
	}
	p.emit(note)
	p.cursor.Return(stmt)
}
