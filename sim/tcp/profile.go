package tcp

import (
	"slices"
	"time"
)

// A Profile says how an implementation fills in what the standard leaves open.
// It is a value, not a fork of the code.
type Profile struct {
	Name string

	MSS        uint16 // announced and used for sending; RFC 9293 §3.7.1
	RcvBuf     uint32 // octets of receive buffer; the largest window offered
	SynWnd     uint16 // window in a SYN; 0 means min(RcvBuf, 65535)
	SndBuf     int    // octets that SEND queues before the caller must wait
	WScale     uint8  // shift offered when UseWScale
	UseWScale  bool   // offer window scaling, RFC 7323 §2
	UseSACK    bool   // offer selective acknowledgments, RFC 2018
	UseTS      bool   // offer timestamps, RFC 7323 §3
	Nagle      bool   // hold small segments while something is unacknowledged, RFC 9293 §3.7.4
	Challenge  bool   // RFC 5961: answer an inexact RST or a SYN with an ACK
	DelayedAck time.Duration
	QuickAcks  uint8 // acknowledgments sent at once before delaying begins

	InitialRTO, MinRTO, MaxRTO time.Duration // RFC 6298
	SynLinear                  uint8         // SYN time-outs that do not double the RTO
	SynRetries                 uint8         // give up connecting after this many (R2 for SYN, RFC 9293 §3.8.3)
	SynAckRetries              uint8
	DataRetries                uint8
	TimeWait                   time.Duration // 2*MSL

	Quirks Quirk
}

// A Quirk is a named habit of one implementation where it differs from a
// literal reading of RFC 9293.
type Quirk uint16

// The quirks.
const (
	// QuirkSynAckAgain answers a repeated SYN in SYN-RECEIVED with the SYN,ACK
	// again; the standard answers an old segment with a plain ACK.
	QuirkSynAckAgain Quirk = 1 << iota
	// QuirkFinDelaysAck delays the ACK of a FIN as if the program were about to
	// answer, so that a quick close() merges the two into one segment.
	QuirkFinDelaysAck
	// QuirkProbeOld sends a window probe without data at SND.UNA-1.
	QuirkProbeOld
	// QuirkResetKeepsData leaves what has arrived before a RST to be read; the
	// standard flushes it.
	QuirkResetKeepsData
)

// Has reports whether the profile has the quirk.
func (p *Profile) Has(q Quirk) bool { return p.Quirks&q != 0 }

// Textbook is what courses draw: small readable numbers, one ACK for each
// segment, no option but MSS.
var Textbook = Profile{
	Name: "textbook",
	MSS:  1460, RcvBuf: 65535, SndBuf: 1 << 20,
	InitialRTO: time.Second, MinRTO: time.Second, MaxRTO: time.Minute,
	SynRetries: 7, SynAckRetries: 5, DataRetries: 15, // a SYN is tried for three minutes (MUST-23)
	TimeWait: 4 * time.Minute, // Deviation: none; MSL is two minutes in RFC 9293 §3.4.2
}

// Linux is what the Linux kernel does on its loopback interface. Times were
// measured on Linux 6.18 with default settings.
var Linux = Profile{
	Name: "linux",
	MSS:  65495, RcvBuf: 65535, SynWnd: 65495, SndBuf: 1 << 20,
	WScale: 10, UseWScale: true, UseSACK: true, UseTS: true,
	Nagle: true, Challenge: true,
	DelayedAck: 40 * time.Millisecond, QuickAcks: 16,
	InitialRTO: time.Second, MinRTO: 200 * time.Millisecond, MaxRTO: 2 * time.Minute,
	SynLinear: 4, SynRetries: 6 + 4, SynAckRetries: 5, DataRetries: 15,
	TimeWait: time.Minute,
	Quirks:   QuirkSynAckAgain | QuirkFinDelaysAck | QuirkProbeOld | QuirkResetKeepsData,
}

// Profiles lists every profile, the default first.
func Profiles() []Profile { return []Profile{Textbook, Linux} }

// ProfileByName finds a profile by its name.
func ProfileByName(name string) (Profile, bool) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return all[i], true
}
