package lab

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"netlab/live/jail"
)

// A ProgramEnd is what is known of a program that played a host, or was built, once the run is
// over. The program can have had a hand in all of it but Running, Flood, Storm and Failed.
type ProgramEnd struct {
	jail.Report
	Running bool   `json:"running"`           // it had not ended when the run was over, as a server does not
	Flood   bool   `json:"flood,omitempty"`   // it was ended because it printed too much
	Storm   bool   `json:"storm,omitempty"`   // it was ended because it sent too many packets
	Late    bool   `json:"late,omitempty"`    // it was ended because its time was over
	Wanted  int64  `json:"wanted,omitempty"`  // of a build: nanoseconds in which it computed or would have, as far as was seen
	Port    uint16 `json:"port,omitempty"`    // that it serves, if it is not the script's
	Failed  string `json:"failed,omitempty"`  // it never served, or could not be started: how so
	Output  []byte `json:"output,omitempty"`  // the first of what it printed, errors too
	Printed int64  `json:"printed,omitempty"` // octets in all
}

// How a program's output is bounded if nothing is said.
const (
	keptOutput = 64 << 10
	mostOutput = 8 << 20
)

// The descriptors of a child beside the usual three.
const (
	workFD = 3 // the files of a program, a tar archive
	madeFD = 4 // takes what a build has made
)

// spool puts octets into a file without a name, for another process to read.
func spool(data []byte) (*os.File, error) {
	f, err := os.CreateTemp("", "netlab-")
	if err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	if err = os.Remove(f.Name()); err == nil {
		_, err = f.Write(data)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lab: %w", err)
	}
	return f, nil
}

// An output takes down the first of what a program prints, and ends it when that is too much.
type output struct {
	most  int64 // octets
	stop  func()
	head  bytes.Buffer
	n     int64
	flood bool
}

// Write implements io.Writer; it never fails.
func (o *output) Write(b []byte) (int, error) {
	if room := keptOutput - o.head.Len(); room > 0 {
		o.head.Write(b[:min(room, len(b))])
	}
	if o.n += int64(len(b)); o.n > o.most && !o.flood {
		o.flood = true
		o.stop()
	}
	return len(b), nil
}

// confine starts the program in a cell in the namespace of its host. Its standard input is
// what the script types.
func (r *running) confine() (out io.ReadCloser, err error) {
	var ends [4]*os.File // of two pipes
	if ends[0], ends[1], err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	if ends[2], ends[3], err = os.Pipe(); err != nil {
		ends[0].Close()
		ends[1].Close()
		return nil, fmt.Errorf("lab: %w", err)
	}
	defer ends[0].Close()
	defer ends[3].Close()
	cell := *r.prog.Cell
	cell.Env = slices.Concat(cell.Env, r.told)
	err = r.within(func() error {
		r.cell, err = jail.Start(cell, os.NewFile(workFD, "work"), ends[0], ends[3], ends[3])
		return err
	})
	if err != nil {
		ends[1].Close()
		ends[2].Close()
		return nil, fmt.Errorf("lab: %w", err)
	}
	r.mu.Lock() // it may send as fast as it can already
	r.typed, r.stop = ends[1], r.cell.Kill
	r.mu.Unlock()
	return ends[2], nil
}

// lingers is how long a program that may just be dying is given to do so, for its death explains
// what its peers saw.
const lingers = 300 * time.Millisecond

// linger waits for the end of a program for a moment.
func (r *running) linger() {
	if r == nil || r.done == nil {
		return
	}
	select {
	case <-r.done:
	case <-time.After(lingers):
	}
}

// stormy ends a program that sends too much.
func (r *running) stormy() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.storm.Store(true); r.stop != nil {
		r.stop()
	}
}

// typing gives the program a text on its standard input; one that does not read must not hold
// the script up.
func (r *running) typing(text string) {
	if r.typed == nil {
		return
	}
	_ = r.typed.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = io.WriteString(r.typed, text)
}

// cellEnded waits for the end of a program in its cell.
func (r *running) cellEnded() string {
	report := r.cell.Wait()
	return report.How()
}

// result is what is known of the program once it has ended, and how it was then.
func (r *running) result(wasRunning bool) *ProgramEnd {
	if r == nil || r.prog.Cell == nil {
		return nil
	}
	e := &ProgramEnd{Running: wasRunning, Failed: r.failed, Storm: r.storm.Load(), Port: r.elsewhere}
	if r.cell != nil {
		e.Report = r.cell.Wait()
		e.Flood, e.Output, e.Printed = r.out.flood, r.out.head.Bytes(), r.out.n
	}
	return e
}

// A Made is what a build has brought about.
type Made struct {
	ProgramEnd
	Work []byte // the files afterwards, a tar archive
}

// Make runs a command in a cell of its own, with a network that reaches nothing, for at most so
// long: to build a program from its files. A machine that makes no cells gives a
// [*RefusedError].
func Make(ctx context.Context, cell jail.Cell, work []byte, within time.Duration) (*Made, error) {
	in, err := spool(work)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := spool(nil)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	ctx, cancel := context.WithTimeout(ctx, within+silence)
	defer cancel()
	cell.Keep = true
	made := &Made{}
	err = withChild(ctx, func(in io.Writer, out io.Reader) error {
		if err := writeMessage(in, message{Type: "request", Request: &request{Make: &cell, Wall: int64(within)}}); err != nil {
			return fmt.Errorf("talk to the child: %w", err)
		}
		msg, err := newReader(out).next(within+silence, ctx.Done())
		switch {
		case err != nil:
			return err
		case msg.Type == "refused":
			return refusedBy(msg)
		case msg.Program == nil:
			return fmt.Errorf("the child says %q", msg.Type)
		}
		made.ProgramEnd = *msg.Program
		return nil
	}, in, out)
	if err != nil {
		return nil, err
	}
	if made.Work, err = io.ReadAll(io.NewSectionReader(out, 0, 1<<62)); err != nil {
		return nil, fmt.Errorf("lab: %w", err)
	}
	return made, nil
}

// childMake does what Make asks for.
func childMake(ctx context.Context, req *request, up io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	defer r.Close()
	p, err := jail.Start(*req.Make, os.NewFile(workFD, "work"), nil, w, w)
	w.Close()
	if err != nil {
		return writeMessage(up, refusal("cell", err))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(req.Wall))
	defer cancel()
	late, wanted := false, time.Duration(0)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		wanted, late = awaitBuild(ctx, p)
	}()
	o := &output{most: mostOutput, stop: p.Kill}
	_, _ = io.Copy(o, r) // ends with the program
	<-ended
	report := p.Wait()
	report.CPU = max(report.CPU, childrenCPU()) // of what was killed, only the parent that has waited knows it
	e := &ProgramEnd{Report: report, Late: late, Wanted: int64(wanted), Flood: o.flood, Output: o.head.Bytes(), Printed: o.n}
	if _, err := os.NewFile(madeFD, "made").Write(e.Work); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	return writeMessage(up, message{Type: "made", Program: e})
}

// asksEvery is how often a build is asked whether it wants a processor.
const asksEvery = 250 * time.Millisecond

// awaitBuild waits for the end of a build, or brings it about when its time is over; and says for how
// long it wanted a processor.
func awaitBuild(ctx context.Context, p *jail.Process) (wanted time.Duration, late bool) {
	tick := time.NewTicker(asksEvery)
	defer tick.Stop()
	for asked := time.Now(); ; {
		select {
		case <-p.Done():
			return wanted, false
		case <-ctx.Done():
			p.Kill()
			return wanted, true
		case <-tick.C:
			before := asked
			if asked = time.Now(); p.Wants() {
				wanted += asked.Sub(before)
			}
		}
	}
}
