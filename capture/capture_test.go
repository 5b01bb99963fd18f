package capture_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"netlab/capture"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/simtest"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

func run(t testing.TB, file string, p tcp.Profile) *trace.Trace {
	t.Helper()
	return sim.Run(simtest.Script(t, file), sim.Options{Profile: p})
}

// The model's segments, made into real frames and read back by gopacket, are equal: flags,
// numbers, windows, options and data, in every scenario and under every profile.
func TestFramesReadBackAsTheSameSegments(t *testing.T) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	segments := 0
	for _, p := range tcp.Profiles() {
		for _, s := range scripts {
			tr := sim.Run(s, sim.Options{Profile: p})
			frames, err := capture.Frames(tr, time.Unix(0, 0))
			if err != nil {
				t.Fatal(err)
			}
			i := 0
			for k := range tr.Events {
				e := &tr.Events[k]
				if e.Kind != trace.Send && !(e.Kind == trace.Recv && e.Rule != nil && e.Rule.ID == "old-duplicate") {
					continue
				}
				i++
				if e.Proto != wire.TCP {
					continue
				}
				segments++
				pkt, err := capture.Decode(frames[i-1].Data)
				if err != nil {
					t.Fatalf("%s %s: frame %d: %v", s.Name, s.Case, i, err)
				}
				if pkt.Seg != e.Seg || pkt.Src.Port() != e.Src.Port || pkt.Dst.Port() != e.Dst.Port {
					t.Errorf("%s %s, %s: frame %d is\n %+v, want\n %+v", s.Name, s.Case, p.Name, i, pkt.Seg, e.Seg)
				}
			}
			if i != len(frames) {
				t.Errorf("%s %s: %d frames, %d packets", s.Name, s.Case, len(frames), i)
			}
		}
	}
	if segments < 3000 {
		t.Errorf("only %d segments were compared", segments)
	}
}

// tshark opens the model's captures, finds nothing malformed, checksums right,
// and counts the same relative numbers.
func TestTsharkAgrees(t *testing.T) {
	reader := tshark(t)
	for _, file := range []string{"open/handshake", "close/four-segments", "close/simultaneous-close"} {
		tr := run(t, file, tcp.Linux)
		frames, err := capture.Frames(tr, time.Unix(1_700_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "model.pcapng")
		var b bytes.Buffer
		if err := capture.WritePcapng(&b, "model", frames); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(reader, "-n", "-2", "-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
			"-T", "fields", "-e", "tcp.seq", "-e", "tcp.ack", "-e", "tcp.checksum.status", "-e", "_ws.malformed", "-e", "_ws.expert.severity").Output()
		if err != nil {
			t.Fatalf("tshark: %v", err)
		}
		isns := tr.ISNs(0)
		i := 0
		lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
		for k := range tr.Events {
			e := &tr.Events[k]
			if e.Kind != trace.Send {
				continue
			}
			f := strings.Split(lines[i], "\t")
			seq, ack, _, ackOK := e.Relative(isns)
			if !ackOK {
				ack = 0
			}
			if f[0] != itoa(seq) || f[1] != itoa(ack) {
				t.Errorf("%s: frame %d: tshark says seq %s ack %s, we say %d %d", file, i+1, f[0], f[1], seq, ack)
			}
			if f[2] != "1" {
				t.Errorf("%s: frame %d: checksum status %s, want 1 (good)", file, i+1, f[2])
			}
			if f[3] != "" {
				t.Errorf("%s: frame %d is malformed", file, i+1)
			}
			const warning = 0x600000
			for _, s := range strings.Split(f[4], ",") {
				if s != "" && atoi(s) >= warning {
					t.Errorf("%s: frame %d: an expert warning (%s)", file, i+1, s)
				}
			}
			i++
		}
	}
}

// FuzzDecode: whatever the octets are, Decode returns, and what it has read as a
// segment can be written down and is read again as the same.
func FuzzDecode(f *testing.F) {
	frames, err := capture.Frames(run(f, "close/four-segments", tcp.Linux), time.Unix(0, 0))
	if err != nil {
		f.Fatal(err)
	}
	for _, fr := range frames {
		f.Add(fr.Data)
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := capture.Decode(data)
		if err != nil {
			return
		}
		if len(p.Seg.Data) > len(data) {
			t.Fatalf("%d octets of data in a frame of %d", len(p.Seg.Data), len(data))
		}
		if !p.Src.IsValid() || !p.Dst.IsValid() {
			t.Fatal("a segment without addresses")
		}
		_ = p.Seg.String()
	})
}
