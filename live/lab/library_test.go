//go:build linux

package lab

import (
	"context"
	"errors"
	"testing"
	"time"

	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/library"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
)

// Every scenario of netlab's own that loopback can play: the kernel agrees with the
// linux profile, or a difference has a name.
func TestLibraryOnThisKernel(t *testing.T) {
	playLibrary(t, 60, CanShow, func(ctx context.Context, s *scenario.Script) (*Result, error) {
		return Run(ctx, s, LevelPrivate)
	})
}

// And on the wire, with the script's delays and faults: the same, without excuses that
// loopback needs.
func TestLibraryOnTheWire(t *testing.T) {
	playLibrary(t, 140, CanCompareWire, func(ctx context.Context, s *scenario.Script) (*Result, error) {
		return RunWire(ctx, s, Wire{Seed: sim.DefaultSeed})
	})
}

// playLibrary plays all scripts that can be played, and compares each with the model.
func playLibrary(t *testing.T, atLeast int, can func(*scenario.Script) error, play func(context.Context, *scenario.Script) (*Result, error)) {
	scripts, err := library.Scripts()
	if err != nil {
		t.Fatal(err)
	}
	type run struct {
		s      *scenario.Script
		result chan func() (*Result, error)
	}
	var runs []run
	played := 0
	const atOnce = 6 // they wait more than they work
	turns := make(chan bool, atOnce)
	for i, s := range scripts {
		if i%oneIn != 0 || can(s) != nil || TooLong(s) != nil {
			continue
		}
		played++
		results := make(chan func() (*Result, error), 1)
		go func() {
			turns <- true
			defer func() { <-turns }()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			res, err := play(ctx, s)
			results <- func() (*Result, error) { return res, err }
		}()
		runs = append(runs, run{s, results})
	}
	for _, r := range runs {
		t.Run(r.s.Name+"/"+r.s.Case, func(t *testing.T) {
			s := r.s
			res, err := (<-r.result)()
			var cannot *CannotError
			if errors.As(err, &cannot) { // the run itself has shown that loopback does not send what is to be lost
				t.Log(cannot)
				played--
				return
			}
			needLive(t, err)
			rep := Compare(s, res, tcp.Linux, sim.DefaultSeed)
			for try := 1; rep.Differences() > 0 && try < 3; try++ { // a busy machine is late now and then, but not three times at the same place
				t.Logf("%d rows differ; once more, alone", rep.Differences())
				if res, err = play(context.Background(), s); err != nil {
					t.Fatal(err)
				}
				rep = Compare(s, res, tcp.Linux, sim.DefaultSeed)
			}
			for _, r := range rep.Rows {
				if r.Verdict == compare.Differs {
					t.Errorf("%s %s: model %s, kernel %s", r.What, r.Field, r.Model, r.Live)
				}
			}
		})
	}
	if played < atLeast/oneIn-oneIn {
		t.Errorf("only %d scenarios were played", played)
	}
}
