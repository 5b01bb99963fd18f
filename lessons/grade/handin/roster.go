package handin

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Person is one row of a roster.
type Person struct{ ID, Name, Email, Group string }

// Bounds of a roster.
const (
	maxRoster = 32 << 20
	maxPeople = 100_000
	maxCells  = 4_000_000
)

// ReadRoster reads who is in a class from a CSV file as spreadsheets and learning platforms write
// it: a header in English or Chinese; comma, semicolon or tab; UTF-8, UTF-16 or GBK. The error says
// file, line and how to mend it. An id twice is an error, and so is one from which a
// spreadsheet has taken digits.
func ReadRoster(path string) ([]Person, error) {
	name := filepath.Base(path)
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags&^noFollow, 0)
	if err != nil {
		return nil, cannotRead(decodeName(name), err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, cannotRead(decodeName(name), err)
	}
	if !info.Mode().IsRegular() {
		return nil, reject("unreadable/special", "name", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRoster+1))
	if err != nil {
		return nil, cannotRead(decodeName(name), err)
	}
	return readRoster(name, data)
}

// A table is a CSV file that is being read.
type table struct {
	name string
	rows [][]string
	line []int // on which each row begins, counted from 1
	at   columns
	head []string
}

// columns are where things stand; -1 is nowhere.
type columns struct{ id, name, given, family, email, group int }

func readRoster(name string, data []byte) ([]Person, error) {
	t := &table{name: decodeName(name)}
	if err := t.parse(data); err != nil {
		return nil, err
	}
	if err := t.header(); err != nil {
		return nil, err
	}
	var people []Person
	lines := map[string]int{}
	for i, row := range t.rows {
		if i == 0 || blank(row) || strings.HasPrefix(tidy(row[0]), "Points Possible") {
			continue
		}
		p, err := t.person(row, t.line[i])
		if err != nil {
			return nil, err
		}
		if before, ok := lines[fold(p.ID)]; ok {
			return nil, t.errorf(t.line[i], "the id %s is in line %d, too (keep one of them)", show(p.ID), before)
		}
		lines[fold(p.ID)] = t.line[i]
		people = append(people, p)
	}
	if len(people) == 0 {
		return nil, fmt.Errorf("%s: nobody below the header", t.name)
	}
	return people, nil
}

func (t *table) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", show(t.name), line, fmt.Sprintf(format, args...))
}

// textCell is how spreadsheets are kept from reading digits as a number; it is no CSV.
var textCell = regexp.MustCompile(`(?m)(^|[,;\t])="([^"\r\n]*)"`)

// parse splits the file into cells.
func (t *table) parse(data []byte) error {
	switch {
	case len(data) > maxRoster:
		return fmt.Errorf("%s: larger than %d MiB", t.name, maxRoster>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return fmt.Errorf("%s: a spreadsheet, not CSV (open it and save it as CSV UTF-8)", t.name)
	}
	text, from := decodeText(data)
	if from == "?" || bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return fmt.Errorf("%s: not a text in UTF-8, UTF-16 or GBK (save it as CSV UTF-8)", t.name)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	comma, skip := separator(text)
	if bytes.Count(text, []byte(string(comma))) > maxCells {
		return fmt.Errorf("%s: more than %d cells (is it a roster?)", t.name, maxCells)
	}
	err := t.cells(text, comma, skip)
	if errors.Is(err, csv.ErrBareQuote) {
		err = t.cells(textCell.ReplaceAll(text, []byte(`$1"$2"`)), comma, skip)
	}
	return err
}

func (t *table) cells(text []byte, comma rune, skip int) error {
	t.rows, t.line = nil, nil
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	for n := 0; ; n++ {
		row, err := r.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			return fmt.Errorf("%s:%d: %w (quotes are written twice inside a quoted cell)", show(t.name), bad.Line, bad.Err)
		case err != nil:
			return fmt.Errorf("%s: %w", t.name, err)
		case n < skip:
			continue
		case len(t.rows) > maxPeople:
			return fmt.Errorf("%s: more than %d rows", t.name, maxPeople)
		case len(t.rows) == 0 && blank(row):
			continue
		}
		line, _ := r.FieldPos(0)
		t.rows, t.line = append(t.rows, row), append(t.line, line)
	}
}

// separator is what separates the cells, told by the header, and how many lines before the
// header say it.
func separator(text []byte) (comma rune, skip int) {
	line, _, _ := bytes.Cut(bytes.TrimLeft(text, "\n"), []byte("\n"))
	if word, is, ok := strings.Cut(strings.ToLower(string(line)), "sep="); ok && word == "" && len(is) == 1 && strings.ContainsAny(is, ",;\t") {
		return rune(is[0]), 1
	}
	comma, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	return comma, 0
}

// The names of columns, without spaces and signs, the better ones first.
var (
	idNames = []string{"学号", "学生学号", "学籍号", "sisuserid", "sisid", "sid", "studentid", "studentnumber", "studentno",
		"idnumber", "matriculationnumber", "id", "学工号", "编号", "sisloginid", "loginid", "login", "username", "用户名", "student"}
	nameNames   = []string{"姓名", "学生姓名", "名字", "name", "fullname", "studentname", "student", "displayname"}
	givenNames  = []string{"firstname", "givenname"}
	familyNames = []string{"lastname", "surname", "familyname"}
	emailNames  = []string{"邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "email", "emailaddress", "mail"}
	groupNames  = []string{"组", "小组", "分组", "组别", "班级", "教学班", "行政班", "班", "group", "team", "section", "sections", "class"}
)

// header finds the columns.
func (t *table) header() error {
	if len(t.rows) == 0 {
		return fmt.Errorf("%s: empty (the first line names the columns, such as student,name,email)", t.name)
	}
	for _, cell := range t.rows[0] {
		cell = strings.ToLower(tidy(cell))
		t.head = append(t.head, strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "\n", "").Replace(cell))
	}
	taken := -1
	find := func(names []string) int {
		for _, n := range names {
			if i := slices.Index(t.head, n); i >= 0 && i != taken {
				return i
			}
		}
		return -1
	}
	t.at.id = find(idNames)
	if t.at.id < 0 {
		return t.errorf(t.line[0], "no column holds the students' ids (the first line names the columns, such as student,name,email or 学号,姓名,邮箱)")
	}
	taken = t.at.id
	t.at.name, t.at.given, t.at.family = find(nameNames), find(givenNames), find(familyNames)
	t.at.email, t.at.group = find(emailNames), find(groupNames)
	return nil
}

// person reads one row.
func (t *table) person(row []string, line int) (Person, error) {
	cell := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return tidy(row[i])
	}
	p := Person{Name: cell(t.at.name), Email: cell(t.at.email), Group: cell(t.at.group)}
	if p.Name == "" {
		p.Name = strings.TrimSpace(cell(t.at.given) + " " + cell(t.at.family))
	}
	id, problem := wholeID(cell(t.at.id))
	if problem == "" {
		problem = checkID(id)
	}
	switch {
	case id == "":
		return p, t.errorf(line, "no id in column %d (write one, or take the row out)", t.at.id+1)
	case problem != "":
		return p, t.errorf(line, "the id %s cannot be used: %s", show(id), problem)
	}
	p.ID = id
	return p, nil
}

var (
	scientific = regexp.MustCompile(`^([0-9])(?:\.([0-9]+))?[eE]\+([0-9]{1,3})$`)
	decimal    = regexp.MustCompile(`^([0-9]+)\.0+$`)
)

// wholeID undoes what a spreadsheet makes of an id that looks like a number, as far as no digit
// is lost.
func wholeID(cell string) (id, problem string) {
	if m := decimal.FindStringSubmatch(cell); m != nil {
		return m[1], ""
	}
	if m := scientific.FindStringSubmatch(cell); m != nil {
		if fmt.Sprint(len(m[2])) == strings.TrimLeft(m[3], "0") {
			return m[1] + m[2], ""
		}
		return cell, "a spreadsheet made a number of it and took digits away (make the column a text column, enter the ids again, and save)"
	}
	if strings.HasPrefix(cell, "=") {
		return cell, "it is a formula (save the values, not the formulas)"
	}
	return cell, ""
}

// tidy is the text of a cell: without spaces around it, without the marks by which spreadsheets
// keep digits a text, and with ASCII where full-width letters were typed.
func tidy(cell string) string {
	cell = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　', r == '\u00a0':
			return ' '
		case r == '\u200b', r == '\ufeff', r == '\u200e', r == '\u200f':
			return -1
		}
		return r
	}, cell)
	cell = strings.TrimSpace(cell)
	if inner, ok := strings.CutPrefix(cell, `="`); ok && strings.HasSuffix(inner, `"`) {
		cell = strings.TrimSpace(strings.TrimSuffix(inner, `"`))
	}
	if len(cell) > 1 && cell[0] == '\'' && cell[1] >= '0' && cell[1] <= '9' {
		cell = cell[1:]
	}
	return cell
}

// blank reports a row without anything in it.
func blank(row []string) bool {
	return !slices.ContainsFunc(row, func(c string) bool { return tidy(c) != "" })
}
