package compare

// An Explanation accounts for a difference. The table below is the only place
// where differences are excused.
type Explanation struct {
	ID   string
	Ref  string
	Text string // one or two plain English sentences
}

func explanation(id, ref, text string) *Explanation {
	e := &Explanation{id, ref, text}
	table = append(table, e)
	return e
}

var table []*Explanation

// Explanations lists the whole table.
func Explanations() []*Explanation { return append([]*Explanation(nil), table...) }

// The explanations.
var (
	ExpISN = explanation("isn", "RFC 9293 §3.4.1",
		"Each end picks its initial sequence number; a kernel picks it at random, so that nobody can guess it. What counts is the distance from it.")
	ExpWindow = explanation("window", "RFC 9293 §3.8.6",
		"Each host offers the window that its buffers allow.")
	ExpOptions = explanation("options", "RFC 9293 §3.2",
		"Each host chooses the options it offers; its MSS is that of its interface, and loopback's is larger than Ethernet's.")
	ExpPush = explanation("push", "RFC 9293 §3.9.1.2",
		"PSH only says that no more data waits behind this segment; a sender may set it freely.")
	ExpAckMerged = explanation("ack-merged", "RFC 9293 §3.8.6.3 (MUST-58)",
		"An ACK may wait for company: one later segment of the same direction carries the acknowledgment as well.")
	ExpAckAlone = explanation("ack-alone", "RFC 9293 §3.8.6.3",
		"The program or the timer was slower this time, so the ACK went alone instead of with the next segment.")
	ExpAckSooner = explanation("ack-sooner", "RFC 9293 §3.8.6.3",
		"A segment that is still on its way in the model has already arrived here, so the ACK covers more; loopback has no delay at all.")
	ExpAckLater = explanation("ack-later", "RFC 9293 §3.8.6.3",
		"The ACK covers less at this point; a later segment of the same direction makes up for it.")
	ExpSplit = explanation("split", "RFC 9293 §3.7",
		"A byte stream has no boundaries: the same octets may travel in other portions.")
	ExpTiming = explanation("timing", "live run",
		"Real times are measured, those of the model are planned: loopback delivers within microseconds, and a wire is a little late each time. They are shown, not compared.")
	ExpPassed = explanation("passed-inside-call", "live run",
		"The kernel passes this state inside one system call, or between two looks at it; the packets show it.")
	ExpNoPackets = explanation("no-packets", "this machine",
		"The packets cannot be seen here, only the calls and their results.")
	ExpNoStates = explanation("no-states", "this machine",
		"The kernel cannot be asked for the states of sockets here.")
	ExpTooMany = explanation("too-many", "netlab",
		"Only the first 2000 segments of a direction are compared.")
	ExpBuffers = explanation("buffers", "socket(7), tcp(7)",
		"A kernel counts the memory that buffers take, not only the octets in them, and doubles what SO_RCVBUF asks for: how much fits, and when a window closes or a queue overflows, is its own.")
	ExpInside = explanation("stays-inside", "capture on the wire",
		"It never leaves its host, and the wire sees only what does.")
	ExpOver = explanation("run-over", "netlab help scenario",
		"A real run ends when everything is acknowledged and the network is quiet; the model was watched for longer.")
	ExpTimer = explanation("kernel-timer", "RFC 6298 §5, RFC 8985 §7",
		"The kernel repeats a segment when its own timers say so; how often depends on how long the run was watched.")
)
