package wire

import "testing"

// RFC 9293 §3.4: comparisons are modulo 2^32.
func TestSeqComparesModulo(t *testing.T) {
	for _, c := range []struct {
		a, b   Seq
		before bool
	}{
		{1, 2, true}, {2, 1, false}, {1<<32 - 1, 0, true}, {0, 1<<32 - 1, false}, {1<<31 - 1, 1 << 31, true}, {7, 7, false},
	} {
		if got := c.a.Before(c.b); got != c.before {
			t.Errorf("%d before %d: %v", c.a, c.b, got)
		}
		if c.a != c.b && c.a.Before(c.b) == c.b.Before(c.a) {
			t.Errorf("%d and %d are both before each other, or neither", c.a, c.b)
		}
	}
	if !Seq(2).In(1<<32-2, 5) || Seq(5).In(1<<32-2, 5) || !Seq(1<<32-2).In(1<<32-2, 5) {
		t.Error("In: the left edge is in, the right edge is out, across the wrap too")
	}
	if got := Seq(3).Minus(1<<32 - 2); got != 5 {
		t.Errorf("3 - (2^32-2) = %d, want 5", got)
	}
}

// SYN and FIN use one number each (RFC 9293 §3.4).
func TestSegmentLength(t *testing.T) {
	for want, s := range map[int]Segment{0: {Flags: ACK}, 1: {Flags: SYN}, 2: {Flags: SYN | FIN}, 6: {Flags: FIN | ACK, Data: "hello"}} {
		if got := s.Len(); got != want {
			t.Errorf("%s has length %d, want %d", s, got, want)
		}
	}
}

func TestParseState(t *testing.T) {
	for text, want := range map[string]State{
		"SYN-RECEIVED": StateSynReceived, "SYN_RCVD": StateSynReceived, "syn_recv": StateSynReceived, "ESTAB": StateEstablished,
		"fin_wait1": StateFinWait1, "FIN WAIT 2": StateFinWait2, "TIME_WAIT": StateTimeWait, "close": StateClosed,
	} {
		if got, ok := ParseState(text); !ok || got != want {
			t.Errorf("%q is %s, %v; want %s", text, got, ok, want)
		}
	}
	for _, s := range States() {
		if got, ok := ParseState(s.String()); !ok || got != s {
			t.Errorf("%s is not read back", s)
		}
		if len(s.Short()) > 8 {
			t.Errorf("the short name %s does not fit the smallest screen", s.Short())
		}
	}
	if _, ok := ParseState("OPEN"); ok {
		t.Error("OPEN is no state")
	}
}

func TestParseFlags(t *testing.T) {
	for text, want := range map[string]Flags{"SYN,ACK": SYN | ACK, "syn-ack": SYN | ACK, "FIN+ACK": FIN | ACK, "RST": RST} {
		if got, ok := ParseFlags(text); !ok || got != want {
			t.Errorf("%q is %s", text, got)
		}
		if again, ok := ParseFlags(want.String()); !ok || again != want {
			t.Errorf("%s is not read back", want)
		}
	}
	if _, ok := ParseFlags("SYN,ECN"); ok {
		t.Error("an unknown flag is taken")
	}
}

// RFC 9293 §3.4: the space is circular, so 0 comes after 2^32-1, and 2^31 after 2^31-1.
func TestBeforeAndAfterAcrossTheWrap(t *testing.T) {
	for _, edge := range []Seq{0, 1 << 31} {
		last := edge.Add(-1)
		if !last.Before(edge) || edge.Before(last) || edge.Before(edge) {
			t.Errorf("%s must come before %s", last, edge)
		}
		if !edge.After(last) || last.After(edge) || edge.After(edge) {
			t.Errorf("%s must come after %s", edge, last)
		}
		if !last.AtOrBefore(edge) || !edge.AtOrAfter(last) || edge.AtOrBefore(last) || last.AtOrAfter(edge) {
			t.Errorf("%s and %s are in the wrong order", last, edge)
		}
	}
}
