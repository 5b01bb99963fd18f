package compare

// Phrases lists the words of a report that are not names of the standard: the fields, and
// what stands in a cell in the place of a value.
func Phrases() []string {
	return []string{
		"flags", "seq", "ack", "len", "data", "window", "options", "time", "packet", "packets", "segment", "segments",
		"result", "states", "passed", noReturn, neverSeen, none, notSampled,
	}
}

// What stands in the place of a value.
const (
	noReturn   = "(no return)"
	neverSeen  = "(never seen)"
	none       = "(none)"
	notSampled = "(not sampled)"
)
