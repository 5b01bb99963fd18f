package live

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"netlab/sim/scenario"
	"netlab/sim/wire"
)

// simultaneous lists the statements that the script wants made at the same moment
// as statement i, i first, if each is a call that can be made from a thread of its own.
func (p *Player) simultaneous(i int) []int {
	first := &p.script.Stmts[i]
	group := []int{i}
	if !first.HasAt || !p.parallel(i) {
		return group
	}
	for j := i + 1; j < len(p.script.Stmts); j++ {
		st := &p.script.Stmts[j]
		if st.HasAt && st.At == first.At && st.Host != first.Host && p.parallel(j) && p.cursor.Free(j) {
			group = append(group, j)
		}
	}
	return group
}

// parallel reports whether statement i is a call that touches one socket only and
// never waits.
func (p *Player) parallel(i int) bool {
	st := &p.script.Stmts[i]
	switch st.Verb {
	case scenario.Shutdown, scenario.Close, scenario.SendCall, scenario.Connect:
		s := p.names[p.hostIndex(st.Host)][st.Sock]
		return s != nil && s.open && s.proto == wire.TCP
	default:
		return false
	}
}

// startsTogether is how long threads spin until they make their calls: long enough
// for all of them to be running.
const startsTogether = 500 * time.Microsecond

// warm is how long before that they stop making system calls.
const warm = 20 * time.Microsecond

// together makes calls on different hosts as nearly at the same moment as threads
// on several processors can, watches what comes of it, and returns when it began.
func (p *Player) together(group []int) time.Time {
	p.renewLosses()
	p.sample()
	calls := make([]*call, len(group))
	results := make([]string, len(group))
	var ready atomic.Int32
	var done sync.WaitGroup
	for k, i := range group {
		st := &p.script.Stmts[i]
		p.cursor.Start(i)
		p.emitCall(i)
		calls[k] = &call{stmt: i, sock: p.names[p.hostIndex(st.Host)][st.Sock], deadline: p.Now().Add(st.Deadline())}
	}
	watch := time.Duration(0)
	if p.opt.Together != nil {
		watch = p.opt.Together()
	}
	begin := time.Now().Add(startsTogether)
	for k, c := range calls {
		if p.script.Stmts[c.stmt].Verb == scenario.Connect { // it only begins, and remembers what it began
			results[k], _ = p.try(c)
			ready.Add(1)
			continue
		}
		done.Add(1)
		go func() {
			defer done.Done()
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Add(1)
			for int(ready.Load()) < len(calls) || time.Until(begin) > warm {
				p.back.Local(c.sock.h) // keeps the way into the kernel warm
			}
			own := begin
			if k == 0 {
				own = begin.Add(p.opt.Skew)
			}
			for time.Now().Before(own) {
			}
			results[k] = p.alone(c)
		}()
	}
	done.Wait()
	p.late = max(p.late, time.Since(begin))
	for k, c := range calls {
		if results[k] == "" { // it would have waited
			p.calls = append(p.calls, c)
			continue
		}
		p.finish(c, results[k])
	}
	for p.retry(); time.Since(begin) < watch; p.retry() {
		time.Sleep(watchEvery)
		p.sample()
	}
	return begin.Add(-startsTogether)
}

// watchEvery is how often states are sampled while segments cross on a slow way.
const watchEvery = time.Millisecond

// alone makes a call that touches nothing but its socket; it returns the empty
// string where the call would wait.
func (p *Player) alone(c *call) string {
	st := &p.script.Stmts[c.stmt]
	switch st.Verb {
	case scenario.Shutdown:
		return result(p.back.Shutdown(c.sock.h, st.How))
	case scenario.Close:
		c.sock.open = false
		return result(p.back.Close(c.sock.h))
	default: // send
		s, ok := p.send(c, st)
		if !ok {
			return ""
		}
		return s
	}
}
