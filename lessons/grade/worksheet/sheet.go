package worksheet

import (
	"fmt"
	"slices"
	"strings"

	"netlab/sim"
	"netlab/sim/scenario"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// A Sheet is a worksheet of one student: the script has been played, and the table is known.
type Sheet struct {
	name   string
	spec   *Spec
	script *scenario.Script
	source string // the script as it is shown: without what tells an answer
	trace  *trace.Trace
	hosts  []string
	cols   []field
	asked  map[string]bool // by field
	rows   []*row
	keys   []answer // of the questions
}

// A row is a segment or a datagram of the table.
type row struct {
	n       int // from 1
	printed bool
	event   *trace.Event // its sending
	arrived int          // the N of its arrival; 0: it was lost
	isn     wire.Seq     // of its sender
	isnPeer wire.Seq
	states  map[string]wire.State // of each host, once it has sent or received it
	rules   map[string]*wire.Rule // why a host's state is another than before; nil: it is not
	seqFrom []source
	ackFrom []source
}

// New plays a script in which no parameter is left, and makes the sheet of it. name is that
// of the script in errors. The error joins what is wrong with the spec, the script's own
// mistakes, and expect lines that do not hold for these numbers.
func New(spec *Spec, script, name string) (*Sheet, error) {
	withNumbers := *spec
	withNumbers.Scenario = script
	if p := placeholder.FindString(script); p != "" {
		return nil, fmt.Errorf("%s: the parameter %s has no value", name, p)
	}
	parsed, err := scenario.Parse(name, script)
	if err != nil {
		return nil, err
	}
	profile, err := spec.profile()
	if err != nil {
		return nil, err
	}
	t := sim.Run(parsed, sim.Options{Profile: profile})
	for _, v := range scenario.Judge(parsed, t) {
		if !v.OK {
			return nil, fmt.Errorf("%s", v)
		}
	}
	s := &Sheet{name: name, spec: &withNumbers, script: parsed, source: shown(script), trace: t, asked: map[string]bool{}}
	for _, h := range t.Hosts {
		s.hosts = append(s.hosts, h.Name)
	}
	if err := s.fill(); err != nil {
		return nil, err
	}
	return s, s.answerAll()
}

// fill makes the columns and the rows.
func (s *Sheet) fill() error {
	var errs []error
	for _, name := range append(slices.Clone(s.spec.Ask), s.spec.Given.Fields...) {
		f, err := fieldOf(name)
		if err == nil && f.kind == kindState && !slices.Contains(s.hosts, f.host) {
			err = fmt.Errorf("worksheet: field %q: no host %q (hosts are %s)", name, f.host, strings.Join(s.hosts, ", "))
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.asked[name] = slices.Contains(s.spec.Ask, name)
		s.cols = append(s.cols, f)
	}
	slices.SortStableFunc(s.cols, func(a, b field) int { return s.place(a) - s.place(b) })
	for i := range s.trace.Events {
		if e := &s.trace.Events[i]; e.Kind == trace.Send {
			s.rows = append(s.rows, s.newRow(e, len(s.rows)+1))
		}
	}
	if len(s.rows) == 0 || len(s.rows) > maxRows {
		errs = append(errs, fmt.Errorf("%s: the script sends %d segments and datagrams; a worksheet has 1 to %d", s.name, len(s.rows), maxRows))
		return joined(errs)
	}
	for _, n := range s.spec.Given.Rows {
		if n < 1 || n > len(s.rows) {
			errs = append(errs, fmt.Errorf("worksheet: given.rows: no row %d, the script sends %d", n, len(s.rows)))
			continue
		}
		s.rows[n-1].printed = true
	}
	for i := range s.rows {
		s.derive(i)
	}
	return joined(errs)
}

// place is where a column stands: states last, in the order of the hosts.
func (s *Sheet) place(f field) int {
	if f.kind == kindState {
		return len(fields) + slices.Index(s.hosts, f.host)
	}
	return slices.Index(fields, f)
}

// newRow finds out about a packet that is sent what the table tells of it.
func (s *Sheet) newRow(e *trace.Event, n int) *row {
	r := &row{n: n, event: e, states: map[string]wire.State{}, rules: map[string]*wire.Rule{}}
	var arrival *trace.Event
	for i := e.N; i < len(s.trace.Events); i++ {
		if x := &s.trace.Events[i]; x.Kind == trace.Recv && x.Pkt == e.Pkt {
			arrival, r.arrived = x, x.N
			break
		}
	}
	isns := s.trace.ISNs(0)
	r.isn, r.isnPeer = isns[e.Flow()], isns[e.Flow().Reverse()]
	for _, host := range s.hosts {
		at, cause := e.N, e.Cause
		if arrival != nil && host == arrival.Host {
			at, cause = arrival.N, arrival.N
		}
		r.states[host], r.rules[host] = s.stateAt(host, e, at, cause)
	}
	return r
}

// stateAt tells the state of a host's end of a connection at an event, with what the same
// cause changes there at the same moment; and why, if that changed it.
func (s *Sheet) stateAt(host string, e *trace.Event, at, cause int) (wire.State, *wire.Rule) {
	var rule *wire.Rule
	upto := at
	for i := range s.trace.Events {
		x := &s.trace.Events[i]
		if x.Kind == trace.State && x.Host == host && cause > 0 && x.Cause == cause && x.T == s.trace.At(at).T {
			upto, rule = max(upto, x.N), x.Rule
		}
	}
	state := wire.StateClosed
	for _, v := range s.trace.Views(upto, upto) {
		if v.Host != host {
			continue
		}
		if v.Local == e.Src && v.Peer == e.Dst || v.Local == e.Dst && v.Peer == e.Src {
			return v.State, rule
		}
		if v.State == wire.StateListen {
			state = wire.StateListen
		}
	}
	return state, rule
}

// octets is how many octets of a program's data the row carries.
func (r *row) octets() int {
	if r.event.Proto == wire.TCP {
		return len(r.event.Seg.Data)
	}
	return len(r.event.Dgram.Data)
}

// isTCP reports whether the row is a segment.
func (r *row) isTCP() bool { return r.event.Proto == wire.TCP }

// blanks lists the fields of a row that are to be filled in.
func (s *Sheet) blanks(r *row) (all []field) {
	for _, f := range s.cols {
		if !r.printed && s.asked[f.name] {
			all = append(all, f)
		}
	}
	return all
}

// notation is that of the numbers that are printed.
func (s *Sheet) notation() Notation {
	if s.spec.Notation == "" {
		return Absolute
	}
	return s.spec.Notation
}

// shown is a script without comments and without the lines that tell what will happen.
func shown(script string) string {
	var out []string
	for _, line := range strings.Split(strings.ReplaceAll(script, "\r\n", "\n"), "\n") {
		line = strings.TrimRight(uncommented(line), " \t")
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "expect" || word == "then" || line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// uncommented cuts a comment off; a # in quotes begins none.
func uncommented(line string) string {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == '#' && !quoted:
			return line[:i]
		}
	}
	return line
}
