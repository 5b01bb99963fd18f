package trace

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzReadJSON: whatever a file holds, reading it ends, with a trace or an error that
// names the line; and what was read is written and read back as the same.
func FuzzReadJSON(f *testing.F) {
	f.Add(`{"type":"trace","script":"x","hosts":[{"Name":"A","IP":"10.0.0.1"}]}` + "\n" +
		`{"type":"event","n":1,"t_ns":5,"host":"A","kind":"send","proto":"tcp","pkt":1,"src":"A:1","dst":"B:2","seg":{"flags":"SYN","seq":1,"len":0,"wnd":5,"options":{"mss":5,"sack":[[1,2]]}}}`)
	f.Add(`{"type":"event","n":1,"host":"A","kind":"recv","proto":"udp","pkt":1,"src":"A:1","dst":"B:2","seg":{"len":1,"data":"eA==","fragment":{"id":1,"offset":8,"len":9}}}`)
	f.Add(`{"type":"event","n":1,"host":"A","kind":"recv","proto":"icmp","seg":{"len":0,"cites":{"proto":"udp","src":"A:1","dst":"B:2"}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		tr, err := ReadJSON(strings.NewReader(text))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := tr.WriteJSON(&once); err != nil {
			t.Fatal(err)
		}
		again, err := ReadJSON(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, once.String())
		}
		if err := again.WriteJSON(&twice); err != nil {
			t.Fatal(err)
		}
		if once.String() != twice.String() {
			t.Fatalf("read back as another:\n%s\n%s", once.String(), twice.String())
		}
	})
}
