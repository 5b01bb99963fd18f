package text

import (
	"strings"
	"testing"
)

// Every term is explained in both languages, in few words, and found by any spelling.
func TestGlossary(t *testing.T) {
	taken := map[string]string{}
	for _, term := range Glossary() {
		if term.ZH == "" || term.EN == "" || term.ZHText == "" || len(term.EN) > 260 || len([]rune(term.ZHText)) > 130 {
			t.Errorf("%s: %+v", term.Name, *term)
		}
		for _, s := range append([]string{term.Name, term.ZH}, term.Also...) {
			key := strings.ToLower(s)
			if other, ok := taken[key]; ok && other != term.Name {
				t.Errorf("%q is %s and %s", s, other, term.Name)
			}
			taken[key] = term.Name
			if found := FindTerm(s); found != term {
				t.Errorf("%q does not find %s", s, term.Name)
			}
		}
	}
	if n := len(Glossary()); n < 60 {
		t.Errorf("only %d terms", n)
	}
}

// The words that teaching uses are all there.
func TestGlossaryHasTheField(t *testing.T) {
	for _, word := range []string{"TIME-WAIT", "time_wait", "时间等待", "three-way handshake", "三次握手", "慢启动", "MSS", "four-tuple", "四元组",
		"半关闭", "checksum", "捎带确认", "粘包", "拥塞窗口", "loopback", "EADDRINUSE", "raw socket"} {
		if FindTerm(word) == nil {
			t.Errorf("the glossary has no %q", word)
		}
	}
}

// A term is marked where it stands first, as a whole word, and the longer one wins.
func TestMentions(t *testing.T) {
	got := ""
	s := "A SYN,ACK is no SYN. In TIME-WAIT nothing is waited for but time; SYNS are none."
	for _, m := range Mentions(s, "en") {
		got += "[" + s[m.From:m.To] + "]"
	}
	if !strings.HasPrefix(got, "[SYN]") || !strings.Contains(got, "[TIME-WAIT]") || strings.Count(got, "SYN") != 1 {
		t.Errorf("marked %s in %q", got, s)
	}
	zh := "慢启动阶段的拥塞窗口。"
	if n := len(Mentions(zh, "zh-CN")); n != 2 {
		t.Errorf("%d terms in %q", n, zh)
	}
}
