package export

import (
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
)

// A node is an element of XML, whatever its name.
type node struct {
	name  string
	attrs map[string]string
	kids  []*node
}

func parseXML(t *testing.T, data []byte) *node {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(string(data)))
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v\n%s", err, data)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			n := &node{name: e.Name.Local, attrs: map[string]string{}}
			for _, a := range e.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
	return root.kids[0]
}

// junitForm is the strict schema: for each element its required and its other attributes, and
// which elements it may have, in this order. message is not in it for skipped, which takes
// anything there.
var junitForm = map[string]struct{ required, optional, kids []string }{
	"testsuites": {},
	"testsuite": {required: []string{"name", "timestamp", "hostname", "tests", "failures", "errors", "time", "package", "id"}, optional: []string{"skipped"},
		kids: []string{"properties", "testcase", "system-out", "system-err"}},
	"properties": {kids: []string{"property"}},
	"property":   {required: []string{"name", "value"}},
	"testcase":   {required: []string{"name", "classname", "time"}, kids: []string{"skipped", "error", "failure"}},
	"skipped":    {optional: []string{"message"}},
	"error":      {required: []string{"type"}, optional: []string{"message"}},
	"failure":    {required: []string{"type"}, optional: []string{"message"}},
	"system-out": {}, "system-err": {},
}

func strict(t *testing.T, n *node) {
	form, ok := junitForm[n.name]
	if !ok {
		t.Errorf("unknown element %s", n.name)
		return
	}
	for _, a := range form.required {
		if v, ok := n.attrs[a]; !ok || v == "" && a != "value" {
			t.Errorf("%s has no %s", n.name, a)
		}
	}
	for a := range n.attrs {
		if !slices.Contains(form.required, a) && !slices.Contains(form.optional, a) {
			t.Errorf("%s has an unknown %s", n.name, a)
		}
	}
	at := 0
	for _, k := range n.kids {
		i := slices.Index(form.kids, k.name)
		if n.name == "testsuites" && k.name == "testsuite" {
			i = 0
		}
		if i < at {
			t.Errorf("%s: %s is not allowed here", n.name, k.name)
		}
		at = max(at, i)
		strict(t, k)
	}
	if n.name == "testcase" && len(n.kids) > 1 {
		t.Errorf("testcase %s has %d outcomes", n.attrs["name"], len(n.kids))
	}
}

// The strict schema's demands, and counts that agree with the cases.
func TestJUnitIsStrict(t *testing.T) {
	zero := &result.Result{Outcome: result.Graded} // not even a time or a name
	data, err := JUnit([]*result.Result{sample("zh-CN"), ungradable(), rejected(), full(), zero})
	if err != nil {
		t.Fatal(err)
	}
	root := parseXML(t, data)
	strict(t, root)
	for i, s := range root.kids {
		count := map[string]int{}
		for _, c := range s.kids {
			if c.name == "testcase" {
				count["tests"]++
				for _, k := range c.kids {
					count[map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"}[k.name]]++
				}
			}
		}
		for _, a := range []string{"tests", "failures", "errors", "skipped"} {
			if got := s.attrs[a]; got != strconv.Itoa(count[a]) {
				t.Errorf("suite %d: %s=%s, and there are %d", i, a, got, count[a])
			}
		}
		if s.attrs["id"] != strconv.Itoa(i) {
			t.Errorf("suite %d has the id %s", i, s.attrs["id"])
		}
		if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`).MatchString(s.attrs["timestamp"]) {
			t.Errorf("timestamp %s", s.attrs["timestamp"])
		}
	}
	if want := "0"; root.kids[3].attrs["failures"]+root.kids[3].attrs["errors"] != want+want {
		t.Error("a full mark is no success")
	}
}
