package wire

import "strings"

// A State is a connection state of RFC 9293 §3.3.2.
type State uint8

// The eleven states, in the order of the standard's list.
const (
	StateClosed State = iota
	StateListen
	StateSynSent
	StateSynReceived
	StateEstablished
	StateFinWait1
	StateFinWait2
	StateCloseWait
	StateClosing
	StateLastAck
	StateTimeWait
)

var stateNames = [...]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// States lists all eleven states.
func States() []State {
	all := make([]State, len(stateNames))
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// String returns the name as RFC 9293 writes it.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "wire: unknown state"
}

// Short returns a name of at most eight letters, for narrow screens.
func (s State) Short() string {
	switch s {
	case StateSynReceived:
		return "SYN-RCVD"
	case StateEstablished:
		return "ESTAB"
	case StateFinWait1:
		return "FIN-W-1"
	case StateFinWait2:
		return "FIN-W-2"
	case StateCloseWait:
		return "CLOSE-W"
	case StateTimeWait:
		return "TIME-W"
	default: // the others are short enough
		return s.String()
	}
}

// Synchronized reports whether both ends have agreed on sequence numbers
// (RFC 9293 §3.5.1: ESTABLISHED and everything after it).
func (s State) Synchronized() bool { return s >= StateEstablished }

// PeerDone reports whether the peer's FIN has been taken: it will send no more.
func (s State) PeerDone() bool {
	switch s {
	case StateCloseWait, StateClosing, StateLastAck, StateTimeWait:
		return true
	default: // in the others the peer may still send, or there is no peer
		return false
	}
}

// stateAliases are spellings that other systems use, after normalisation.
var stateAliases = map[string]State{
	"ESTAB": StateEstablished, "SYNRECV": StateSynReceived, "SYNRCVD": StateSynReceived,
	"CLOSE": StateClosed,
}

// stateSpelling brings other systems' spellings of states to the RFC's.
var stateSpelling = strings.NewReplacer("-", "", "_", "", " ", "")

// ParseState reads a state name in the RFC's spelling or another common one
// (SYN_RCVD, ESTAB, fin_wait1).
func ParseState(text string) (State, bool) {
	plain := func(s string) string {
		return stateSpelling.Replace(strings.ToUpper(s))
	}
	want := plain(text)
	for i, name := range stateNames {
		if plain(name) == want {
			return State(i), true
		}
	}
	s, ok := stateAliases[want]
	return s, ok
}
