package worksheet

import (
	"netlab/sim/wire"
)

// A link says how a number of one row comes from another row.
type link int

const (
	after  link = iota // that row's seq and its length
	same               // that row's seq: the segment is sent again
	acked              // that row's ack: so far the peer has everything
	repeat             // that row's ack: nothing new has come since
)

// A source is an earlier row from which a number follows.
type source struct {
	row  int // index
	link link
}

// derive finds the rows from which seq and ack of row i follow. It compares the numbers of
// the true trace and knows nothing else about TCP.
func (s *Sheet) derive(i int) {
	r := s.rows[i]
	if !r.isTCP() {
		return
	}
	seg := &r.event.Seg
	hasAck := seg.Flags.Has(wire.ACK)
	peerAck, ownAck := false, false
	for j := i - 1; j >= 0; j-- {
		o := s.rows[j]
		if !o.isTCP() {
			continue
		}
		other := &o.event.Seg
		otherAcks := other.Flags.Has(wire.ACK)
		switch o.event.Flow() {
		case r.event.Flow():
			if other.End() == seg.Seq {
				r.seqFrom = append(r.seqFrom, source{j, after})
			} else if other.Seq == seg.Seq {
				r.seqFrom = append(r.seqFrom, source{j, same})
			}
			if hasAck && otherAcks && !ownAck {
				if ownAck = true; other.Ack == seg.Ack {
					r.ackFrom = append(r.ackFrom, source{j, repeat})
				}
			}
		case r.event.Flow().Reverse():
			if o.arrived == 0 || o.arrived > r.event.N {
				continue
			}
			if otherAcks && !peerAck {
				if peerAck = true; other.Ack == seg.Seq {
					r.seqFrom = append(r.seqFrom, source{j, acked})
				}
			}
			if hasAck && other.End() == seg.Ack {
				r.ackFrom = append(r.ackFrom, source{j, after})
			}
		}
	}
}

// sourceOf returns the row that explains a number best: the nearest segment that used
// numbers, or else the nearest of all. nil: it follows from none.
func (s *Sheet) sourceOf(from []source) (best *row, how link) {
	for _, x := range from {
		o := s.rows[x.row]
		if best == nil {
			best, how = o, x.link
		}
		if x.link == after && o.event.Seg.Len() > 0 {
			return o, x.link
		}
	}
	return best, how
}
