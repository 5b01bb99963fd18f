package tcp

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"netlab/sim/wire"
)

// isnTick is how long the clock part of an initial sequence number stays the
// same: it advances about every 4 microseconds (RFC 9293 §3.4.1, MUST-8).
const isnTick = 4 * time.Microsecond

// ISN is the generator of RFC 6528: a clock plus a keyed hash of the two sockets,
// ISN = M + F(local, peer, secret). Without the secret nobody outside can compute it
// (RFC 9293 §3.4.1, MUST-9, SHLD-1), and a new connection between the same sockets
// gets a number beyond the old one's.
func ISN(now time.Duration, local, peer wire.Endpoint, secret uint64) wire.Seq {
	text := binary.BigEndian.AppendUint64(nil, secret)
	text = append(text, local.String()+" "+peer.String()...)
	hash := sha256.Sum256(text)
	return wire.Seq(binary.BigEndian.Uint32(hash[:4])).Add(int(now / isnTick))
}
