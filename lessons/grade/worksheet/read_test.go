package worksheet

import (
	"fmt"
	"strings"
	"testing"

	"netlab/lessons/text"
	"netlab/lessons/text/texttest"
	"netlab/sim/wire"
)

// What students write for the same thing; none of it may cost a mark.
func TestSpellings(t *testing.T) {
	s := sheet(t, "handshake-worksheet")
	big, err := New(&Spec{Scenario: "x", Ask: []string{"seq", "ack"}}, "host A iss=1234567\nhost B iss=4294967290\nlink A B\n\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\nA: send c 5\nB: recv x 5 all\nB: send x 20\nA: recv c 20 all\n", "big")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s     *Sheet
		where string
		all   []string
	}{
		{s, "2.flags", []string{"SYN,ACK", "SYN+ACK", "SYN ACK", "ACK,SYN", "syn-ack", "SYNACK", "SA", "AS", "[S.]", "SYN/ACK", "SYN、ACK", "ＳＹＮ，ＡＣＫ", "同步+确认", "SYN & ACK", "SYN,ACK,PSH"}},
		{s, "3.flags", []string{"ACK", "A", ".", "ack", "[.]", "确认"}},
		{s, "4.flags", []string{"PSH,ACK", "ACK", "PA", "P."}},
		{s, "2.B.state", []string{"SYN-RECEIVED", "SYN_RCVD", "SYN-RCVD", "SYN_RECV", "syn received", "同步收到", "同步已接收"}},
		{s, "2.A.state", []string{"ESTABLISHED", "ESTAB", "established", "已建立连接", " ESTABLISHED "}},
		{s, "2.from", []string{"B", "b", "B -> A", "B→A", "Ｂ"}},
		{s, "2.ack", []string{"401", " 401 ", "４０１", "ack=401", "401.0"}},
		{s, "4.len", []string{"25", "25 octets", "25字节", "25 bytes"}},
		{big, "1.ack", []string{"-", "—", "none", "无", "0", "/"}},
		{big, "2.ack", []string{"1234568", "1,234,568", "1 234 568", "1，234，568", "1_234_568", "1'234'568"}},
		{big, "2.seq", []string{"4294967290", "4,294,967,290"}},
		{big, "7.ack", []string{"15"}}, // B's numbers have wrapped round
	} {
		for _, v := range c.all {
			checks, score, most := grade(t, c.s, "a.toml", edited(t, c.s, map[string]string{c.where: v}), "en")
			if score != most {
				t.Errorf("%s = %q: %v of %v: %+v", c.where, v, score, most, checks)
			}
		}
	}
	for where, all := range map[string][]string{
		"2.ack": {"12,34", "401 402", "-401", "0x191", "4e2", "99999999999", "ack=", "1.5"}, "2.flags": {"SYNC", "S A X", "?"}, "2.B.state": {"OPEN", "SYN"}, "2.from": {"C", "client"},
	} {
		for _, v := range all {
			if _, score, most := grade(t, s, "a.toml", edited(t, s, map[string]string{where: v}), "en"); score == most {
				t.Errorf("%s = %q has full marks", where, v)
			}
		}
	}
}

// TOML knows numbers, and keys with dots; students need not write everything as text.
func TestTOMLForms(t *testing.T) {
	s := sheet(t, "data-transfer-worksheet")
	for _, line := range []string{"seq = 301", "seq = 301.0", `seq = "301"`, `"seq" = '301'`} {
		checks, _, _ := grade(t, s, "a.toml", []byte("[row.4]\nfrom=\"A\"\n"+line+"\n"), "en")
		if c := check(t, checks, "row-4"); c.Score != 0.8 {
			t.Errorf("%s: %+v, want 2 of 5 cells", line, c)
		}
	}
	s = sheet(t, "teardown-worksheet")
	for _, file := range []string{"[row.4]\nA.state = \"FIN-WAIT-1\"", "[row.4]\n\"A.state\" = \"FIN-WAIT-1\"", "[row.4.A]\nstate = \"FIN_WAIT_1\"", "row.4.A.state = \"FINWAIT1\"", "row,A.state\n4,终止等待1\n"} {
		checks, _, _ := grade(t, s, "a", []byte(file), "en")
		if c := check(t, checks, "row-4"); c.Score != 0.286 {
			t.Errorf("%s: %+v, want 1 of 7 cells", file, c)
		}
	}
}

// A file that is not the sheet's is refused, and the message says where and how to mend it.
func TestRefused(t *testing.T) {
	s := sheet(t, "handshake-worksheet")
	for _, c := range []struct {
		why, name, file, en, zh string
	}{
		{"a misspelt field", "a.toml", "[row.2]\nsqe = 1", "unknown name sqe; did you mean seq? (names are from,", "没有 sqe 这个名称；是不是 seq？"},
		{"a misspelt state", "a.toml", "[row.2]\nA.stat = \"x\"", "did you mean A.state?", "是不是 A.state？"},
		{"a misspelt table", "a.toml", "[rows.2]\nseq = 1", "did you mean row?", "是不是 row？"},
		{"a misspelt question", "a.toml", "[question]\nnext-from = 1", "unknown name question.next-from", "没有 question.next-from"},
		{"a row too many", "a.toml", "[row.6]\nseq = 1", "no row 6: the sheet has rows 1 to 5", "没有第 6 行"},
		{"a row that is none", "a.toml", "[row.x]\nseq = 1", "no row x", "没有第 x 行"},
		{"a value in the place of a table", "a.toml", "row = 3", "row is a table", "row 是一个表"},
		{"a table in the place of a value", "a.toml", "[row.2]\nseq = [1, 2]", "row.2 seq is neither a number nor a text", "既不是数"},
		{"TOML's own mistake", "a.toml", "[row.2]\nflags = SYN", "a.toml:2: ", "引号"},
		{"too large", "a.toml", strings.Repeat("# x\n", 70000), "larger than 256 KiB", "256 KiB"},
		{"a long line", "a.toml", "x = \"" + strings.Repeat("y", 2000) + "\"", "line 1 is longer than 1000 octets", "超过 1000 字节"},
		{"a deep nesting", "a.toml", "x = " + strings.Repeat("[", 500) + "\n" + strings.Repeat("[", 500), "line 1: brackets", "嵌套"},
		{"a name of many parts", "a.toml", strings.Repeat("a.", 400) + "a = 1", "line 1: brackets or names", "嵌套"},
		{"another encoding", "a.csv", "row,from\n2,\xc8\xb7\xc8\xcf\n", "not UTF-8", "不是 UTF-8"},
		{"UTF-16", "a.csv", "r\x00o\x00w\x00", "not UTF-8", "不是 UTF-8"},
		{"a strange column", "a.csv", "row,flag\n2,SYN\n", "did you mean flags?", "是不是 flags？"},
		{"a column twice", "a.csv", "row,seq,seq\n2,1,1\n", "seq stands there twice", "seq 出现了两次"},
		{"a row twice", "a.csv", "row,seq\n2,1\n2,3\n", "line 3: 2 stands there twice", "第 3 行：2 出现了两次"},
		{"no head", "a.csv", "2,SYN\n", "must name the columns", "列名"},
		{"nothing", "a.csv", "", "must name the columns", "列名"},
		{"a number split by its comma", "a.csv", "row,seq\n2,7,000\n", "more columns", "引号"},
		{"a question's answer in a cell", "a.csv", "row,seq,answer\nnext-from-a,426,\n", "nothing to fill in under seq", "不用填"},
		{"a row's answer beside the table", "a.csv", "row,seq,answer\n2,,426\n", "nothing to fill in under answer", "不用填"},
	} {
		for lang, want := range map[string]string{"en": c.en, "zh-CN": c.zh} {
			checks, err := s.Grade(c.name, []byte(c.file), lang)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), c.name+":") {
				t.Errorf("%s: %v, want %q", c.why, err, want)
			}
			if checks != nil {
				t.Errorf("%s: there are marks besides", c.why)
			}
		}
	}
}

// What an author gets wrong must be said before a student sees it.
func TestSpecMistakes(t *testing.T) {
	const script = "host A iss=1\nhost B iss=2\nlink A B\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\n"
	prompt := text.Both{EN: "?", ZH: "？"}
	for _, c := range []struct {
		why  string
		spec Spec
		want string
	}{
		{"no script", Spec{Ask: []string{"seq"}}, "scenario is missing"},
		{"nothing asked", Spec{Scenario: script}, "ask is empty"},
		{"an unknown field", Spec{Scenario: script, Ask: []string{"sek"}}, `no field "sek"; did you mean seq?`},
		{"an unknown host", Spec{Scenario: script, Ask: []string{"C.state"}}, `no host "C"`},
		{"a field asked and given", Spec{Scenario: script, Ask: []string{"seq"}, Given: Given{Fields: []string{"seq"}}}, "twice"},
		{"a row that is not there", Spec{Scenario: script, Ask: []string{"seq"}, Given: Given{Rows: []int{9}}}, "no row 9"},
		{"a notation", Spec{Scenario: script, Ask: []string{"seq"}, Notation: "rel"}, "notation"},
		{"a profile", Spec{Scenario: script, Ask: []string{"seq"}, Profile: "bsd"}, "profile"},
		{"points for both", Spec{Scenario: script, Ask: []string{"seq"}, Points: Points{1, 1}}, "points"},
		{"the script's own mistake", Spec{Scenario: script + "A: snd c 5\n", Ask: []string{"seq"}}, "scenario:8:"},
		{"an expectation that fails", Spec{Scenario: script + "expect A sends RST\n", Ask: []string{"seq"}}, "expect A sends RST: failed"},
		{"a script that sends nothing", Spec{Scenario: "host A\n", Ask: []string{"seq"}}, "sends 0"},
		{"an expression", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: prompt, Answer: "row(1).sek"}}}, "names are row(N)"},
		{"a row of an expression", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: prompt, Answer: "row(9).seq"}}}, "rows 1 to 3"},
		{"a space that is no host", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: prompt, Answer: "row(1).seq", Space: "C"}}}, "space"},
		{"one language only", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: text.Both{EN: "?"}, Answer: "1"}}}, "prompt"},
		{"an unknown belief", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: prompt, Answer: "1", Wrong: []Wrong{{"2", "no-such"}}}}}, "no misconception"},
		{"the same id twice", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "q", Prompt: prompt, Answer: "1"}, {ID: "q", Prompt: prompt, Answer: "1"}}}, "no other question's"},
		{"an id that is a row's", Spec{Scenario: script, Ask: []string{"seq"}, Questions: []Question{{ID: "row-1", Prompt: prompt, Answer: "1"}}}, "kept for the rows"},
	} {
		all := fmt.Sprint(c.spec.Check())
		if !strings.Contains(all, c.want) {
			t.Errorf("%s: %s, want %q", c.why, all, c.want)
		}
	}
	if _, err := New(&Spec{Ask: []string{"seq"}}, strings.Replace(script, "iss=1", "iss={x}", 1), "s"); err == nil || !strings.Contains(err.Error(), "{x} has no value") {
		t.Errorf("a parameter is left: %v", err)
	}
}

// A lost segment and its repetition: the states stay, and the numbers of the second are
// those of the first.
func TestLostSegment(t *testing.T) {
	spec := &Spec{Ask: []string{"seq", "ack", "arrives", "B.state"}, Points: Points{Cell: 0.5}}
	s, err := New(spec, "host A iss=100\nhost B iss=300\nlink A B delay=10ms\ndrop A->B FIN 1\nB: s = socket tcp\nB: listen s 80\nA: c = socket tcp\nA: connect c B:80\nB: x = accept s\nA: shutdown c write\nB: recv x\n", "lost")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.rows[3:6] {
		got = append(got, s.truth(r, fields[6], Absolute), s.truth(r, fields[9], Absolute), r.states["B"].String())
	}
	want := "101 no ESTABLISHED 101 yes CLOSE-WAIT 301 yes CLOSE-WAIT"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	checks, _, _ := grade(t, s, "a.toml", edited(t, s, map[string]string{"4.seq": "102", "5.seq": "102", "6.ack": "103"}), "en")
	lost, follow, _ := outcomes(checks, s)
	if fmt.Sprint(lost) != "map[row-4:3/4]" || fmt.Sprint(follow) != "[row-5 row-6]" {
		t.Errorf("lost %v, follow %v", lost, follow)
	}
	if c := check(t, checks, "row-4"); c.MaxScore != 2 || c.Score != 1.5 {
		t.Errorf("cells of half a point: %v of %v", c.Score, c.MaxScore)
	}
}

// Every sentence is there in both languages, with the same blanks.
func TestWords(t *testing.T) {
	texttest.Pairs(t, words)
	for k := kindHost; k <= kindYes; k++ {
		if words[wants[k]][0] == "" {
			t.Errorf("nothing says what a field of kind %d wants", k)
		}
	}
	for _, name := range fieldNames() {
		if words["field-"+name][0] == "" {
			t.Errorf("nothing explains the field %s", name)
		}
	}
}

// Whatever is handed in: no panic, no hang, never more than the points there are, and only
// checks of this sheet.
func FuzzGrade(f *testing.F) {
	var sheets []*Sheet
	for _, name := range []string{"handshake-worksheet", "simultaneous-close-worksheet", "udp-worksheet"} {
		s := sheet(f, name)
		sheets = append(sheets, s)
		for _, seed := range [][]byte{s.Key("en"), s.Blank("zh-CN"), s.CSV(), keyCSV(f, s, "\t"), relative(f, s)} {
			f.Add("a.toml", seed)
			f.Add("a.csv", seed)
		}
	}
	f.Add("a", []byte("row.2.A.state = \"SYN\"\nrow.2.seq = -1"))
	f.Add("a", []byte("row;seq;answer\n2;\"1;2\"\n"))
	f.Add("a", []byte("[row.2]\nseq = 1979-05-27\nack = nan\nlen = 0x10\nflags = \"\"\"S\nA\"\"\""))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		for i, s := range sheets {
			checks, err := s.Grade(name, data, text.Languages()[i%2])
			if (err == nil) != (checks != nil) {
				t.Fatalf("checks %v, error %v", checks, err)
			}
			for _, c := range checks {
				if c.Score < 0 || c.Score > c.MaxScore || c.Title == "" || c.Rationale == "" {
					t.Fatalf("%+v", c)
				}
			}
		}
	})
}

// Flags that somebody wrote in any way are read as the same flags again.
func FuzzParseFlags(f *testing.F) {
	for _, seed := range []string{"SYN,ACK", "[S.]", "SA", "同步+确认", "F|P|U", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		all, ok := parseFlags(tidy(typed))
		if !ok {
			return
		}
		if again, ok := parseFlags(all.String()); !ok || again != all || all&^(wire.SYN|wire.ACK|wire.FIN|wire.RST|wire.PSH|wire.URG) != 0 {
			t.Errorf("%q: %v, then %v", typed, all, again)
		}
	})
}
