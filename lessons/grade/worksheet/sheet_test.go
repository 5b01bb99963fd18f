package worksheet

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"netlab/lessons/grade/result"
	"netlab/lessons/text"
)

// numbers are what the tests put in the place of parameters.
var numbers = map[string]map[string]string{
	"handshake-worksheet":          {"isn_a": "400", "isn_b": "7000", "port": "5100", "size": "25"},
	"data-transfer-worksheet":      {"isn_a": "300", "isn_b": "5000", "first": "60", "second": "120", "answer": "30"},
	"teardown-worksheet":           {"isn_a": "800", "isn_b": "3000", "rest": "45"},
	"simultaneous-close-worksheet": {"isn_a": "500", "isn_b": "9000", "delay": "10", "moment": "250"},
	"udp-worksheet":                {"port_a": "5000", "port_b": "8000", "large": "70", "buffer": "30", "small": "7", "reply": "17"},
}

// An assignment is as much of assignment.toml as the tests need.
type assignment struct {
	Version  int `toml:"format_version"`
	ID       string
	Revision int
	Kind     string
	Title    text.Both
	Seed     map[string]string
	Params   map[string]struct {
		Range []int
		Step  int
	}
	Worksheet Spec
}

func load(t testing.TB, name string) *assignment {
	t.Helper()
	var a assignment
	meta, err := toml.DecodeFile(filepath.Join("..", "..", "homework", name, "assignment.toml"), &a)
	if err != nil {
		t.Fatal(err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		t.Errorf("%s: unknown keys %v", name, extra)
	}
	return &a
}

func substitute(script string, values map[string]string) string {
	for k, v := range values {
		script = strings.ReplaceAll(script, "{"+k+"}", v)
	}
	return script
}

func sheet(t testing.TB, name string) *Sheet {
	t.Helper()
	a := load(t, name)
	s, err := New(&a.Worksheet, substitute(a.Worksheet.Scenario, numbers[name]), name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// corners lists every combination of the smallest and the largest number of each parameter.
func (a *assignment) corners() (all []map[string]string) {
	names := slices.Sorted(maps.Keys(a.Params))
	for bits := range 1 << len(names) {
		values := map[string]string{}
		for i, name := range names {
			values[name] = fmt.Sprint(a.Params[name].Range[bits>>i&1])
		}
		all = append(all, values)
	}
	return all
}

// edited is a sheet filled in rightly but for the edits: "4.ack" is a cell, "who-waits" a
// question.
func edited(t testing.TB, s *Sheet, edits map[string]string) []byte {
	t.Helper()
	file, err := s.read("key.toml", s.Key("en"), "en")
	if err != nil {
		t.Fatal(err)
	}
	for where, v := range edits {
		n, name, isCell := strings.Cut(where, ".")
		if !isCell {
			file.answers[where] = v
			continue
		}
		i, err := strconv.Atoi(n)
		if err != nil || i > len(s.rows) {
			t.Fatalf("edit %q", where)
		}
		file.cells[i-1][name] = v
	}
	return render(file)
}

func render(file given) []byte {
	var b bytes.Buffer
	for i, cells := range file.cells {
		fmt.Fprintf(&b, "[row.%d]\n", i+1)
		for name, v := range cells {
			fmt.Fprintf(&b, "%s = %q\n", name, v)
		}
	}
	b.WriteString("[question]\n")
	for id, v := range file.answers {
		fmt.Fprintf(&b, "%s = %q\n", id, v)
	}
	return b.Bytes()
}

// grade grades and adds up.
func grade(t testing.TB, s *Sheet, name string, answers []byte, lang string) (checks []result.Check, score, most float64) {
	t.Helper()
	checks, err := s.Grade(name, answers, lang)
	if err != nil {
		t.Fatalf("%v\n%s", err, answers)
	}
	for _, c := range checks {
		score, most = score+c.Score, most+c.MaxScore
	}
	return checks, score, most
}

func check(t testing.TB, checks []result.Check, id string) result.Check {
	t.Helper()
	for _, c := range checks {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("no check %q", id)
	return result.Check{}
}

// The assignments are what authors learn from, so they must be without fault; and whatever
// numbers a student draws, the script does what its expect lines say.
func TestAssignments(t *testing.T) {
	for name := range numbers {
		a := load(t, name)
		if a.Version != 1 || a.ID != name || a.Kind != "worksheet" || a.Title.EN == "" || a.Title.ZH == "" || a.Seed["per"] != "student" {
			t.Errorf("%s: bad head: %+v", name, a)
		}
		for _, err := range a.Worksheet.Check() {
			t.Errorf("%s: %v", name, err)
		}
		for _, values := range a.corners() {
			s, err := New(&a.Worksheet, substitute(a.Worksheet.Scenario, values), name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if _, score, most := grade(t, s, "a.toml", s.Key("en"), "en"); score != most {
				t.Errorf("%s with %v: the right answers have %v of %v", name, values, score, most)
			}
		}
	}
}

// No expected wrong answer may be right at the ends of the ranges, or a student is told nonsense.
func TestWrongAnswersAreWrong(t *testing.T) {
	for name := range numbers {
		a := load(t, name)
		for _, values := range a.corners() {
			s, err := New(&a.Worksheet, substitute(a.Worksheet.Scenario, values), name)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range s.keys {
				for i, w := range k.wrong {
					if w == k.value {
						t.Errorf("%s: %s: wrong answer %q is right: %v", name, k.q.ID, k.q.Wrong[i].Is, w)
					}
				}
			}
		}
	}
}

// A handout is there in both languages, with the same parts.
func TestHandouts(t *testing.T) {
	shape := func(text string) (lines string) {
		for _, l := range strings.Split(text, "\n") {
			switch {
			case strings.HasPrefix(l, "#"):
				lines += "#"
			case strings.HasPrefix(l, "|"):
				lines += "|"
			}
		}
		return lines
	}
	for name := range numbers {
		var shapes []string
		for _, lang := range []string{"en", "zh-CN"} {
			data, err := os.ReadFile(filepath.Join("..", "..", "homework", name, "handout."+lang+".md"))
			if err != nil {
				t.Error(err)
			}
			shapes = append(shapes, shape(string(data)))
		}
		if shapes[0] != shapes[1] {
			t.Errorf("%s: the handouts differ in their parts: %q, %q", name, shapes[0], shapes[1])
		}
	}
}

// The right answers have full marks in every form in which they can be handed in.
func TestRightAnswers(t *testing.T) {
	for name := range numbers {
		s := sheet(t, name)
		for what, answers := range map[string][]byte{"toml": s.Key("en"), "toml zh": s.Key("zh-CN"), "csv": keyCSV(t, s, ","), "semicolons": keyCSV(t, s, ";"),
			"relative": relative(t, s), "crlf": bytes.ReplaceAll(s.Key("en"), []byte("\n"), []byte("\r\n")), "bom": append([]byte("\ufeff"), keyCSV(t, s, ",")...)} {
			checks, score, most := grade(t, s, "answers", answers, "zh-CN")
			if score != most || most == 0 {
				t.Errorf("%s as %s: %v of %v: %+v", name, what, score, most, checks)
			}
			for _, c := range checks {
				if c.Verdict != result.Pass || c.Belief != "" || len(c.Tags) > 0 {
					t.Errorf("%s as %s: %s: %+v", name, what, c.ID, c)
				}
			}
		}
	}
}

// keyCSV fills the CSV form in rightly.
func keyCSV(t testing.TB, s *Sheet, comma string) []byte {
	t.Helper()
	file, err := s.read("key.toml", s.Key("en"), "en")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("row")
	for _, f := range s.cols {
		b.WriteString(comma + f.name)
	}
	b.WriteString(comma + "answer\n")
	for i, cells := range file.cells {
		fmt.Fprint(&b, i+1)
		for _, f := range s.cols {
			b.WriteString(comma + strconv.Quote(cells[f.name]))
		}
		b.WriteString("\n")
	}
	for id, v := range file.answers {
		b.WriteString(id + strings.Repeat(comma, len(s.cols)+1) + v + "\n")
	}
	return []byte(b.String())
}

// relative fills the sheet in with relative numbers.
func relative(t testing.TB, s *Sheet) []byte {
	t.Helper()
	c := *s
	spec := *s.spec
	spec.Notation = Relative
	c.spec = &spec
	return c.Key("en")
}

// A blank sheet can be handed in: it has no marks, but is no error; and it tells no answer.
func TestBlank(t *testing.T) {
	for name := range numbers {
		s := sheet(t, name)
		for _, lang := range []string{"en", "zh-CN"} {
			for file, blank := range map[string][]byte{"a.toml": s.Blank(lang), "a.csv": s.CSV()} {
				checks, score, _ := grade(t, s, file, blank, lang)
				if score != 0 {
					t.Errorf("%s %s: a blank sheet has %v", name, file, score)
				}
				if c := checks[0]; c.Verdict != result.Fail || c.Rationale != say(lang, "row-empty") {
					t.Errorf("%s %s: %+v", name, file, c)
				}
			}
			for _, text := range []string{string(s.Blank(lang)), string(s.Markdown(lang, false))} {
				if strings.Contains(text, "expect ") || strings.Contains(text, "CLOSING") || strings.Contains(text, "passes") {
					t.Errorf("%s: the sheet tells what happens:\n%s", name, text)
				}
			}
		}
	}
}

// The handout has the student's numbers, and the key the model's answers with their reasons.
func TestMarkdown(t *testing.T) {
	s := sheet(t, "handshake-worksheet")
	blank, key := string(s.Markdown("en", false)), string(s.Markdown("zh-CN", true))
	for _, want := range []string{"A 400, B 7000", "listen s 5100", "| 1 | A | SYN | 400 | - | 0 | SYN-SENT | SYN-RECEIVED |", "| 2 |          |"} {
		if !strings.Contains(blank, want) {
			t.Errorf("the handout lacks %q:\n%s", want, blank)
		}
	}
	if strings.Contains(blank, "7001") || strings.Contains(blank, "426") {
		t.Errorf("the handout tells an answer:\n%s", blank)
	}
	for _, want := range []string{"| 2 | **B** | **SYN,ACK** | **7000** | **401** | **0** | **ESTABLISHED** | **SYN-RECEIVED** |", "401 + 25 字节 = 426", "RFC 9293 §3.10.7.3", "**答：426**"} {
		if !strings.Contains(key, want) {
			t.Errorf("the key lacks %q:\n%s", want, key)
		}
	}
}
