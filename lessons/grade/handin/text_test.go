package handin

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"testing"
	"unicode/utf16"
)

func utf16Of(s string, order binary.AppendByteOrder) string {
	var out []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

// Sources become UTF-8 with LF, whatever editor wrote them; everything else stays as it is.
func TestTexts(t *testing.T) {
	const text = "# 服务器\nprint('你好')\n"
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	for _, tc := range []struct {
		why, name, data, want, notes string
	}{
		{"as it should be", "s.py", text, text, ""},
		{"Windows' line ends", "s.py", crlf, text, "s.py:crlf"},
		{"Windows' Notepad", "s.py", "\ufeff" + crlf, text, "s.py:bom s.py:crlf"},
		{"an editor on Chinese Windows", "s.c", gbk(t, crlf), text, "s.c:encoding s.c:crlf"},
		{"UTF-16, little end first", "s.txt", utf16Of(crlf, binary.LittleEndian), text, "s.txt:encoding s.txt:crlf"},
		{"UTF-16, big end first", "s.md", utf16Of(text, binary.BigEndian), text, "s.md:encoding"},
		{"a Makefile with CRLF, which no make takes", "MAKEFILE", "all:\r\n\ttrue\r\n", "all:\n\ttrue\n", "MAKEFILE:crlf"},
		{"a coding line that is no longer true", "s.py", gbk(t, "#!/usr/bin/python\n# -*- coding: gbk -*-\n"+text),
			"#!/usr/bin/python\n# -*- coding: utf-8 -*-\n" + text, "s.py:encoding s.py:coding-line"},
		{"a coding line that was never true is the student's", "s.py", "# coding: gbk\n" + text, "# coding: gbk\n" + text, ""},
		{"a capture holds CRLF by chance", "s.pcap", "\xd4\xc3\xb2\xa1\r\n\xc4\xe3", "\xd4\xc3\xb2\xa1\r\n\xc4\xe3", ""},
		{"an ending that nobody knows", "s.dat", "\ufeffa\r\n", "\ufeffa\r\n", ""},
		{"octets in a text file", "s.txt", "a\x00\r\n", "a\x00\r\n", ""},
		{"no known encoding", "s.txt", "a\xff\xffb\r\n", "a\xff\xffb\r\n", "s.txt:unknown-encoding"},
		{"a lone CR is not ours", "s.py", "a\rb\n", "a\rb\n", ""},
		{"an empty file", "s.py", "", "", ""},
	} {
		h := mustRead(t, "x.zip", zipOf(t, item{name: tc.name, data: tc.data}), Options{})
		if got := string(h.Files[0].Data); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.why, got, tc.want)
		}
		if got := codes(h.Notes); got != tc.notes {
			t.Errorf("%s: notes %q, want %q", tc.why, got, tc.notes)
		}
	}
	if h := mustRead(t, "x.zip", zipOf(t, item{name: "s.py", data: "#!/usr/bin/python3\r\n"}), Options{}); !h.Files[0].Exec {
		t.Error("a script that begins with #! may be run, whatever Windows says of its mode")
	}
}

// Names in GBK, in UTF-8 without saying so, and in both at once with Info-ZIP's field.
func TestZipNames(t *testing.T) {
	raw := func(name string) []byte {
		data := zipOf(t, item{name: strings.Repeat("x", len(name)), data: hello})
		return []byte(strings.ReplaceAll(string(data), strings.Repeat("x", len(name)), name))
	}
	for _, tc := range []struct{ why, name, want string }{
		{"Windows' Explorer in China", gbk(t, "实验一_服务器.py"), "实验一_服务器.py"},
		{"a second octet that looks like a backslash", gbk(t, "乗.py"), "乗.py"},
		{"macOS, which does not set the bit", "服务器.py", "服务器.py"},
	} {
		if h := mustRead(t, "x.zip", raw(tc.name), Options{}); names(h) != tc.want {
			t.Errorf("%s: %q, want %q", tc.why, names(h), tc.want)
		}
	}
	// If one name cannot be UTF-8, the others are GBK, too, even those that could be either.
	two := zipOf(t, item{name: "aaaa.py", data: "1"}, item{name: "bbbb.py", data: "2"})
	either, _ := hex.DecodeString("c4a3caa1") // 模省 in GBK, and two letters in UTF-8
	both := strings.NewReplacer("aaaa", string(either), "bbbb", gbk(t, "你好")).Replace(string(two))
	if h := mustRead(t, "x.zip", []byte(both), Options{}); names(h) != "你好.py 模省.py" {
		t.Errorf("names %q, want 你好.py 模省.py", names(h))
	}
	if h := mustRead(t, "x.tar", tarOf(t, item{name: "d/" + gbk(t, "服务器.py"), data: hello}), Options{}); names(h) != "服务器.py" {
		t.Errorf("tar: %q", names(h))
	}
	if got := decodeName("a\xff\xff.py"); got != "a_.py" {
		t.Errorf("octets that are no name: %q", got)
	}
}

// A platform puts the student's name before the file's; one file that was asked for by name is
// that file. Where another could be meant, nothing is guessed.
func TestMeant(t *testing.T) {
	for _, tc := range []struct {
		accept []string
		name   string
		want   string
	}{
		{[]string{"answers.toml", "answers.csv"}, "20230001_张三.toml", "answers.toml"},
		{[]string{"answers.toml", "*.pcapng"}, "20230001_张三.toml", "not-accepted"},
		{[]string{"*.py", "Answers.toml"}, "20230001_answers.toml", "Answers.toml"},
		{[]string{"*.py", "CMakeLists.txt"}, "notes.txt", "not-accepted"},
		{[]string{"a.toml", "b.toml", "c.toml"}, "20230001.toml", "not-accepted"},
		{[]string{"Makefile"}, "README", "not-accepted"},
		{[]string{"answers.toml"}, "ANSWERS.toml", "ANSWERS.toml"},
		{[]string{"answers.toml", "more.toml"}, "20230001.toml", "not-accepted"},
		{[]string{"a/answers.toml"}, "20230001.toml", "not-accepted"},
		{[]string{"answers.toml"}, "20230001.csv", "not-accepted"},
	} {
		h, err := read(t, tc.name, []byte("a = 1\n"), Options{Accept: tc.accept})
		got := code(t, err)
		if err == nil {
			got = names(h)
		}
		if got != tc.want {
			t.Errorf("%s for %v: %q, want %q", tc.name, tc.accept, got, tc.want)
		}
	}
}

// The field counts only for the very name that stands beside it.
func TestUnicodePath(t *testing.T) {
	name := gbk(t, "服务器.py")
	field := func(of string) []byte {
		b := binary.LittleEndian.AppendUint16(nil, 0x7075)
		b = binary.LittleEndian.AppendUint16(b, uint16(5+len("better.py")))
		b = append(b, 1)
		b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(of)))
		return append(b, "better.py"...)
	}
	for of, want := range map[string]string{name: "better.py", "other": "服务器.py"} {
		if h := mustRead(t, "x.zip", zipWithExtra(t, name, field(of)), Options{}); names(h) != want {
			t.Errorf("%q, want %q", names(h), want)
		}
	}
}
