package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netlab/lessons/grade/result"
)

// A schema is the part of JSON Schema that the files under testdata/schema use.
type schema struct {
	Type       string             `json:"type"`
	Required   []string           `json:"required"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Enum       []any              `json:"enum"`
	Minimum    *float64           `json:"minimum"`
	Additional *bool              `json:"additionalProperties"`
	Together   [][]string         `json:"x-together"` // all of these or none
}

func readSchema(t *testing.T, name string) *schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "schema", name))
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields() // a word that this check does not know would check nothing
	if err := dec.Decode(&s); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return &s
}

// check lists what is wrong with a value.
func (s *schema) check(at string, v any) (wrong []string) {
	add := func(format string, args ...any) { wrong = append(wrong, at+": "+fmt.Sprintf(format, args...)) }
	if s.Type != "" && typeOf(v, s.Type) != s.Type {
		add("is %s, want %s", typeOf(v, s.Type), s.Type)
		return wrong
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		add("is %v, want one of %v", v, s.Enum)
	}
	if x, ok := v.(float64); ok && s.Minimum != nil && x < *s.Minimum {
		add("is %v, want at least %v", x, *s.Minimum)
	}
	if list, ok := v.([]any); ok && s.Items != nil {
		for i, e := range list {
			wrong = append(wrong, s.Items.check(fmt.Sprintf("%s[%d]", at, i), e)...)
		}
	}
	obj, ok := v.(map[string]any)
	if !ok {
		return wrong
	}
	for _, key := range s.Required {
		if _, ok := obj[key]; !ok {
			add("has no %s", key)
		}
	}
	for _, group := range s.Together {
		there := 0
		for _, key := range group {
			if _, ok := obj[key]; ok {
				there++
			}
		}
		if there != 0 && there != len(group) {
			add("has only some of %v", group)
		}
	}
	for key, e := range obj {
		if p := s.Properties[key]; p != nil {
			wrong = append(wrong, p.check(at+"."+key, e)...)
		} else if s.Additional != nil && !*s.Additional {
			add("has an unknown %s", key)
		}
	}
	return wrong
}

func typeOf(v any, want string) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if want == "integer" && x == float64(int64(x)) {
			return "integer"
		}
	}
	return "number"
}

func valid(t *testing.T, what, name string, data []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s is no JSON: %v", what, err)
	}
	for _, w := range readSchema(t, name).check(what, v) {
		t.Errorf("against %s: %s", name, w)
	}
}

func indented(t *testing.T, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every result, whatever became of it, gives a file that the other system accepts.
func TestSchemas(t *testing.T) {
	m, err := ReadMetadata("submission_metadata.json", []byte(metadata))
	if err != nil {
		t.Fatal(err)
	}
	nothing := sample("en") // graded, and nothing in it
	nothing.Checks = nil
	nothing.Total()
	odd := sample("zh-CN") // as a later netlab may write it
	odd.Outcome, odd.Checks[0].Visibility, odd.Checks[1].Verdict = "postponed", "moonlight", "maybe"
	for name, r := range map[string]*result.Result{"sample": sample("zh-CN"), "ungradable": ungradable(), "rejected": rejected(), "full": full(), "nothing": nothing, "odd": odd} {
		for _, p := range []*Previous{nil, m.Last()} {
			data, err := Gradescope(r, p)
			if err != nil {
				t.Fatal(err)
			}
			valid(t, name, "gradescope.json", data)
		}
		valid(t, name, "classroom.json", unpacked(t, written(t, "classroom", Options{}, r)))
		if name != "odd" {
			valid(t, name, "result.json", []byte(written(t, "json", Options{}, r)))
			valid(t, name, "result.json", []byte(written(t, "json", Options{Audience: Instructor}, r)))
		}
	}
}

// The check of schemas finds what it must find: else the test above would prove nothing.
func TestSchemaCheckFinds(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"a time in quotes", `{"score":1,"execution_time":"1.8","output":"","visibility":"visible","stdout_visibility":"hidden","tests":[]}`, "execution_time: is string, want number"},
		{"no score", `{"tests":[]}`, "has no score"},
		{"a word that Gradescope does not know", `{"score":1,"tests":[{"name":"a","status":"skipped","visibility":"visible","score":1,"max_score":1}]}`, "status: is skipped"},
		{"a score without a status", `{"score":1,"tests":[{"name":"a","visibility":"visible","score":1}]}`, "has only some of"},
		{"a key of another system", `{"score":1,"gradable":false}`, "unknown gradable"},
		{"what the program printed", `{"score":1,"stdout_visibility":"visible"}`, "stdout_visibility: is visible"},
	} {
		var v any
		if err := json.Unmarshal([]byte(c.data), &v); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(readSchema(t, "gradescope.json").check("it", v), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q in it", c.name, got, c.want)
		}
	}
}
