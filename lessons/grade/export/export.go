package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"netlab/lessons/grade/result"
)

// An Audience is for whom something is written.
type Audience string

// The audiences. The zero value is the student, who sees less.
const (
	Student    Audience = "student"
	Instructor Audience = "instructor"
)

// Options say how results are written. The zero value is right for a student.
type Options struct {
	Lang      string // of the exporter's own words; empty: the result's
	Color     bool
	Width     int // of the terminal; 0: 80 columns
	Audience  Audience
	Due       bool      // the due date has passed: checks shown after it are visible
	Published bool      // the marks are published: checks shown with them are visible
	Previous  *Previous // what Gradescope keeps showing if there is no mark now
}

// formats are the names of the formats and what writes them.
var formats = []struct {
	name  string
	one   bool // holds one submission only
	write func([]*result.Result, Options) ([]byte, error)
}{
	{"text", false, writeText},
	{"json", false, writeJSON},
	{"gradescope", true, func(rs []*result.Result, o Options) ([]byte, error) { return Gradescope(rs[0], o.Previous) }},
	{"classroom", true, writeClassroom},
	{"junit", false, func(rs []*result.Result, _ Options) ([]byte, error) { return JUnit(rs) }},
	{"csv", false, func(rs []*result.Result, _ Options) ([]byte, error) { return CSV(rs) }},
	{"html", true, func(rs []*result.Result, o Options) ([]byte, error) { return HTML(rs[0], o) }},
}

// Formats lists the names that [Write] knows.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Write writes results in a format, for one audience. Gradescope and GitHub Classroom have
// rules of their own for hidden checks, which count there whoever looks.
func Write(w io.Writer, format string, rs []*result.Result, o Options) error {
	for _, f := range formats {
		if f.name != format {
			continue
		}
		if slices.Contains(rs, nil) {
			return fmt.Errorf("export %s: one of the %d results is missing", format, len(rs))
		}
		if f.one && len(rs) != 1 {
			return fmt.Errorf("export %s: it holds one submission, and there are %d (write one file for each, or choose text, json, junit or csv)", format, len(rs))
		}
		switch format {
		case "json", "csv":
			rs = forAudience(rs, o)
		case "junit":
			rs = spoken(forAudience(rs, o), o)
		case "gradescope", "classroom":
			rs = spoken(rs, o)
		}
		data, err := f.write(rs, o)
		if err != nil {
			return fmt.Errorf("export %s: %w", format, err)
		}
		_, err = w.Write(data)
		return err
	}
	return fmt.Errorf("no format %q (formats are %s)", format, strings.Join(Formats(), ", "))
}

func forAudience(rs []*result.Result, o Options) []*result.Result {
	if o.Audience == Instructor {
		return rs
	}
	var out []*result.Result
	for _, r := range rs {
		out = append(out, ForStudent(r, o))
	}
	return out
}

// spoken makes the exporters that take no options speak the language that is asked for.
func spoken(rs []*result.Result, o Options) []*result.Result {
	var out []*result.Result
	for _, r := range rs {
		v := *r
		v.Lang = language(o.Lang, r.Lang)
		out = append(out, &v)
	}
	return out
}

func writeText(rs []*result.Result, o Options) ([]byte, error) {
	var b bytes.Buffer
	for _, r := range rs {
		b.WriteString(Text(r, o))
		b.WriteByte('\n')
	}
	if len(rs) != 1 {
		b.WriteString(Summary(forAudience(rs, o)).Text(language(o.Lang, "")))
		return b.Bytes(), nil
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n'), nil
}

// writeJSON writes one result as an indented object, several as one object a line.
func writeJSON(rs []*result.Result, _ Options) ([]byte, error) {
	var b bytes.Buffer
	for _, r := range rs {
		indent := ""
		if len(rs) == 1 {
			indent = "  "
		}
		v := *r
		if v.Checks == nil {
			v.Checks = []result.Check{} // a list without entries, not null
		}
		data, err := encode(&v, indent)
		if err != nil {
			return nil, err
		}
		b.Write(data)
	}
	return b.Bytes(), nil
}

// encode writes JSON in which every character that could steer a terminal or hide text is an
// escape, not only those below the blank.
func encode(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		switch hi, lo := utf16.EncodeRune(r); {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case hi != unicode.ReplacementChar:
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes(), nil
}
