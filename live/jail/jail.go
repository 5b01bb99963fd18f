package jail

import (
	"errors"
	"strconv"
	"time"
)

// ErrUnsupported says that only Linux has what a cell is made of.
var ErrUnsupported = errors.New("jail: only Linux can keep a program apart")

// A Cell is what a program gets.
type Cell struct {
	Argv   []string `json:"argv"` // the program is looked for in /work, then in PATH
	Env    []string `json:"env,omitempty"`
	Dirs   []string `json:"dirs,omitempty"`  // folders of this machine that it may read, besides those of the system
	Tools  []string `json:"tools,omitempty"` // such folders, with programs in bin that are found before those of the system
	Limits Limits   `json:"limits"`
	Keep   bool     `json:"keep,omitempty"` // hand back what /work holds at the end
}

// Limits bound what a program uses. A zero value stands for [DefaultLimits]'s.
type Limits struct {
	CPU       time.Duration `json:"cpu_ns"`    // of each process
	Memory    int64         `json:"memory"`    // octets that all processes together hold
	Processes int           `json:"processes"` // threads count, too
	Disk      int64         `json:"disk"`      // octets in /work, and as many in /tmp
	Files     int           `json:"files"`     // in /work
	Open      int           `json:"open"`      // descriptors of a process
}

// DefaultLimits are enough for any small program, a Java virtual machine among them.
var DefaultLimits = Limits{CPU: 10 * time.Second, Memory: 256 << 20, Processes: 64, Disk: 64 << 20, Files: 4096, Open: 256}

// or fills in what is not said.
func (l Limits) or(d Limits) Limits {
	return Limits{
		CPU: first(l.CPU, d.CPU), Memory: first(l.Memory, d.Memory), Processes: first(l.Processes, d.Processes),
		Disk: first(l.Disk, d.Disk), Files: first(l.Files, d.Files), Open: first(l.Open, d.Open),
	}
}

func first[N int | int64 | time.Duration](a, b N) N {
	if a > 0 {
		return a
	}
	return b
}

// A Stop is the limit that ended a program.
type Stop string

// The limits that end one.
const (
	StopCPU    Stop = "cpu"
	StopMemory Stop = "memory"
	StopDisk   Stop = "disk" // one file larger than all may be
)

// A Report is how a program ended. The program can have had a hand in it: no mark may depend
// on it.
type Report struct {
	Started  bool   `json:"started"`          // the program itself ran; if not, Error says why
	Error    string `json:"error,omitempty"`  // the cell could not be made, or the program not started
	Exit     int    `json:"exit"`             // -1: ended by a signal
	Signal   string `json:"signal,omitempty"` // such as SIGSEGV
	Stopped  Stop   `json:"stopped,omitempty"`
	Leftover int    `json:"leftover"` // processes that it left behind
	MaxRSS   int64  `json:"max_rss"`  // octets that its processes held together, as far as was seen
	CPU      int64  `json:"cpu_ns"`
	Left     int64  `json:"left,omitempty"` // octets of its files at the end, if they were to be kept
	Work     []byte `json:"-"`              // a tar archive of them; nil if they are more than [MostKept]
}

// MostKept bounds the octets of the files that a cell hands back.
const MostKept = 64 << 20

// An End is a way in which a program ends.
type End string

// The ways.
const (
	EndUnstarted End = "unstarted" // detail: why
	EndStopped   End = "stopped"   // detail: the [Stop]
	EndSignal    End = "signal"    // detail: its name
	EndExit      End = "exit"      // detail: the number
)

// Ending is how the program ended, and what belongs to it: for catalogues of languages.
func (r *Report) Ending() (how End, detail string) {
	switch {
	case r.Error != "":
		return EndUnstarted, r.Error
	case r.Stopped != "":
		return EndStopped, string(r.Stopped)
	case r.Signal != "":
		return EndSignal, r.Signal
	default:
		return EndExit, strconv.Itoa(r.Exit)
	}
}

// How says in English how the program ended.
func (r *Report) How() string {
	switch how, detail := r.Ending(); how {
	case EndUnstarted:
		return "could not be started: " + detail
	case EndStopped:
		return "was stopped: it " + map[Stop]string{
			StopMemory: "took more memory than it may", StopCPU: "computed for longer than it may", StopDisk: "wrote a larger file than it may",
		}[Stop(detail)]
	case EndSignal:
		return "was ended by " + detail
	default:
		return "exits with " + detail
	}
}
