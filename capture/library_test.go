package capture_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// tshark reads every scenario of the library: nothing is malformed, every checksum is
// right, and it agrees with the model about retransmissions, duplicate ACKs, closed windows
// and resets. Each case gets addresses of its own, so that one file can hold them all.
func TestTsharkAgreesOnTheLibrary(t *testing.T) {
	reader := tshark(t)
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	type packet struct {
		name   string
		e      trace.Event
		made   bool // a puppet's
		noWild bool // the script has neither puppets nor accidents by chance
	}
	var all []packet
	var frames []capture.Frame
	epoch := time.Unix(1_700_000_000, 0)
	for k, s := range scripts {
		tr := sim.Run(s, sim.Options{Seed: sim.DefaultSeed})
		for i := range tr.Hosts {
			tr.Hosts[i].IP = fmt.Sprintf("10.%d.%d.%d", k/250, k%250, i+1)
		}
		part, err := capture.Frames(tr, epoch)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		frames = append(frames, part...)
		epoch = epoch.Add(tr.Ended + 10*time.Minute)
		for i := range tr.Events {
			e := tr.Events[i]
			old := e.Kind == trace.Recv && e.Rule != nil && e.Rule.ID == "old-duplicate"
			if e.Kind == trace.Send || old {
				made := old || e.Rule != nil && e.Rule.ID == sim.RulePuppet.ID
				all = append(all, packet{s.Name + ": " + s.Case, e, made, !s.Puppets() && len(s.AllFaults()) == len(s.Faults)})
			}
		}
	}
	path := filepath.Join(t.TempDir(), "library.pcapng")
	var b bytes.Buffer
	if err := capture.WritePcapng(&b, "model", frames); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	fields := []string{"_ws.malformed", "tcp.checksum.status", "udp.checksum.status", "ip.checksum.status", "tcp.analysis.retransmission",
		"tcp.analysis.spurious_retransmission", "tcp.analysis.out_of_order", "tcp.analysis.keep_alive", "tcp.analysis.zero_window_probe",
		"tcp.analysis.zero_window", "tcp.analysis.duplicate_ack", "tcp.flags.reset", "frame.comment"}
	args := []string{"-n", "-2", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "ip.defragment:FALSE", "-d", "tcp.port==80,data", "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(reader, args...).Output()
	if err != nil {
		t.Fatalf("tshark: %v", err)
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	if len(lines) != len(all) {
		t.Fatalf("tshark reads %d packets of %d", len(lines), len(all))
	}
	count := map[string]int{}
	for i, p := range all {
		f := map[string]string{}
		for j, v := range strings.Split(lines[i], "\t") {
			f[fields[j]] = v
		}
		say := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s, %s %s: %s", p.name, p.e.Host, p.e.Label(), fmt.Sprintf(format, args...))
		}
		count["packets"]++
		if f["_ws.malformed"] != "" {
			say("malformed")
		}
		if f["frame.comment"] == "" {
			say("no comment")
		}
		for _, sum := range []string{"tcp.checksum.status", "udp.checksum.status", "ip.checksum.status"} {
			if v := f[sum]; v != "" && v != "1" && p.e.Dgram.Frag == nil && p.e.Proto != wire.ICMP {
				say("%s is %s", sum, v)
			}
		}
		if p.e.Proto != wire.TCP {
			continue
		}
		seg := &p.e.Seg
		if (f["tcp.flags.reset"] == "True" || f["tcp.flags.reset"] == "1") != seg.Flags.Has(wire.RST) {
			say("tshark says reset=%s", f["tcp.flags.reset"])
		}
		if p.made || !p.noWild {
			continue
		}
		if zero := seg.Wnd == 0 && seg.Flags&(wire.SYN|wire.FIN|wire.RST) == 0; zero != (f["tcp.analysis.zero_window"] != "") {
			say("zero window %v, tshark %q", zero, f["tcp.analysis.zero_window"])
		} else if zero {
			count["zero windows"]++
		}
		resent := f["tcp.analysis.retransmission"] != "" || f["tcp.analysis.spurious_retransmission"] != "" || f["tcp.analysis.out_of_order"] != "" || f["tcp.analysis.zero_window_probe"] != ""
		if resent != p.e.Again && p.e.Rule.ID != "window-probe" && p.e.Rule.ID != "simultaneous-open" { // that SYN,ACK has the SYN's number
			say("retransmission %v (%s), tshark %v", p.e.Again, p.e.Rule.ID, resent)
		} else if resent {
			count["retransmissions"]++
		}
		repeats := map[string]bool{"ack-hole": true, "not-acceptable": true, "fin-again": true, "keep-alive": true}
		if f["tcp.analysis.duplicate_ack"] != "" && !(repeats[p.e.Rule.ID] && seg.IsPureAck()) {
			say("tshark sees a duplicate ACK where the rule is %s", p.e.Rule.ID)
		} else if f["tcp.analysis.duplicate_ack"] != "" {
			count["duplicate ACKs"]++
		}
	}
	t.Log(count)
	for _, what := range []string{"zero windows", "retransmissions", "duplicate ACKs"} {
		if count[what] == 0 {
			t.Errorf("no scenario has %s, so nothing was compared", what)
		}
	}
}
