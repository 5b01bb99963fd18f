package sim

import (
	"slices"
	"time"

	"netlab/sim/socket"
	"netlab/sim/tcp"
	"netlab/sim/wire"
)

// An item is something scheduled: a packet's arrival, a packet's loss, a timer
// or the end of a call's patience.
type item struct {
	at    time.Duration
	order int // ties are broken by the order of scheduling
	kind  itemKind
	timer tcp.Timer
	host  int
	sock  socket.ID
	pkt   *wire.Packet // never changed once it is scheduled
	cause int
	stmt  int
	rule  *wire.Rule
}

type itemKind uint8

const (
	itemArrival itemKind = iota
	itemLoss
	itemTimer
	itemPatience
	itemOld
	itemParts // fragments have waited long enough
)

// A queue is a heap of items by time, then order.
type queue struct {
	items []item
	order int
}

func (q *queue) clone() queue { return queue{slices.Clone(q.items), q.order} }

func (q *queue) less(i, j int) bool {
	a, b := &q.items[i], &q.items[j]
	return a.at < b.at || (a.at == b.at && a.order < b.order)
}

// peek returns when the first item is due.
func (q *queue) peek() (time.Duration, bool) {
	if len(q.items) == 0 {
		return 0, false
	}
	return q.items[0].at, true
}

func (q *queue) push(it item) {
	it.order = q.order
	q.order++
	q.items = append(q.items, it)
	for i := len(q.items) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.less(i, up) {
			break
		}
		q.items[i], q.items[up] = q.items[up], q.items[i]
		i = up
	}
}

func (q *queue) pop() item {
	first := q.items[0]
	last := len(q.items) - 1
	q.items[0] = q.items[last]
	q.items[last] = item{}
	q.items = q.items[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return first
		}
		if down+1 < last && q.less(down+1, down) {
			down++
		}
		if !q.less(down, i) {
			return first
		}
		q.items[i], q.items[down] = q.items[down], q.items[i]
		i = down
	}
}
