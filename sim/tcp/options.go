package tcp

import (
	"time"

	"netlab/sim/wire"
)

// defaultSendMSS is used when the peer announces none (MUST-15).
const defaultSendMSS = 536

// timestampOctets is what the timestamps option takes from each segment.
const timestampOctets = 12

// setOptions fills in the options of a segment of this connection.
func (m *machine) setOptions(seg *wire.Segment) {
	b, p := m.b, &m.b.Profile
	if seg.Flags.Has(wire.SYN) {
		answer := seg.Flags.Has(wire.ACK) // a SYN,ACK takes up only what was offered
		seg.Options.MSS = p.MSS           // only ever on a SYN (MUST-65)
		seg.Options.SACKPermitted = p.UseSACK && (!answer || b.UseSACK)
		seg.Options.HasTimestamps = p.UseTS && (!answer || b.UseTS)
		if p.UseWScale && (!answer || b.RcvScale > 0 || b.SndScale > 0) {
			seg.Options.HasWScale, seg.Options.WScale = true, p.WScale
		}
	} else {
		seg.Options.HasTimestamps = b.UseTS
	}
	if seg.Options.HasTimestamps {
		seg.Options.TSVal, seg.Options.TSEcr = uint32(m.now/time.Millisecond), b.TSRecent
	}
}

// takeSynOptions agrees on what both ends offer.
func (m *machine) takeSynOptions(seg wire.Segment) {
	b, p, o := m.b, &m.b.Profile, seg.Options
	mss := o.MSS
	if mss == 0 {
		mss = defaultSendMSS
	}
	b.SndMSS = min(mss, p.MSS) // MUST-16
	b.UseSACK = p.UseSACK && o.SACKPermitted
	if b.UseTS = p.UseTS && o.HasTimestamps; b.UseTS {
		b.SndMSS -= min(b.SndMSS-1, timestampOctets) // at least one octet, whatever the peer says
		b.TSRecent = o.TSVal
	}
	if p.UseWScale && o.HasWScale {
		b.SndScale, b.RcvScale = min(o.WScale, 14), p.WScale
	}
}

// takeTimestamp remembers the peer's clock, to be echoed.
func (m *machine) takeTimestamp(seg wire.Segment) {
	if m.b.UseTS && seg.Options.HasTimestamps && seg.Seq.AtOrBefore(m.b.LastAckSent) {
		m.b.TSRecent = seg.Options.TSVal
	}
}
