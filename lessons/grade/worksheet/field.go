package worksheet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netlab/sim/wire"
)

// A kind says what a field holds, and so how an answer is read and compared.
type kind int

const (
	kindHost kind = iota
	kindWhat      // TCP, UDP or ICMP
	kindFlags
	kindSeq
	kindAck
	kindCount // octets, ports
	kindState
	kindYes
)

// A field is a column of the table.
type field struct {
	name string
	kind kind
	host string // of a state
}

// fields lists the columns but the states, in the order in which they stand in the table.
var fields = []field{
	{name: "from", kind: kindHost}, {name: "to", kind: kindHost}, {name: "kind", kind: kindWhat},
	{name: "src_port", kind: kindCount}, {name: "dst_port", kind: kindCount}, {name: "flags", kind: kindFlags},
	{name: "seq", kind: kindSeq}, {name: "ack", kind: kindAck}, {name: "len", kind: kindCount},
	{name: "arrives", kind: kindYes},
}

// stateSuffix ends the name of a column of states: A.state.
const stateSuffix = ".state"

func fieldNames() (names []string) {
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// fieldOf finds a field by its name.
func fieldOf(name string) (field, error) {
	if host, ok := strings.CutSuffix(name, stateSuffix); ok && host != "" {
		return field{name, kindState, host}, nil
	}
	if i := slices.IndexFunc(fields, func(f field) bool { return f.name == name }); i >= 0 {
		return fields[i], nil
	}
	return field{}, fmt.Errorf("worksheet: no field %q%s (fields are %s and HOST.state)", name, didYouMean("en", name, fieldNames()), strings.Join(fieldNames(), ", "))
}

// truth writes the right value of a cell, as the sheet prints it.
func (s *Sheet) truth(r *row, f field, as Notation) string {
	e := r.event
	switch f.kind {
	case kindHost:
		if f.name == "to" {
			return e.Dst.Host
		}
		return e.Src.Host
	case kindWhat:
		return strings.ToUpper(e.Proto.String())
	case kindFlags:
		if e.Proto != wire.TCP {
			return none
		}
		return e.Seg.Flags.String()
	case kindSeq:
		if e.Proto != wire.TCP {
			return none
		}
		return r.show(f, e.Seg.Seq, as)
	case kindAck:
		if e.Proto != wire.TCP || !e.Seg.Flags.Has(wire.ACK) {
			return none
		}
		return r.show(f, e.Seg.Ack, as)
	case kindCount:
		return count(r, f)
	case kindState:
		return r.states[f.host].String()
	default: // yes or no
		if r.arrived > 0 {
			return "yes"
		}
		return "no"
	}
}

// count writes a port or a number of octets.
func count(r *row, f field) string {
	e := r.event
	switch {
	case e.Proto == wire.ICMP: // has neither ports nor a text of a program
		return none
	case f.name == "src_port":
		return strconv.Itoa(int(e.Src.Port))
	case f.name == "dst_port":
		return strconv.Itoa(int(e.Dst.Port))
	default:
		return strconv.Itoa(r.octets())
	}
}

// none is written where a segment has no such field.
const none = "-"

// show writes a sequence number of a row in a notation.
func (r *row) show(f field, n wire.Seq, as Notation) string {
	if as == Relative {
		return strconv.Itoa(n.Minus(r.base(f)))
	}
	return n.String()
}

// base is where the numbers of a field begin to count in this row.
func (r *row) base(f field) wire.Seq {
	if f.kind == kindAck {
		return r.isnPeer
	}
	return r.isn
}
