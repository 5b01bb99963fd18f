package export

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"

	"netlab/lessons/grade/result"
)

// The form is the one that all readers share: the strict schema's required attributes and
// order, and nothing that it does not know. So testsuites has no attributes, and the points
// are properties of the suite and not of a testcase.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string          `xml:"name,attr"`
	Package   string          `xml:"package,attr"`
	ID        int             `xml:"id,attr"` // counted from 0
	Timestamp string          `xml:"timestamp,attr"`
	Hostname  string          `xml:"hostname,attr"`
	Tests     int             `xml:"tests,attr"`
	Failures  int             `xml:"failures,attr"`
	Errors    int             `xml:"errors,attr"`
	Skipped   int             `xml:"skipped,attr"`
	Time      string          `xml:"time,attr"`
	Property  []junitProperty `xml:"properties>property"`
	Cases     []junitCase     `xml:"testcase"`
	Out       junitText       `xml:"system-out"`
	Err       junitText       `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Skipped *junitSkip    `xml:"skipped"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
}

type junitSkip struct {
	Message string `xml:"message,attr,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",innerxml"`
}

// A junitText is escaped already ([lines]).
type junitText struct {
	Text string `xml:",innerxml"`
}

// JUnit writes results as JUnit XML, a suite for each submission. What is no character of XML
// is escaped before it gets there. A submission without a mark has an error of its own, one
// that was rejected a failure, so that neither looks as if all were well.
func JUnit(rs []*result.Result) ([]byte, error) {
	all := junitSuites{Suites: []junitSuite{}}
	for i, r := range rs {
		all.Suites = append(all.Suites, junitOf(r, i))
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

func junitOf(r *result.Result, id int) junitSuite {
	lang := language("", r.Lang)
	s := junitSuite{
		Name: token(r.Assignment + " " + r.Student), Package: token(r.Assignment), ID: id,
		Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), // a zone is not allowed
		Hostname:  "localhost", Time: seconds(r.DurationMs),
	}
	s.property("student", line(r.Student))
	s.property("outcome", line(string(r.Outcome)))
	s.property("seed", line(r.Seed))
	if !unmarked(r) {
		s.property("score", points(r.Score))
		s.property("max_score", points(r.MaxScore))
	}
	if unmarked(r) || r.Outcome == result.Rejected {
		s.add(junitWhole(r, lang))
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		s.add(junitCheck(r, c, lang))
		if c.Verdict != result.Error {
			s.property("score."+line(c.ID), points(c.Score))
			s.property("max_score."+line(c.ID), points(c.MaxScore))
		}
	}
	if r.Program != nil {
		s.Out.Text = lines(block(lang, r.Program.Stdout))
	}
	return s
}

func (s *junitSuite) property(name, value string) {
	s.Property = append(s.Property, junitProperty{name, value})
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// junitWhole is the case that says why a submission was not graded.
func junitWhole(r *result.Result, lang string) junitCase {
	about := remarks(r, lang)
	p := &junitProblem{Message: about[0], Type: "ungradable", Text: lines("\n" + strings.Join(about, "\n") + "\n")}
	if r.Reason != nil {
		p.Message = line(r.Reason.Message)
		if r.Reason.Code != "" {
			p.Type = token(r.Reason.Code)
		}
	}
	c := junitCase{Name: "submission", Class: token(r.Assignment), Time: "0"}
	if r.Outcome == result.Rejected {
		c.Failure = p
	} else {
		c.Error = p
	}
	return c
}

func junitCheck(r *result.Result, c *result.Check, lang string) junitCase {
	t := junitCase{Name: token(name(c)), Class: token(r.Assignment), Time: seconds(c.DurationMs)}
	text := ""
	if d := details(c, lang, 100); len(d) > 0 {
		text = lines("\n" + strings.Join(d, "\n") + "\n")
	}
	switch c.Verdict {
	case result.Pass:
	case result.Skip:
		t.Skipped = &junitSkip{line(c.SkipReason)}
	case result.Fail:
		t.Failure = &junitProblem{withStanding(line(c.Rationale), c, lang), "check", text}
	default:
		t.Error = &junitProblem{standing(c, lang), "grader", text}
	}
	return t
}

// token is a name as the schema wants it: not empty, and no two blanks in a row.
func token(s string) string {
	s = strings.Join(strings.Fields(line(s)), " ")
	if s == "" {
		return "-"
	}
	return s
}

// lines escapes a text for XML and keeps its line breaks readable; encoding/xml would write
// each as &#xA;.
func lines(s string) string {
	var b strings.Builder
	for i, l := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		xml.EscapeText(&b, []byte(l)) // a Builder never fails
	}
	return b.String()
}

func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64) }
