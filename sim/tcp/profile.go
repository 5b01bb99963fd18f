package tcp

import (
	"slices"
	"time"
)

// A Profile says how an implementation fills in what the standard leaves open.
// It is a value, not a fork of the code; a socket option changes the copy that
// its endpoint holds.
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
	RFC1337    bool   // a RST does not end TIME-WAIT
	RandomISN  bool   // initial sequence numbers by RFC 6528, not small readable ones
	DelayedAck time.Duration
	QuickAcks  uint8         // acknowledgments sent at once before delaying begins
	AckLimit   time.Duration // at most one challenge ACK or ACK of a stray segment in this time; 0: no limit

	FastRetransmit bool  // three duplicate ACKs mean a loss, RFC 5681 §3.2
	Congestion     bool  // slow start, congestion avoidance and fast recovery, RFC 5681 and RFC 6582
	InitialWindow  uint8 // segments; 0: RFC 5681 §3.1

	InitialRTO, MinRTO, MaxRTO time.Duration // RFC 6298
	VarFloor                   bool          // MinRTO bounds 4*RTTVAR, not the whole RTO
	SynLinear                  uint8         // SYN time-outs that do not double the RTO
	SynRetries                 uint8         // give up connecting after this many (R2 for SYN, RFC 9293 §3.8.3)
	SynAckRetries              uint8
	OrphanRetries              uint8         // the same once no program has the connection; 0: as DataRetries
	DataRetries                uint8         // R2 for data, counted in time-outs
	R1                         uint8         // time-outs after which IP and the program are warned
	WarnProgram                bool          // SO_ERROR is ETIMEDOUT from R1 on, as long as nothing is acknowledged (SHLD-9)
	UserTimeout                time.Duration // R2 as a time; 0: only the count holds
	TimeWait                   time.Duration // 2*MSL
	FinWait2                   time.Duration // how long FIN-WAIT-2 lasts once nobody can read; 0: for ever

	KeepAlive              bool // off by default, RFC 9293 §3.8.4
	KeepIdle, KeepInterval time.Duration
	KeepCount              uint8

	Quirks Quirk
}

// Has reports whether the profile has the quirk.
func (p *Profile) Has(q Quirk) bool { return p.Quirks&q != 0 }

// Textbook is what courses draw: small readable numbers, one ACK for each
// segment, no option but MSS.
var Textbook = Profile{
	Name: "textbook",
	MSS:  1460, RcvBuf: 65535, SndBuf: 1 << 20,
	InitialRTO: time.Second, MinRTO: time.Second, MaxRTO: time.Minute,
	SynRetries: 7, SynAckRetries: 5, DataRetries: 15, R1: 3, WarnProgram: true, // a SYN is tried for three minutes (MUST-23)
	TimeWait: 4 * time.Minute, // Deviation: none; MSL is two minutes in RFC 9293 §3.4.2
	KeepIdle: 2 * time.Hour, KeepInterval: 75 * time.Second, KeepCount: 9,
	Quirks: QuirkDirectOpen | QuirkQuietTimeWaitAck,
}

// RFC9293 is the letter of the standard, with RFC 5961 and RFC 1337.
var RFC9293 = Profile{
	Name: "rfc9293",
	MSS:  1460, RcvBuf: 65535, SndBuf: 1 << 20,
	Nagle: true, Challenge: true, RFC1337: true, RandomISN: true,
	DelayedAck:     200 * time.Millisecond, // under half a second, MUST-40
	FastRetransmit: true, Congestion: true,
	InitialRTO: time.Second, MinRTO: time.Second, MaxRTO: time.Minute,
	SynRetries: 7, SynAckRetries: 7, DataRetries: 255, R1: 3, WarnProgram: true,
	UserTimeout: 5 * time.Minute, // RFC 9293 §3.9.1.1
	TimeWait:    4 * time.Minute,
	KeepIdle:    2 * time.Hour, KeepInterval: 75 * time.Second, KeepCount: 9,
}

// Linux is what the Linux kernel does on its loopback interface. Times were
// measured on Linux 6.18 with default settings.
var Linux = Profile{
	Name: "linux",
	MSS:  65495, RcvBuf: 65535, SynWnd: 65495, SndBuf: 1 << 20,
	WScale: 10, UseWScale: true, UseSACK: true, UseTS: true,
	Nagle: true, Challenge: true,
	DelayedAck: 40 * time.Millisecond, QuickAcks: 16, AckLimit: 500 * time.Millisecond,
	FastRetransmit: true, Congestion: true, InitialWindow: 10,
	InitialRTO: time.Second, MinRTO: 200 * time.Millisecond, MaxRTO: 2 * time.Minute, VarFloor: true,
	SynLinear: 4, SynRetries: 6 + 4, SynAckRetries: 5, DataRetries: 15, OrphanRetries: 8, R1: 3,
	TimeWait: time.Minute, FinWait2: time.Minute,
	KeepIdle: 2 * time.Hour, KeepInterval: 75 * time.Second, KeepCount: 9,
	Quirks: quirksEnd - 1,
}

// Profiles lists every profile, the default first.
func Profiles() []Profile { return []Profile{Textbook, RFC9293, Linux} }

// ProfileByName finds a profile by its name.
func ProfileByName(name string) (Profile, bool) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return all[i], true
}
