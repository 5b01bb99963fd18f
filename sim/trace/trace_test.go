package trace_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"netlab/sim"
	"netlab/sim/simtest"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

func run(t testing.TB, file string) *trace.Trace {
	t.Helper()
	return sim.Run(simtest.Script(t, file), sim.Options{Seed: 42})
}

// A saved trace is read back as the same trace.
func TestJSONRoundTrip(t *testing.T) {
	want := run(t, "close/last-ack-lost")
	var b bytes.Buffer
	if err := want.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	got, err := trace.ReadJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Events {
		w, g := want.Events[i], got.Events[i]
		if (w.Rule == nil) != (g.Rule == nil) || w.Rule != nil && *w.Rule != *g.Rule {
			t.Errorf("event %d: rule %v, want %v", i+1, g.Rule, w.Rule)
		}
		w.Rule, g.Rule = nil, nil
		if !reflect.DeepEqual(w, g) {
			t.Fatalf("event %d:\n got  %+v\n want %+v", i+1, g, w)
		}
	}
	if got.Ended != want.Ended || !reflect.DeepEqual(got.Hosts, want.Hosts) || got.Seed != want.Seed {
		t.Errorf("header or footer changed: %+v", got)
	}
}

// The names in the JSON are a contract with programs that read it.
func TestJSONNames(t *testing.T) {
	var b bytes.Buffer
	if err := run(t, "open/handshake").WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"type":"event","n":14,"t_ns":10000000,"host":"B","kind":"state","conn":"s.1"`,
		`"from":"LISTEN","to":"SYN-RECEIVED","rule":{"id":"listen-syn","ref":"RFC 9293 §3.10.7.2, third"`,
		`"proto":"tcp","pkt":2,"src":"B:80","dst":"A:40000","seg":{"flags":"SYN,ACK","seq":300,"ack":101,"len":0,"wnd":65535,"options":{"mss":1460}},"rel_seq":0,"rel_ack":1`,
		`"kind":"return","conn":"c","stmt":4,"call":"connect","result":"0"`,
		`"source":"model"`, `"cause":`, `{"type":"result","events":`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the JSON lacks %s\n%s", want, b.String())
		}
	}
}

// A damaged trace gets an error with its line, never a panic.
func TestDamagedTrace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "trace: no events"},
		{`{"type":"event"`, "trace: line 1: "},
		{`{"type":"what"}`, `trace: line 1: unknown type "what"`},
		{`{"type":"trace","script":"x"}` + "\n" + `{"type":"event","kind":"state","from":"OPEN","to":"X"}`, "trace: line 2: unknown state"},
		{`{"type":"event","kind":"send","src":"A"}`, `trace: line 1: bad endpoint "A"`},
		{`{"type":"event","kind":"send","seg":{"flags":"BLA"}}`, `trace: line 1: unknown flags "BLA"`},
	} {
		_, err := trace.ReadJSON(strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got  %v\n want %s", c.text, err, c.want)
		}
	}
}

// Every event but the programs' own calls names its cause, and causes come first.
func TestEveryEventHasACause(t *testing.T) {
	tr := run(t, "close/four-segments")
	for i := range tr.Events {
		e := &tr.Events[i]
		if e.Kind != trace.Call && e.Cause == 0 && e.Kind != trace.Note {
			t.Errorf("event %d has no cause: %s", e.N, e.Line())
		}
		if e.Cause >= e.N {
			t.Errorf("event %d is caused by %d, which comes later", e.N, e.Cause)
		}
	}
}

// Views folds the state and set events: after the handshake both ends agree.
func TestViews(t *testing.T) {
	tr := run(t, "open/handshake")
	views := tr.Views(0, len(tr.Events))
	var a, b *trace.View
	for i := range views {
		switch views[i].Host + " " + views[i].Conn {
		case "A c":
			a = &views[i]
		case "B x":
			b = &views[i]
		}
	}
	if a == nil || b == nil {
		t.Fatalf("sockets %+v", views)
	}
	if a.State != wire.StateEstablished || b.State != wire.StateEstablished {
		t.Errorf("A is %s, B is %s", a.State, b.State)
	}
	if a.Seq(trace.VarSndNxt) != b.Seq(trace.VarRcvNxt) || b.Seq(trace.VarSndNxt) != a.Seq(trace.VarRcvNxt) {
		t.Errorf("the ends disagree: %+v, %+v", a.Value, b.Value)
	}
	if b.Parent != "s" {
		t.Errorf("x is a child of %q, want s", b.Parent)
	}
}
