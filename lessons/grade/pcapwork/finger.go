package pcapwork

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a fingerprint tells. The strong parts are numbers that a kernel draws, or a clock
// gives: no two honest captures share one. The weak ones are shared by neighbours in a
// computer room, and say something only beside a strong one.
const (
	markStart     = "start"
	markClientISN = "client-isn"
	markServerISN = "server-isn"
	markClientTS  = "client-tsval"
	markServerTS  = "server-tsval"
	markIDs       = "ip-ids"
	markGaps      = "gaps"
	markMAC       = "mac"
	markHardware  = "hardware"
	markOS        = "os"
	markProgram   = "program"
)

var strong = []string{markStart, markClientISN, markServerISN, markClientTS, markServerTS, markIDs, markGaps}

// handMade is below what a kernel draws as an initial number, as good as always: scripts and
// textbooks count from 0, 100, 300, and would make strangers look alike.
const handMade = 1 << 16

// fingerprint lists marks as "name value".
func (s *survey) fingerprint(f *facts) (marks []string) {
	mark := func(name, v string) {
		if v != "" {
			marks = append(marks, name+" "+v)
		}
	}
	if f != nil {
		if len(f.when) > 0 {
			mark(markStart, f.when[0].UTC().Truncate(time.Microsecond).Format("2006-01-02T15:04:05.000000Z"))
		}
		for x, names := range [2][2]string{{markClientISN, markClientTS}, {markServerISN, markServerTS}} {
			syn := f.ends[x].syn
			if syn == nil {
				continue
			}
			if syn.seq >= handMade {
				mark(names[0], syn.seq.String())
			}
			if syn.options.HasTimestamps && syn.options.TSVal >= handMade {
				mark(names[1], fmt.Sprint(syn.options.TSVal))
			}
		}
		mark(markIDs, f.idMark())
		mark(markGaps, f.gapMark())
		for x := range f.ends {
			mark(markMAC, f.ends[x].mac)
		}
	}
	mark(markHardware, s.file.hardware)
	mark(markOS, s.file.os)
	mark(markProgram, s.file.program)
	return marks
}

// idMark are the identifications of both ends' first packets, if they are drawn rather than
// counted from 0.
func (f *facts) idMark() string {
	var all []string
	high := 0
	for x := range f.ends {
		for _, id := range f.ends[x].ids {
			all = append(all, fmt.Sprintf("%04x", id))
			if id >= 1024 {
				high++
			}
		}
	}
	if high < 4 {
		return ""
	}
	return strings.Join(all, ".")
}

// gapMark are the times between the first packets in microseconds: they survive a change of
// format, of all addresses, and of the time of day.
func (f *facts) gapMark() string {
	const least = 6
	if len(f.when) < least+1 || f.noTimes {
		return ""
	}
	var gaps []string
	odd := 0
	for i := 1; i <= least; i++ {
		us := f.when[i].UnixMicro() - f.when[i-1].UnixMicro()
		gaps = append(gaps, fmt.Sprint(us))
		if us > 10 && us%1000 != 0 {
			odd++
		}
	}
	if odd < 3 { // as even as a model's or a textbook's
		return ""
	}
	return strings.Join(gaps, ".")
}

// Same tells what the fingerprints of two captures have in common, such as "client-isn
// 2963473891", if that is more than neighbours in a computer room have; else nothing.
func Same(a, b []string) (how []string) {
	proof := false
	for _, m := range a {
		if slices.Contains(b, m) && !slices.Contains(how, m) {
			how = append(how, m)
			name, _, _ := strings.Cut(m, " ")
			proof = proof || slices.Contains(strong, name)
		}
	}
	if !proof {
		return nil
	}
	return how
}
