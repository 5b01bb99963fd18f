package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"netlab/capture"
	"netlab/live/jail"
)

// marker is the environment variable that tells a process that it is the child.
const marker = "NETLAB_LAB_CHILD"

// A request goes down to the child: one line.
type request struct {
	Name  string            `json:"name"`
	Text  string            `json:"text"`
	Addrs map[string]string `json:"addrs"`
	Order []string          `json:"order"`          // the hosts in the script's order
	Wire  bool              `json:"wire,omitempty"` // each host in a namespace of its own
	Seed  uint64            `json:"seed,omitempty"`
	Step  bool              `json:"step,omitempty"` // on the wire: packets are held until a command lets them through
	// Models are the hosts that the model plays on the wire, with their profiles.
	Models map[string]string `json:"models,omitempty"`
	// Watch is for how long to look on after the last statement, in nanoseconds; 0: until
	// everything is acknowledged and quiet.
	Watch int64 `json:"watch_ns,omitempty"`
	// Batch asks for so many scripts at a time, each with so many kernels at most, in the
	// requests that follow; their IDs come back with what is said of them.
	Batch   int `json:"batch,omitempty"`
	Kernels int `json:"kernels,omitempty"`
	ID      int `json:"id,omitempty"`
	// Program plays a host; nil: the script plays all.
	Program *Program `json:"program,omitempty"`
	// Wall bounds the script, or what is made, in nanoseconds; 0: the calls' deadlines do.
	Wall int64 `json:"wall_ns,omitempty"`
	// Enough ends the run after the first call that returns what the script does not expect.
	Enough bool `json:"enough,omitempty"`
	// Make asks for a command to be run in a cell, and no more.
	Make *jail.Cell `json:"make,omitempty"`
	// Command asks for a command to be run, with its packets as they come, and no more.
	Command string `json:"command,omitempty"`

	session *Session // takes the moments of a stepped run
}

// A message comes up from the child.
type message struct {
	Type    string          `json:"type"` // request, release, drop, duplicate, stop; event, moment, frame, packet, said, refused, ready, made, end
	Request *request        `json:"request,omitempty"`
	ID      int             `json:"id,omitempty"` // of the request that it answers, in a batch
	Event   json.RawMessage `json:"event,omitempty"`
	TimeNs  int64           `json:"time_ns,omitempty"` // frame: wall clock
	Data    []byte          `json:"data,omitempty"`
	Orig    int             `json:"orig,omitempty"`
	Conn    string          `json:"conn,omitempty"` // frame: the sender's socket
	Src     string          `json:"src,omitempty"`  // frame: in the script's words
	Dst     string          `json:"dst,omitempty"`
	Lost    bool            `json:"lost,omitempty"`
	Cited   []string        `json:"cited,omitempty"`    // frame: the two ends of the packet that an ICMP error is about
	Start   int64           `json:"start_ns,omitempty"` // end: wall clock of time 0
	Took    int64           `json:"took_ns,omitempty"`
	Stats   capture.Stats   `json:"stats,omitzero"`
	Tries   int             `json:"tries,omitempty"` // end: until a simultaneous moment came about
	// How often a run on the wire was played because the machine was late, and by how much it
	// still was, in nanoseconds; 0: no more than it may be.
	WireTries int         `json:"wire_tries,omitempty"`
	Late      int64       `json:"late_ns,omitempty"`
	Error     string      `json:"error,omitempty"`
	Program   *ProgramEnd `json:"program,omitempty"` // end, made
	Over      bool        `json:"over,omitempty"`    // end: the script's time was over before its last statement
	Stage     string      `json:"stage,omitempty"`   // refused: what was tried
	Errno     int         `json:"errno,omitempty"`
	At        int         `json:"at,omitempty"`     // event, when stepped: its place
	Moment    *moment     `json:"moment,omitempty"` // moment: what is held now
	Packet    *Packet     `json:"packet,omitempty"` // release, drop, duplicate: which
}

// maxMessage bounds one line: a 64 KiB segment in base64 with room to spare.
const maxMessage = 1 << 20

func writeMessage(w io.Writer, m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// A reader reads messages, each with a deadline.
type reader struct {
	lines chan readLine
}

type readLine struct {
	m   message
	err error
}

func newReader(r io.Reader) *reader {
	rd := &reader{lines: make(chan readLine, 64)}
	go func() {
		defer close(rd.lines)
		s := bufio.NewScanner(r)
		s.Buffer(make([]byte, 0, 64<<10), maxMessage)
		for s.Scan() {
			var l readLine
			l.err = json.Unmarshal(s.Bytes(), &l.m)
			rd.lines <- l
		}
		if err := s.Err(); err != nil {
			rd.lines <- readLine{err: err}
		}
	}()
	return rd
}

// next waits for a message, at most for the given time.
func (r *reader) next(limit time.Duration, stop <-chan struct{}) (message, error) {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case l, ok := <-r.lines:
		if !ok {
			return message{}, io.ErrUnexpectedEOF
		}
		return l.m, l.err
	case <-t.C:
		return message{}, fmt.Errorf("no word from the child for %v", limit)
	case <-stop:
		return message{}, fmt.Errorf("stopped")
	}
}
