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

// maxHoles is how many out-of-order runs an endpoint keeps. More are dropped
// with a rule; the sender will send them again.
const maxHoles = 8

// A run is text that arrived ahead of RCV.NXT (RFC 9293 §3.10.7.4, SHLD-31).
type run struct {
	Seq  wire.Seq
	Data string
	Fin  bool // the FIN follows the data
}

// A holeQueue keeps runs sorted by sequence number.
type holeQueue struct {
	n    uint8
	runs [maxHoles]run
}

// blocks returns the ranges held, joined where they touch, in order.
func (h *holeQueue) blocks() (list [maxHoles]wire.Block, n int) {
	for _, r := range h.runs[:h.n] {
		end := r.Seq.Add(len(r.Data))
		if n > 0 && r.Seq.AtOrBefore(list[n-1].To) {
			list[n-1].To = later(list[n-1].To, end)
			continue
		}
		list[n] = wire.Block{From: r.Seq, To: end}
		n++
	}
	return list, n
}

// insert keeps the run and reports false if there is no room for it.
func (h *holeQueue) insert(r run) bool {
	for i := range h.n {
		old := &h.runs[i]
		if old.Seq == r.Seq && len(old.Data) >= len(r.Data) {
			old.Fin = old.Fin || (r.Fin && len(old.Data) == len(r.Data))
			return true // nothing new
		}
	}
	if h.n == maxHoles {
		return false
	}
	i := h.n
	for ; i > 0 && h.runs[i-1].Seq.After(r.Seq); i-- {
		h.runs[i] = h.runs[i-1]
	}
	h.runs[i] = r
	h.n++
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
