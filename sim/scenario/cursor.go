package scenario

import (
	"slices"
	"time"
)

// A Cursor says which statement runs next. It is a value: both players drive
// one, the model's in virtual time and the live one on the clock, so that both
// play the same programs in the same order.
//
// The rules: the statements of a host run in the order of the file, each when
// the one before it on that host has returned. A statement without a time also
// waits for the statement above it, whatever its host. A statement with a time
// waits for that time and for its own host only. A call that ends in & counts
// as returned, for this purpose, as soon as it has started.
type Cursor struct {
	script *Script
	phase  []phase
	above  []int // the statement above on the same host, or -1; shared by all copies
	lastAt int   // index of the last statement with a time, or -1
	first  int   // all statements before it have returned
}

type phase uint8

const (
	waiting phase = iota
	running
	returned
)

// NewCursor returns a cursor before the first statement.
func NewCursor(s *Script) Cursor {
	c := Cursor{script: s, phase: make([]phase, len(s.Stmts)), above: make([]int, len(s.Stmts)), lastAt: -1}
	last := map[string]int{}
	for i := range s.Stmts {
		st := &s.Stmts[i]
		c.above[i] = -1
		if j, ok := last[st.Host]; ok && st.Verb != Then {
			c.above[i] = j
		}
		last[st.Host] = i
		if st.HasAt {
			c.lastAt = i
		}
	}
	return c
}

// Clone returns a copy that can go its own way.
func (c Cursor) Clone() Cursor {
	c.phase = slices.Clone(c.phase)
	return c
}

// released reports whether statement i no longer holds back those after it.
func (c *Cursor) released(i int) bool {
	return c.phase[i] == returned || (c.phase[i] == running && c.script.Stmts[i].Background)
}

// free reports whether nothing but its time holds back statement i.
func (c *Cursor) free(i int) bool {
	st := &c.script.Stmts[i]
	if c.phase[i] != waiting {
		return false
	}
	if !st.HasAt && i > 0 && !c.released(i-1) {
		return false
	}
	return c.above[i] < 0 || c.released(c.above[i])
}

// Free reports whether nothing but its time holds back statement i.
func (c *Cursor) Free(i int) bool { return c.free(i) }

// Next returns the first statement, in the order of the file, that may start at
// time now.
func (c *Cursor) Next(now time.Duration) (int, bool) {
	for i := c.first; i < len(c.phase); i++ {
		if c.free(i) && (!c.script.Stmts[i].HasAt || c.script.Stmts[i].At <= now) {
			return i, true
		}
		if i > c.lastAt && !c.released(i) {
			break // those below wait for this one
		}
	}
	return 0, false
}

// NextAt returns the earliest time for which a statement waits and nothing else.
func (c *Cursor) NextAt() (time.Duration, bool) {
	at, found := time.Duration(0), false
	for i := c.first; i <= c.lastAt; i++ {
		if st := &c.script.Stmts[i]; st.HasAt && c.free(i) && (!found || st.At < at) {
			at, found = st.At, true
		}
	}
	return at, found
}

// Start notes that statement i has started.
func (c *Cursor) Start(i int) { c.phase[i] = running }

// Return notes that statement i has returned.
func (c *Cursor) Return(i int) {
	c.phase[i] = returned
	for c.first < len(c.phase) && c.phase[c.first] == returned {
		c.first++
	}
}

// Done reports whether every statement has returned.
func (c *Cursor) Done() bool { return c.first == len(c.phase) }

// Awaited returns the call that statement i, a wait, waits for: the last one
// above it on its host that was started with & and is about that name.
func (c *Cursor) Awaited(i int) int {
	st := &c.script.Stmts[i]
	for j := i - 1; j >= 0; j-- {
		b := &c.script.Stmts[j]
		if b.Host == st.Host && b.Background && (b.Sock == st.Sock || b.Result == st.Sock) {
			return j
		}
	}
	panic("scenario: a wait without a call, which Parse refuses")
}

// HasReturned reports whether statement i has returned.
func (c *Cursor) HasReturned(i int) bool { return c.phase[i] == returned }
