package filter_test

import (
	"net/netip"
	"strings"
	"testing"

	"netlab/capture/filter"
	"netlab/capture/follow"
	"netlab/sim/wire"
)

// Each word of the language picks what it says, and joins as it says.
func TestPicks(t *testing.T) {
	tcp := &follow.Summary{Proto: wire.TCP, Ends: [2]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:40000"), netip.MustParseAddrPort("[fe80::1]:80")},
		Handshake: follow.ThreeWay, Close: follow.Reset, Counts: []follow.Count{{Kind: follow.Retransmission, N: 2}}}
	udp := &follow.Summary{Proto: wire.UDP, Ends: [2]netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:53"), netip.MustParseAddrPort("10.9.0.2:53")}}
	for text, want := range map[string][2]bool{
		"":                          {true, true},
		"tcp":                       {true, false},
		"udp":                       {false, true},
		"port 80":                   {true, false},
		"port 53":                   {false, true},
		"host 10.0.0.1":             {true, true},
		"10.9.0.0/16":               {false, true},
		"host fe80::1":              {true, false},
		"[fe80::1]:80":              {true, false},
		"10.0.0.1:40000":            {true, false},
		"10.0.0.1 and port 53":      {false, true},
		"tcp or udp":                {true, true},
		"not tcp":                   {false, true},
		"(tcp or udp) port 80":      {true, false},
		"tcp or udp port 80":        {true, false},
		"close reset":               {true, false},
		"close none":                {false, false},
		"open three-way":            {true, false},
		"has retransmission":        {true, false},
		"has anything":              {true, false},
		"not has anything":          {false, true},
		"TCP Port 80 HAS Anything":  {true, false},
		"not (tcp and close reset)": {false, true},
	} {
		f, err := filter.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := [2]bool{f.Conversation(tcp), f.Conversation(udp)}; got != want {
			t.Errorf("%q picks %v, want %v", text, got, want)
		}
	}
}

// Mistakes are named, with what would be right.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"prot 80": `"prot" is unknown (tcp, udp,`, "port": "what port?", "port x": "no number", "host example.org": "names are not looked up",
		"close gently": "four-segments", "has luck": "retransmission", "(tcp": "not closed", "tcp or": "too early", "tcp )": `")" does not fit`,
		strings.Repeat("not ", 300) + "tcp": "more than",
	} {
		if _, err := filter.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzParse: a filter is read or refused, and one that is read decides.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"tcp port 80", "not (udp or 10.0.0.1:80) has anything", "host ::1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fl, err := filter.Parse(text)
		if err != nil {
			return
		}
		s := &follow.Summary{}
		if fl.Empty() != (strings.TrimSpace(text) == "") {
			t.Errorf("%q: empty %v", text, fl.Empty())
		}
		_ = fl.Conversation(s)
		_ = fl.Packet(&filter.Packet{})
	})
}
