package worksheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Limits of an answers file.
const (
	maxAnswers = 256 << 10
	maxLine    = 1000 // octets
	maxDepth   = 32   // brackets within brackets, and dots in a key
	maxValue   = 200  // octets
	maxShown   = 100  // characters of it, in a message
)

// What the keys of an answers file are called.
const (
	keyRow      = "row"
	keyQuestion = "question"
	keyAnswer   = "answer" // the CSV column of the questions' answers
)

// given is an answers file: the cells of each row, and the answers to the questions.
type given struct {
	cells   []map[string]string // by field; as the sheet's rows
	answers map[string]string   // by question
}

// A reader reads the answers of one file.
type reader struct {
	s    *Sheet
	name string
	lang string
	out  given
}

func (r *reader) fail(key string, args ...any) error {
	return fmt.Errorf("%s: %s", r.name, say(r.lang, key, args...))
}

// read reads a file of answers, as TOML or as CSV.
func (s *Sheet) read(name string, data []byte, lang string) (given, error) {
	r := &reader{s: s, name: name, lang: lang}
	r.out.answers = map[string]string{}
	for range s.rows {
		r.out.cells = append(r.out.cells, map[string]string{})
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch {
	case len(data) > maxAnswers:
		return r.out, r.fail("too-large")
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return r.out, r.fail("not-utf8")
	}
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	if err := r.bounded(data); err != nil {
		return r.out, err
	}
	if comma, ok := isCSV(name, data); ok {
		return r.out, r.readCSV(data, comma)
	}
	return r.out, r.readTOML(data)
}

// bounded refuses lines and nestings that nobody writes by hand, before any library sees
// them.
func (r *reader) bounded(data []byte) error {
	depth := 0
	for i, line := range bytes.Split(data, []byte("\n")) {
		if len(line) > maxLine {
			return r.fail("long-line", i+1, maxLine)
		}
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			continue
		}
		if key, _, _ := bytes.Cut(line, []byte("=")); bytes.Count(key, []byte(".")) > maxDepth {
			return r.fail("too-deep", i+1, maxDepth) // a.a.a.a is a table within a table, too
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
			if depth > maxDepth {
				return r.fail("too-deep", i+1, maxDepth)
			}
		}
	}
	return nil
}

// isCSV tells a table from TOML by its ending or its first line, and finds what separates
// the columns: spreadsheets write commas, semicolons or tabs.
func isCSV(name string, data []byte) (comma rune, ok bool) {
	for _, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, c := range ",;\t" {
			if first, _, cut := strings.Cut(line, string(c)); cut && strings.EqualFold(strings.Trim(strings.TrimSpace(first), `"`), keyRow) {
				return c, true
			}
		}
		break
	}
	return ',', strings.EqualFold(path.Ext(name), ".csv")
}

func (r *reader) readTOML(data []byte) error {
	var file map[string]any
	if _, err := toml.Decode(string(data), &file); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return fmt.Errorf("%s:%d: %s (%s)", r.name, parse.Position.Line, clip(parse.Message), say(r.lang, "toml-hint"))
		}
		return r.fail("no-toml", clip(err.Error()))
	}
	for _, key := range sorted(file) {
		table, ok := file[key].(map[string]any)
		switch {
		case key != keyRow && key != keyQuestion:
			return r.unknown(key, []string{keyRow, keyQuestion})
		case !ok:
			return r.fail("no-table", key)
		}
		for _, name := range sorted(table) {
			var err error
			if key == keyRow {
				err = r.tomlRow(name, table[name])
			} else {
				err = r.answer(name, table[name])
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tomlRow takes a table [row.N].
func (r *reader) tomlRow(name string, v any) error {
	i, err := r.rowIndex(name)
	if err != nil {
		return err
	}
	table, ok := v.(map[string]any)
	if !ok {
		return r.fail("no-table", "row."+name)
	}
	for _, key := range sorted(table) {
		fieldName, v := key, table[key]
		if sub, ok := v.(map[string]any); ok { // A.state = … is a table of its own to TOML
			inner := sorted(sub)
			if len(inner) != 1 {
				return r.unknown(key, r.columns())
			}
			fieldName, v = key+"."+inner[0], sub[inner[0]]
		}
		if err := r.cell(i, fieldName, v); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) columns() (names []string) {
	for _, f := range r.s.cols {
		names = append(names, f.name)
	}
	return names
}

func (r *reader) unknown(key string, known []string) error {
	return r.fail("unknown-key", clip(key), didYouMean(r.lang, key, known), strings.Join(known, ", "))
}

func (r *reader) rowIndex(name string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(name))
	if err != nil || n < 1 || n > len(r.s.rows) {
		return 0, r.fail("no-row", clip(name), len(r.s.rows))
	}
	return n - 1, nil
}

// cell takes the value of one cell.
func (r *reader) cell(i int, name string, v any) error {
	if !slices.Contains(r.columns(), name) {
		return r.unknown(name, r.columns())
	}
	t, err := r.scalar(fmt.Sprintf("row.%d %s", i+1, name), v)
	r.out.cells[i][name] = t
	return err
}

func (r *reader) answer(id string, v any) error {
	var known []string
	for _, q := range r.s.spec.Questions {
		known = append(known, q.ID)
	}
	if !slices.Contains(known, id) {
		return r.unknown(keyQuestion+"."+id, known)
	}
	t, err := r.scalar(keyQuestion+"."+id, v)
	r.out.answers[id] = t
	return err
}

// scalar writes a value of TOML as the student typed it.
func (r *reader) scalar(where string, v any) (string, error) {
	t := ""
	switch v := v.(type) {
	case string:
		t = v
	case int64, bool:
		t = fmt.Sprint(v)
	case float64:
		t = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return "", r.fail("no-scalar", clip(where))
	}
	if len(t) > maxValue {
		return "", r.fail("long-value", where, maxValue)
	}
	return t, nil
}

func (r *reader) readCSV(data []byte, comma rune) error {
	c := csv.NewReader(bytes.NewReader(data))
	c.Comma, c.Comment, c.FieldsPerRecord, c.LazyQuotes, c.TrimLeadingSpace = comma, '#', -1, true, comma != '\t'
	var head []string
	seen := map[string]bool{}
	for {
		record, err := c.Read()
		if err == io.EOF {
			if head == nil {
				return r.fail("csv-head")
			}
			return nil
		}
		if err != nil {
			return r.fail("no-csv", clip(err.Error()))
		}
		for k := range record {
			record[k] = strings.TrimSpace(record[k])
		}
		switch {
		case strings.Join(record, "") == "":
		case head == nil:
			if err := r.csvHead(record); err != nil {
				return err
			}
			head = record
		case seen[record[0]]:
			line, _ := c.FieldPos(0)
			return r.fail("twice", line, clip(record[0]))
		default:
			seen[record[0]] = true
			if err := r.csvRow(head, record); err != nil {
				return err
			}
		}
	}
}

// csvHead checks the names of the columns.
func (r *reader) csvHead(head []string) error {
	if !strings.EqualFold(head[0], keyRow) {
		return r.fail("csv-head")
	}
	known := append(r.columns(), keyAnswer)
	for i, name := range head[1:] {
		if name != "" && !slices.Contains(known, name) {
			return r.unknown(name, known)
		}
		if name != "" && slices.Contains(head[1:i+1], name) {
			return r.fail("twice", 1, clip(name))
		}
	}
	return nil
}

// csvRow takes a line of the table, or a question's.
func (r *reader) csvRow(head, record []string) error {
	if len(record) > len(head) && strings.Join(record[len(head):], "") != "" {
		return r.fail("csv-wide", clip(record[0]))
	}
	isQuestion := slices.ContainsFunc(r.s.spec.Questions, func(q Question) bool { return q.ID == record[0] })
	i := 0
	if !isQuestion {
		var err error
		if i, err = r.rowIndex(record[0]); err != nil {
			return err
		}
	}
	for k := 1; k < len(record) && k < len(head); k++ {
		var err error
		switch {
		case record[k] == "" || head[k] == "":
		case isQuestion && head[k] == keyAnswer:
			err = r.answer(record[0], record[k])
		case isQuestion || head[k] == keyAnswer:
			err = r.fail("csv-place", clip(record[0]), head[k])
		default:
			err = r.cell(i, head[k], record[k])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func sorted(m map[string]any) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// clip shortens what somebody typed for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}
