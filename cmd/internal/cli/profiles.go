package cli

import (
	"fmt"
	"strings"
	"time"

	"netlab/sim/tcp"
)

// profileHelp describes the profiles from their values, so that it cannot be wrong.
func profileHelp() string {
	all := tcp.Profiles()
	var b strings.Builder
	b.WriteString("textbook  what courses draw: small readable numbers, one ACK for each segment\n" +
		"rfc9293   the letter of RFC 9293, with RFC 5961 and RFC 1337\n" +
		"linux     what the Linux kernel does on loopback, measured\n\n" +
		"--profile NAME chooses one for a run, profile=NAME in a script for one host. mss=, rcvbuf=,\n" +
		"sndbuf=, congestion= and socket options change single habits.\n\n")
	row := func(what string, value func(p *tcp.Profile) string) {
		fmt.Fprintf(&b, "%-34s", what)
		for i := range all {
			fmt.Fprintf(&b, " %-12s", value(&all[i]))
		}
		b.WriteString("\n")
	}
	yes := func(v bool) string {
		if v {
			return "yes"
		}
		return "no"
	}
	span := func(d time.Duration) string {
		if d == 0 {
			return "-"
		}
		return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
	}
	row("", func(p *tcp.Profile) string { return p.Name })
	row("MSS", func(p *tcp.Profile) string { return fmt.Sprint(p.MSS) })
	row("receive buffer", func(p *tcp.Profile) string { return fmt.Sprint(p.RcvBuf) })
	row("window scale, SACK, timestamps", func(p *tcp.Profile) string { return yes(p.UseWScale) + "," + yes(p.UseSACK) + "," + yes(p.UseTS) })
	row("initial sequence number", func(p *tcp.Profile) string {
		if p.RandomISN {
			return "RFC 6528"
		}
		return "readable"
	})
	row("delayed ACK", func(p *tcp.Profile) string { return span(p.DelayedAck) })
	row("Nagle", func(p *tcp.Profile) string { return yes(p.Nagle) })
	row("challenge ACKs (RFC 5961)", func(p *tcp.Profile) string { return yes(p.Challenge) })
	row("a RST ends TIME-WAIT", func(p *tcp.Profile) string { return yes(!p.RFC1337) })
	row("fast retransmit", func(p *tcp.Profile) string { return yes(p.FastRetransmit) })
	row("congestion control", func(p *tcp.Profile) string { return yes(p.Congestion) })
	row("RTO: first, least, most", func(p *tcp.Profile) string { return span(p.InitialRTO) + "," + span(p.MinRTO) + "," + span(p.MaxRTO) })
	row("SYN sent again at most", func(p *tcp.Profile) string { return fmt.Sprint(p.SynRetries) })
	row("data sent again at most", func(p *tcp.Profile) string { return fmt.Sprint(p.DataRetries) })
	row("user time-out", func(p *tcp.Profile) string { return span(p.UserTimeout) })
	row("TIME-WAIT (2*MSL)", func(p *tcp.Profile) string { return span(p.TimeWait) })
	b.WriteString("\nNamed habits that a literal reading of RFC 9293 would not show:\n")
	for i := range all {
		var names []string
		for _, q := range tcp.Quirks() {
			if all[i].Has(q) {
				names = append(names, q.String())
			}
		}
		if len(names) == 0 {
			names = []string{"none"}
		}
		b.WriteString(wrap("  "+fmt.Sprintf("%-9s", all[i].Name)+" ", names))
	}
	b.WriteByte('\n')
	for _, q := range tcp.Quirks() {
		fmt.Fprintf(&b, "%-20s %s\n", q, q.Text())
	}
	return b.String()
}

// wrap writes words separated by commas within 80 columns.
func wrap(head string, words []string) string {
	lines := []string{head}
	indent := strings.Repeat(" ", len(head))
	for i, w := range words {
		if i < len(words)-1 {
			w += ","
		}
		last := &lines[len(lines)-1]
		if len(*last)+len(w) > 79 {
			lines = append(lines, indent)
			last = &lines[len(lines)-1]
		}
		*last += w + " "
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
