package handin

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Rosters as spreadsheets and platforms write them.
func TestReadRoster(t *testing.T) {
	const chinese = "学号,姓名,邮箱,班级\r\n20230001,张三,z@x.cn,1班\r\n\r\n20230002,\"李, 四\",l@x.cn,2班\r\n,,,\r\n"
	const want = "20230001|张三|z@x.cn|1班 20230002|李, 四|l@x.cn|2班"
	for _, tc := range []struct{ why, data, want string }{
		{"UTF-8", chinese, want},
		{"UTF-8 with a byte-order mark", "\ufeff" + chinese, want},
		{"GBK", gbk(t, chinese), want},
		{"UTF-16 with tabs: Excel's Unicode text", utf16Of(strings.NewReplacer(",,,", "\t\t\t", "\"李, 四\"", "李, 四", ",", "\t", "李, 四", "李, 四").Replace(chinese), binary.LittleEndian), want},
		{"semicolons", "student;name\nb;B, C\na;A\n", "b|B, C|| a|A||"},
		{"sep=", "sep=;\nid;name\n1a;A\n", "1a|A||"},
		{"full-width letters and spaces", "学号,姓名\n　ｓ１２３４５ ,张三\n", "s12345|张三||"},
		{"Canvas", "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n\"Miller, Bob\",991,s1,bob,A\n", "s1|Miller, Bob||A"},
		{"Moodle", "First name,Surname,ID number,Email address\nBob,Miller,s1,b@x\n", "s1|Bob Miller|b@x|"},
		{"Gradescope", "First Name,Last Name,SID,Email,Sections\nBob,Miller,1,b@x,A\n", "1|Bob Miller|b@x|A"},
		{"student as the id", "student,name\ns1,Bob\n", "s1|Bob||"},
		{"an id kept a text", "id\n\"=\"\"0123\"\"\"\n", "0123|||"},
		{"an id kept a text without the quotes of CSV", "id,name\n=\"0123\",A\n=\"0124\",B\n", "0123|A|| 0124|B||"},
		{"an apostrophe", "id\n'0123\n", "0123|||"},
		{"a number with a point", "id\n20230001.0\n", "20230001|||"},
		{"a number that lost nothing", "id\n2.0230417E+07\n", "20230417|||"},
		{"an id with an e in it", "id\n12e5\n", "12e5|||"},
		{"a short row", "name,id,email\nA,1a\n", "1a|A||"},
		{"a cell over two lines", "id,name\n1a,\"A\nB\"\n", "1a|A\nB||"},
	} {
		people, err := ReadRoster(write(t, t.TempDir(), "r.csv", []byte(tc.data)))
		if err != nil {
			t.Errorf("%s: %v", tc.why, err)
			continue
		}
		var all []string
		for _, p := range people {
			all = append(all, strings.Join([]string{p.ID, p.Name, p.Email, p.Group}, "|"))
		}
		if got := strings.Join(all, " "); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.why, got, tc.want)
		}
	}
}

// A wrong roster marks the wrong people: it is complained about, with the line.
func TestRosterErrors(t *testing.T) {
	many := "id\n" + strings.Repeat("x\n", maxPeople+1)
	for _, tc := range []struct{ why, data, want string }{
		{"an id twice", "id,name\ns1,A\ns2,\"B\nC\"\nS1,D\n", "r.csv:5: the id S1 is in line 2, too"},
		{"digits lost", "学号\n2.0231E+11\n", "r.csv:2: the id 2.0231E+11 cannot be used: a spreadsheet made a number of it"},
		{"a formula", "id\n=A1\n", "r.csv:2: the id =A1 cannot be used: it is a formula"},
		{"no id", "id,name\n,A\n", "r.csv:2: no id in column 1"},
		{"an id that leads out", "id\n../../x\n", "r.csv:2: the id ../../x cannot be used"},
		{"no header", "20230001,张三\n", "r.csv:1: no column holds the students' ids"},
		{"nothing", "", "r.csv: empty"},
		{"nobody", "id,name\n", "r.csv: nobody below the header"},
		{"a spreadsheet", "PK\x03\x04xxx", "save it as CSV UTF-8"},
		{"an old spreadsheet", "\xd0\xcf\x11\xe0xxx", "save it as CSV UTF-8"},
		{"octets", "id\n\x00\n", "not a text"},
		{"a quote that never ends", "id,name\n1,\"A\n2,B\n", "r.csv:"},
		{"too many rows", many, fmt.Sprintf("more than %d rows", maxPeople)},
		{"too many cells", "id" + strings.Repeat(",", maxCells+1), "cells"},
	} {
		people, err := ReadRoster(write(t, t.TempDir(), "r.csv", []byte(tc.data)))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %d people, error %v, want %q in it", tc.why, len(people), err, tc.want)
		}
	}
	if _, err := ReadRoster(filepath.Join(t.TempDir(), "no.csv")); code(t, err) != "not-found" {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := ReadRoster(t.TempDir()); err == nil {
		t.Error("a folder is no roster")
	}
}
