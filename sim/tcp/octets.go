package tcp

import "netlab/sim/wire"

// queueChunks is how many pieces a Queue holds before it joins neighbours.
const queueChunks = 8

// A Queue is a first-in first-out run of octets as a comparable value. It holds
// references to the strings it was given: appending and trimming never copy the
// octets, except when all pieces are in use and two neighbours are joined.
type Queue struct {
	n     uint8 // pieces in use
	size  int
	piece [queueChunks]string
}

// Len is the number of octets.
func (q *Queue) Len() int { return q.size }

// Append adds octets at the end.
func (q *Queue) Append(s string) {
	if s == "" {
		return
	}
	if q.n == queueChunks {
		q.joinSmallest()
	}
	q.piece[q.n] = s
	q.n++
	q.size += len(s)
}

// joinSmallest makes room for one piece by joining the two neighbours that
// together are the shortest.
func (q *Queue) joinSmallest() {
	best := 0
	for i := range queueChunks - 1 {
		if len(q.piece[i])+len(q.piece[i+1]) < len(q.piece[best])+len(q.piece[best+1]) {
			best = i
		}
	}
	q.piece[best] += q.piece[best+1]
	copy(q.piece[best+1:], q.piece[best+2:])
	q.n--
	q.piece[q.n] = ""
}

// Trim removes n octets from the front; more than there are empties the queue.
func (q *Queue) Trim(n int) {
	n = min(n, q.size)
	q.size -= n
	drop := uint8(0)
	for n > 0 {
		p := &q.piece[drop]
		if n < len(*p) {
			*p = (*p)[n:]
			break
		}
		n -= len(*p)
		drop++
	}
	if drop > 0 {
		copy(q.piece[:], q.piece[drop:q.n])
		for i := q.n - drop; i < q.n; i++ {
			q.piece[i] = ""
		}
		q.n -= drop
	}
}

// Slice returns n octets from offset off on, or as many of them as there are.
func (q *Queue) Slice(off, n int) string {
	n = min(n, q.size-off)
	if n <= 0 {
		return ""
	}
	var joined []byte
	for i := range q.n {
		p := q.piece[i]
		if off >= len(p) {
			off -= len(p)
			continue
		}
		part := p[off:min(len(p), off+n)]
		if joined == nil && len(part) == n {
			return part // the common case: all in one piece, nothing copied
		}
		joined = append(joined, part...)
		n -= len(part)
		off = 0
		if n == 0 {
			break
		}
	}
	return string(joined)
}

// maxHoles is how many separate out-of-order runs an endpoint keeps; runs that touch are
// one. More are dropped with a rule; the sender will send them again.
const maxHoles = 8

// A run is text that arrived ahead of RCV.NXT (RFC 9293 §3.10.7.4, SHLD-31).
type run struct {
	Seq  wire.Seq
	Data string
	Fin  bool // the FIN follows the data
}

func (r *run) end() wire.Seq { return r.Seq.Add(len(r.Data)) }

// join returns the run that two touching runs make together.
func (r run) join(o run) run {
	if o.Seq.Before(r.Seq) {
		r, o = o, r
	}
	if over := r.end().Minus(o.Seq); over < len(o.Data) {
		r.Data += o.Data[over:]
		r.Fin = o.Fin
	} else if over == len(o.Data) {
		r.Fin = r.Fin || o.Fin
	}
	return r
}

// A holeQueue keeps runs sorted by sequence number; no two touch.
type holeQueue struct {
	n    uint8
	runs [maxHoles]run
}

// blocks returns the ranges held, in order.
func (h *holeQueue) blocks() (list [maxHoles]wire.Block, n int) {
	for i := range h.runs[:h.n] {
		list[i] = wire.Block{From: h.runs[i].Seq, To: h.runs[i].end()}
	}
	return list, int(h.n)
}

// insert keeps the run and reports false if there is no room for it.
func (h *holeQueue) insert(r run) bool {
	var kept holeQueue
	for _, old := range h.runs[:h.n] {
		if old.Seq.AtOrBefore(r.end()) && r.Seq.AtOrBefore(old.end()) {
			r = old.join(r)
			continue
		}
		kept.runs[kept.n] = old
		kept.n++
	}
	if kept.n == maxHoles {
		return false
	}
	i := kept.n
	for ; i > 0 && kept.runs[i-1].Seq.After(r.Seq); i-- {
		kept.runs[i] = kept.runs[i-1]
	}
	kept.runs[i] = r
	kept.n++
	*h = kept
	return true
}

// take removes and returns the first run that begins at or before next.
func (h *holeQueue) take(next wire.Seq) (run, bool) {
	if h.n == 0 || h.runs[0].Seq.After(next) {
		return run{}, false
	}
	r := h.runs[0]
	copy(h.runs[:], h.runs[1:h.n])
	h.n--
	h.runs[h.n] = run{}
	return r, true
}
