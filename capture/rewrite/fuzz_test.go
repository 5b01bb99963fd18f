package rewrite_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/rewrite"
	"netlab/sim"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// FuzzScript: whatever a capture holds, its conversations are told without a panic, and
// each is either refused or written as a script that parses.
func FuzzScript(f *testing.F) {
	for _, name := range []string{"close/simultaneous-close", "data/lost-and-repeated", "open/refused", "close/late-data"} {
		text, file, _ := library.Text(name)
		s, err := scenario.Parse(file, text)
		if err != nil {
			f.Fatal(err)
		}
		frames, err := capture.Frames(sim.Run(s, sim.Options{Profile: tcp.Linux}), time.Unix(0, 0))
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := capture.WritePcapng(&b, "model", frames); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rep, err := explain.Read(context.Background(), bytes.NewReader(file), explain.Options{})
		if err != nil {
			return
		}
		for _, s := range rep.Conversations[:min(len(rep.Conversations), 4)] {
			c, err := explain.Detail(context.Background(), bytes.NewReader(file), s, explain.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rewrite.Script(c, "", ""); err != nil {
				if _, ok := rewrite.IsRefused(err); !ok {
					t.Fatalf("conversation %d: %v", s.N, err)
				}
			}
		}
	})
}
